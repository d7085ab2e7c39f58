"""Minors in a clip who are not here: an adult names who answers for them, by a link without an account (consent.md R5).

Without their yes the clip is for its author alone, with it near at most. Each letter has a link of its own; all of them
lead to the same answers for ever.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, insert, select, update

from onstage import ids
from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.age import Band
from onstage.accounts.byline import By
from onstage.accounts.ledger import Entry
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clips import cases
from onstage.clips.agreeing import repeats, rows
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.edit import own
from onstage.clips.agreeing.inbox import Look, account_face, faces, look, looked_at
from onstage.clips.labels import clip_labels, label_guardians, label_links
from onstage.clips.models import HoldKind, Why, clip_consents, clips, holds
from onstage.clips.rules import consent
from onstage.clips.rules.life import Hold
from onstage.clips.rules.waiting import of_link
from onstage.clock import HOUR, now
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.events import FilmCameAgain
from onstage.jobs.queue import enqueue
from onstage.keys import Keys
from onstage.mail import JOB as MAIL

_MAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[A-Za-z0-9.-]{1,189}")
_LINKS_MOST = 20
_LETTERS_REST = HOUR
_HIDDEN = frozenset({HoldKind.DELETING, HoldKind.MODERATION, HoldKind.PRESERVED, HoldKind.SCREENING})


@dataclass(frozen=True)
class Again:
    """Another clip of the same film, to which the same link leads; `refused`: their no stands there."""

    slug: str
    refused: bool


@dataclass(frozen=True)
class Question:
    """What somebody finds behind their link. `why` None: nothing of the clip is shown to them now.

    `version` is what a yes counts for; `agreed`: they have said yes to exactly that one; `refused`: their no stands.
    `words` empty: nobody but the film says that the child is in this clip.
    """

    label: int
    clip: int
    slug: str
    again: list[Again]
    words: str
    account: By
    author: By
    why: Why | None
    version: int
    look: Look | None
    others: int
    agreed: bool
    refused: bool
    deleting: bool

    @property
    def may_agree(self) -> bool:
        """Whether a yes is waited for."""
        return self.why is Why.ANSWER and not self.agreed


def name_guardian(
    db: Connection, keys: Keys, viewer: Viewer, slug: str, label: int, origin: str, mail: str = ""
) -> str:
    """Say who answers for a minor who is not here; gives the secret of a link to hand over.

    With a mail address, each question about the clip is also written there. Raises NotFound, Invalid, NotAllowed for
    whoever is no adult, and Conflict once they have answered: from then on only their own links lead there.
    """
    clip = own(db, viewer, slug)
    if viewer.band is not Band.ADULT:
        raise NotAllowed("An adult says who answers for a child.", code="age")
    if mail and not _MAIL.fullmatch(mail):
        raise Invalid("This is not a mail address.", field="mail")
    by_maker = (clip_labels.c.words != "") & (clip_labels.c.minor == 1)
    of_clip = (clip_labels.c.id == label) & (clip_labels.c.clip_id == clip.id) & by_maker
    if db.execute(select(clip_labels.c.id).where(of_clip)).first() is None:
        raise NotFound("There is no such child in this clip.")
    mine = label_guardians.c.label_id == label
    before = db.execute(select(label_guardians.c.answered_at).where(mine).with_for_update()).first()
    if before is not None and before.answered_at is not None:
        raise Conflict("They have answered. Only the link that they got leads to their answer.", code="answered")
    made = db.execute(select(label_links.c.secret_hash).where(label_links.c.label_id == label)).all()
    if len(made) >= _LINKS_MOST:
        raise Conflict("There are many links already. Use one of them.", code="too-many-links")
    if before is None:
        db.execute(insert(label_guardians).values(label_id=label, mail=mail, named_by=viewer.person, at=now()))
    elif mail:
        db.execute(update(label_guardians).where(mine).values(mail=mail, named_by=viewer.person))
    ledger.append(
        db, keys, Entry(Act.APPEARANCE_NAMED, viewer.person, clip.account, clip=clip.id, fields={"kind": "link"})
    )
    if mail and _was_asked(db, clip.id):
        _write(db, label, mail, origin)
    return _new_link(db, label)


def _was_asked(db: Connection, clip: int) -> bool:
    asked = (clip_consents.c.clip_id == clip) & (clip_consents.c.last > 0)
    return bool(db.execute(select(exists().where(asked))).scalar())


def _new_link(db: Connection, label: int) -> str:
    secret = ids.token()
    db.execute(insert(label_links).values(secret_hash=secret_hash(secret), label_id=label, at=now()))
    return secret


def _write(db: Connection, label: int, mail: str, origin: str) -> None:
    address = f"{origin}/answer/{_new_link(db, label)}"
    words = (
        "Somebody made a film in which a child of yours can be seen or heard, and asks whether it may be shown.\n"
        f"Look at it and say yes or no, without an account:\n\n{address}\n\n"
        "Keep this letter: by the same link you can withdraw your answer at any time, for ever.\n"
    )
    enqueue(db, MAIL, {"to": mail, "subject": "May this film with your child be shown?", "words": words})
    db.execute(update(label_guardians).where(label_guardians.c.label_id == label).values(written_at=now()))


def write_to_guardians(db: Connection, clip: int, origin: str) -> int:
    """A version is asked about: write to those who answer for the minors in it, at most once an hour; gives how many."""
    rested = label_guardians.c.written_at.is_(None) | (label_guardians.c.written_at < now() - _LETTERS_REST)
    wanted = (
        select(label_guardians.c.label_id, label_guardians.c.mail)
        .join_from(label_guardians, clip_labels, clip_labels.c.id == label_guardians.c.label_id)
        .where(clip_labels.c.clip_id == clip, label_guardians.c.mail != "", rested)
        .order_by(label_guardians.c.label_id)
    )
    found = db.execute(wanted).all()
    for label, mail in found:
        _write(db, label, mail, origin)
    return len(found)


def question(db: Connection, secret: str, slug: str = "") -> Question:
    """What is asked behind a link, for whoever has it; about the clip of that name where it leads to several.

    Raises NotFound.
    """
    every = _behind(db, secret)
    here = _of(every, slug)
    record = rows.load(db, here.clip)
    why, refused = of_link(record.clip, record.facts, here.label), Hold(HoldKind.NO, here.label) in record.clip.holds
    if any(hold.kind in _HIDDEN for hold in record.clip.holds):
        why = None
    version = None if why is None else looked_at(record, why)
    agreed = version is not None and any(
        yes.person == here.label and yes.version == version.number for yes in record.clip.yeses
    )
    return Question(
        label=here.label,
        clip=here.clip,
        slug=here.slug,
        again=[Again(each.slug, each.refused) for each in every if each is not here],
        words=here.words,
        account=account_face(db, record.account),
        author=faces(db, [record.clip.author])[0],
        why=why,
        version=version.number if version else 0,
        look=look(db, [(record, version)], here.label)[here.clip] if version else None,
        others=len(record.clip.people) - 1,
        agreed=agreed,
        refused=refused,
        deleting=record.clip.is_held(HoldKind.DELETING),
    )


@dataclass(frozen=True)
class _Place:
    label: int
    clip: int
    slug: str
    words: str
    refused: bool


def _behind(db: Connection, secret: str) -> list[_Place]:
    """Where a link leads, the first clip of the film first. Raises NotFound."""
    said = exists().where(
        holds.c.clip_id == clip_labels.c.clip_id,
        holds.c.kind == HoldKind.NO.value,
        holds.c.giver_id == clip_labels.c.id,
    )
    found = db.execute(
        select(clip_labels.c.id, clip_labels.c.clip_id, clips.c.slug, clip_labels.c.words, said)
        .join_from(label_links, clip_labels, clip_labels.c.id == label_links.c.label_id)
        .join(clips, clips.c.id == clip_labels.c.clip_id)
        .where(label_links.c.secret_hash == secret_hash(secret))
        .order_by(clip_labels.c.id)
    ).all()
    if not found:
        raise NotFound("There is no such question. The clip may be gone.")
    return [_Place(*row) for row in found]


def _of(places: Sequence[_Place], slug: str) -> _Place:
    for each in places:
        if slug in ("", each.slug):
            return each
    raise NotFound("There is no such question. The clip may be gone.")


def say_yes(db: Connection, keys: Keys, secret: str, version: int, slug: str = "") -> None:
    """Agree to exactly that version, near at most. Raises NotFound, NotAllowed, Conflict (`version`)."""
    found = question(db, secret, slug)
    if found.why is None:
        raise Conflict("Nothing is asked of you now.", code="version")
    label = found.label
    decide(
        db,
        keys,
        found.clip,
        lambda record: consent.say_yes(record.clip, record.facts, label, version, checked=True),
        Act.YES,
        by=label,
        fields={"version": version},
    )
    _answered(db, label)


def say_no(db: Connection, keys: Keys, secret: str, slug: str = "") -> None:
    """Withhold the clip at once, in every version, until it is taken back by such a link; with it every clip of the film.

    Raises NotFound.
    """
    here = _of(_behind(db, secret), slug)
    decide(
        db, keys, here.clip, lambda record: consent.say_no(record.clip, record.facts, here.label), Act.NO, by=here.label
    )
    _answered(db, here.label)
    repeats.spread(db, keys, here.clip, here.label)


def lift(db: Connection, keys: Keys, secret: str, slug: str = "") -> None:
    """Take the no to one clip back; without a yes to what is shown it stays withheld. Raises NotFound, Conflict."""
    here = _of(_behind(db, secret), slug)
    decide(
        db,
        keys,
        here.clip,
        lambda record: consent.lift(record.clip, record.facts, here.label),
        Act.LIFTED,
        by=here.label,
    )


def write_again(db: Connection, event: FilmCameAgain, origin: str) -> None:
    """Whoever said no by a link, and whose mail address is known, hears that the film is here once more and held."""
    guardian = select(label_guardians.c.mail).where(label_guardians.c.label_id == event.person)
    mail = db.execute(guardian).scalar()
    if mail:
        address = f"{origin}/answer/{_new_link(db, event.person)}"
        words = (
            "The film that you said no to has been uploaded here once more. Your no holds that clip too: nobody sees it.\n"
            f"There is nothing that you need to do. If you want to look at it:\n\n{address}\n"
        )
        enqueue(db, MAIL, {"to": mail, "subject": "Your no holds a second film", "words": words})


def _answered(db: Connection, label: int) -> None:
    mine = (label_guardians.c.label_id == label) & label_guardians.c.answered_at.is_(None)
    db.execute(update(label_guardians).where(mine).values(answered_at=now()))


def film(db: Connection, secret: str, slug: str = "") -> str:
    """The key of the film that is asked about, while something of the clip is shown behind this link. Raises NotFound."""
    found = question(db, secret, slug)
    key = None if found.look is None else found.look.cut or cases.film(db, found.clip)
    if key is None:
        raise NotFound("There is nothing to see here now.")
    return key


def cover(db: Connection, secret: str, slug: str = "") -> str:
    """The key of the cover that is asked about, likewise. Raises NotFound."""
    found = question(db, secret, slug).look
    if found is None or found.cover is None:
        raise NotFound("There is nothing to see here now.")
    return found.cover


def known(db: Connection, clip_ids: Sequence[int]) -> list[int]:
    """Those who have answers in the ledger by a link, by their labels in these clips."""
    named = select(label_guardians.c.label_id).join_from(
        label_guardians, clip_labels, clip_labels.c.id == label_guardians.c.label_id
    )
    return list(db.execute(named.where(clip_labels.c.clip_id.in_(clip_ids))).scalars())
