"""Small films, and the people and jobs that turn them into clips."""

import subprocess
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import pytest

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips import upload
from onstage.clips.upload import Upload
from onstage.clips.workroom import Workroom, open_workroom
from onstage.jobs.models import Lane
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.web.http import App

Film = Callable[..., Path]
Run = Callable[..., int]


def make_film(path: Path, *, seconds: float, size: str, codec: str) -> Path:
    """A test picture with a tone, as an MP4 or whatever the name says."""
    sound = ["-f", "lavfi", "-i", f"sine=440:duration={seconds}"]
    picture = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}"]
    encoded = ["-c:v", codec, "-pix_fmt", "yuv420p", "-c:a", "aac", "-metadata", "location=+52.5+013.4/"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *picture, *sound, *encoded, str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Gives the path of a film of that length, size and codec, made once."""
    folder = tmp_path_factory.mktemp("films")

    def find(seconds: float = 1, size: str = "360x640", codec: str = "libx264") -> Path:
        path = folder / f"{seconds}-{size}-{codec}.mp4"
        return path if path.exists() else make_film(path, seconds=seconds, size=size, codec=codec)

    return find


@pytest.fixture
def room(app: App) -> Workroom:
    return open_workroom(app.settings, app.storage, app.staging, app.keys)


@pytest.fixture
def run(app: App) -> Run:
    """Runs what is due in these lanes, or in all."""
    return lambda *lanes: run_due(app.database, job_kinds(app), lanes or tuple(Lane))


def send(app: App, viewer: Viewer, content: bytes, pieces: Sequence[int] = ()) -> Upload:
    """Upload a file as the edge does, cut at `pieces`."""
    name = ids.slug()
    app.staging.create(name)
    with app.database.write() as db:
        begun = upload.begin(db, viewer, app.settings, name, len(content), "")
    cuts = [0, *pieces, len(content)]
    for start, end in pairwise(cuts):
        app.staging.append(name, start, [content[start:end]])
    app.staging.sync(name)
    with app.database.write() as db:
        upload.complete(db, viewer, begun, None)
    return begun
