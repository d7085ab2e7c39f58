"""The tags and the mentioned accounts of a caption, as rows that lists are made from."""

from sqlalchemy import delete, insert, select

from onstage.accounts.models import accounts
from onstage.clips.models import clip_mentions, clip_tags
from onstage.db.engine import Connection
from onstage.text import mentions, tags


def point(db: Connection, clip: int, caption: str, published_at: int | None) -> None:
    """Let a clip stand under what its caption says, and nowhere else."""
    db.execute(delete(clip_tags).where(clip_tags.c.clip_id == clip))
    db.execute(delete(clip_mentions).where(clip_mentions.c.clip_id == clip))
    found = tags(caption)
    if found:
        rows = [{"clip_id": clip, "tag": tag, "published_at": published_at} for tag in found]
        db.execute(insert(clip_tags), rows)
    known = db.execute(select(accounts.c.id).where(accounts.c.handle.in_(mentions(caption)))).scalars().all()
    if known:
        db.execute(insert(clip_mentions), [{"clip_id": clip, "account_id": account} for account in known])
