"""Captions come from the file and from people; what people wrote stays; only who sees the clip reads them."""

from pathlib import Path

import pytest

from onstage.clips import kinds
from onstage.clips.agreeing import edit
from onstage.clips.film import captions
from onstage.clips.film.captions import Source
from onstage.clips.models import Audience
from onstage.clips.workroom import Workroom
from onstage.errors import Invalid, NotFound
from onstage.jobs.models import Lane
from onstage.jobs.worker import run_due
from onstage.web.http import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run, send
from tests.clips.test_finish import media
from tests.media.conftest import KEPT
from tests.media.files import make

HELLO = "1\n00:00:00,100 --> 00:00:00,900\nHello\n"


def test_words_in_the_file_become_captions(app: App, cast: Cast, run: Run) -> None:
    upload = send(app, cast.ada.viewer, (KEPT / "sample_with_srt.mkv").read_bytes())
    run(Lane.PUBLISH)
    with app.database.read() as db:
        (found,) = captions.of(db, cast.ada.viewer, upload.slug)
    assert (found.language, found.source) == ("en", Source.FILE)
    assert "\nThis is the first subtitle.\n" in found.words
    assert media(app.database, upload.clip).languages == "en"


@pytest.mark.parametrize("name", ["fragmented_captions.mp4", "fragmented_captions_h265.mp4"])
def test_words_in_the_pictures_become_captions(app: App, cast: Cast, run: Run, name: str) -> None:
    upload = send(app, cast.ada.viewer, (KEPT / name).read_bytes())
    run(Lane.PUBLISH)
    with app.database.read() as db:
        (found,) = captions.of(db, cast.ada.viewer, upload.slug)
    assert (found.language, found.source) == (captions.UNKNOWN, Source.FILE)
    assert found.words == "WEBVTT\n\n00:00:01.869 --> 00:00:04.869\n♪MUSIC♪\n"


def test_several_languages_and_none_that_are_pictures(app: App, cast: Cast, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(HELLO)
    (tmp_path / "b.srt").write_text(HELLO.replace("Hello", "<b>Hallo</b> & du"))
    path, words = tmp_path / "two.mp4", ("-i", str(tmp_path / "a.srt"), "-i", str(tmp_path / "b.srt"))
    kept = ("-map", "0:v", "-map", "1", "-map", "2", "-c:s", "mov_text", "-metadata:s:s:0", "language=fre")
    make.run(path, *make.PATTERN, *words, *kept, *make.H264, "-metadata:s:s:1", "language=ger")
    upload = send(app, cast.ada.viewer, path.read_bytes())
    pictures = send(app, cast.ada.viewer, (KEPT / "sample_with_pgs_subtitles.mkv").read_bytes())
    run(Lane.PUBLISH)
    with app.database.read() as db:
        found = captions.of(db, cast.ada.viewer, upload.slug)
        assert captions.of(db, cast.ada.viewer, pictures.slug) == []
    assert [each.language for each in found] == ["de", "fr"]
    assert "Hallo &amp; du" in found[0].words


def test_people_write_replace_and_remove(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    run(Lane.PUBLISH)
    with app.database.write() as db:
        captions.write(db, app.keys, cast.ada.viewer, upload.slug, "en", HELLO)
        captions.write(db, app.keys, cast.ada.viewer, upload.slug, "pt-BR", HELLO)
        captions.write(db, app.keys, cast.ada.viewer, upload.slug, "en", HELLO.replace("Hello", "Bye"))
        captions.keep_spoken(db, upload.clip, "de", HELLO)
    with app.database.read() as db:
        found = captions.of(db, cast.ada.viewer, upload.slug)
    assert [(each.language, each.source) for each in found] == [("en", Source.PERSON), ("pt-BR", Source.PERSON)]
    assert "Bye" in found[0].words
    assert media(app.database, upload.clip).languages == "en pt-BR"
    with app.database.write() as db:
        captions.remove(db, app.keys, cast.ada.viewer, upload.slug, "en")
    assert media(app.database, upload.clip).languages == "pt-BR"
    with app.database.write() as db, pytest.raises(NotFound):
        captions.remove(db, app.keys, cast.ada.viewer, upload.slug, "en")


def test_what_is_wrong_changes_nothing(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    run(Lane.PUBLISH)
    for language, text in (("en", "no times"), ("English", HELLO), ("", HELLO)):
        with app.database.write() as db, pytest.raises(Invalid):
            captions.write(db, app.keys, cast.ada.viewer, upload.slug, language, text)
    with app.database.read() as db:
        assert captions.of(db, cast.ada.viewer, upload.slug) == []


def test_others_may_read_what_they_see_and_write_nothing(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    run(Lane.PUBLISH)
    with app.database.write() as db:
        captions.write(db, app.keys, cast.ada.viewer, upload.slug, "en", HELLO)
        edit.change(db, cast.app.keys, cast.ada.viewer, upload.slug, audience=Audience.PRIVATE)
    with app.database.write() as db, pytest.raises(NotFound):
        captions.write(db, app.keys, cast.ben.viewer, upload.slug, "en", HELLO)
    with app.database.read() as db, pytest.raises(NotFound):
        captions.in_language(db, cast.ben.viewer, upload.slug, "en")


def engine(folder: Path, said: str) -> str:
    """A program of the owner's that hears the same in everything that is a WAV."""
    program = folder / "engine"
    program.write_text(f"#!/bin/sh\nhead -c 4 \"$1\" | grep -q RIFF || exit 1\nprintf '{said}'\n")
    program.chmod(0o755)
    return str(program)


def test_a_program_writes_down_what_is_said(app: App, cast: Cast, film: Film, room: Workroom, tmp_path: Path) -> None:
    said = "WEBVTT\\nLanguage: de\\n\\n00:00.000 --> 00:01.000\\n<b>Guten Tag</b>\\n"
    listening = Workroom(**{**vars(room), "speech_to_text": engine(tmp_path, said)})
    upload = send(app, cast.ada.viewer, film().read_bytes())
    run_due(app.database, kinds.kinds(listening), [Lane.PUBLISH, Lane.LADDER])
    with app.database.read() as db:
        (found,) = captions.of(db, cast.ada.viewer, upload.slug)
    assert (found.language, found.source) == ("de", Source.MACHINE)
    assert found.words.endswith("\nGuten Tag\n")


@pytest.mark.parametrize("said", ["", "no captions at all", "WEBVTT\\n\\nbad --> times\\n"])
def test_a_program_that_hears_nothing_changes_nothing(
    app: App, cast: Cast, film: Film, room: Workroom, tmp_path: Path, said: str
) -> None:
    listening = Workroom(**{**vars(room), "speech_to_text": engine(tmp_path, said)})
    upload = send(app, cast.ada.viewer, film().read_bytes())
    run_due(app.database, kinds.kinds(listening), [Lane.PUBLISH, Lane.LADDER])
    with app.database.read() as db:
        assert captions.of(db, cast.ada.viewer, upload.slug) == []
