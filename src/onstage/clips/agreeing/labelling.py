"""A minor who is not here, in a later clip of the same film: whoever answers for them answers there as well (consent.md R1, R5)."""

from sqlalchemy import insert, select

from onstage import ids
from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.ledger import Entry
from onstage.clips.labels import clip_labels, label_guardians, label_links
from onstage.clips.models import clips
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.keys import Keys


def label_again(db: Connection, keys: Keys, label: int, clip: int, *, known: bool) -> int | None:
    """The label for the same minor in another clip, made if there is none; `known`: only one that is there.

    It has no words: nobody is told who it is. Every link of their guardian leads to it too.
    """
    mine, there = label_links.alias(), label_links.alias()
    same = (
        select(clip_labels.c.id)
        .join_from(mine, there, mine.c.secret_hash == there.c.secret_hash)
        .join(clip_labels, clip_labels.c.id == there.c.label_id)
        .where(mine.c.label_id == label, clip_labels.c.clip_id == clip)
    )
    found = db.execute(same.order_by(clip_labels.c.id).limit(1)).scalar()
    if found is None and not known:
        found = _made(db, label, clip)
        account = db.execute(select(clips.c.account_id).where(clips.c.id == clip)).scalar()
        ledger.append(db, keys, Entry(Act.APPEARANCE_NAMED, None, account, clip=clip, fields={"kind": "link"}))
    return found


def label_unknown(db: Connection, label: int, clip: int) -> None:
    """Out of a backup that does not know who said no since: a minor who is not here, for whom somebody has answered."""
    _write(db, label, clip, mail="", named_by=None)


def _made(db: Connection, label: int, clip: int) -> int:
    guardian = select(label_guardians.c.mail, label_guardians.c.named_by).where(label_guardians.c.label_id == label)
    mail, named_by = db.execute(guardian).one()
    made = ids.new()
    _write(db, made, clip, mail=mail, named_by=named_by)
    for each in db.execute(select(label_links.c.secret_hash).where(label_links.c.label_id == label)).scalars().all():
        db.execute(insert(label_links).values(secret_hash=each, label_id=made, at=now()))
    return made


def _write(db: Connection, label: int, clip: int, *, mail: str, named_by: int | None) -> None:
    at = now()
    insert_missing(db, clip_labels, id=label, clip_id=clip, words="", minor=1, at=at)
    insert_missing(db, label_guardians, label_id=label, mail=mail, named_by=named_by, at=at, answered_at=at)
