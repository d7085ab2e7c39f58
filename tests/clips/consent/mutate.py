"""Change the rules one small piece at a time, and see that a test notices: `python -m tests.clips.consent.mutate`.

Each mutant of `clips/rules/need.py`, `life.py`, `consent.py`, `contained.py`, `repeated.py` and `fate.py` is told the traces and
stories, and walked at random beside the reference, after the rules themselves, which must pass. One that nobody notices is
explained in `survivors.md`, by the very words printed here. Ends with 1 where one is not.
"""

import ast
import copy
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clips.consent.explore import explore
from tests.clips.consent.fates import FATES
from tests.clips.consent.moves import a_world, walk
from tests.clips.consent.pair import FOLDER, Pair, Rules, load
from tests.clips.consent.traces import SMALLER, TEN

WALKS = 250
EXPLAINED = Path(__file__).with_name("survivors.md")
_SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.BitAnd, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.FloorDiv: ast.Mult,
    ast.Mult: ast.Add,
}  # fmt: skip


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """The small changes that can be made at this place of the tree."""
    match node:
        case ast.Compare(ops=[op]):
            yield ast.Compare(node.left, [_SWAPS[type(op)]()], node.comparators)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from (ast.BoolOp(op, [v for v in values if v is not left_out]) for left_out in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(op=op) if type(op) in _SUMS:
            yield ast.BinOp(node.left, _SUMS[type(op)](), node.right)
            yield node.left
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.If():
            yield ast.If(ast.Constant(True), node.body, node.orelse)
            yield ast.If(ast.Constant(False), node.body, node.orelse)
        case ast.Expr(value=ast.Call(func=ast.Name(id="_right" | "_need"))):
            yield ast.Pass()
        case ast.Call(func=ast.Name(id="replace"), keywords=keywords):
            yield from (ast.Call(node.func, node.args, [k for k in keywords if k is not one]) for one in keywords)
        case ast.Call(func=ast.Name(id="all" | "any" as name)):
            yield ast.Call(ast.Name("any" if name == "all" else "all", ast.Load()), node.args, node.keywords)
        case ast.comprehension(ifs=[_, *_]):
            yield ast.comprehension(node.target, node.iter, [], node.is_async)
        case ast.FunctionDef(decorator_list=[_, *_]) if not node.name.startswith("_"):
            yield ast.FunctionDef(node.name, node.args, node.body, [], node.returns, lineno=node.lineno)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Each mutant: where and what in words, and its source."""
    tree = ast.parse(source)
    said = {id(part) for node in ast.walk(tree) for each in _annotations(node) for part in ast.walk(each)}
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in said:
            continue
        for changed in _changes(node):
            new = copy.deepcopy(tree)
            at = list(ast.walk(new))[place]
            for parent in ast.walk(new):
                _put(parent, at, copy.deepcopy(changed))
            ast.fix_missing_locations(new)
            inside = _function(tree, node)
            yield f"{inside}: `{_words(node)}` becomes `{_words(changed)}`", ast.unparse(new)


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    yield from (each for each in (getattr(node, name, None) for name in ("annotation", "returns")) if each)


def _put(parent: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for name, value in ast.iter_fields(parent):
        if value is old:
            setattr(parent, name, new)
        elif isinstance(value, list):
            setattr(parent, name, [new if each is old else each for each in value])


def _words(node: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    if isinstance(node, ast.FunctionDef):
        return f"{'@ ' if node.decorator_list else ''}{node.name}"
    return " ".join(ast.unparse(node).split())


def _function(tree: ast.AST, node: ast.AST) -> str:
    inside = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and node in ast.walk(each)]
    return inside[-1].name if inside else "module"


def judge(rules: Rules) -> None:
    """Raise whatever shows that these are not the rules."""
    for trace in (*TEN, *SMALLER, *FATES):
        trace(rules)
    for seed in range(WALKS):
        pick = random.Random(seed)
        world, start = a_world(pick)
        walk(Pair(rules, world, start), pick, 60)
        if seed == 20:
            explore(rules, 300)


def _survives(name: str, source: str) -> bool:
    try:
        judge(load(name, source))
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - a mutant may break in any way, and each is noticed
        return False
    return True


def main(names: list[str]) -> int:
    """Try every mutant of these modules; gives 1 where one lives that nobody has explained. Raises what the rules fail by."""
    judge(load())
    explained, unexplained, total = EXPLAINED.read_text(), 0, 0
    for name in names:
        for what, source in mutants((FOLDER / f"{name}.py").read_text()):
            total += 1
            if _survives(name, source):
                known = f"{name}.{what}" in explained
                unexplained += not known
                sys.stdout.write(f"{'explained' if known else 'LIVES'}: {name}.{what}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{total} mutants; {unexplained} live unexplained\n")
    return min(1, unexplained)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["need", "life", "consent", "contained", "repeated", "fate"]))
