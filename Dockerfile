# One container: pages, stream, worker and the embedded database. See docs/running.md, "In a container".
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements.txt requirements-alone.txt ./
RUN python -m venv /opt/potluck \
    && /opt/potluck/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt -r requirements-alone.txt
COPY pyproject.toml README.md LICENSE requirements.in requirements-alone.in ./
COPY potluck potluck
RUN /opt/potluck/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --home-dir /home/potluck --uid 10001 potluck \
    && install -d -o potluck -g potluck -m 0700 /data
COPY --from=build /opt/potluck /opt/potluck
USER 10001
ENV POTLUCK_DATA=/data POTLUCK_BIND=0.0.0.0 PATH=/opt/potluck/bin:$PATH
VOLUME /data
EXPOSE 8000 8001
# PostgreSQL ends cleanly on SIGTERM, which is what `docker stop` sends.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["potluck", "serve"]
