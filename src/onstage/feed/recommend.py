"""The next clips of a feed: for now the newest mixed with the most liked, never one twice on the way down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import func, select

from onstage.accounts.byline import By
from onstage.accounts.viewer import Viewer
from onstage.clips.queries import asked_by
from onstage.clock import DAY, now
from onstage.db.engine import Connection
from onstage.db.hot import Hot
from onstage.errors import NotFound
from onstage.feed import candidates
from onstage.feed.candidates import Dated, Found, Reposted
from onstage.feed.models import rankings

SEEN_FOR = 30 * DAY
END_OF_TIME = 2**63 - 1
NEW_BEFORE_LIKED = 2
LOOK_AHEAD = 4  # so many clips of followed accounts are looked at for each that is shown
LOOKS = 25  # so often, until a list ends behind what is not for the viewer


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """How far a reader has come: under which instant and id, below which rank of which ranking, begun when."""

    before: int = END_OF_TIME
    before_id: int = END_OF_TIME
    began: int = 0
    generation: int = 0
    rank: int = 0
    last_account: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Clip ids in order, a sentence for each on why it is there, and where the next page begins (None: the end)."""

    clips: list[int]
    why: dict[int, str]
    next: str | None
    propensity: Mapping[int, float] = field(default_factory=dict)  # how likely a clip was dealt, where lots were drawn
    reposted_by: Mapping[int, By] = field(default_factory=dict)


def encode(cursor: Cursor) -> str:
    """The cursor as an opaque word for a URL."""
    return msgspec.json.encode(cursor).hex()


def decode(word: str | None) -> Cursor:
    """The cursor behind a word; None begins anew. Raises NotFound when the word was not made here."""
    if word is None:
        return Cursor()
    try:
        cursor = msgspec.json.decode(bytes.fromhex(word), type=Cursor)
    except (ValueError, msgspec.DecodeError):
        cursor = Cursor(before=-1)
    if not all(0 <= value <= END_OF_TIME for value in msgspec.structs.astuple(cursor)):
        raise NotFound("This list cannot be continued from here. Open it again.", field="cursor")
    return cursor


_LATEST = Hot(select(func.max(rankings.c.generation)), lambda generation: generation or 0)


def for_you(db: Connection, viewer: Viewer, viewer_key: bytes, word: str | None, limit: int) -> Page:
    """Suggested clips that this viewer has not had on screen for 30 days: two of the newest, then a most liked one."""
    cursor = decode(word)
    if word is None:
        began = now()
        cursor = Cursor(before=began, began=began, generation=_LATEST.first(db) or 0)
    asked = {
        "viewer_key": viewer_key,
        "seen_since": cursor.began - SEEN_FOR,
        "generation": cursor.generation,
        "rank": cursor.rank,
        "before": cursor.before,
        "before_id": cursor.before_id,
        "limit": limit + 1,
        **asked_by(viewer),
    }
    newest = candidates.NEWEST.all(db, **asked)
    liked = candidates.MOST_LIKED.all(db, began=cursor.began, **asked)
    return _mixed(cursor, newest, liked, limit)


def _mixed(cursor: Cursor, newest: list[Found], liked: list[Found], limit: int) -> Page:
    chosen: dict[int, Found] = {}
    why: dict[int, str] = {}
    waiting_new, waiting_liked = newest[::-1], liked[::-1]
    last_new: Found | None = None
    last_liked: Found | None = None
    while len(chosen) < limit and (waiting_new or waiting_liked):
        take_liked = waiting_liked and (not waiting_new or len(chosen) % (NEW_BEFORE_LIKED + 1) == NEW_BEFORE_LIKED)
        if take_liked:
            found = last_liked = waiting_liked.pop()
            why.setdefault(found.clip, "liked")
        else:
            found = last_new = waiting_new.pop()
            why.setdefault(found.clip, "new")
        chosen.setdefault(found.clip, found)
    ordered = apart(list(chosen.values()), cursor.last_account)
    ids = [found.clip for found in ordered]
    if not (waiting_new or waiting_liked):
        return Page(ids, why, None)
    further = Cursor(
        before=last_new.place if last_new else cursor.before,
        before_id=last_new.clip if last_new else cursor.before_id,
        began=cursor.began,
        generation=cursor.generation,
        rank=last_liked.place if last_liked else cursor.rank,
        last_account=ordered[-1].account,
    )
    return Page(ids, why, encode(further))


def apart(found: list[Found], last_account: int) -> list[Found]:
    """The same clips, moved as little as possible so that no two in a row are by one account, where that can be."""
    rest, ordered = list(found), []
    while rest:
        place = 0
        if rest[0].account == last_account:
            place = next((i for i, each in enumerate(rest) if each.account != last_account), 0)
        ordered.append(rest.pop(place))
        last_account = ordered[-1].account
    return ordered


def following(db: Connection, viewer: Viewer, word: str | None, limit: int) -> Page:
    """Clips of the accounts that the viewer's account follows and what they reposted, latest first."""
    reposted = candidates.REPOSTED.all(db, **_asked(viewer, word, limit))
    return _of_accounts(db, viewer, candidates.FOLLOWING, word, limit, reposted)


def friends(db: Connection, viewer: Viewer, word: str | None, limit: int) -> Page:
    """Clips of the accounts that the viewer's account follows and that follow it, newest first."""
    return _of_accounts(db, viewer, candidates.FRIENDS, word, limit)


def _of_accounts(
    db: Connection,
    viewer: Viewer,
    source: Hot[Dated],
    word: str | None,
    limit: int,
    reposted: Sequence[Reposted] = (),
) -> Page:
    """Looks on past what is not for the viewer: a cursor at a clip that is not listed would tell that there is one."""
    asked = _asked(viewer, word, limit * LOOK_AHEAD)
    listed: list[Dated] = []
    for _ in range(LOOKS):
        found = source.all(db, **asked)
        listed += [each for each in found if each.listed]
        if len(listed) > limit or len(found) < asked["limit"]:
            break
        asked |= {"before": found[-1].place, "before_id": found[-1].clip}
    return _by_date(sorted([*listed, *reposted], key=lambda each: (-each.place, -each.clip)), limit)


def of_account(db: Connection, viewer: Viewer, account: int, word: str | None, limit: int) -> Page:
    """Clips of one account, and those that it made with others, newest first."""
    asked = _asked(viewer, word, limit)
    both = [each for kind in (candidates.ACCOUNT, candidates.SHARED) for each in kind.all(db, account=account, **asked)]
    return _by_date(sorted(both, key=lambda each: (each.place, each.clip), reverse=True)[: limit + 1], limit)


def with_tag(db: Connection, viewer: Viewer, tag: str, word: str | None, limit: int) -> Page:
    """Clips with one tag (in its found form, text.tag_key), newest first."""
    return _by_date(candidates.TAG.all(db, tag=tag, **_asked(viewer, word, limit)), limit)


def _asked(viewer: Viewer, word: str | None, limit: int) -> dict[str, int]:
    cursor = decode(word)
    return {"before": cursor.before, "before_id": cursor.before_id, "limit": limit + 1, **asked_by(viewer)}


def _by_date(found: Sequence[Found | Dated | Reposted], limit: int) -> Page:
    shown = found[:limit]
    more = len(found) > limit
    next_word = encode(Cursor(before=shown[-1].place, before_id=shown[-1].clip)) if more else None
    by = {each.clip: each.by for each in shown if isinstance(each, Reposted)}
    return Page([each.clip for each in shown], {}, next_word, reposted_by=by)
