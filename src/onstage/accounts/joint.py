"""Joint accounts: begin one, see who runs it, leave, remove, hand over, agree on the publishing rule, end it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from onstage import ids
from onstage.accounts import ledger, notices
from onstage.accounts.age import Band
from onstage.accounts.guardians import beforehand
from onstage.accounts.leaving import NOBODY, Purger, Subject, purge
from onstage.accounts.ledger import Entry
from onstage.accounts.membership import PublishingRule, is_frozen, owners, publishing_rule
from onstage.accounts.models import JointKind, Kind, Role, accounts, invitations, members, people, sessions
from onstage.accounts.naming import check_handle, check_name, is_free
from onstage.accounts.notices import Notice
from onstage.accounts.permissions import need_guardian
from onstage.accounts.queries import by_handle, kept_form, need, person_named, personal_account, role_in
from onstage.accounts.roles import Act
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotAllowed, NotFound
from onstage.events import AccountChanged, MemberJoined, MemberLeft, RuleChanged
from onstage.jobs.queue import record
from onstage.keys import Keys


@dataclass(frozen=True)
class Member:
    """One member as the others see them: the name is that of their personal account. `since` in UTC microseconds."""

    person: int
    handle: str
    name: str
    avatar: str | None
    role: Role
    is_minor: bool
    is_me: bool
    wanted_rule: PublishingRule | None
    since: int


@dataclass(frozen=True)
class Joint:
    """A joint account from inside."""

    id: int
    handle: str
    name: str
    avatar: str | None
    kind: JointKind
    rule: PublishingRule
    role: Role
    frozen: bool
    members: list[Member]


def begin(db: Connection, keys: Keys, viewer: Viewer, kind: JointKind, handle: str, name: str, now: int) -> int:
    """A new joint account, whose first owner the viewer is; gives its id.

    Raises Invalid, Conflict (handle taken), and NotAllowed: without an adult owner it would be frozen at once.
    """
    if viewer.band is not Band.ADULT:
        raise NotAllowed("An adult begins an account that people run together, and asks you in.", code="age")
    wanted, called = check_handle(handle), check_name(name or handle)
    if not is_free(db, wanted):
        raise Conflict("This handle is taken. Choose another.", field="handle", code="handle-taken")
    made = ids.new()
    row = {"id": made, "handle": wanted, "name": called, "kind": Kind.JOINT.value, "joint_kind": kind.value}
    db.execute(insert(accounts).values(**row, created_at=now))
    owner = {"account_id": made, "person_id": viewer.person, "role": Role.OWNER.value, "since": now}
    db.execute(insert(members).values(owner))
    record(db, AccountChanged(made))
    ledger.append(db, keys, Entry(ledger.Act.ACCOUNT_MADE, viewer.person, made, fields={"kind": kind.value}))
    return made


def look(db: Connection, viewer: Viewer, handle: str) -> Joint:
    """A joint account from inside; raises NotFound for whoever is not its member, and for a personal account."""
    row = db.execute(
        select(accounts, members.c.role)
        .join_from(accounts, members, members.c.account_id == accounts.c.id)
        .where(
            accounts.c.handle == kept_form(handle),
            accounts.c.kind == Kind.JOINT.value,
            members.c.person_id == viewer.person,
        )
    ).first()
    if row is None or viewer.person is None:
        raise NotFound("You are in no account of that name.")
    return Joint(
        id=row.id,
        handle=row.handle,
        name=row.name,
        avatar=row.avatar,
        kind=JointKind(row.joint_kind or JointKind.GROUP),
        rule=PublishingRule(row.publishing_rule),
        role=Role(row.role),
        frozen=is_frozen(db, row.id, viewer.person),
        members=_members(db, viewer, row.id),
    )


def _members(db: Connection, viewer: Viewer, account: int) -> list[Member]:
    own, mine = accounts.alias(), members.alias()
    rows = db.execute(
        select(members, own.c.handle, own.c.name, own.c.avatar, people.c.band)
        .join_from(members, people, people.c.id == members.c.person_id)
        .join(mine, mine.c.person_id == members.c.person_id)
        .join(own, (own.c.id == mine.c.account_id) & (own.c.kind == Kind.PERSONAL.value))
        .where(members.c.account_id == account)
        .order_by(members.c.since, members.c.person_id)
    )
    return [
        Member(
            person=row.person_id,
            handle=row.handle,
            name=row.name,
            avatar=row.avatar,
            role=Role(row.role),
            is_minor=Band(row.band) is not Band.ADULT,
            is_me=row.person_id == viewer.person,
            wanted_rule=None if row.wanted_rule is None else PublishingRule(row.wanted_rule),
            since=row.since,
        )
        for row in rows
    ]


def lock(db: Connection, account: int) -> None:
    """Changes of who runs an account follow one another."""
    db.execute(select(accounts.c.id).where(accounts.c.id == account).with_for_update()).all()


def everybody(db: Connection, account: int) -> list[int]:
    """The people of an account."""
    return list(db.execute(select(members.c.person_id).where(members.c.account_id == account)).scalars())


def leave(db: Connection, keys: Keys, viewer: Viewer, handle: str, now: int) -> None:
    """Be its member no longer. Raises NotFound, and Conflict for the last adult owner while others belong to it."""
    assert viewer.person is not None
    account = look(db, viewer, handle).id
    lock(db, account)
    _not_the_last_adult_owner(db, account, viewer.person)
    if everybody(db, account) == [viewer.person]:
        raise Conflict("You are the only one here. Close the account instead.", code="last-member")
    _end(db, account, viewer.person)
    notices.tell(db, owners(db, account), Notice.LEFT, now, about=viewer.person, by=viewer.person, account=account)
    ledger.append(db, keys, Entry(ledger.Act.MEMBER_LEFT, viewer.person, account))


def remove(db: Connection, keys: Keys, viewer: Viewer, handle: str, member: str, now: int) -> None:
    """Let an editor or a creator go; owners can't remove one another. Raises NotFound or NotAllowed."""
    account, person = _other_member(db, viewer, handle, member, Act.REMOVE)
    if role_in(db, account, person) is Role.OWNER:
        raise NotAllowed("Owners can't remove one another. An owner leaves by themselves.", code="is-owner")
    _end(db, account, person)
    notices.tell(db, [person], Notice.REMOVED, now, about=person, by=viewer.person, account=account)
    ledger.append(db, keys, Entry(ledger.Act.MEMBER_REMOVED, viewer.person, account, (person,)))


