"""One style sheet for each part, served as one; every icon and script a page names is there."""

import re
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import override_settings

from potluck.rendering.static_storage import IMPORT, SHEET, Statics

WEB = Path(__file__).parents[1]
STATIC = WEB / "static"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


def test_every_sheet_is_imported_once() -> None:
    named = IMPORT.findall((STATIC / SHEET).read_text())
    there = sorted(path.name for path in (STATIC / "css").glob("*.css") if path.name != "potluck.css")
    assert sorted(named) == there


def test_collecting_joins_the_sheets(tmp_path: Path) -> None:
    source = FileSystemStorage(STATIC)
    paths = {f"css/{path.name}": (source, f"css/{path.name}") for path in (STATIC / "css").glob("*.css")}
    with override_settings(STATIC_ROOT=str(tmp_path)):
        storage = Statics(location=str(tmp_path))
        for path in paths:
            with source.open(path) as sheet:
                storage.save(path, sheet)
        done = [result for _, _, result in storage.post_process(paths)]
        joined = (tmp_path / storage.stored_name(SHEET)).read_text()
    assert not [problem for problem in done if isinstance(problem, Exception)]
    assert "@import" not in joined and "@layer tokens, base" in joined and "--tomato" in joined


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_a_page_names_is_drawn(template: Path) -> None:
    named = set(re.findall(r"""icon\(["'](\w+)["']\)""", template.read_text()))
    drawn = {path.stem for path in (WEB / "templates/parts/icons").glob("*.svg")}
    assert named - drawn == set()


def test_every_script_of_the_frame_is_there() -> None:
    listed = re.search(r"for name in \(([^)]*)\)", (WEB / "templates/base.html").read_text())
    assert listed is not None
    assert set(re.findall(r'"(\w+)"', listed[1])) <= {path.stem for path in (STATIC / "js").glob("*.js")}
