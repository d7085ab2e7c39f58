"""Which notices stand at the moment of reading.

One does as long as somebody who is heard still does what it tells of, and the viewer may see the clip it is about. So what
is taken back, hidden, erased, withheld or blocked is in no inbox and in no number, though nobody told the notice.
"""

from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, and_, bindparam, case, exists, literal, or_, select, true

from onstage.accounts.models import Role, accounts, follows, members
from onstage.clips.models import clip_mentions, clips
from onstage.clips.portraits.models import portraits, portraits_concerned
from onstage.clips.queries import VISIBLE
from onstage.engagement.comments import State, heard
from onstage.engagement.models import comments, likes, reposts
from onstage.notifications.models import tiding_choices, tiding_people, tidings

_by = tiding_people.c.account_id
_about, _told = tidings.c.clip_id, tidings.c.account_id
_person: Any = bindparam("viewer_person")


def _there_is(*conditions: ColumnElement[bool]) -> Exists:
    return exists().where(*conditions).correlate(tidings, tiding_people, clips)


def _follows(*, accepted: int) -> Exists:
    return _there_is(follows.c.follower_id == _by, follows.c.target_id == _told, follows.c.accepted == accepted)


_by_them = (comments.c.account_id == _by) & (comments.c.clip_id == _about) & (comments.c.state == State.SHOWN.value)
_handle = select(accounts.c.handle).where(accounts.c.id == _told).correlate(tidings).scalar_subquery()
_names_me = comments.c.words.regexp_match(literal(r"(?i)(?<![\w@./])@") + _handle + literal(r"(?!\w)"))
_captioned = _there_is(
    clip_mentions.c.clip_id == _about, clip_mentions.c.account_id == _told, clips.c.account_id == _by
)
_SAID: dict[str, ColumnElement[bool]] = {
    "comment": _by_them,
    "reply": _by_them & (comments.c.parent_id == tidings.c.subject_id),
    "mention": _by_them & _names_me,
}
_DONE: dict[str, ColumnElement[bool]] = {
    "like": _there_is(likes.c.clip_id == _about, likes.c.account_id == _by),
    "repost": _there_is(reposts.c.clip_id == _about, reposts.c.account_id == _by),
    "follow": _follows(accepted=1),
    "ask": _follows(accepted=0),
    "portrait": _there_is(
        portraits.c.account_id == _by,
        portraits.c.asked_at == tidings.c.subject_id,
        portraits_concerned.c.account_id == _by,
        portraits_concerned.c.person_id == _person,
    ),
    **{kind: _there_is(said) for kind, said in _SAID.items()},
}
_DONE["mention"] = or_(_DONE["mention"], _captioned)

DOES: ColumnElement[bool] = and_(case(_DONE, value=tidings.c.kind, else_=true()), heard(_by))
"""Of a row of `tiding_people`: this account still does it, and is heard by the viewer."""

WORDS: ColumnElement[str | None] = case(
    {
        kind: select(comments.c.words)
        .where(said)
        .order_by(comments.c.id.desc())
        .limit(1)
        .correlate(tidings, tiding_people)
        .scalar_subquery()
        for kind, said in _SAID.items()
    },
    value=tidings.c.kind,
)
"""What this account said last of what the notice tells of; None: nothing, or it stands in the clip's caption."""

# Who claims something is told to nobody; that it waits is for owners, who answer.
_answers = exists().where(
    members.c.account_id == _told, members.c.person_id == _person, members.c.role == Role.OWNER.value
)
_somebody = exists().where(tiding_people.c.tiding_id == tidings.c.id, DOES)
_is_off = exists().where(
    tiding_choices.c.person_id == _person, tiding_choices.c.kind == tidings.c.kind, tiding_choices.c.inbox == 0
)

_is_claim = tidings.c.kind == "claim"

SEES: ColumnElement[bool] = or_(_about.is_(None), VISIBLE, _is_claim)
"""Of a notice with its clip (`notices`): the viewer may see what it is about."""

STANDS: ColumnElement[bool] = and_(
    tidings.c.account_id == bindparam("viewer_account"), ~_is_off, SEES, case((_is_claim, _answers), else_=_somebody)
)
"""Of a notice of the acting account, with its clip: the viewer wants its kind, and it stands for them."""


def notices(*columns: Any) -> Select[Any]:
    """A select over notices, each with its clip."""
    return select(*columns).select_from(tidings).outerjoin(clips, clips.c.id == tidings.c.clip_id)
