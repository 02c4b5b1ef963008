"""`make bench` works in a fresh clone: it builds its network and measures it, here a tiny one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house_run import TOP

pytestmark = pytest.mark.xdist_group("house")

# It takes half a minute of processor; the machine may have others to serve.
SECONDS = 300


def test_bench_builds_a_tiny_network_and_measures_its_pages(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    table = TOP / "docs/performance.md"
    before = table.read_bytes()
    ran = subprocess.run(
        [sys.executable, "-m", "potluck.cli", "bench", "pages", "search", "posting"],
        env={**os.environ, "POTLUCK_BENCH": str(tmp_path / "bench"), "POTLUCK_BENCH_SIZE": "tiny"},
        cwd=TOP, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    figures = {line.split()[0]: float(line.split()[1]) for line in ran.stdout.splitlines()}
    for name in ("home_40", "thread_50", "person_page", "search_two_words_p95", "post_with_job"):
        assert figures[name] > 0
    assert table.read_bytes() == before  # Figures of a tiny network are not kept.
