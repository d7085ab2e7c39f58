"""What happened around an account lately: new followers, likes, comments, mentions."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BigInteger, Select, cast, literal, null, select, union_all

from onstage.accounts.byline import By
from onstage.accounts.models import accounts, follows
from onstage.accounts.viewer import Viewer
from onstage.clips.models import clip_mentions, clips
from onstage.clips.queries import SHOWN, VISIBLE, asked_by
from onstage.db.engine import Connection
from onstage.engagement.cards import Card, cards
from onstage.engagement.comments import not_blocked
from onstage.engagement.models import comments, likes

ItemKind = Literal["follow", "like", "comment", "mention"]
AT_MOST = 60


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened; likes of one clip are one item with their `count` and the latest account."""

    kind: ItemKind
    account: By
    clip: Card | None
    words: str
    at: int
    count: int = 1


def lately(db: Connection, viewer: Viewer) -> list[Item]:
    """The latest things around the acting account, newest first, without what came from the account itself."""
    here = viewer.account
    mine = clips.c.account_id == here
    parts: list[Select[Any]] = [
        _who("follow", follows.c.follower_id, cast(null(), BigInteger), literal(""), follows.c.at).where(
            follows.c.target_id == here, follows.c.accepted == 1
        ),
        _who("like", likes.c.account_id, likes.c.clip_id, literal(""), likes.c.at)
        .join(clips, clips.c.id == likes.c.clip_id)
        .where(mine, likes.c.account_id != here, not_blocked(viewer, likes.c.account_id), VISIBLE),
        _who("comment", comments.c.account_id, comments.c.clip_id, comments.c.words, comments.c.at)
        .join(clips, clips.c.id == comments.c.clip_id)
        .where(mine, comments.c.account_id != here, comments.c.state == "shown", not_blocked(viewer), VISIBLE),
        _who("mention", clips.c.account_id, clips.c.id, clips.c.caption, clips.c.published_at)
        .join(clip_mentions, clip_mentions.c.clip_id == clips.c.id)
        .where(clip_mentions.c.account_id == here, clips.c.account_id != here, SHOWN, VISIBLE),
    ]
    each = [select(part.order_by(part.selected_columns.at.desc()).limit(AT_MOST).subquery()) for part in parts]
    everything = union_all(*each).subquery()
    rows = db.execute(select(everything).order_by(everything.c.at.desc()).limit(AT_MOST), asked_by(viewer)).all()
    found = {card.id: card for card in cards(db, viewer, list({row.clip for row in rows if row.clip}))}
    return _grouped(rows, found)


def _who(kind: str, account: Any, clip: Any, words: Any, at: Any) -> Select[Any]:
    columns = (literal(kind).label("kind"), clip.label("clip"), words.label("words"), at.label("at"))
    return select(*columns, accounts.c.handle, accounts.c.name, accounts.c.avatar).join(
        accounts, accounts.c.id == account
    )


def _grouped(rows: Any, found: dict[int, Card]) -> list[Item]:
    items: list[Item] = []
    likes_at: dict[int, int] = {}
    for row in rows:
        if row.kind == "like" and row.clip in likes_at:
            place = likes_at[row.clip]
            first = items[place]
            items[place] = Item(first.kind, first.account, first.clip, first.words, first.at, first.count + 1)
            continue
        if row.kind == "like":
            likes_at[row.clip] = len(items)
        by = By(row.handle, row.name, row.avatar)
        items.append(Item(row.kind, by, found.get(row.clip), row.words or "", row.at))
    return items
