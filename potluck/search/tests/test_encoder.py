"""Texts in, vectors out: alike in meaning is near, and what is not known is nowhere."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_django import Settings

from potluck.search import encoder as seam
from potluck.search.encoder import Encoder, encoder


@pytest.fixture
def small() -> Encoder:
    found = encoder()
    assert found is not None
    return found


def near(rows: NDArray[np.float32]) -> float:
    return float(rows[0] @ rows[1])


def test_a_text_is_nearer_to_one_that_says_the_same_in_other_words(small: Encoder) -> None:
    same = small.encode(["How do I keep slugs off my seedlings?", "protect young plants from snails"])
    other = small.encode(["How do I keep slugs off my seedlings?", "the train to Lyon leaves at nine"])
    assert near(same) > near(other) + 0.1


def test_every_vector_has_unit_length_and_the_size_that_is_said(small: Encoder) -> None:
    rows = small.encode(["soil", "a much longer text about soil and what lives in it " * 400])
    assert rows.shape == (2, small.dimension)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-5)


@pytest.mark.parametrize("nothing", ["", " \n", "\x00", "12:30", "!?", "🌱🌱"])
def test_a_text_without_words_has_no_meaning(small: Encoder, nothing: str) -> None:
    assert not small.encode([nothing]).any()


@pytest.mark.parametrize(
    "foreign",
    [
        "Wie halte ich die Schnecken von meinen Setzlingen im Garten fern, und was ist mit den Igeln?",
        "Comment est-ce que je protège les semis des limaces dans le jardin, sans produits ?",
        "如何防止蛞蝓吃我的幼苗？",
        "Как защитить рассаду от слизней и улиток в огороде?",
        "كيف أحمي شتلاتي من الرخويات؟",
    ],
)
def test_a_text_in_another_language_is_left_to_its_words(small: Encoder, foreign: str) -> None:
    assert not small.encode([foreign]).any()


def test_a_name_that_must_be_spelled_out_is_no_other_language(small: Encoder) -> None:
    assert small.encode(["Nextcloud", "How do I connect Thunderbird to Nextcloud?"]).any(axis=1).all()


def test_no_texts_make_no_rows(small: Encoder) -> None:
    assert small.encode([]).shape == (0, small.dimension)


def test_a_text_means_the_same_whatever_it_is_encoded_with(small: Encoder) -> None:
    alone = small.encode(["what worms do for soil"])[0]
    assert np.array_equal(alone, small.encode(["", "bread " * 2000, "what worms do for soil"])[2])


def test_without_an_encoder_words_do_it_all(settings: Settings) -> None:
    settings.ENCODER = "none"
    assert encoder() is None


def test_an_encoder_that_is_not_installed_is_said_once_and_done_without(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(seam.ENCODERS, "lost", "potluck.search.nowhere.Lost")
    settings.ENCODER = "lost"
    assert encoder() is None and encoder() is None
    assert caplog.text.count("words alone are compared") == 1


def test_nothing_is_loaded_before_the_first_text() -> None:
    said = "import django; django.setup(); import sys, potluck.urls; print('tokenizers' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "False"
