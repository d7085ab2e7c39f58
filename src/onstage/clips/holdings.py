"""What lies outside the database and belongs to its rows: for backups, and for finding what has been lost."""

from sqlalchemy import select

from onstage.accounts.models import accounts
from onstage.clips.models import ASIDE, MADE, Stage, clip_media, clips, covers_aside, renditions, uploads
from onstage.clips.portraits.models import portraits, portraits_withheld
from onstage.clips.queries import OPEN_TO_GUESTS
from onstage.clips.vaulted import vault_pieces
from onstage.db.engine import Connection

CLIP_KEYS = (renditions.c.key, clips.c.cover, clips.c.cover_small, clips.c.original, *MADE, *ASIDE)
PICTURES = (accounts.c.avatar, portraits.c.avatar, portraits_withheld.c.avatar)
KEY_COLUMNS = (*CLIP_KEYS, *PICTURES, vault_pieces.c.key, vault_pieces.c.source)


def object_keys(db: Connection) -> set[str]:
    """The key of every object that a row names: renditions, covers, uploads that are kept, avatars, the vault's files."""
    return {key for column in KEY_COLUMNS for key in db.execute(select(column).where(column.is_not(None))).scalars()}


def owners(db: Connection, keys: set[str]) -> set[str]:
    """Whom these objects belong to: clips as `/c/slug`, accounts as `@handle`, the vault's by number."""
    if not keys:
        return set()
    found: set[str] = set()
    with_rendition = select(clips.c.slug, renditions.c.key).join_from(
        clips, renditions, renditions.c.clip_id == clips.c.id
    )
    own = select(clips.c.slug, clips.c.cover, clips.c.cover_small, clips.c.original)
    made = select(clips.c.slug, *MADE).join_from(clips, clip_media, clip_media.c.clip_id == clips.c.id)
    aside = select(clips.c.slug, *ASIDE).join_from(clips, covers_aside, covers_aside.c.clip_id == clips.c.id)
    for rows in map(db.execute, (with_rendition, own, made, aside)):
        found |= {f"/c/{slug}" for slug, *named in rows if keys.intersection(named)}
    sealed = db.execute(select(vault_pieces.c.item_id, vault_pieces.c.key, vault_pieces.c.source))
    found |= {f"number {item} in the vault" for item, *named in sealed if keys.intersection(named)}
    pictures = select(accounts.c.handle, *PICTURES).outerjoin_from(accounts, portraits).outerjoin(portraits_withheld)
    return found | {f"@{handle}" for handle, *named in db.execute(pictures) if keys.intersection(named)}


def keys_if_closed(db: Connection, clip: int) -> list[str]:
    """What caches may still have of a clip that not every guest may see now; nothing of one that they may."""
    files = select(renditions.c.key).where(renditions.c.clip_id == clip)
    covers = select(clips.c.cover, clips.c.cover_small).where(clips.c.id == clip, ~OPEN_TO_GUESTS)
    made = select(*MADE).where(clip_media.c.clip_id == clip)
    closed = db.execute(covers).first()
    if closed is None:
        return []
    rows = (closed, *db.execute(files), *db.execute(made))
    return [key for row in rows for key in row if key]


def staged_uploads(db: Connection) -> set[str]:
    """The uploads that have come in whole and wait to be made playable."""
    waiting = (uploads.c.complete == 1) & (clips.c.stage == Stage.PROCESSING.value)
    rows = select(uploads.c.id).join_from(uploads, clips, clips.c.id == uploads.c.clip_id).where(waiting)
    return set(db.execute(rows).scalars())
