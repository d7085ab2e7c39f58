"""What somebody who is asked wrote to whoever asks: neither yes nor no, without a name unless they want."""

from sqlalchemy import insert, select

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import rows
from onstage.clips.agreeing.deciding import concerning
from onstage.clips.models import concerned, wishes
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid
from onstage.text import clean

_LONGEST = 1000


def wish(db: Connection, viewer: Viewer, slug: str, words: str, *, known: bool = False) -> None:
    """Say to whoever asks what should be otherwise, with or without a name; it is neither yes nor no.

    Raises NotFound, Invalid for no words or too many, Conflict where nothing is asked of the viewer.
    """
    clip = concerning(db, viewer, slug)
    if not 0 < len(clean(words)) <= _LONGEST:
        raise Invalid(f"Write 1 to {_LONGEST} characters.", field="words")
    mine = (concerned.c.clip_id == clip) & (concerned.c.person_id == viewer.person)
    if db.execute(select(concerned.c.why).where(mine)).scalar() is None:
        raise Conflict("Nothing about this clip waits for you.", code="not-asked")
    beside_no(db, viewer, clip, words, known=known)


def beside_no(db: Connection, viewer: Viewer, clip: int, words: str, *, known: bool) -> None:
    """Words that came with a no, which they never refuse: none are nothing, and of too many the first thousand are kept."""
    said = clean(words)[:_LONGEST]
    if said:
        version = rows.load(db, clip).clip.last
        row = {"clip_id": clip, "person_id": viewer.person, "version": version, "words": said, "known": int(known)}
        db.execute(insert(wishes).values(id=ids.new(), at=now(), **row))
