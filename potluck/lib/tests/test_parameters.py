"""Whatever a request brings where a number or an address is meant, reading it is no error."""

import pytest

from potluck.lib.parameters import LARGEST, address, number


@pytest.mark.parametrize(
    "text", ["²", "9" * 5_000, "", None, "-1", "1_0", "1.5", "Ⅷ", "①", str(LARGEST + 1), ["7"]]
)
def test_what_is_no_number_is_none(text: object) -> None:
    assert number(text) is None


def test_a_number_is_read_in_the_digits_of_any_script_and_within_its_bounds() -> None:
    assert [number(text) for text in ("7", " 7 ", "٣٤", "०", str(LARGEST))] == [7, 7, 34, 0, LARGEST]
    assert [number("5", least=6), number("5", most=4), number("5", least=5, most=5)] == [None, None, 5]


@pytest.mark.parametrize("text", ["http://[", "https://[::1", "//\u2100.example/"])
def test_what_is_no_address_has_no_parts(text: str) -> None:
    assert address(text).path == address(text).netloc == ""


def test_an_address_is_parted() -> None:
    assert address("http://a.example/posts/7?b").path == "/posts/7"
