"""Placing people and relations in the past: for the demo, whose story does not begin today."""

from sqlalchemy import update

from onstage.accounts.models import accounts, follows, members, people
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection


def here_since(db: Connection, viewer: Viewer, instant: int) -> None:
    """Let somebody have signed up at `instant` (microseconds), account and all."""
    db.execute(update(people).where(people.c.id == viewer.person).values(created_at=instant))
    db.execute(update(accounts).where(accounts.c.id == viewer.account).values(created_at=instant))
    db.execute(update(members).where(members.c.person_id == viewer.person).values(since=instant))


def following_since(db: Connection, viewer: Viewer, target: int, instant: int) -> None:
    """Let the viewer's account have followed the account `target` from `instant` (microseconds) on."""
    edge = (follows.c.follower_id == viewer.account) & (follows.c.target_id == target)
    db.execute(update(follows).where(edge).values(at=instant))
