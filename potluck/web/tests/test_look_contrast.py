"""The colours can be read: in light and in dark, on paper and on raised things."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[1] / "static" / "css"
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])|\b(?:rgb|hsl|oklch)a?\(")
SIZE = re.compile(r"\b(?:font-size|line-height):\s*[\d.]+(?:px|rem)")


def tokens() -> dict[str, tuple[str, str]]:
    found = TOKEN.findall((CSS / "tokens.css").read_text())
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


NEEDED = [
    *[("ink", ground, 7.0) for ground in ("paper", "card")],
    *[(name, ground, 4.5) for name in ("soft", "tomato", "herb", "mustard") for ground in ("paper", "card")],
    *[("on-tomato", ground, 4.5) for ground in ("tomato", "ripe")],
    *[("edge", ground, 3.0) for ground in ("paper", "card")],
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("name", "ground", "least"), NEEDED)
def test_every_colour_stands_out_from_its_ground(name: str, ground: str, least: float, theme: int) -> None:
    known = tokens()
    assert contrast(known[name][theme], known[ground][theme]) >= least


def test_black_on_white_is_what_the_guideline_says() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0


def test_only_the_tokens_name_a_colour_or_a_size_of_type() -> None:
    others = [sheet for sheet in CSS.glob("*.css") if sheet.name != "tokens.css"]
    named = {
        sheet.name: found
        for sheet in others
        if (found := COLOUR.findall(sheet.read_text()) + SIZE.findall(sheet.read_text()))
    }
    assert named == {}


def test_every_token_that_is_used_is_named() -> None:
    text = "\n".join(sheet.read_text() for sheet in CSS.glob("*.css"))
    used = set(re.findall(r"var\(--([\w-]+)", text))
    assert used - set(re.findall(r"--([\w-]+):", text)) == set()
