"""Names in the API: a schema is called by its struct, so each struct of the web has a name of its own."""

import ast
from collections import Counter

from tests.law.tree import HERE


def test_no_two_structs_of_the_web_share_a_name() -> None:
    found = Counter(
        node.name
        for path in (HERE / "web").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Struct" for base in node.bases)
    )
    assert len(found) > 50
    assert [name for name, times in found.items() if times > 1] == []
