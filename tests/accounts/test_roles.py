"""The table of role, act and age, written out a second time as sentences and compared cell by cell."""

import itertools

import pytest

from onstage.accounts.age import Band
from onstage.accounts.models import Role
from onstage.accounts.roles import Act, may

EVERYBODY = {Role.OWNER, Role.EDITOR, Role.CREATOR}
RUNNING = {Role.OWNER, Role.EDITOR}
OWNING = {Role.OWNER}
ALL_AGES, FROM_13, ADULTS = set(Band), {Band.FROM_13, Band.FROM_16, Band.ADULT}, {Band.ADULT}
EXPECTED: dict[Act, tuple[set[Role], set[Band]]] = {
    Act.MAKE: (EVERYBODY, ALL_AGES),
    Act.CHANGE_CLIPS: (RUNNING, ALL_AGES),
    Act.GIVE_YES: (OWNING, ALL_AGES),
    Act.RELATE: (RUNNING, ALL_AGES),
    Act.ACCEPT_FOLLOWERS: (RUNNING, FROM_13),
    Act.DESCRIBE: (RUNNING, ALL_AGES),
    Act.RENAME: (OWNING, ALL_AGES),
    Act.SET: (OWNING, ALL_AGES),
    Act.SET_COMMENTS: (RUNNING, ALL_AGES),
    Act.INVITE: (OWNING, FROM_13),
    Act.REMOVE: (OWNING, FROM_13),
    Act.CHANGE_ROLE: (OWNING, FROM_13),
    Act.WANT_RULE: (OWNING, ALL_AGES),
    Act.NAME_OWNER: (OWNING, FROM_13),
    Act.CLOSE: (OWNING, ADULTS),
}


def test_the_sentences_cover_every_act() -> None:
    assert EXPECTED.keys() == set(Act)


@pytest.mark.parametrize("act", Act)
def test_every_cell_is_as_the_sentence_says(act: Act) -> None:
    in_role, of_age = EXPECTED[act]
    for role, band in itertools.product(Role, Band):
        assert may(role, act, band) is (role in in_role and band in of_age), (act, role, band)
    for band in Band:
        assert not may(None, act, band)


def test_an_older_person_and_a_higher_role_may_never_do_less() -> None:
    by_age = [Band.UNKNOWN, Band.UNDER_13, Band.FROM_13, Band.FROM_16, Band.ADULT]
    by_role = [None, Role.CREATOR, Role.EDITOR, Role.OWNER]
    for act in Act:
        for role in by_role:
            allowed = [may(role, act, band) for band in by_age]
            assert allowed == sorted(allowed)
        for band in by_age:
            allowed = [may(role, act, band) for role in by_role]
            assert allowed == sorted(allowed)
