"""Imports point down only, as `.importlinter` says, and the check bites."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import onstage

HERE = Path(onstage.__file__).parent
ROOT = HERE.parent.parent
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"

LAYERS = "one direction, top to bottom"
PLANTED = {
    "upwards": (LAYERS, {"clips/agreeing/edit.py": "from onstage.feed import ranking as planted"}),
    "a sibling": (LAYERS, {"media/dump.py": "from onstage.storage import staging as planted"}),
    "a folder without a place": (LAYERS, {"leftovers/__init__.py": ""}),
    "an adapter": ("only server picks an adapter", {"accounts/byline.py": "from onstage.search import fts as planted"}),
    "a framework in the jobs process": (
        "the process that does the jobs loads no web framework",
        {"server.py": "from onstage.web import entry as planted"},
    ),
    "the framework": ("no web framework below web", {"engagement/likes.py": "import litestar as planted"}),
    "SQL": ("no SQL in web", {"web/cards.py": "from sqlalchemy import select as planted"}),
    "the database": (
        "the consent rules know no database",
        {"clips/rules/need.py": "from sqlalchemy import select as planted"},
    ),
    "a cycle": (
        "no cycles between the modules of a package",
        {"feed/ranking.py": "from onstage.feed import planted", "feed/planted.py": "from onstage.feed import ranking"},
    ),
}


def _lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the tree's Python with its import law."""
    shutil.copytree(
        HERE, tmp_path / "src" / "onstage", ignore=shutil.ignore_patterns("__pycache__", "static", "templates")
    )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_the_tree_keeps_the_law() -> None:
    code, said = _lint(ROOT)
    assert code == 0, said


@pytest.mark.parametrize("breach", PLANTED)
def test_a_planted_breach_is_found(copy: Path, breach: str) -> None:
    contract, lines = PLANTED[breach]
    for path, line in lines.items():
        planted = copy / "src" / "onstage" / path
        planted.parent.mkdir(exist_ok=True)
        before = planted.read_text() if planted.exists() else '"""Planted."""\n'
        planted.write_text(f"{before}\n{line}\n")
    code, said = _lint(copy)
    assert code == 1, said
    assert f"{contract} BROKEN" in said
