"""Small by habit: what fits in one look is read; what does not is skimmed."""

import ast
from pathlib import Path

from tests.rules.source import functions, lines, ours, templates, text, tree

CODE = ours(".py")
FILES = ours(".py", ".css", ".js")


def long(sizes: dict[str, int], limit: int) -> list[str]:
    found = {name: size for name, size in sizes.items() if size > limit}
    return [f"{size} lines: {name}" for name, size in sorted(found.items(), key=lambda pair: -pair[1])]


def nine_in_ten(sizes: dict[str, int], limit: int) -> bool:
    return len(long(sizes, limit)) <= len(sizes) / 10


def file_sizes(paths: list[Path]) -> dict[str, int]:
    return {str(path): len(text(path).splitlines()) for path in paths}


def function_sizes() -> dict[str, int]:
    return {f"{path}:{node.lineno} {node.name}": lines(node) for path in CODE for node in functions(path)}


def test_no_function_is_over_sixty_lines() -> None:
    assert long(function_sizes(), 60) == []


def test_nine_functions_in_ten_fit_in_twenty_five_lines() -> None:
    sizes = function_sizes()
    assert nine_in_ten(sizes, 25), long(sizes, 25)


def test_no_file_is_over_five_hundred_lines() -> None:
    assert long(file_sizes(FILES), 500) == []


def test_files_fit_in_three_hundred_lines() -> None:
    sizes = file_sizes(FILES)
    assert nine_in_ten(sizes, 300), long(sizes, 300)


def test_no_template_is_over_a_hundred_and_twenty_lines() -> None:
    assert long(file_sizes(templates()), 120) == []


def test_templates_fit_in_eighty_lines() -> None:
    sizes = file_sizes(templates())
    assert nine_in_ten(sizes, 80), long(sizes, 80)


def test_a_view_does_one_thing_in_fifteen_lines() -> None:
    sizes = {
        f"{path}:{node.lineno} {node.name}": said_lines(node)
        for path in ours(".py", under="potluck/", tests=False)
        if path.name == "views.py" or path.parts[1] == "web"
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and is_view(node)
    }
    assert nine_in_ten(sizes, 15), long(sizes, 15)
    assert long(sizes, 25) == []


def is_view(node: ast.FunctionDef) -> bool:
    return bool(node.args.args) and node.args.args[0].arg == "request"


def said_lines(node: ast.FunctionDef) -> int:
    """The lines of a body, its docstring not counted."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_lines_are_counted_as_a_reader_counts_them() -> None:
    node = ast.parse("@cached\ndef view(request):\n    '''Says.'''\n    a = 1\n    return a\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert (lines(node), said_lines(node), is_view(node)) == (4, 2, True)
