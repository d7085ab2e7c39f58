"""What the pages name exists: icons in the sprite, words for scripts, modules that are imported."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "src" / "onstage" / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
SCRIPTS = sorted(path for path in (WEB / "static" / "js").rglob("*.js"))
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (WEB / "static" / "icons.svg").read_text()))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_icons_of_a_template_are_in_the_sprite(template: Path) -> None:
    text = template.read_text()
    named = set(re.findall(r"icons \}\}#([a-z0-9-]+)", text)) | set(re.findall(r'\bicon\("([a-z0-9-]+)"', text))
    assert named <= ICONS


def test_scripts_speak_only_words_that_the_page_carries() -> None:
    carried = set(re.findall(r'"([a-z-]+)":', (WEB / "templates" / "_words.html").read_text()))
    spoken = {
        name
        for script in SCRIPTS
        if not {"make", "doors"} & set(script.parts) and script.name != "doors.js"
        for name in re.findall(r'\bword\("([a-z-]+)"', script.read_text())
    }
    assert spoken <= carried


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_imports_of_a_script_lead_to_files(script: Path) -> None:
    for named in re.findall(r'(?:from|import)\s+"(\.{1,2}/[^"]+)"', script.read_text()):
        assert (script.parent / named).resolve().is_file(), named


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_style_and_no_script_without_the_nonce(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<[a-z][^>]*\sstyle=", text)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", text)
    for opened in re.findall(r"<script\b[^>]*>", text):
        assert 'type="application/json"' in opened or "nonce=" in opened
