"""Who stands for a minor, and what they agreed on among themselves."""

from sqlalchemy import update

from onstage.accounts import membership
from onstage.accounts.age import Band
from onstage.accounts.guardianship import Agreement, Guardian, absence_counts, agreement, guardians_of
from onstage.accounts.membership import PublishingRule
from onstage.accounts.models import accounts, guardianships, members, people
from onstage.accounts.viewer import Viewer
from onstage.clock import now
from onstage.db.engine import Connection
from tests.cast import Cast, person, stand_for


def stand(db: Connection, guardian: Viewer, minor: Viewer, **more: object) -> tuple[int, int]:
    """A guardianship, and both people."""
    assert guardian.person is not None
    assert minor.person is not None
    stand_for(db, guardian, minor, **more)
    return guardian.person, minor.person


def test_guardians_are_those_who_were_accepted_and_have_not_ended(cast: Cast) -> None:
    with cast.app.database.write() as db:
        mia = person(db, "mia_of_12", band=Band.UNDER_13)
        ada, child = stand(db, cast.ada.viewer, mia, is_full=1)
        ben, _ = stand(db, cast.ben.viewer, mia, absent_since=now())
        stand(db, cast.fay.viewer, mia, accepted_at=None)
        stand(db, cast.eve.viewer, mia, ended_at=now(), is_full=1)
        assert guardians_of(db, [child]) == [
            Guardian(ada, child, full=True, absent=False),
            Guardian(ben, child, full=False, absent=True),
        ]
        assert guardians_of(db, []) == []


def test_any_guardian_is_enough_only_when_all_want_it_so(cast: Cast) -> None:
    with cast.app.database.write() as db:
        mia = person(db, "mia_of_12", band=Band.UNDER_13)
        assert mia.person is not None
        assert agreement(db, mia.person) is Agreement.ALL
        stand(db, cast.ada.viewer, mia, agreement="any")
        assert agreement(db, mia.person) is Agreement.ANY
        stand(db, cast.ben.viewer, mia)
        assert agreement(db, mia.person) is Agreement.ALL
        assert absence_counts(db, mia.person)
        db.execute(
            update(guardianships).where(guardianships.c.guardian_id == cast.ada.viewer.person).values(absence_counts=0)
        )
        assert not absence_counts(db, mia.person)


def test_a_minor_under_16_without_a_full_guardian_is_frozen(cast: Cast) -> None:
    with cast.app.database.write() as db:
        for band, frozen in ((Band.UNDER_13, True), (Band.FROM_13, True), (Band.FROM_16, False), (Band.ADULT, False)):
            who = person(db, f"young_{band.value}", band=band)
            assert who.account is not None
            assert who.person is not None
            assert membership.is_frozen(db, who.account, who.person) is frozen
            stand(db, cast.ada.viewer, who)
            assert membership.is_frozen(db, who.account, who.person) is frozen, "a carer is not enough"
            stand(db, cast.ben.viewer, who, is_full=1)
            assert not membership.is_frozen(db, who.account, who.person)
        alone = person(db, "alone_at_14", band=Band.FROM_13, alone=1)
        assert not membership.is_frozen(db, alone.account or 0, alone.person or 0)


def test_a_joint_account_without_an_adult_owner_is_frozen_for_all(cast: Cast) -> None:
    duo, ada = cast.duo.viewer.account, cast.ada.viewer.person
    assert duo is not None
    assert ada is not None
    with cast.app.database.write() as db:
        assert membership.owners(db, duo) == sorted([ada, cast.ben.viewer.person or 0])
        assert not membership.is_frozen(db, duo, ada)
        db.execute(update(members).where(members.c.person_id == ada, members.c.account_id == duo).values(role="editor"))
        assert not membership.is_frozen(db, duo, ada)
        db.execute(update(people).where(people.c.id == cast.ben.viewer.person).values(band=Band.FROM_16.value))
        assert membership.is_frozen(db, duo, ada)


def test_one_owner_publishes_until_all_have_agreed_on_another_rule(cast: Cast) -> None:
    duo = cast.duo.viewer.account
    assert duo is not None
    with cast.app.database.write() as db:
        assert membership.publishing_rule(db, duo) is PublishingRule.ONE
        db.execute(update(accounts).where(accounts.c.id == duo).values(publishing_rule="most"))
        assert membership.publishing_rule(db, duo) is PublishingRule.MOST
