"""The tree keeps the house rules, and each rule finds what it forbids."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator

import pytest
from sqlalchemy import BigInteger, Integer, LargeBinary, Text

from onstage import server as _tables  # noqa: F401 - every table is known once this is
from onstage.db.engine import metadata
from onstage.settings import SETTINGS
from tests.law import rules
from tests.law.tree import ROOT, Module, of_tests, source

Rule = Callable[[Iterable[Module]], Iterator[str]]

OF_SOURCE: dict[Rule, list[tuple[str, str]]] = {
    rules.no_statement_runs_in_web: [("web/planted.py", "db.execute(statement)")],
    rules.only_the_sandbox_and_the_supervisor_start_processes: [
        ("clips/planted.py", "import subprocess"),
        ("clips/planted.py", "from asyncio import subprocess"),
        ("clips/planted.py", "os.posix_spawn('/bin/true', [], {})"),
    ],
    rules.nothing_calls_out: [
        ("feed/planted.py", "import urllib.request"),
        ("feed/planted.py", "from httpx import get"),
    ],
    rules.imports_stand_at_the_top: [
        ("feed/planted.py", "def late() -> None:\n    import json"),
        ("feed/planted.py", "from typing import TYPE_CHECKING"),
    ],
    rules.only_edges_begin_and_commit: [
        ("clips/planted.py", "db.commit()"),
        ("clips/planted.py", "def act(app: App) -> None:\n    with app.database.write() as db:\n        ..."),
        (
            "web/planted.py",
            "def act(request: Request) -> None:\n    with request.app.database.read() as db:\n        ...",
        ),
    ],
    rules.no_drawers: [("clips/utils.py", ""), ("clips/planted.py", "class ClipManager:\n    ...")],
    rules.every_module_says_what_it_is: [("clips/planted.py", "x = 1")],
    rules.files_and_functions_stay_short: [
        ("clips/planted.py", "x = 1\n" * 501),
        ("clips/planted.py", "def long() -> None:\n" + "    x = 1\n" * 60),
    ],
    rules.everything_is_annotated: [
        ("clips/planted.py", "def half(x) -> None:\n    ..."),
        ("clips/planted.py", "def half(x: int):\n    ..."),
    ],
    rules.broad_except_says_why: [
        ("clips/planted.py", "try:\n    ...\nexcept Exception:\n    ..."),
        ("clips/planted.py", "try:\n    ...\nexcept (OSError, BaseException):\n    ..."),
        ("clips/planted.py", "try:\n    ...\nexcept:\n    raise ValueError"),
    ],
}
OF_TESTS: dict[Rule, list[tuple[str, str]]] = {
    rules.everything_is_annotated: [("test_planted.py", "def test_it(x):\n    ...")],
    rules.tests_replace_nothing: [
        ("test_planted.py", "from unittest import mock"),
        ("test_planted.py", "monkeypatch.setattr(time, 'time', lambda: 1)"),
    ],
}
NOT_READ = {
    "COUNTRY",  # it chooses what two others are, while they are read
}
PLANTED = [
    (rule, name, words)
    for rules_ in (OF_SOURCE, OF_TESTS)
    for rule, planted in rules_.items()
    for name, words in planted
]


def _none(found: Iterable[str]) -> None:
    listed = sorted(found)
    assert not listed, "\n" + "\n".join(listed)


@pytest.mark.parametrize("rule", OF_SOURCE, ids=lambda rule: rule.__name__)
def test_the_source_keeps(rule: Rule) -> None:
    _none(rule(source()))


@pytest.mark.parametrize("rule", OF_TESTS, ids=lambda rule: rule.__name__)
def test_the_tests_keep(rule: Rule) -> None:
    _none(rule(of_tests()))


@pytest.mark.parametrize(("rule", "name", "words"), PLANTED)
def test_a_rule_finds_what_it_forbids(rule: Rule, name: str, words: str) -> None:
    assert list(rule([Module(name, words, ast.parse(words))]))


def test_columns_are_numbers_text_and_bytes() -> None:
    """A type with a result processor costs at every row, and one gave naive times on SQLite."""
    plain = (BigInteger, Integer, Text, LargeBinary)
    assert metadata.tables
    for table in metadata.tables.values():
        odd = (column for column in table.columns if type(column.type) not in plain)
        _none(f"{table.name}.{column.name}: {column.type!r}" for column in odd)


def test_every_setting_is_read() -> None:
    """A setting that nothing reads is a promise that nobody keeps."""
    outside = [module.tree for module in source() if module.name != "settings.py"]
    table = next(module.tree for module in source() if module.name == "settings.py")
    own = [node for node in table.body if isinstance(node, ast.ClassDef) and node.name == "Settings"]
    read = {node.attr for tree in (*outside, *own) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert {setting.name for setting in SETTINGS if setting.field not in read} == NOT_READ


@pytest.mark.skipif(not (ROOT / "docs" / "run").is_dir(), reason="docs/run is not written yet")
def test_every_setting_is_documented() -> None:
    """Who runs a server looks in the docs, not in the source."""
    written = "".join(path.read_text() for path in sorted((ROOT / "docs" / "run").rglob("*.md")))
    _none(setting.name for setting in SETTINGS if not re.search(rf"\b{setting.name}\b", written))
