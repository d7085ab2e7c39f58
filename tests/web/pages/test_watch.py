"""What the first page of a feed begins with, before any script has run."""

import re

from sqlalchemy import insert

from onstage.clips.models import renditions
from tests.cast import Cast, make_clip
from tests.client import Client

FIRST_FILM = re.compile(r'<video class="stage-video" src="/media/([^"]+)" autoplay')


def test_who_saves_data_begins_with_a_smaller_film(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        file = {"key": f"larger{slug}", "clip_id": clip, "width": 720, "height": 1280}
        db.execute(insert(renditions).values(**file, bytes=2000, bitrate=2000, codecs="avc1.64001f"))
    for path in ("/", f"/c/{slug}"):
        assert FIRST_FILM.findall(client.get(path).text) == [f"larger{slug}"]
        assert FIRST_FILM.findall(client.get(path, headers={"Save-Data": "on"}).text) == [f"film{slug}"]
