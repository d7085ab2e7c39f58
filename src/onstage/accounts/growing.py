"""Growing up: bands that turn at the right midnight and are announced before, zones that change, the hand-over at 18."""

from datetime import date
from typing import Any

from sqlalchemy import Row as RowOf
from sqlalchemy import RowMapping, delete, select, update

from onstage.accounts import ledger, notices, permissions
from onstage.accounts.age import Band, Row, band_of
from onstage.accounts.guardians import guarding
from onstage.accounts.guardianship import LIVE, guardians_of
from onstage.accounts.ledger import Entry
from onstage.accounts.models import JointKind, Kind, Role, accounts, choices, guardianships, members, people
from onstage.accounts.naming import check_zone
from onstage.accounts.notices import Notice
from onstage.accounts.viewer import Viewer
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotAllowed
from onstage.events import BandTurned, CameOfAge, MemberJoined, MemberLeft
from onstage.jobs.queue import record
from onstage.keys import Keys

ANNOUNCED = 14 * DAY
ZONE_WAITS = DAY


def announce(db: Connection, now: int) -> int:
    """Tell those whose band ends within two weeks, and their guardians, once for each birthday; returns how many."""
    due = (people.c.band_until <= now + ANNOUNCED) & (people.c.band_until > now)
    new = people.c.band_told.is_(None) | (people.c.band_told != people.c.band_until)
    rows = db.execute(select(people.c.id, people.c.band_until, people.c.band).where(due, new)).all()
    for person, until, band in rows:
        db.execute(update(people).where(people.c.id == person).values(band_told=until))
        to = {person, *(each.guardian for each in guardians_of(db, [person]))}
        notices.tell(db, to, Notice.BAND_SOON, now, about=person, on=until, band=_after(Band(band)))
    return len(rows)


def _after(band: Band) -> str:
    bands = list(Band)
    return bands[min(bands.index(band) + 1, len(bands) - 1)].value


def turn_bands(db: Connection, keys: Keys, server_zone: str, now: int) -> int:
    """Give everyone whose band has ended the next one; what was chosen or shown stays as it is. Returns how many."""
    due = db.execute(
        select(people.c.id, people.c.birth_date, people.c.zone, people.c.band)
        .where(people.c.band_until <= now)
        .order_by(people.c.id)
    ).all()
    for person, birth_date, zone, before in due:
        band, until = band_of(date.fromisoformat(birth_date) if birth_date else None, zone, server_zone, now)
        db.execute(update(people).where(people.c.id == person).values(band=band.value, band_until=until))
        if band.value != before:
            _turned(db, keys, person, band, now)
    return len(due)


def _turned(db: Connection, keys: Keys, person: int, band: Band, now: int) -> None:
    record(db, BandTurned(person, band.value, corrected=False))
    to = {person, *(each.guardian for each in guardians_of(db, [person]))}
    notices.tell(db, to, Notice.BAND_NOW, now, about=person, band=band.value)
    if band is Band.ADULT:
        _come_of_age(db, keys, person, now)
    enter_age(db, keys, person, band, None, "birthday")


def _come_of_age(db: Connection, keys: Keys, person: int, now: int) -> None:
    """Guardianship ends, what guardians set goes, and until they choose nothing with them gets wider (consent.md R12)."""
    standing = select(guardianships.c.id).where(guardianships.c.minor_id == person, LIVE).order_by(guardianships.c.id)
    for guardianship in db.execute(standing).scalars().all():
        guarding.end(db, keys, guardianship, None, now, how="grown_up")
    db.execute(delete(choices).where(choices.c.person_id == person, choices.c.setter_id != person))
    db.execute(update(people).where(people.c.id == person).values(choosing_since=now, came_of_age_at=now))
    record(db, CameOfAge(person))


