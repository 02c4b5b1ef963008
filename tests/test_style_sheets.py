"""Style sheets and drawings, as the checker sees them: those of pages are seen with the pages."""

from tests.checkers import vnu
from tests.rules.source import ours, text


def test_every_style_sheet_is_valid() -> None:
    sheets = {str(path): text(path) for path in ours(".css", under="potluck/")}
    assert sheets
    assert vnu(sheets) == []


def test_every_drawing_is_valid() -> None:
    drawings = {str(path): text(path) for path in ours(".svg", under="potluck/")}
    assert drawings
    assert vnu(drawings) == []
