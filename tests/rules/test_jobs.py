"""Each file that names a job is one the worker reads."""

from pathlib import Path

from django.conf import settings

TOP = Path(__file__).parents[2]


def test_the_worker_knows_every_job() -> None:
    with_jobs = {
        ".".join(path.relative_to(TOP).with_suffix("").parts)
        for path in (TOP / "potluck").rglob("*.py")
        if "\n@app.task(" in path.read_text(encoding="utf8")
    }
    assert with_jobs == set(settings.PROCRASTINATE_IMPORT_PATHS)
