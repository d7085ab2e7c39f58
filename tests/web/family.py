"""A child of 14 with two parents, a friend and somebody else, and a draft of the child's: for tests about agreeing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from onstage import ids
from onstage.accounts.age import Band
from onstage.accounts.models import accounts, follows, guardianships
from onstage.clips.models import Audience, Stage
from onstage.web.http import App
from tests.cast import Actor, make_clip, person
from tests.client import Answer, Client


@dataclass
class Family:
    """A child of 14, two parents, a friend and somebody else; and a draft of the child's."""

    client: Client
    app: App
    child: Actor
    mum: Actor
    dad: Actor
    friend: Actor
    other: Actor
    clip: int
    slug: str

    def api(self, who: Actor, method: str, path: str, **more: Any) -> Answer:
        """A request about the clip."""
        return self.client.ask(method, f"/api/v1/clips/{self.slug}{path}", who, **more)

    def yes(self, who: Actor, version: int) -> int:
        """The status of a yes."""
        return self.api(who, "POST", "/yes", json={"version": version}).status

    def asks(self, who: Actor) -> list[dict[str, Any]]:
        """What waits for somebody."""
        found: list[dict[str, Any]] = self.client.ask("GET", "/api/v1/me/questions", who).json
        return found

    def sees(self, who: Actor) -> bool:
        """Whether the clip and its film open for somebody."""
        page = self.api(who, "GET", "").status
        film = self.client.ask("GET", f"/media/film{self.slug}", who).status
        assert (page == 200) == (film != 404)
        return page == 200


def make_family(app: App, client: Client, tmp_path: Path) -> Family:
    """Write them, and a film for the draft."""
    with app.database.write() as db:
        made = {name: person(db, name) for name in ("mum", "dad", "friend", "other")}
        child = person(db, "child", band=Band.FROM_13)
        for guardian in ("mum", "dad"):
            row = {"guardian_id": made[guardian].person, "minor_id": child.person, "claimed_at": 1, "accepted_at": 1}
            db.execute(insert(guardianships).values(id=ids.new(), is_full=1, **row))
        for one, two in ((child, made["friend"]), (made["friend"], child)):
            db.execute(insert(follows).values(follower_id=one.account, target_id=two.account, accepted=1, at=1))
        db.execute(update(accounts).where(accounts.c.id == child.account).values(hand_accepts=1))
    clip, slug = make_clip(
        app.database, child, caption="first words", audience=Audience.FRIENDS, published=False, stage=Stage.DRAFT
    )
    film = tmp_path / "film"
    film.write_bytes(b"a film" * 100)
    app.storage.put(f"film{slug}", film)
    mum, dad, friend, other = (Actor(each) for each in made.values())
    return Family(client, app, Actor(child), mum, dad, friend, other, clip, slug)
