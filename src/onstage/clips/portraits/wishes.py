"""What somebody who is asked about a portrait wrote to whoever asks: neither yes nor no, without a name unless they want."""

from sqlalchemy import insert, select

from onstage import ids
from onstage.accounts.byline import By
from onstage.accounts.queries import kept_form
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.inbox import faces
from onstage.clips.portraits.deciding import account_named
from onstage.clips.portraits.models import portrait_wishes, portraits_concerned
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotFound
from onstage.text import clean

LONGEST = 1000
_SHOWN = 20


def wish(db: Connection, viewer: Viewer, handle: str, words: str, *, known: bool = False) -> None:
    """Say to whoever asks what should be otherwise. Raises NotFound, Invalid for no words or too many."""
    said, account = clean(words), account_named(db, kept_form(handle))
    mine = (portraits_concerned.c.account_id == account) & (portraits_concerned.c.person_id == viewer.person)
    if account is None or db.execute(select(portraits_concerned.c.answers).where(mine)).first() is None:
        raise NotFound("Nothing about this account waits for you.")
    if not 0 < len(said) <= LONGEST:
        raise Invalid(f"Write 1 to {LONGEST} characters.", field="words")
    row = {"account_id": account, "person_id": viewer.person, "words": said, "known": int(known), "at": now()}
    db.execute(insert(portrait_wishes).values(id=ids.new(), **row))


def of(db: Connection, account: int) -> list[tuple[str, By | None]]:
    """The last ones, newest first, for whoever runs the account."""
    table = portrait_wishes
    rows = db.execute(
        select(table).where(table.c.account_id == account).order_by(table.c.id.desc()).limit(_SHOWN)
    ).all()
    return [(row.words, faces(db, [row.person_id])[0] if row.known else None) for row in rows]
