"""What the rules look at: the files of this project, read once, and their parsed Python."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TOP = Path(__file__).parent.parent.parent
PYTHON = (".py",)
TEMPLATES = (".html", ".jinja", ".xml", ".txt")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, new ones too, relative to its top; nothing that git ignores."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=TOP, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(sorted({Path(name) for name in names if name and (TOP / name).is_file()}))


@cache
def text(path: Path) -> str:
    return (TOP / path).read_text(encoding="utf-8")


def ours(*suffixes: str, under: str = "", tests: bool = True) -> list[Path]:
    """Files we wrote by hand: no migrations, no translations of others, no locks."""
    return [
        path
        for path in files()
        if path.suffix in suffixes
        and path.as_posix().startswith(under)
        and "migrations" not in path.parts
        and (tests or "tests" not in path.parts)
    ]


def templates() -> list[Path]:
    return [path for path in ours(*TEMPLATES, under="potluck/") if "templates" in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function takes on the page, from its `def` to its end."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def rooms() -> list[Path]:
    """The folders people talk of: those right under potluck/, and each channel."""
    inits = [path for path in files() if path.name == "__init__.py" and path.parts[0] == "potluck"]
    nested = ("channels",)
    return [
        path.parent
        for path in inits
        if len(path.parts) == 3
        or (len(path.parts) == 4 and path.parts[1] in nested and path.parts[2] != "tests")
    ]


def strings(node: ast.AST) -> list[str]:
    return [
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
