"""The same film is known again however it was packed or encoded; different films, stills and black never are."""

import subprocess
from itertools import combinations
from pathlib import Path

import imageio_ffmpeg
import pytest

from onstage.media import likeness
from onstage.media.probe import Limits, probe
from onstage.media.transcode import first_rendition

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
LIMITS = Limits()
FILMS = {
    "clock": "testsrc2=size=320x240:rate=25:duration=6",
    "fractal": "mandelbrot=size=320x240:rate=25:maxiter=200,trim=duration=6",
    "cells": "life=size=160x120:rate=10:seed=3,scale=320:240,trim=duration=6",
    "other cells": "life=size=160x120:rate=10:seed=4,scale=320:240,trim=duration=6",
    "bars": "smptebars=size=320x240:duration=6",
    "bars that come": "smptebars=size=320x240:duration=6,fade=in:0:50",
    "black": "color=black:size=320x240:duration=6",
    "black, larger": "color=black:size=640x480:duration=8",
}


def made(folder: Path, name: str) -> Path:
    path = folder / f"{name}.mp4"
    sound = ["-f", "lavfi", "-i", "sine=440:duration=6", "-c:a", "aac"]
    run(
        "-f",
        "lavfi",
        "-i",
        FILMS[name],
        *sound,
        "-shortest",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-pix_fmt",
        "yuv420p",
        str(path),
    )
    return path


def run(*arguments: str) -> None:
    subprocess.run([FFMPEG, "-v", "error", "-y", *arguments], check=True)


def mark(path: Path) -> bytes:
    return likeness.mark(FFMPEG, path, probe(FFMPEG, path, LIMITS))


def moves(path: Path) -> bytes:
    return likeness.looked_into(FFMPEG, path, probe(FFMPEG, path, LIMITS), path.with_suffix(".gray"))


@pytest.mark.parametrize("container", ["mov", "mkv", "ts", "flv"])
def test_a_copy_has_the_mark_of_its_film(tmp_path: Path, container: str) -> None:
    film = made(tmp_path, "clock")
    copy = tmp_path / f"copy.{container}"
    run("-i", str(film), "-c", "copy", "-metadata", "title=Other words", str(copy))
    assert mark(copy) == mark(film)
    assert len(mark(film)) == 32


def test_the_mark_is_read_on_the_way_where_the_film_is_copied(tmp_path: Path) -> None:
    for container in ("mp4", "ts"):
        film = tmp_path / f"film.{container}"
        run("-i", str(made(tmp_path, "clock")), "-c", "copy", str(film))
        copied = first_rendition(FFMPEG, probe(FFMPEG, film, LIMITS), film, tmp_path / "first.mp4")
        assert copied.copied
        assert copied.mark == mark(film)


def test_what_has_other_pictures_or_another_sound_has_another_mark(tmp_path: Path) -> None:
    film, silent, shorter = made(tmp_path, "clock"), tmp_path / "silent.mp4", tmp_path / "shorter.mp4"
    run("-i", str(film), "-c", "copy", "-an", str(silent))
    run("-i", str(film), "-c", "copy", "-t", "3", str(shorter))
    assert len({mark(each) for each in (film, silent, shorter)}) == 3


@pytest.mark.parametrize(
    "how",
    [
        ("-vf", "scale=-2:120", "-c:v", "libx264", "-b:v", "60k"),
        ("-ss", "1.3", "-vf", "scale=-2:180,fps=15", "-c:v", "libx264", "-crf", "35"),
        ("-vf", "scale=240:240,eq=brightness=0.05:contrast=1.1", "-c:v", "mpeg4", "-q:v", "10"),
    ],
    ids=["at few bits", "a part at another rate", "squeezed and brightened"],
)
def test_a_film_encoded_anew_is_known_by_what_moves(tmp_path: Path, how: tuple[str, ...]) -> None:
    for name in ("clock", "fractal"):
        film, anew = made(tmp_path, name), tmp_path / "anew.mp4"
        run("-i", str(film), *how, str(anew))
        assert likeness.alike(moves(film), moves(anew)) >= likeness.SAME, name


def test_different_films_stills_and_black_are_never_the_same(tmp_path: Path) -> None:
    known = {name: moves(made(tmp_path, name)) for name in FILMS}
    for (one, here), (other, there) in combinations(known.items(), 2):
        assert likeness.alike(here, there) < likeness.SAME, (one, other)
    for name in ("bars", "black"):
        assert likeness.alike(known[name], known[name]) == 0, "what stands still is like all that does"
    assert likeness.alike(known["cells"], known["cells"]) > 0.99


def test_a_part_shorter_than_three_seconds_tells_nothing(tmp_path: Path) -> None:
    film, part = made(tmp_path, "clock"), tmp_path / "part.mp4"
    run("-i", str(film), "-t", "2", str(part))
    assert likeness.alike(moves(film), moves(part)) == 0