def change_role(db: Connection, keys: Keys, viewer: Viewer, handle: str, member: str, role: Role, now: int) -> None:
    """Make a creator an editor or the other way round, or step down from being an owner oneself.

    Nobody becomes an owner here: that is asked of all owners, by an invitation. Raises NotFound, NotAllowed or Conflict.
    """
    assert viewer.person is not None
    if role is Role.OWNER:
        raise NotAllowed("Somebody becomes an owner once all owners and they themselves say yes.", field="role")
    if kept_form(member) == _personal_handle(db, viewer.person):
        account, person = look(db, viewer, handle).id, viewer.person
        lock(db, account)
        if role_in(db, account, person) is not Role.OWNER:
            raise NotAllowed("Only an owner changes roles.", field="role")
        _not_the_last_adult_owner(db, account, person)
        record(db, MemberLeft(account, person))
    else:
        account, person = _other_member(db, viewer, handle, member, Act.CHANGE_ROLE)
        if role_in(db, account, person) is Role.OWNER:
            raise NotAllowed("Owners can't change one another's role.", code="is-owner")
    theirs = (members.c.account_id == account) & (members.c.person_id == person)
    db.execute(update(members).where(theirs).values(role=role.value, wanted_rule=None))
    record(db, MemberJoined(account, person, role.value))
    to = [person, *owners(db, account)]
    notices.tell(db, to, Notice.JOINED, now, about=person, by=viewer.person, account=account, role=role)
    entry = Entry(ledger.Act.MEMBER_ROLE, viewer.person, account, (person,), fields={"role": role.value})
    ledger.append(db, keys, entry)


