"""Who may comment on a clip: at most whom the age and the settings of everybody in it allow (consent.md R6)."""

from collections.abc import Iterable

from sqlalchemy import update

from onstage.accounts import age
from onstage.accounts.age import Band, Row, Who, looseness
from onstage.accounts.permissions import band, most_for, value_for
from onstage.clips.models import Commenters, clips
from onstage.db.engine import Connection

_FEWEST_FIRST = list(reversed(Commenters))


def most(db: Connection, author: int, others: Iterable[int] = (), *, children: bool = False) -> Commenters:
    """From whom a clip may take comments at most; `children`: minors are in it who are not here.

    Its author chooses for each clip; of a minor among the others counts what holds for them.
    """
    said: list[age.Value | None] = [most_for(db, author, Row.COMMENTS)]
    said += [value_for(db, each, Row.COMMENTS) for each in others if band(db, each) is not Band.ADULT]
    if children:
        said.append(age.value(Row.COMMENTS, Band.UNKNOWN))
    who = min((each for each in said if isinstance(each, Who)), key=looseness)
    return Commenters.NOBODY if who in {Who.NOBODY, Who.CIRCLE} else Commenters(who.value)


def up_to(most_: Commenters) -> list[Commenters]:
    """What can be chosen then, fewest first."""
    return _FEWEST_FIRST[: _FEWEST_FIRST.index(most_) + 1]


def bring_within(db: Connection, clip: int, most_: Commenters) -> None:
    """Let no more people than these comment on a clip."""
    more = [each.value for each in Commenters if each not in up_to(most_)]
    is_more = (clips.c.id == clip) & clips.c.commenters.in_(more)
    db.execute(update(clips).where(is_more).values(commenters=most_.value))
