"""Captions and previews over the API: for whom the clip is, in the form that players take."""

from sqlalchemy import insert, select

from onstage.clips.models import clip_media, renditions
from onstage.jobs.models import jobs
from onstage.web.http import App
from tests.cast import Cast, make_clip
from tests.client import Client

SRT = b"1\n00:00:01,000 --> 00:00:02,000\n<b>Hello</b> & you\n"


def test_captions_are_written_read_and_removed(client: Client, app: App, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    path = f"/api/v1/clips/{slug}/captions"
    written = client.ask("PUT", f"{path}/en", cast.ada, body=SRT, headers={"content-type": "application/x-subrip"})
    assert written.status == 200, written.text
    assert [(each["language"], each["source"]) for each in written.json] == [("en", "person")]
    read = client.ask("GET", f"{path}/en", None)
    assert read.header("content-type") == "text/vtt; charset=utf-8"
    assert read.text == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello &amp; you\n"
    shown = client.ask("GET", f"/api/v1/clips/{slug}", None).json
    assert shown["captions"] == [{"language": "en", "url": f"{path}/en"}]
    assert client.ask("GET", path, cast.ben).json[0]["url"] == f"{path}/en"
    assert client.ask("DELETE", f"{path}/en", cast.ben).status == 404
    assert client.ask("DELETE", f"{path}/en", cast.ada).status == 204
    assert client.ask("GET", f"{path}/en", None).status == 404


def test_bad_captions_change_nothing(client: Client, app: App, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    path = f"/api/v1/clips/{slug}/captions"
    for language, body, status in (
        ("en", b"no", 422),
        ("en", b"\xff\xfe", 422),
        ("E!", SRT, 422),
        ("en", b"x" * 500_001, 413),
    ):
        answer = client.ask("PUT", f"{path}/{language}", cast.ada, body=body, headers={"content-type": "text/vtt"})
        assert answer.status == status, answer.text
    assert client.ask("GET", path, cast.ada).json == []


def test_a_preview_is_asked_for_and_comes(client: Client, app: App, cast: Cast) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    path = f"/api/v1/clips/{slug}/preview"
    assert client.ask("POST", path, None).json == {"url": None}
    assert client.ask("POST", path, cast.ben).json == {"url": None}
    with app.database.write() as db:
        assert len(db.execute(select(jobs.c.id).where(jobs.c.kind == "preview")).all()) == 1
        db.execute(insert(clip_media).values(clip_id=clip, preview="a-preview-of-it.mp4"))
    assert client.ask("POST", path, None).json == {"url": "/media/a-preview-of-it.mp4"}


def test_what_stands_beside_the_renditions_is_told(client: Client, app: App, cast: Cast) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    avif = {"cover_avif": "large.avif", "cover_small_avif": "small.avif", "cover_tiny_avif": "tiny.avif"}
    shape = avif | {"scrub": "sheet-of-it.webp", "scrub_width": 90, "scrub_height": 160, "scrub_count": 11}
    with app.database.write() as db:
        db.execute(
            insert(clip_media).values(clip_id=clip, gain=-350, placeholder="UklGRg==", scrub_us=2_000_000, **shape)
        )
    shown = client.ask("GET", f"/api/v1/clips/{slug}", None).json
    assert (shown["gain_db"], shown["placeholder"]) == (-3.5, "data:image/webp;base64,UklGRg==")
    assert [shown[f"{name}_url"] for name in avif] == [f"/media/{key}" for key in avif.values()]
    sheet = {"url": "/media/sheet-of-it.webp", "width": 90, "height": 160, "count": 11, "every_seconds": 2.0}
    assert shown["scrub"] == sheet


def test_av1_stands_last_among_the_renditions(client: Client, app: App, cast: Cast) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    dense = {"key": f"dense{slug}", "clip_id": clip, "width": 720, "height": 1280, "bytes": 9, "bitrate": 9}
    with app.database.write() as db:
        db.execute(insert(renditions).values(**dense, codecs="av01.0.05M.08,mp4a.40.2"))
    shown = client.ask("GET", f"/api/v1/clips/{slug}", None).json["renditions"]
    assert [each["codecs"] for each in shown] == ["avc1.64001f", "av01.0.05M.08,mp4a.40.2"]
