"""What the rules ask of the program itself."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every first word after `potluck`, as its own help tells them."""
    environment = os.environ | {"POTLUCK_DATA": str(tmp_path_factory.mktemp("data"))}
    command = [str(Path(sys.executable).parent / "potluck"), "--help"]
    told = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True, env=environment
    ).stdout
    listed = {word for group in re.findall(r"\{([a-z,-]+)\}", told) for word in group.split(",")}
    return listed | set(re.findall(r"^\s{1,8}([a-z]+)\b", told, re.M))
