"""What somebody who is asked about a portrait wrote to whoever asks: neither yes nor no, without a name unless they want."""

from sqlalchemy import insert, select

from onstage import ids
from onstage.accounts.byline import By
from onstage.accounts.queries import kept_form
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.inbox import faces
from onstage.clips.portraits.deciding import account_named
from onstage.clips.portraits.models import portrait_wishes
from onstage.clips.portraits.record import Record, is_joint, load
from onstage.clips.rules.need import YES_LASTS
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotFound
from onstage.text import clean

_LONGEST = 1000
_SHOWN = 20


def wish(db: Connection, viewer: Viewer, handle: str, words: str, *, known: bool = False) -> None:
    """Say to those who run the account what should be otherwise, of what waits or of what was asked about and is out.

    Raises NotFound for one whose answer counts for neither, Invalid for no words or too many.
    """
    said, account = clean(words), account_named(db, kept_form(handle))
    found = None if account is None or not is_joint(db, account) else load(db, account)
    if found is None or not found.last or viewer.person not in found.voices | found.objectors:
        raise NotFound("Nothing about this account waits for you.")
    if not 0 < len(said) <= _LONGEST:
        raise Invalid(f"Write 1 to {_LONGEST} characters.", field="words")
    beside_no(db, found, viewer.person or 0, said, known=known)


def beside_no(db: Connection, found: Record, by: int, words: str, *, known: bool) -> None:
    """Words that came with a no, which they never refuse: none are nothing, and of too many the first thousand are kept."""
    said = clean(words)[:_LONGEST]
    if said:
        row = {"account_id": found.account, "person_id": by, "words": said, "known": int(known), "at": now()}
        db.execute(insert(portrait_wishes).values(id=ids.new(), **row))


def of(db: Connection, account: int) -> list[tuple[str, By | None]]:
    """Those of the last thirty days, newest first, for whoever runs the account."""
    table = portrait_wishes
    lately = (table.c.account_id == account) & (table.c.at > now() - YES_LASTS)
    rows = db.execute(select(table).where(lately).order_by(table.c.id.desc()).limit(_SHOWN)).all()
    return [(row.words, faces(db, [row.person_id])[0] if row.known else None) for row in rows]
