# One command each. Every target does its own set-up and skips what has not changed.
#
#   make run     serve a network at http://localhost:8000      make demo   the same, filled with an example
#   make test    every test, in about a tenth of full length   make soak   the long tests at full length
#   make check   style, types, imports, docs                   make bench  measure; keeps docs/performance.md true
#   make lock    renew the locked requirements                 make clean  remove what these commands made, not your data

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.NOTPARALLEL:
.PHONY: help run demo test soak bench check setup lock clean

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install -qq --no-input --retries 10 --timeout 60 --require-hashes --no-deps
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# Registries and mirrors have bad moments: three tries, with a rest between them.
try = try() { for rest in 5 20 0; do "$$@" && return; [ $$rest = 0 ] || { echo "Trying again in $$rest seconds." >&2; sleep $$rest; }; done; \
  echo "Could not finish: $$*" >&2; exit 1; }; try

help:
	@sed -n 's/^#   make /make /p' Makefile | sed 's/  *make /\nmake /'

run: .venv/installed
	@exec $(BIN)/potluck serve

demo: .venv/installed
	@exec $(BIN)/potluck demo

bench: .venv/installed
	@exec $(BIN)/potluck bench

setup: .venv/installed .venv/dev-installed node_modules/installed .venv/browser .venv/post-office .venv/proxies

test: setup
	@exec $(BIN)/pytest -n 2 --dist loadfile

soak: setup
	@POTLUCK_SOAK=1 exec $(BIN)/pytest

check: .venv/dev-installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" exec bash .ci/check

# ---- set-up: each step leaves a stamp, so that the second time costs nothing

.venv/made:
	@command -v $(PYTHON) >/dev/null || { echo "Potluck needs Python 3.11 or newer; there is no $(PYTHON) here." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Potluck needs Python 3.11 or newer; $(PYTHON) is" \
	  "$$($(PYTHON) -V). If a newer one is installed, say for example: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up Python in .venv ..."
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

# The package lies in this folder, so instead of building it, Python is told where it is and given the command.
.venv/installed: requirements.txt requirements-alone.txt | .venv/made
	@echo "Installing what Potluck needs ..."
	@$(try) $(INSTALL) -r requirements.txt -r requirements-alone.txt
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/potluck-here.pth"
	@printf '%s\n' '#!$(CURDIR)/$(BIN)/python' 'import sys' '' 'from potluck.cli import main' '' 'sys.exit(main())' > $(BIN)/potluck
	@chmod +x $(BIN)/potluck
	@touch $@

.venv/dev-installed: requirements-dev.txt .venv/installed
	@echo "Installing the checkers ..."
	@$(try) $(INSTALL) -r requirements-dev.txt
	@touch $@

node_modules/installed: package-lock.json .venv/dev-installed
	@echo "Installing the page checkers ..."
	@PATH="$(CURDIR)/$(BIN):$$PATH"; $(try) npm ci --loglevel=error --no-progress >/dev/null
	@touch $@

.venv/browser: | .venv/made
	@found() { command -v "$${POTLUCK_CHROMIUM:-chromium}" || command -v chromium-browser || command -v google-chrome; }; \
	found >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || { \
	  echo "The tests need the Chromium browser. Please install it, or name one in POTLUCK_CHROMIUM." >&2; exit 1; }; \
	  echo "Installing the Chromium browser for the tests ..."; export DEBIAN_FRONTEND=noninteractive; \
	  browser() { apt-get -qq update && apt-get -qq install -y --no-install-recommends -o DPkg::Lock::Timeout=300 chromium fonts-liberation >/dev/null 2>&1; }; \
	  $(try) browser; }
	@touch $@

# Installed, not started: each test that needs them runs its own, in a folder of its own.
.venv/post-office: | .venv/made
	@found() { PATH="$$PATH:/usr/sbin"; for name in postfix dovecot swaks mutt; do command -v $$name || return; done; }; \
	found >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || { \
	  echo "The tests need Postfix, Dovecot with LMTP, swaks and mutt. Please install them." >&2; exit 1; }; \
	  echo "Installing a mail server for the tests ..."; export DEBIAN_FRONTEND=noninteractive; \
	  echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections; \
	  office() { apt-get -qq update && apt-get -qq install -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
	    postfix dovecot-core dovecot-lmtpd swaks mutt >/dev/null 2>&1; }; \
	  $(try) office; }
	@touch $@

# RUNLEVEL=1 keeps Debian from starting them.
.venv/proxies: | .venv/made
	@found() { PATH="$$PATH:/usr/sbin"; for name in nginx caddy pgbouncer; do command -v $$name || return; done; }; \
	found >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || { \
	  echo "The tests need nginx, caddy and pgbouncer. Please install them." >&2; exit 1; }; \
	  echo "Installing proxies and a pooler for the tests ..."; export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; \
	  proxies() { apt-get -qq update && apt-get -qq install -y --no-install-recommends -o DPkg::Lock::Timeout=300 nginx-light caddy pgbouncer >/dev/null 2>&1; }; \
	  $(try) proxies; }
	@touch $@

# Of what this file resolves to, only what it names itself is kept.
ALONE := requirements-alone
only_named = NR == FNR { named[$$1]; next } /^[^ ]/ { split($$1, at, "=="); keep = at[1] in named } keep

lock: .venv/dev-installed
	@$(COMPILE) --output-file=requirements.txt requirements.in
	@$(COMPILE) --output-file=requirements-dev.txt requirements-dev.in
	@for name in $(ALONE); do cp $$name.txt .venv/$$name.txt; \
	  $(COMPILE) --no-header --no-annotate --constraint requirements.txt --output-file=.venv/$$name.txt $$name.in; \
	  awk '$(only_named)' $$name.in .venv/$$name.txt > $$name.txt; done
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --loglevel=error

clean:
	@rm -rf .venv node_modules build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .cache
	@find potluck tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
