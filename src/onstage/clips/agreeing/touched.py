"""The clips that a fact about people touches, once nobody is deciding about one of them in another transaction."""

from sqlalchemy import ColumnElement, and_, exists, or_, select

from onstage.accounts.age import Band
from onstage.accounts.guardianship import wait_for
from onstage.accounts.membership import PublishingRule
from onstage.accounts.models import accounts, people
from onstage.clips.models import Audience, Stage, appearances, clip_coauthors, clip_yeses, clips, concerned
from onstage.db.engine import Connection

_IN_QUESTION = or_(clips.c.stage == Stage.ASKED.value, clips.c.holds > 0)


def of_person(db: Connection, person: int) -> list[int]:
    """The clips that somebody made or appears in."""
    wait_for(db, person)
    return _ids(db, or_(clips.c.person_id == person, _names(person)))


def by_choice(db: Connection, person: int) -> list[int]:
    """The clips in which others show somebody, and what is asked about one's own: the rest `narrowing` does at once."""
    wait_for(db, person)
    asked = and_(clips.c.person_id == person, clips.c.stage == Stage.ASKED.value)
    return _ids(db, or_(asked, _names(person)))


def of_account(db: Connection, account: int) -> list[int]:
    """The clips of an account."""
    _wait_for_account(db, account)
    return _ids(db, _made_by(account))


def in_question(db: Connection) -> list[int]:
    """Every clip that is asked about or held."""
    return _ids(db, _IN_QUESTION)


def by_member(db: Connection, account: int, person: int) -> list[int]:
    """The clips of an account that are different with a member more or less; all of them where every owner counts."""
    rule = _wait_for_account(db, account)
    if rule == PublishingRule.ALL.value:
        return of_account(db, account)
    sees = exists().where(concerned.c.clip_id == clips.c.id, concerned.c.person_id == person)
    agreed = exists().where(clip_yeses.c.clip_id == clips.c.id, clip_yeses.c.person_id == person)
    return _ids(db, _made_by(account), or_(_IN_QUESTION, sees, agreed))


def for_followers_with_minors(db: Connection, account: int) -> list[int]:
    """The clips of an account that followers see and in which a minor is."""
    _wait_for_account(db, account)
    shown = or_(clips.c.person_id == people.c.id, _names(people.c.id))
    minor = exists().where(people.c.band != Band.ADULT.value, shown)
    wide = or_(clips.c.audience == Audience.FOLLOWERS.value, clips.c.stage == Stage.ASKED.value)
    return _ids(db, _made_by(account), wide, minor)


def _wait_for_account(db: Connection, account: int) -> str | None:
    """Its publishing rule, once nobody decides about a clip of it; None: the account is gone."""
    of = select(accounts.c.publishing_rule).where(accounts.c.id == account)
    return db.execute(of.with_for_update(key_share=True)).scalar()


def _names(person: "int | ColumnElement[int]") -> ColumnElement[bool]:
    return exists().where(appearances.c.clip_id == clips.c.id, appearances.c.person_id == person)


def _ids(db: Connection, *conditions: ColumnElement[bool]) -> list[int]:
    return list(db.execute(select(clips.c.id).where(*conditions).order_by(clips.c.id)).scalars())


def _made_by(account: int) -> ColumnElement[bool]:
    """Its own, and those that it made with others."""
    shared = select(clip_coauthors.c.clip_id).where(clip_coauthors.c.account_id == account)
    return or_(clips.c.account_id == account, clips.c.id.in_(shared))
