"""Asking: the draft is frozen, its author has agreed by asking, and it goes out as soon as nobody else must agree."""

import msgspec

from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.clips.agreeing import versions
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.rows import Record
from onstage.clips.agreeing.versions import Seen
from onstage.clips.models import HoldKind
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip
from onstage.clips.rules.need import need, today
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotAllowed
from onstage.keys import Keys

ASKABLE = frozenset({HoldKind.NO, HoldKind.BASIS})
"""Holds under which something can be asked; any other must end first."""


def ask(db: Connection, keys: Keys, by: int, clip: int, *, due: int | None = None) -> Clip:
    """Freeze the draft and ask everybody who must agree. Raises NotFound, NotAllowed, Conflict."""
    asked: list[Seen] = []

    def rule(record: Record) -> Clip:
        check(record)
        asked.append(versions.of_draft(db, record, record.facts))
        digest = bytes.fromhex(ledger.media_digest(db, clip, digested(record, asked[0])))
        return consent.ask(record.clip, record.facts, by, digest=digest, due=due)

    after = decide(db, keys, clip, rule, Act.ASKED, by=by, fields={} if due is None else {"due": due})
    versions.keep(db, clip, after.last, asked[0])
    return after


def digested(record: Record, asked: Seen) -> bytes:
    """All that a viewer gets of a version, in one piece (consent.md R14).

    The clip's id stands for its moving pictures and their sound, which never change.
    """
    return msgspec.json.encode((record.id, record.account, asked))


def check(record: Record) -> None:
    """Raise unless the draft can be asked about: NotAllowed where age or a missing guardian stands against it, Conflict."""
    working, facts = record.clip.working, record.facts
    assert working is not None
    if any(hold.kind not in ASKABLE for hold in record.clip.holds):
        raise Conflict("This clip is withheld, so it can't be published now.", code="held")
    if not working.reach.within(today(working.people, facts)):
        sentence = "At the age of somebody in it this can't be shown that widely. Choose a smaller audience; the draft is kept."
        raise NotAllowed(sentence, field="audience", code="age")
    if facts.frozen:
        sentence = "It can go out once a guardian is checked here, or an adult owns the account. The draft is kept."
        raise NotAllowed(sentence, field="audience", code="age")
    if any(len(part.of) < part.least for part in need(working, facts)):
        sentence = "A child in it has nobody yet who can say yes for them. The draft is kept."
        raise NotAllowed(sentence, field="audience", code="age")
