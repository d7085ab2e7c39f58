"""Explore: who can be followed there."""

import re

from tests.cast import Actor, Cast, make_clip
from tests.client import Client


def _faces(client: Client, actor: Actor) -> list[str]:
    people = client.get("/explore", actor).text.partition('class="faces"')[2].partition("</ul>")[0]
    return re.findall(r'href="/@(\w+)"', people)


def test_whose_clips_are_liked_can_be_followed_once_each(client: Client, cast: Cast) -> None:
    for by in (cast.ada, cast.ada, cast.ola):
        make_clip(cast.app.database, by.viewer)
    assert sorted(_faces(client, cast.guest)) == ["ada", "ola"]
    assert _faces(client, cast.ben) == ["ola"], "ben follows ada"
    assert _faces(client, cast.eve) == ["ola"], "ada has blocked eve"
    assert _faces(client, cast.ola) == ["ada"], "not oneself"
