"""A real server with clips that really play, for browsers to be driven against."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import update

from onstage import settings
from onstage.clips.models import clips, renditions
from onstage.db import migrate
from onstage.db.engine import Database
from onstage.server import compose
from onstage.storage.objects import Objects
from onstage.web.http import App
from tests.cast import Actor, Cast, make_cast, make_clip
from tests.serve.running import Running, serving

SHAPES = ((540, 960), (540, 960), (960, 540), (640, 640))
PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=800)


@dataclass
class Site:
    """A running server, who is on it and the names of ada's clips, newest first."""

    server: Running
    cast: Cast
    slugs: list[str]

    @property
    def origin(self) -> str:
        """Its address."""
        return f"http://localhost:{self.server.port}"

    def page(self, browser: Browser, actor: Actor | None = None, *, phone: bool = True, **options: Any) -> Page:
        """A fresh browser window, signed in as one of the cast."""
        size = PHONE if phone else DESK
        context = browser.new_context(viewport=size, has_touch=phone, is_mobile=phone, **options)
        for name, value in (actor.cookies if actor else {}).items():
            context.add_cookies([{"name": name, "value": value, "url": self.origin}])
        context.set_default_timeout(60_000)
        return context.new_page()


@contextmanager
def stage(folder: Path, count: int = 14) -> Iterator[Site]:
    """Serve `count` clips by ada, the newest first, with captions, tags and shapes that differ."""
    chosen = settings.load({"ONSTAGE_DATA": str(folder / "data")})
    chosen.data.mkdir()
    app = compose(chosen)
    migrate.upgrade(app.database, chosen.data)
    cast = make_cast(app)
    films = [_film(folder, width, height, place) for place, (width, height) in enumerate(SHAPES)]
    slugs = [_clip(app, cast, films, place) for place in range(count)]
    app.plays.stop()
    app.database.close()
    with serving(chosen.data, RATE_LIMIT="0") as server:
        yield Site(server, cast, slugs)


def _film(folder: Path, width: int, height: int, place: int) -> Path:
    made = folder / f"{place}.mp4"
    picture = f"gradients=s={width}x{height}:d=3:r=24:seed={place + 1}:speed=0.02"
    sources = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine={220 + 110 * place}:d=3"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "24", "-c:a", "aac"]
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([ffmpeg, "-v", "error", *sources, *codecs, "-movflags", "+faststart", str(made)], check=True)
    subprocess.run(
        [ffmpeg, "-v", "error", "-i", str(made), "-frames:v", "1", str(made.with_suffix(".webp"))], check=True
    )
    return made


def _clip(app: App, cast: Cast, films: list[Path], place: int) -> str:
    words = "Clip {} #dance with a caption that is long enough to need more than the two lines that a phone has for it"
    by = cast.duo if place % 4 == 3 else cast.ada
    clip = make_clip(app.database, by.viewer, caption=words.format(place), ago=(place + 1) * 3_600_000_000)
    width, height = SHAPES[place % len(SHAPES)]
    return with_film(app.database, app.storage, clip, films[place % len(SHAPES)], width, height)


def with_film(
    database: Database, storage: Objects, clip: tuple[int, str], film: Path, width: int = 540, height: int = 960
) -> str:
    """Let a clip of `make_clip` play a film of three seconds, whose cover lies beside it; gives the clip's name."""
    number, slug = clip
    cover = film.with_suffix(".webp")
    for key, source in {f"film{slug}": film, f"cover{slug}": cover, f"small{slug}": cover}.items():
        storage.put(key, source)
    with database.write() as db:
        db.execute(update(clips).where(clips.c.id == number).values(width=width, height=height, duration_us=3_000_000))
        size = film.stat().st_size
        file = {"width": width, "height": height, "bytes": size, "bitrate": size * 8 // 3}
        db.execute(update(renditions).where(renditions.c.clip_id == number).values(**file))
    return slug
