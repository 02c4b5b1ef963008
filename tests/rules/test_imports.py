"""Imports run downhill. What import-linter leaves out is counted here: cycles, hidden imports, side doors."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.rules.source import ours, tree

MODULES = {
    ".".join(path.with_suffix("").parts).removesuffix(".__init__"): path
    for path in ours(".py", under="potluck/", tests=False)
}
# A command imports what it needs when called, so that `potluck --help` is quick; ready() is Django's.
LATE = {"apps.py", "cli.py"}
VAGUE = {"utils", "util", "helpers", "services", "managers", "common", "misc", "base", "core"}


def imported(name: str, path: Path) -> set[str]:
    """Every module of ours that this one imports, hidden imports and those for types alone included."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            found |= {
                full if (full := f"{source}.{alias.name}") in MODULES else source for alias in node.names
            }
    return {module for module in found if module in MODULES and module != name}


def cycle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_is_in_an_import_cycle() -> None:
    assert cycle({name: imported(name, path) for name, path in MODULES.items()}) == []


def test_a_cycle_would_be_found() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []
    assert cycle({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_no_import_of_ours_is_hidden_in_a_function() -> None:
    hidden = [
        f"{path}:{node.lineno}"
        for path in MODULES.values()
        if path.name not in LATE and path.parts[1] not in {"cli"}
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom | ast.Import) and "potluck" in ast.unparse(node)
    ]
    assert hidden == []


def test_nothing_happens_behind_the_back_of_a_verb() -> None:
    """No signals, no work in save() or delete(): a verb says all that it does."""
    found = []
    for path in MODULES.values():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and "signals" in (node.module or ""):
                found.append(f"{path}:{node.lineno} signals")
            if isinstance(node, ast.ClassDef):
                found += [
                    f"{path}:{part.lineno} {node.name}.{part.name}"
                    for part in node.body
                    if isinstance(part, ast.FunctionDef)
                    and part.name in ("save", "delete")
                    and "models" in path.name
                ]
    assert found == []


def test_no_except_swallows_everything() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in MODULES.values()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (ast.unparse(node.type) == "BaseException" and "raise" not in ast.unparse(node))
        )
    ]
    assert found == []


def test_every_room_says_what_it_is_by_its_name() -> None:
    vague = [name for name in MODULES if name.rpartition(".")[2] in VAGUE]
    assert vague == ["potluck.store.backend.base"]  # Django looks for a backend under this name.
