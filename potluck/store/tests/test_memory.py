"""Which encoder fits into the memory of this machine."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from potluck.store import memory
from potluck.store.memory import MB, default_encoder, is_memory_short, total_memory


def machine(monkeypatch: pytest.MonkeyPatch, megabytes: int, *limits: Path) -> None:
    monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: SimpleNamespace(total=megabytes * MB))
    monkeypatch.setattr(memory, "_CGROUP_LIMITS", limits)
    monkeypatch.setattr(memory, "is_installed", lambda *packages: True)


def test_large_machine_takes_the_large_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, 960)
    assert default_encoder() == "minilm"


def test_small_machine_takes_the_small_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, 512)
    assert is_memory_short() and default_encoder() == "wordllama"


@pytest.mark.parametrize(("said", "found"), [(str(512 * MB), 512), ("max", 8000), (str(1 << 62), 8000)])
def test_limit_of_a_container_counts_where_it_is_less(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, found: int
) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{said}\n")
    machine(monkeypatch, 8000, limit, tmp_path / "absent")
    assert total_memory() == found * MB


def test_encoder_that_is_not_installed_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, 8000)
    monkeypatch.setattr(memory, "is_installed", lambda *packages: False)
    assert default_encoder() == "wordllama"
