"""Asking: the draft is frozen, its author has agreed by asking, and it goes out as soon as nobody else must agree."""

import msgspec

from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.clips import consent, trimmed
from onstage.clips.deciding import decide
from onstage.clips.life import Clip
from onstage.clips.models import HoldKind
from onstage.clips.need import need, today
from onstage.clips.rows import Record
from onstage.clips.trimmed import Trim
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotAllowed
from onstage.keys import Keys

ASKABLE = frozenset({HoldKind.NO, HoldKind.BASIS})
"""Holds under which something can be asked; any other must end first."""


def ask(db: Connection, keys: Keys, by: int, clip: int, *, due: int | None = None) -> Clip:
    """Freeze the draft and ask everybody who must agree. Raises NotFound, NotAllowed, Conflict."""

    def rule(record: Record) -> Clip:
        check(record)
        digest = ledger.media_digest(db, clip, _seen(record, trimmed.of(db, clip)))
        return consent.ask(record.clip, record.facts, by, digest=bytes.fromhex(digest), due=due)

    return decide(db, keys, clip, rule, Act.ASKED, by=by, fields={} if due is None else {"due": due})


def _seen(record: Record, trim: Trim | None) -> bytes:
    """All that a viewer gets of the version, in one piece to be digested (consent.md R14)."""
    working = record.clip.working
    assert working is not None
    reach, part = working.reach, trim and trim.part
    facts = (record.id, record.draft, reach.recommended, reach.leaves, sorted(working.appears), part)
    made_by = (record.account, sorted(side.account for side in record.facts.coauthors))
    children = sorted(each.label for each in record.facts.children)
    return msgspec.json.encode((facts, made_by, children))


def check(record: Record) -> None:
    """Raise unless the draft can be asked about: NotAllowed where age or a missing guardian stands against it, Conflict."""
    working, facts = record.clip.working, record.facts
    assert working is not None
    if any(hold.kind not in ASKABLE for hold in record.clip.holds):
        raise Conflict("This clip is withheld, so it can't be published now.", code="held")
    if not working.reach.within(today(working.people, facts)):
        sentence = "At the age of somebody in it this can't be shown that widely. Choose a smaller audience; the draft is kept."
        raise NotAllowed(sentence, field="audience", code="age")
    if facts.frozen or any(len(part.of) < part.least for part in need(working, facts)):
        sentence = "Somebody who may decide for a minor must be there first. The draft is kept."
        raise NotAllowed(sentence, field="audience", code="age")
