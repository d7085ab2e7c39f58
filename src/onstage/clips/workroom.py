"""Where clips are made and ended: storage, staged uploads, a folder for what is unfinished, ffmpeg and its limits."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from onstage.jobs.worker import Job
from onstage.media.probe import Limits
from onstage.settings import Settings
from onstage.storage.objects import Objects
from onstage.storage.staging import Staging

JOURNAL = "deletions.log"


@dataclass(frozen=True)
class Workroom:
    """What the steps that make a clip or end it need beside the database; `journal` is that of deletions."""

    objects: Objects
    staging: Staging
    folder: Path
    journal: Path
    ffmpeg: str
    limits: Limits
    keep_originals: bool
    speech_to_text: str

    @contextmanager
    def table(self, job: Job) -> Iterator[Path]:
        """A folder for this attempt alone, empty at first and gone at the end; what a killed attempt left goes too."""
        for left in self.folder.glob(f"{job.id}-*"):
            shutil.rmtree(left, ignore_errors=True)
        table = self.folder / f"{job.id}-{job.attempt}"
        table.mkdir(parents=True)
        try:
            yield table
        finally:
            shutil.rmtree(table, ignore_errors=True)

    def local(self, key: str, table: Path) -> Path:
        """An object as a file: itself where objects are files, else a copy on the table. Raises FileNotFoundError."""
        path = self.objects.path(key)
        if path is None:
            path = table / key
            if not path.exists():
                self.objects.fetch(key, path)
        return path


def open_workroom(settings: Settings, objects: Objects, staging: Staging) -> Workroom:
    """The workroom of this machine, with what the settings allow a clip to be."""
    return Workroom(
        objects=objects,
        staging=staging,
        folder=(settings.data / "work").resolve(),
        journal=settings.data / JOURNAL,
        ffmpeg=settings.ffmpeg or imageio_ffmpeg.get_ffmpeg_exe(),
        limits=limits_of(settings),
        keep_originals=settings.keep_originals,
        speech_to_text=settings.speech_to_text,
    )


def limits_of(settings: Settings) -> Limits:
    """What the settings allow a clip to be."""
    return Limits(
        max_seconds=settings.max_seconds,
        max_pixels=settings.max_megapixels * 1_000_000,
        max_fps=settings.max_fps,
        max_bytes=settings.max_upload_mb * 1_000_000,
        max_bitrate=settings.max_mbit * 1_000_000,
        max_tracks=settings.max_tracks,
        cpu_seconds=settings.max_cpu_seconds,
        memory=settings.max_memory_mb << 20,
    )