def own_family_accounts(db: Connection, keys: Keys, person: int, made_for: set[int], now: int) -> list[int]:
    """Make somebody who came of age an owner of each family account that they made clips for; gives these.

    `made_for`: the accounts with clips of theirs, which the layer of clips knows.
    """
    rows = db.execute(
        select(members.c.account_id)
        .join_from(members, accounts, accounts.c.id == members.c.account_id)
        .where(
            members.c.person_id == person,
            members.c.role != Role.OWNER.value,
            accounts.c.joint_kind == JointKind.FAMILY.value,
            accounts.c.id.in_(made_for),
        )
        .order_by(members.c.account_id)
    )
    owned = list(rows.scalars())
    for account in owned:
        theirs = (members.c.account_id == account) & (members.c.person_id == person)
        db.execute(update(members).where(theirs).values(role=Role.OWNER.value))
        record(db, MemberJoined(account, person, Role.OWNER.value))
        everyone = list(db.execute(select(members.c.person_id).where(members.c.account_id == account)).scalars())
        notices.tell(db, everyone, Notice.JOINED, now, about=person, account=account, role=Role.OWNER.value)
        about = (person, *(each for each in everyone if each != person))
        entry = Entry(ledger.Act.MEMBER_ROLE, None, account, about, fields={"role": Role.OWNER.value})
        ledger.append(db, keys, entry)
    return owned


def end_others_ownership(
    db: Connection, keys: Keys, viewer: Viewer, account: int, creators: set[int], now: int
) -> None:
    """End the others' ownership of an account whose only creator the viewer was; they stay as editors.

    `creators`: everybody who made a clip in it. Takes somebody who came of age as its owner. Raises NotAllowed.
    """
    theirs = select(members.c.role).where(members.c.account_id == account, members.c.person_id == viewer.person)
    if (
        db.execute(theirs).scalar() != Role.OWNER.value
        or came_of_age_at(db, viewer.person or 0) is None
        or creators != {viewer.person}
    ):
        raise NotAllowed("Only who alone made all clips of an account, and came of age in it, can do this.")
    others = (members.c.account_id == account) & (members.c.person_id != viewer.person)
    ended = update(members).where(others, members.c.role == Role.OWNER.value).values(role=Role.EDITOR.value)
    changed = sorted(db.execute(ended.returning(members.c.person_id)).scalars())
    for person in changed:
        record(db, MemberLeft(account, person))
    everyone = tuple(db.execute(select(members.c.person_id).where(members.c.account_id == account)).scalars())
    notices.tell(db, everyone, Notice.OWNER_ALONE, now, about=viewer.person, by=viewer.person, account=account)
    for person in changed:
        about = (person, *(each for each in everyone if each != person))
        entry = Entry(ledger.Act.MEMBER_ROLE, viewer.person, account, about, fields={"role": Role.EDITOR.value})
        ledger.append(db, keys, entry)


def came_of_age_at(db: Connection, person: int) -> int | None:
    """When somebody turned 18 while they were here; None: they came as an adult, or are none yet."""
    return db.execute(select(people.c.came_of_age_at).where(people.c.id == person)).scalar()


def is_choosing(db: Connection, person: int) -> bool:
    """Whether they have not said yet that they are done with what was."""
    return db.execute(select(people.c.choosing_since).where(people.c.id == person)).scalar() is not None


def has_chosen(db: Connection, viewer: Viewer) -> None:
    """The viewer has said what becomes of what was: from now on their own choices count."""
    db.execute(update(people).where(people.c.id == viewer.person).values(choosing_since=None))


def set_zone(db: Connection, keys: Keys, viewer: Viewer, zone: str, server_zone: str, now: int) -> int:
    """Be in another time zone: an adult at once, a minor after 24 hours. Gives the instant; raises Invalid."""
    assert viewer.person is not None
    check_zone(zone)
    at = now if viewer.band is Band.ADULT else now + ZONE_WAITS
    db.execute(update(people).where(people.c.id == viewer.person).values(next_zone=zone, next_zone_at=at))
    if at <= now:
        change_zones(db, keys, server_zone, now)
        return at
    to = [each.guardian for each in guardians_of(db, [viewer.person])]
    notices.tell(db, to, Notice.ZONE, now, about=viewer.person, by=viewer.person, zone=zone, on=at)
    return at


def change_zones(db: Connection, keys: Keys, server_zone: str, now: int) -> int:
    """Put into force the zones whose time has come; bands follow, and never get looser before both midnights."""
    rows = db.execute(select(people).where(people.c.next_zone_at <= now).order_by(people.c.id)).all()
    for row in rows:
        _change_zone(db, keys, row._mapping, server_zone, now)
    return len(rows)


