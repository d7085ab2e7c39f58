"""The parts of the documents that are written from the code: `make docs` writes them, a test compares them."""

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from onstage.settings import SETTINGS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "onstage"


def settings_table() -> str:
    """Every setting with its default and meaning."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for setting in SETTINGS:
        meaning = setting.meaning
        if setting.choices:
            meaning += f" One of {', '.join(f'`{choice}`' for choice in setting.choices)}."
        default = setting.default
        shown = "empty" if default == "" else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        lines.append(f"| `{setting.name}` | {shown} | {meaning} |")
    return "\n".join(lines)


def module_list() -> str:
    """Every module with the first sentence of its docstring, folder by folder, top layer first."""
    return "\n".join(_modules())


def _modules() -> Iterator[str]:
    folders = sorted(
        {path.parent for path in SOURCE.rglob("*.py")}, key=lambda folder: folder.relative_to(SOURCE).parts
    )
    for folder in folders:
        if "migrations" in folder.parts:
            continue
        name = folder.relative_to(SOURCE.parent)
        head = _sentence(folder / "__init__.py") if folder != SOURCE else "What stands above or beside all domains."
        yield f"\n**`{name}`**: {head}\n"
        for path in sorted(folder.glob("*.py")):
            if path.name != "__init__.py":
                yield f"- `{path.name}`: {_sentence(path)}"


def _sentence(path: Path) -> str:
    words = (ast.get_docstring(ast.parse(path.read_text())) if path.exists() else None) or ""
    return " ".join(words.split("\n\n")[0].split())


PARTS: Mapping[tuple[str, str], Callable[[], str]] = {
    ("docs/run/settings.md", "settings"): settings_table,
    ("docs/build/architecture.md", "modules"): module_list,
}


def filled(text: str, name: str, made: str) -> str:
    """A page with the part between `<!-- name: … -->` and `<!-- end of name -->` made anew."""
    head, _, rest = text.partition(f"<!-- {name}:")
    mark, _, rest = rest.partition("-->\n")
    _, end, tail = rest.partition(f"<!-- end of {name} -->")
    assert end, f"the page has no part named {name}"
    return f"{head}<!-- {name}:{mark}-->\n{made}\n{end}{tail}"


def main() -> None:
    """Write every part into its page."""
    for (page, name), make in PARTS.items():
        path = ROOT / page
        path.write_text(filled(path.read_text(), name, make()))


if __name__ == "__main__":
    main()
