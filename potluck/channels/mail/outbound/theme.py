"""How our letters look: the colours and sizes of the pages, in what mail programs understand.

Many programs drop style sheets, so each element of ours carries its own style (`{{ css("name") }}` in a template);
the sheet adds what only it can: dark colours, and styles for what people wrote.
"""

from functools import cache

from markupsafe import Markup

_PAPER, _INK, _SOFT, _LINE, _TOMATO = "#fbf8f3", "#2a2521", "#665c54", "#e5dccf", "#b23a24"
_DARK_PAPER, _DARK_INK, _DARK_SOFT, _DARK_LINE, _DARK_TOMATO = (
    "#1a1815",
    "#ede6dc",
    "#a89e92",
    "#39342d",
    "#f08a6c",
)
_READING = "Charter,'Iowan Old Style','Source Serif 4','Noto Serif',Cambria,Georgia,serif"
_SANS = "-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"

STYLES = {
    "paper": f"margin:0;padding:0;background:{_PAPER};color:{_INK};-webkit-text-size-adjust:100%",
    "column": "max-width:36rem;margin:0 auto;padding:24px 20px 40px",
    "head": f"margin:0 0 20px;font:600 15px/1.4 {_SANS};color:{_SOFT}",
    "why": f"margin:0 0 4px;font:15px/1.45 {_SANS};color:{_SOFT}",
    "h1": f"margin:0 0 14px;font:600 22px/1.25 {_READING};color:{_INK}",
    "h2": f"margin:28px 0 10px;font:600 15px/1.4 {_SANS};color:{_SOFT}",
    "h3": f"margin:0 0 4px;font:600 19px/1.3 {_READING};color:{_INK}",
    "words": f"font:18px/1.6 {_READING};color:{_INK};overflow-wrap:break-word",
    "p": f"margin:0 0 14px;font:18px/1.6 {_READING};color:{_INK};overflow-wrap:break-word",
    "soft": f"margin:0 0 12px;font:15px/1.5 {_SANS};color:{_SOFT}",
    "small": f"margin:0 0 8px;font:14px/1.5 {_SANS};color:{_SOFT}",
    "quote": f"margin:0 0 14px;padding:0 0 0 14px;border-left:3px solid {_LINE};font:18px/1.6 {_READING};color:{_INK}",
    "said": f"margin:0 0 8px;padding:0 0 0 14px;border-left:3px solid {_LINE};font:16px/1.5 {_READING};color:{_INK}",
    "entry": f"margin:0;padding:18px 0 14px;border-top:1px solid {_LINE}",
    "list": "margin:0;padding:0;list-style:none",
    "line": f"border:0;border-top:1px solid {_LINE};margin:26px 0 16px",
    "link": f"color:{_TOMATO};text-decoration:underline",
    "title": f"color:{_INK};text-decoration:none",
    "button": f"display:inline-block;padding:11px 16px;margin:0 8px 10px 0;border-radius:6px;background:{_TOMATO};"
    f"color:#ffffff;font:600 16px/1.3 {_SANS};text-decoration:none",
    "act": f"display:inline-block;padding:9px 14px 9px 0;color:{_TOMATO};font:16px/1.4 {_SANS};"
    "text-decoration:underline",
    "picture": "max-width:100%;height:auto;border-radius:6px",
}

_SHEET = f"""
:root {{ color-scheme: light dark; }}
.words p, .words ul, .words ol, .words pre, .words blockquote {{ margin: 0 0 14px; }}
.words h1, .words h2, .words h3, .words h4 {{ font-size: 19px; line-height: 1.3; margin: 20px 0 8px; }}
.words blockquote {{ padding-left: 14px; border-left: 3px solid {_LINE}; }}
.words pre, .words code {{ font: 15px/1.5 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; }}
.words table {{ border-collapse: collapse; margin: 0 0 14px; }}
.words td, .words th {{ padding: 4px 8px; border: 1px solid {_LINE}; }}
.words a, .why a, .soft a, .small a {{ color: {_TOMATO}; }} .why a {{ font-weight: 600; text-decoration: none; }}
@media (prefers-color-scheme: dark) {{
  .paper {{ background: {_DARK_PAPER} !important; color: {_DARK_INK} !important; }}
  .h1, .h3, .words, .p, .quote, .said, .title {{ color: {_DARK_INK} !important; }}
  .head, .why, .soft, .small, .h2 {{ color: {_DARK_SOFT} !important; }}
  .entry, .line, .quote, .said, .words blockquote, .words td, .words th {{ border-color: {_DARK_LINE} !important; }}
  .words a, .why a, .soft a, .small a, .link, .act {{ color: {_DARK_TOMATO} !important; }}
  .button {{ background: {_DARK_TOMATO} !important; color: {_DARK_PAPER} !important; }}
}}
"""


@cache
def css(name: str) -> Markup:
    """The attributes of an element of this look."""
    return Markup(' class="{}" style="{}"').format(name, STYLES[name])


@cache
def sheet() -> Markup:
    """What stands in the head of each letter."""
    return Markup("<style>{}</style>").format(Markup(_SHEET.replace("\n", " ")))  # noqa: S704 - ours alone