def _change_zone(db: Connection, keys: Keys, row: RowMapping, server_zone: str, now: int) -> None:
    zone = row["next_zone"]
    values: dict[str, object] = {"zone": zone, "next_zone": None, "next_zone_at": None}
    if row["birth_date"] is not None and row["band_until"] is not None:
        # A band that has turned stays: going west does not make anybody younger.
        _band, until = band_of(date.fromisoformat(row["birth_date"]), zone, server_zone, now)
        if until is not None and _band.value == row["band"]:
            values["band_until"] = until
    db.execute(update(people).where(people.c.id == row["id"]).values(values))
    if row["band"] != Band.ADULT.value:
        fields = {"row": Row.QUIET_HOURS.value, "zone": zone}
        entry = Entry(ledger.Act.SETTING_CHANGED, row["id"], about=(row["id"],), fields=fields)
        ledger.append(db, keys, entry)


def correct_birth_date(
    db: Connection, keys: Keys, voucher: Viewer, person: int, born: date | None, server_zone: str, now: int
) -> None:
    """Another birth date: towards younger, or unknown, freely; towards older by a voucher alone (consent.md R13).

    `voucher` is the person themselves or somebody whom the caller knows to be one. Raises NotAllowed.
    """
    row = db.execute(select(people).where(people.c.id == person).with_for_update()).one()
    before = None if row.birth_date is None else date.fromisoformat(row.birth_date)
    older = born is not None and (before is None or born < before)
    if older and voucher.person == person:
        raise NotAllowed("Somebody who checks ages here has to look at this.", field="birth_date", code="needs-voucher")
    _age_is(db, keys, row, born, voucher, "corrected", server_zone, now)
    _tell_of_age(db, person, Notice.BIRTH_DATE, voucher.person, now)


def doubt_age(db: Connection, keys: Keys, moderator: Viewer, person: int, server_zone: str, now: int) -> None:
    """A moderator shares a reported doubt: the age is unknown until a voucher enters what they saw (consent.md R13).

    Raises Conflict where it is unknown already.
    """
    row = db.execute(select(people).where(people.c.id == person).with_for_update()).one()
    if row.band == Band.UNKNOWN.value:
        raise Conflict("Their age counts as unknown already. Who checks ages here settles it.", code="age-unknown")
    _age_is(db, keys, row, None, moderator, "doubted", server_zone, now)
    _tell_of_age(db, person, Notice.AGE_DOUBTED, None, now)


def whose_age_is_unknown(db: Connection, viewer: Viewer) -> list[str]:
    """The handles of those whose age a voucher can settle, but for the viewer's own and that of children of theirs."""
    theirs = select(guardianships.c.minor_id).where(guardianships.c.guardian_id == viewer.person)
    rows = (
        select(accounts.c.handle)
        .join_from(people, members, members.c.person_id == people.c.id)
        .join(accounts, (accounts.c.id == members.c.account_id) & (accounts.c.kind == Kind.PERSONAL.value))
        .where(people.c.band == Band.UNKNOWN.value, people.c.id != viewer.person, people.c.id.not_in(theirs))
        .order_by(accounts.c.handle)
    )
    return list(db.execute(rows).scalars())


def _age_is(
    db: Connection,
    keys: Keys,
    row: RowOf[Any],
    born: date | None,
    by: Viewer,
    how: str,
    server_zone: str,
    now: int,
) -> None:
    band, until = band_of(born, row.zone, server_zone, now)
    kept = None if born is None else born.isoformat()
    proved = {"age_proved": int(born is not None and by.person != row.id)}
    new = {"birth_date": kept, "band": band.value, "band_until": until, **proved}
    db.execute(update(people).where(people.c.id == row.id).values(new))
    permissions.look_at_marked(db, row.id)
    if band.value != row.band:
        record(db, BandTurned(row.id, band.value, corrected=True))
        if band is not Band.ADULT:
            db.execute(update(people).where(people.c.id == row.id).values(choosing_since=None))
    enter_age(db, keys, row.id, band, by.person, how)


def _tell_of_age(db: Connection, person: int, what: Notice, by: int | None, now: int) -> None:
    to = {person, *(each.guardian for each in guardians_of(db, [person]))}
    notices.tell(db, to, what, now, about=person, by=by)


def enter_age(db: Connection, keys: Keys, person: int, band: Band, by: int | None, how: str) -> None:
    """Enter the band that somebody is in from now on, and whether they are alone: so the ledger tells what is frozen."""
    alone = db.execute(select(people.c.alone).where(people.c.id == person)).scalar_one()
    fields = {"kind": band.value, "alone": bool(alone), "mode": how}
    ledger.append(db, keys, Entry(ledger.Act.AGE_CHANGED, by, about=(person,), fields=fields))
