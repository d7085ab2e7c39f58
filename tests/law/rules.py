"""The house rules that imports alone can't show, each with what goes wrong without it. They yield `path:line: what`."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.law.tree import Function, Module

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
EDGES = {"web/http.py", "jobs/worker.py", "jobs/wake.py", "engagement/plays.py", "cli.py", "worker.py", "supervisor.py"}
PROCESSES = {"media/sandbox.py", "media/launcher.py", "supervisor.py"}
ADAPTERS = {"mail/smtp.py", "push/webpush.py", "storage/cdn.py", "oidc.py"}
OUTBOUND = {
    "httpx",
    "requests",
    "aiohttp",
    "urllib3",
    "urllib.request",
    "http.client",
    "ftplib",
    "smtplib",
    "websockets",
}
STARTS = {"subprocess", "multiprocessing", "pty", "asyncio.subprocess"}
STARTING = {
    "fork", "forkpty", "execv", "execve", "execvp", "execvpe", "execl", "execle", "execlp", "execlpe", "popen", "spawnv",
    "spawnve", "spawnl", "posix_spawn", "posix_spawnp", "system", "create_subprocess_exec", "create_subprocess_shell",
}  # fmt: skip
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "lib", "core", "base"}
EMPTY_WORDS = re.compile(r"(Service|Manager|Repository|Factory|Helper|Handler|Utils?|Controller|Provider)$")


def no_statement_runs_in_web(modules: Iterable[Module]) -> Iterator[str]:
    """A handler that asks the database itself is a second way to clips, past the visibility rule."""
    web = [module for module in modules if module.name.startswith("web/")]
    yield from _calls(web, {"execute", "exec_driver_sql", "executemany", "scalar", "scalars"})


def only_the_sandbox_and_the_supervisor_start_processes(modules: Iterable[Module]) -> Iterator[str]:
    """Hostile bytes reach ffmpeg: one place bounds its memory, time, files and network, and nobody goes around it."""
    others = [module for module in modules if module.name not in PROCESSES]
    yield from _imports(others, STARTS)
    yield from _calls(others, STARTING)


def nothing_calls_out(modules: Iterable[Module]) -> Iterator[str]:
    """Whoever can make the server fetch an address reaches its neighbours; only adapters do, as settings allow."""
    yield from _imports((module for module in modules if module.name not in ADAPTERS), OUTBOUND)


def imports_stand_at_the_top(modules: Iterable[Module]) -> Iterator[str]:
    """Imports inside functions and under TYPE_CHECKING hide cycles until the code that needs them runs."""
    for module in modules:
        for function in module.functions:
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{module.at(node.lineno)} imports inside {function.name}"
        if "TYPE_CHECKING" in module.source:
            yield f"{module.name} names TYPE_CHECKING"


def only_edges_begin_and_commit(modules: Iterable[Module]) -> Iterator[str]:
    """A commit in the middle of an act leaves half of it when the rest is refused."""
    inner = [each for each in modules if each.name not in EDGES and not each.name.startswith(("db/", "upkeep/"))]
    yield from _calls(inner, {"commit", "rollback", "begin_nested"})
    for module in inner:
        edges = {line for function in module.functions if _is_edge(module, function) for line in _lines(function)}
        yield from (f"{module.at(line)} opens a unit of work" for line in _units(module) if line not in edges)


def no_drawers(modules: Iterable[Module]) -> Iterator[str]:
    """A module named after nothing collects everything; a class named Manager hides what it does."""
    for module in modules:
        if DRAWERS & set(Path(module.name).with_suffix("").parts):
            yield f"{module.name} is a drawer"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and EMPTY_WORDS.search(node.name):
                yield f"{module.at(node.lineno)} class {node.name}"


def every_module_says_what_it_is(modules: Iterable[Module]) -> Iterator[str]:
    """The one sentence at the top is what the list of modules in the docs is made from."""
    yield from (module.name for module in modules if not (ast.get_docstring(module.tree) or "").strip())


def files_and_functions_stay_short(modules: Iterable[Module]) -> Iterator[str]:
    """Code that grows by appending is not read as a whole by anybody after a while."""
    for module in modules:
        if module.lines > LONGEST_FILE:
            yield f"{module.name}: {module.lines} lines"
        for each in module.functions:
            if len(_lines(each)) > LONGEST_FUNCTION:
                yield f"{module.at(each.lineno)} {each.name}: {len(_lines(each))} lines"


def everything_is_annotated(modules: Iterable[Module]) -> Iterator[str]:
    """Types left out once are left out for ever."""
    for module in modules:
        for each in module.functions:
            given = [*each.args.posonlyargs, *each.args.args, *each.args.kwonlyargs, each.args.vararg, each.args.kwarg]
            for arg in given:
                if arg and arg.annotation is None and arg.arg not in {"self", "cls"}:
                    yield f"{module.at(each.lineno)} {each.name}: {arg.arg}"
            if each.returns is None:
                yield f"{module.at(each.lineno)} {each.name} -> ?"


def broad_except_says_why(modules: Iterable[Module]) -> Iterator[str]:
    """Catching everything hides what is broken; it belongs to the edge of a loop and says so, or passes it on."""
    for module in modules:
        lines = module.source.splitlines()
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            caught = "" if node.type is None else ast.unparse(node.type)
            is_broad = not caught or re.search(r"\b(Base)?Exception\b", caught)
            says_why = re.search(r"# noqa: BLE001\s?[-,] \w+", lines[node.lineno - 1])
            passes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if is_broad and not says_why and not passes_on:
                yield f"{module.at(node.lineno)} except {caught}"


def tests_replace_nothing(modules: Iterable[Module]) -> Iterator[str]:
    """A test of a mock passes whatever the code does."""
    for module in modules:
        yield from _imports([module], {"unittest.mock", "mock", "pytest_mock"})
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"monkeypatch.setattr", "mocker.patch"}:
                yield f"{module.at(node.lineno)} replaces a part of what it tests"


def _calls(modules: Iterable[Module], names: set[str]) -> Iterator[str]:
    for module in modules:
        yield from (f"{module.at(line)} calls {name}" for name, line in module.calls if name in names)


def _imports(modules: Iterable[Module], names: set[str]) -> Iterator[str]:
    for module in modules:
        for name, line in module.imports:
            if any(name == each or name.startswith(f"{each}.") for each in names):
                yield f"{module.at(line)} imports {name}"


def _units(module: Module) -> Iterator[int]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                match item.context_expr:
                    case ast.Call(func=ast.Attribute(attr="read" | "write" | "migrating", value=owner)):
                        if ast.unparse(owner).endswith("database"):
                            yield node.lineno


def _is_edge(module: Module, function: Function) -> bool:
    """A handler or a part of one that is given the whole application, or the step of a job."""
    given = {ast.unparse(each.annotation) for each in function.args.args if each.annotation}
    return "Job" in given or (module.name.startswith("web/") and "App" in given)


def _lines(function: Function) -> range:
    return range(function.lineno, (function.end_lineno or 0) + 1)
