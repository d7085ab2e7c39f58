"""The source as syntax trees, for tests that read it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import onstage

HERE = Path(onstage.__file__).parent
ROOT = HERE.parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file; `name` is its path below `src/onstage` (or below `tests/`)."""

    name: str
    source: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """How long it is."""
        return self.source.count("\n")

    @property
    def functions(self) -> Iterator[Function]:
        """Every function and method, the inner ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    @property
    def imports(self) -> Iterator[tuple[str, int]]:
        """Every imported module or name with its dots, and the line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module, node.lineno
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)

    @property
    def calls(self) -> Iterator[tuple[str, int]]:
        """The last name of everything that is called, and the line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Attribute(attr=name) | ast.Name(id=name):
                        yield name, node.lineno

    def at(self, line: int) -> str:
        """`path:line`, for messages."""
        return f"{self.name}:{line}"


@cache
def source() -> tuple[Module, ...]:
    """Every Python file of the package; migrations are records and stay as they were written."""
    return tuple(each for each in _read(HERE) if not each.name.startswith("db/migrations/"))


@cache
def of_tests() -> tuple[Module, ...]:
    """Every Python file of the tests."""
    return _read(ROOT / "tests")


def _read(folder: Path) -> tuple[Module, ...]:
    found = []
    for path in sorted(folder.rglob("*.py")):
        words = path.read_text()
        found.append(Module(str(path.relative_to(folder)), words, ast.parse(words, str(path))))
    return tuple(found)