def want_rule(
    db: Connection, keys: Keys, viewer: Viewer, handle: str, rule: PublishingRule, now: int
) -> PublishingRule:
    """Say which publishing rule one wants; it is in force once every owner wants it. Gives the rule in force."""
    account = by_handle(db, viewer, handle)["id"]
    need(db, viewer, Act.WANT_RULE, account)
    lock(db, account)
    mine = (members.c.account_id == account) & (members.c.person_id == viewer.person)
    db.execute(update(members).where(mine).values(wanted_rule=rule.value))
    of_owners = select(members.c.wanted_rule).where(members.c.account_id == account, members.c.role == Role.OWNER.value)
    before = publishing_rule(db, account)
    if set(db.execute(of_owners).scalars()) != {rule.value} or before is rule:
        return before
    db.execute(update(accounts).where(accounts.c.id == account).values(publishing_rule=rule.value))
    record(db, RuleChanged(account))
    everyone = everybody(db, account)
    notices.tell(db, everyone, Notice.RULE_CHANGED, now, by=viewer.person, account=account, rule=rule, before=before)
    entry = Entry(ledger.Act.RULE_CHANGED, viewer.person, account, tuple(everyone), fields={"rule": rule.value})
    ledger.append(db, keys, entry)
    return rule


def take_out(db: Connection, keys: Keys, viewer: Viewer, minor: int, handle: str, now: int) -> None:
    """A guardian takes a minor out of a joint account: they limit and object, carers too. Raises NotFound."""
    need_guardian(db, viewer, minor)
    account = db.execute(select(accounts.c.id).where(accounts.c.handle == kept_form(handle))).scalar()
    if account is None or role_in(db, account, minor) is None or personal_account(db, minor) == account:
        raise NotFound("They are in no account of that name.")
    lock(db, account)
    _end(db, account, minor)
    to = [minor, *owners(db, account)]
    notices.tell(db, to, Notice.TAKEN_OUT, now, about=minor, by=viewer.person, account=account)
    ledger.append(db, keys, Entry(ledger.Act.MEMBER_REMOVED, viewer.person, account, (minor,)))


def close(db: Connection, viewer: Viewer, handle: str, purgers: Sequence[Purger], receipt: int) -> None:
    """End an account with everything in it, once its owner is the only one left, to be told by `receipt`.

    Raises NotFound, NotAllowed, and Conflict while others belong to it.
    """
    assert viewer.person is not None
    account = look(db, viewer, handle).id
    need(db, viewer, Act.CLOSE, account)
    lock(db, account)
    if everybody(db, account) != [viewer.person]:
        raise Conflict("Others belong to this account. It ends after seven days.", code="not-alone")
    _act_as_themselves(db, account, viewer.person)
    purge(db, Subject(NOBODY, (account,), asked_by=viewer.person, receipt=receipt), purgers)


def _other_member(db: Connection, viewer: Viewer, handle: str, member: str, act: Act) -> tuple[int, int]:
    account = look(db, viewer, handle).id
    need(db, viewer, act, account)
    lock(db, account)
    who = person_named(db, member)
    if who is None or role_in(db, account, who.person) is None:
        raise NotFound("They are not in this account.", field="member")
    return account, who.person


def _personal_handle(db: Connection, person: int) -> str:
    found = select(accounts.c.handle).where(accounts.c.id == personal_account(db, person))
    return str(db.execute(found).scalar_one())


def _not_the_last_adult_owner(db: Connection, account: int, person: int) -> None:
    adults = set(
        db.execute(
            select(people.c.id)
            .join_from(members, people, people.c.id == members.c.person_id)
            .where(
                members.c.account_id == account,
                members.c.role == Role.OWNER.value,
                people.c.band == Band.ADULT.value,
            )
        ).scalars()
    )
    others = [each for each in everybody(db, account) if each != person]
    if adults == {person} and others:
        raise Conflict("You are the last adult owner. Hand the account over to another adult first.", code="last-owner")


def _end(db: Connection, account: int, person: int) -> None:
    _act_as_themselves(db, account, person)
    db.execute(delete(members).where(members.c.account_id == account, members.c.person_id == person))
    db.execute(delete(invitations).where(invitations.c.account_id == account, invitations.c.made_by == person))
    beforehand.member_left(db, account, person)
    record(db, MemberLeft(account, person))


def act_as_themselves(db: Connection, account: int) -> None:
    """Nobody acts as this account any more."""
    for person in everybody(db, account):
        _act_as_themselves(db, account, person)


def _act_as_themselves(db: Connection, account: int, person: int) -> None:
    """Browsers and tokens that acted as this account go on as the person's own."""
    acting = (sessions.c.account_id == account) & (sessions.c.person_id == person)
    db.execute(update(sessions).where(acting).values(account_id=personal_account(db, person)))
