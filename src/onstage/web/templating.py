"""The templates' environment: filters, words, hashed static files, and what every page is given."""

import gzip
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from markupsafe import Markup

from onstage import __version__
from onstage.accounts.byline import By
from onstage.settings import Settings
from onstage.web import words

HERE = Path(__file__).parent
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class StaticFile:
    """A file of the interface in memory, also compressed where that helps."""

    body: bytes
    packed: bytes | None
    content_type: str


@dataclass(frozen=True)
class Site:
    """What pages say about this server."""

    name: str
    origin: str
    version: str
    source_url: str


class StaticFiles:
    """All files under `static/`, served below one hash of the whole tree, so that they can be cached for ever."""

    def __init__(self, folder: Path = HERE / "static") -> None:
        self.files = {
            str(path.relative_to(folder)): _load(path) for path in sorted(folder.rglob("*")) if path.is_file()
        }
        joined = hashlib.sha256()
        for name, file in self.files.items():
            joined.update(name.encode() + b"\0" + file.body)
        self.hash = joined.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file; raises KeyError when there is no such file."""
        if name not in self.files:
            raise KeyError(f"no static file {name}")
        return f"/static/{self.hash}/{name}"


def _load(path: Path) -> StaticFile:
    body = path.read_bytes()
    content_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(body, 9, mtime=0) if len(body) > 500 and path.suffix not in {".png", ".webp"} else None
    text = content_type.startswith("text/") or path.suffix == ".svg"
    return StaticFile(body, packed, f"{content_type}; charset=utf-8" if text else content_type)


def make_engine(settings: Settings, static: StaticFiles) -> JinjaTemplateEngine:
    """The engine with everything a template may call."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    i18n: Any = environment
    i18n.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)
    environment.filters |= {
        "short_count": words.short_count,
        "whole_count": words.whole_count,
        "ago": words.ago,
        "clock": words.clock,
        "day": words.day,
        "month": words.month,
        "percent": words.percent,
        "said": words.said,
        "tenths": words.tenths,
        "iso": words.iso,
    }
    environment.globals |= {
        "static": static.url,
        "common": _common(environment, static.url("icons.svg")),
        "static_files": sorted(static.files),
        "site": Site(settings.name, settings.origin, __version__, settings.source_url or "/source"),
        "page_language": words.language.get,
        "text_direction": lambda: "rtl" if words.language.get() in words.RIGHT_TO_LEFT else "ltr",
    }
    return JinjaTemplateEngine.from_environment(environment)


def _common(environment: Environment, icons: str) -> Callable[[str], Markup]:
    """Gives a fragment that is the same for everybody: made once for each language, and knowing nothing of who looks."""

    @cache
    def made(template: str, _language: str) -> Markup:
        return Markup(environment.get_template(template).render(icons=icons))  # noqa: S704 - the template escaped it

    return lambda template: made(template, words.language.get())


def shared_context(viewer: Any, scope: Any) -> dict[str, Any]:
    """What every page is given beside its own: who looks, where, and the nonce of this answer."""
    me = By(viewer.handle, viewer.name, viewer.avatar) if viewer.signed_in else None
    return {"viewer": viewer, "me": me, "path": scope["path"], "nonce": scope["state"]["nonce"]}
