"""Who hears of what has happened: small functions, one for each event, registered in server.py."""

from typing import Any

from sqlalchemy import select

from onstage.accounts.models import accounts, members, people
from onstage.accounts.queries import personal_account
from onstage.accounts.viewer import Viewer, acting
from onstage.clips.models import Why, clip_mentions, concerned
from onstage.clips.portraits.models import portraits_concerned
from onstage.db.engine import Connection
from onstage.engagement.cards import Card, cards
from onstage.events import (
    Claimed,
    ClipShown,
    Commented,
    FilmCameAgain,
    Followed,
    GuardianReminded,
    Liked,
    PortraitAsked,
    PortraitReminded,
    Reposted,
    YesAsked,
    YesReminded,
    YesUsed,
)
from onstage.notifications.letters import write_to
from onstage.notifications.telling import tell, tell_again
from onstage.text import mentions


def liked(db: Connection, event: Liked) -> None:
    """The clip's account hears of a like."""
    tell(db, event.account, "like", event.clip, by=event.by, clip=event.clip)


def reposted(db: Connection, event: Reposted) -> None:
    """The clip's account hears that it was passed on."""
    tell(db, event.account, "repost", event.clip, by=event.by, clip=event.clip)


def commented(db: Connection, event: Commented) -> None:
    """The clip's account hears of a comment, whoever is answered of an answer, and who else is mentioned of that."""
    said: dict[str, Any] = {"by": event.by, "clip": event.clip, "anew": event.anew}
    tell(db, event.account, "comment", event.clip, **said)
    if event.answered is not None and event.answered != event.account and _seen_by(db, event.answered, event.clip):
        tell(db, event.answered, "reply", event.thread or 0, **said)
    have_heard = (event.account, event.answered or event.account)
    handles = mentions(event.words)
    named = select(accounts.c.id).where(accounts.c.handle.in_(handles), accounts.c.id.not_in(have_heard))
    for account in db.execute(named).scalars().all():
        if _seen_by(db, account, event.clip):
            tell(db, account, "mention", event.clip, **said)


def followed(db: Connection, event: Followed) -> None:
    """An account hears who follows it, or asks to."""
    tell(db, event.account, "ask" if event.asked else "follow", event.by if event.asked else 0, by=event.by)


def shown(db: Connection, event: ClipShown) -> None:
    """Who is mentioned in a clip that they may see hears of it."""
    named = select(clip_mentions.c.account_id).where(clip_mentions.c.clip_id == event.clip)
    for account in db.execute(named).scalars().all():
        card = _seen_by(db, account, event.clip)
        if card is not None:
            tell(db, account, "mention", event.clip, by=card.account_id, clip=event.clip)


def asked(db: Connection, event: YesAsked) -> None:
    """Who must agree hears of it, once for each question."""
    waits = (concerned.c.clip_id == event.clip) & (concerned.c.why == Why.ANSWER.value)
    for person in db.execute(select(concerned.c.person_id).where(waits)).scalars().all():
        account = personal_account(db, person)
        for card in cards(db, Viewer(person=person, account=account), [event.clip]):
            tell(db, account, "question", event.at, by=card.account_id, clip=event.clip)


def asked_again(db: Connection, event: YesReminded, origin: str) -> None:
    """Whose answer is missing still hears of it on every channel: the inbox, their devices, a letter (consent.md R4)."""
    waits = (concerned.c.clip_id == event.clip) & (concerned.c.why == Why.ANSWER.value)
    rows = select(people.c.id, people.c.mail).join_from(concerned, people, people.c.id == concerned.c.person_id)
    for person, address in db.execute(rows.where(waits).order_by(people.c.id)).all():
        account = personal_account(db, person)
        tell_again(db, account, "question", event.at)
        if address:
            write_to(db, person, address, origin)


def portrait_asked(db: Connection, event: PortraitAsked) -> None:
    """Whoever sees that an account wants to show another name, picture or bio hears of it, once for each question."""
    sees = portraits_concerned.c.account_id == event.account
    for person in db.execute(select(portraits_concerned.c.person_id).where(sees)).scalars().all():
        tell(db, personal_account(db, person), "portrait", event.at, by=event.account)


def portrait_asked_again(db: Connection, event: PortraitReminded, origin: str) -> None:
    """Whose answer is missing still hears of it on every channel."""
    table = portraits_concerned
    waits = (table.c.account_id == event.account) & (table.c.answers == 1)
    rows = select(people.c.id, people.c.mail).join_from(table, people, people.c.id == table.c.person_id)
    for person, address in db.execute(rows.where(waits).order_by(people.c.id)).all():
        tell_again(db, personal_account(db, person), "portrait", event.at)
        if address:
            write_to(db, person, address, origin)


def missed(db: Connection, event: GuardianReminded) -> None:
    """A guardian who may soon count as absent is called on their devices too; inbox and letter have it already."""
    if not _are_here(db, event.guardian, event.minor):
        return
    by = personal_account(db, event.minor)
    tell(db, personal_account(db, event.guardian), "come_back", event.at, by=by)


def used(db: Connection, event: YesUsed) -> None:
    """A guardian hears of each use of what they said beforehand, and can still say no."""
    if not _are_here(db, event.guardian):
        return
    account = personal_account(db, event.guardian)
    for card in cards(db, Viewer(person=event.guardian, account=account), [event.clip]):
        tell(db, account, "beforehand", event.at, by=card.account_id, clip=event.clip)


def came_again(db: Connection, event: FilmCameAgain) -> None:
    """Whoever said no to a film hears that it is here once more, and held by their no."""
    if not _are_here(db, event.person):
        return
    account = personal_account(db, event.person)
    for card in cards(db, Viewer(person=event.person, account=account), [event.clip]):
        tell(db, account, "again", event.clip, by=card.account_id, clip=event.clip)


def claimed(db: Connection, event: Claimed) -> None:
    """The account, and whoever made the clip, hear that somebody says they are in it, not who."""
    told = {event.account, *([personal_account(db, event.author)] if event.author else [])}
    for account in sorted(told):
        tell(db, account, "claim", event.claim, by=None, clip=event.clip)


def _are_here(db: Connection, *persons: int) -> bool:
    """Whether nobody of them has gone for good since it happened."""
    found = db.execute(select(people.c.id).where(people.c.id.in_(persons))).all()
    return len(found) == len(set(persons))


def _seen_by(db: Connection, account: int, clip: int) -> Card | None:
    """The clip as somebody who runs that account sees it; None when none of them may."""
    people = db.execute(select(members.c.person_id).where(members.c.account_id == account)).scalars().all()
    for person in people:
        for card in cards(db, acting(db, person, account), [clip]):
            return card if card.shown else None
    return None
