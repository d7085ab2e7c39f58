"""What people do with a clip besides watching it, told to the log in the transaction in which it is done."""

from enum import StrEnum

from sqlalchemy import exists, select

from onstage.accounts.queries import by_handle
from onstage.accounts.relations import follows_since
from onstage.accounts.viewer import Viewer
from onstage.clips.queries import seen
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.engagement import log
from onstage.engagement.models import untold
from onstage.engagement.tally import Fact
from onstage.engagement.viewers import NOBODY, of_account
from onstage.errors import Invalid


class Act(StrEnum):
    """The kinds of events beside those of the player."""

    LIKE = "like"
    UNLIKE = "unlike"
    SAVE = "save"
    UNSAVE = "unsave"
    SHARE = "share"
    REPOST = "repost"
    UNREPOST = "unrepost"
    COMMENT = "comment"
    FOLLOW = "follow"


def record(db: Connection, viewer: Viewer, clip: int, act: Act, fact: int = 0) -> None:
    """Tell the log; the last statement of its transaction. Who keeps no history is nobody there."""
    assert viewer.account is not None
    keeps_none = db.execute(select(exists().where(untold.c.person_id == viewer.person))).scalar_one()
    name = NOBODY if keeps_none else of_account(viewer.account)
    log.append(db, clip, name, act.value, now(), fact)


def followed_from(db: Connection, viewer: Viewer, slug: str, handle: str, moment: int) -> None:
    """If the acting account began at `moment` to follow the account of this clip, it was from the clip.

    Raises NotFound, or Invalid when the clip is by another account.
    """
    clip = seen(db, viewer, slug)
    if by_handle(db, viewer, handle)["id"] != clip.account:
        raise Invalid("This clip is by another account.", field="clip")
    if follows_since(db, viewer, clip.account) == moment:
        record(db, viewer, clip.id, Act.FOLLOW, Fact.FOLLOWER)
