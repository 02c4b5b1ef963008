"""Where the real files lie that these tests read; they are not part of the project and may be absent."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("POTLUCK_SHARED") or Path(__file__).parents[5] / "shared")


def files(folder: str) -> list[Path]:
    return sorted((SHARED / "data" / "realinput" / folder).glob("*"))


def needs(folder: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not files(folder), reason=f"no real {folder} in {SHARED}; set POTLUCK_SHARED")
