"""The documents say what is there: every link, path, command, target, option, setting and generated part."""

import argparse
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from onstage import cli
from onstage.settings import SETTINGS
from tests.docs.generated import PARTS, ROOT, filled

PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", "src/onstage/web/static/vendor/*.md")
    for path in ROOT.glob(pattern)
)
TARGETS = set(re.findall(r"^([a-z]+|\.venv/\w+\.stamp):", (ROOT / "Makefile").read_text(), re.MULTILINE))
# What is made at run time, or by somebody who follows the page.
MADE = {"bench/latest.json", "docs/screenshot.png"}


def page(path: Path) -> str:
    """The words of a page."""
    return (ROOT / path).read_text()


def code(path: Path) -> Iterator[str]:
    """What a page gives as code: fenced lines, with continued ones joined, and words between backticks."""
    text = page(path)
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        yield from block.replace("\\\n", " ").splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def anchors(text: str) -> set[str]:
    """The names of a page's headings, as links give them."""
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page(path), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (ROOT / path).parent / name if name else ROOT / path
        if str(found.resolve().relative_to(ROOT)) not in MADE:
            assert found.exists(), f"{path}: {target}"
        if anchor:
            assert anchor in anchors(found.read_text()), f"{path}: {target}"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_paths_exist(path: Path) -> None:
    for words in code(path):
        for named in re.findall(r"(?:^|[\s=(/])((?:src|tests|docs|deploy|bench|\.ci)/[\w./\-]*)", words):
            if "/opt/onstage/" + named in words:
                continue
            clean = named.rstrip("./")
            assert clean in MADE or (ROOT / clean).exists(), f"{path}: {named}"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_make_targets_exist(path: Path) -> None:
    for words in (words for words in code(path) if "apt install" not in words):
        for target in re.findall(r"(?:^|[\s&])make(?: -\w+(?: \S+)?)* ((?:[a-z]+|\.venv/\w+\.stamp))(?=\s|$)", words):
            assert target in TARGETS, f"{path}: make {target}"


def options_of(command: str) -> tuple[argparse.ArgumentParser, set[str]]:
    """The parser of a subcommand and the options it takes."""
    parser = cli._parser()
    (subparsers,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    chosen = subparsers.choices[command]
    return chosen, {option for action in chosen._actions for option in action.option_strings}


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_commands_and_their_options_exist(path: Path) -> None:
    known = {command.name for command in cli.COMMANDS}
    for words in code(path):
        for command, rest in re.findall(r"(?:^|\s|bin/)onstage ([a-z][a-z-]*)(.*)", words):
            if re.search(r"(useradd|systemctl|-u|clone|enable --now) .*onstage|cd onstage", words):
                continue
            assert command in known, f"{path}: onstage {command}"
            for option in re.findall(r"(?<=\s)(--[a-z-]+)", rest):
                assert option in options_of(command)[1], f"{path}: onstage {command} {option}"


def test_every_command_is_told_of() -> None:
    told = page(Path("docs/run/install.md"))
    for command in cli.COMMANDS:
        assert f"`onstage {command.name}" in told, command.name


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_settings_that_are_named_exist(path: Path) -> None:
    elsewhere = {
        "ONSTAGE_CONFIG",
        "ONSTAGE_CLIPS",
        "ONSTAGE_FUZZ_SECONDS",
        "ONSTAGE_SCHEMA_EXAMPLES",
        "ONSTAGE_STORIES",
    }
    known = {setting.name for setting in SETTINGS} | elsewhere
    for words in code(path):
        assert set(re.findall(r"\bONSTAGE_[A-Z_]+", words)) <= known, f"{path}: {words}"


@pytest.mark.parametrize(("named", "part"), PARTS, ids=str)
def test_what_is_written_from_the_code_is_up_to_date(named: str, part: str) -> None:
    text = page(Path(named))
    assert text == filled(text, part, PARTS[named, part]()), "run `make docs`"


def test_every_module_says_what_it_is() -> None:
    for line in PARTS["docs/build/architecture.md", "modules"]().splitlines():
        assert not line.endswith(": "), line


def test_every_decision_is_listed() -> None:
    listed = page(Path("docs/decisions/README.md"))
    for path in sorted((ROOT / "docs/decisions").glob("0*.md")):
        assert f"({path.name})" in listed
        head = path.read_text().splitlines()[0]
        assert head.startswith(f"# {int(path.name[:4])}. ")
        for part in ("Context", "Decision", "Alternatives considered", "Consequences"):
            assert f"## {part}\n" in path.read_text(), f"{path.name}: {part}"


def test_the_readme_has_its_two_commands() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", page(Path("README.md")), re.DOTALL | re.MULTILINE)
    assert blocks == ["make serve\n", "make test\n"]


def test_make_help_names_every_target_that_people_use() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^make (\w+)", told, re.MULTILINE)) == {target for target in TARGETS if "/" not in target}


@pytest.mark.parametrize(
    "name", ["deploy/onstage.service", "deploy/nginx.conf", "deploy/Dockerfile", "deploy/compose.yaml"]
)
def test_deployments_name_what_exists(name: str) -> None:
    text = page(Path(name))
    for named in re.findall(r"(?<![\w/])((?:docs|deploy)/[\w./\-]+\w)", text):
        assert (ROOT / named).exists(), named
    for setting in re.findall(r"\b(?:Environment=)?(ONSTAGE_[A-Z]+|TRUSTED_PROXIES|HOST|PORT)\b[=:]", text):
        assert setting in {each.name for each in SETTINGS} | {"ONSTAGE_CONFIG"}
    for command in re.findall(r"bin/onstage (\w+)", text):
        assert command in {each.name for each in cli.COMMANDS}


def test_the_stories_have_their_pictures_and_no_others() -> None:
    linked = set(re.findall(r"stories/([\w-]+\.webp)", page(Path("docs/use/stories.md"))))
    there = list((ROOT / "docs/use/stories").iterdir())
    assert {path.name for path in there} == linked
    assert sum(path.stat().st_size for path in there) < 2_000_000
