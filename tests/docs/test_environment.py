"""The script that makes the environment: it speaks to Pythons and machines that can't run what it makes."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.generated import ROOT

SCRIPT = ROOT / "deploy" / "environment.py"


def test_an_old_python_can_read_it() -> None:
    """Else it would answer with a syntax error instead of a sentence."""
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("machine", "says"),
    [
        ("import importlib.util as u; f = u.find_spec; u.find_spec = lambda n, *a: None if n == 'ensurepip' else f(n, *a)",
         f"sudo apt install python{sys.version_info.major}.{sys.version_info.minor}-venv"),
        ("import platform; platform.libc_ver = lambda *a: ('', '')", "without glibc"),
        ("import platform; platform.system = lambda: 'Darwin'", "This is Darwin"),
        ("import sys; sys.version_info = (3, 9, 2, 'final', 0)", "Onstage needs Python 3.11 or later"),
    ],
)  # fmt: skip
def test_it_says_what_the_machine_lacks(tmp_path: Path, machine: str, says: str) -> None:
    """On a machine that is made to look like another, in a copy of the place where it works."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(SCRIPT, tmp_path / "deploy")
    (tmp_path / "sitecustomize.py").write_text(machine)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PATH": "/nowhere"}
    command = [sys.executable, str(tmp_path / "deploy" / SCRIPT.name), "run"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".venv").exists()
