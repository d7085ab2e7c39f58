"""Profiles: what is shown, and changing it."""

import pytest
from sqlalchemy import select, update

from onstage.accounts import profiles
from onstage.accounts.models import Kind, members
from onstage.accounts.profiles import Changes
from onstage.accounts.viewer import GUEST
from onstage.clips.portraits.asking import edit
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.jobs.models import jobs
from tests.cast import KEYS, Cast


def test_a_profile_shows_its_counts_and_how_one_stands_to_it(cast: Cast) -> None:
    with cast.app.database.read() as db:
        seen = profiles.profile(db, cast.fay.viewer, "@Ada")
        by_guest = profiles.profile(db, GUEST, "ada")
    assert (seen.handle, seen.kind, seen.followers, seen.following) == ("ada", Kind.PERSONAL, 2, 1)
    assert (seen.relation.following, seen.relation.followed_by, seen.mine) == (True, True, False)
    assert not by_guest.relation.following


def test_name_bio_and_handle_change_and_the_index_is_told(cast: Cast) -> None:
    with cast.app.database.write() as db:
        edit(db, KEYS, cast.ada.viewer, Changes(name="Ada  L\u202e", bio="  one\r\ntwo ", handle="@Countess"))
        seen = profiles.profile(db, GUEST, "countess")
        events = db.execute(select(jobs.c.payload).where(jobs.c.kind == "event")).scalars().all()
        with pytest.raises(NotFound):
            profiles.profile(db, GUEST, "ada")
    assert (seen.name, seen.bio) == ("Ada L", "one\ntwo")
    assert any("AccountChanged" in event for event in events)


def test_what_is_not_given_stays(cast: Cast) -> None:
    with cast.app.database.write() as db:
        edit(db, KEYS, cast.ada.viewer, Changes(bio="Words."))
        edit(db, KEYS, cast.ada.viewer, Changes())
        edit(db, KEYS, cast.ada.viewer, Changes(handle="ada"))
        seen = profiles.profile(db, GUEST, "ada")
    assert (seen.name, seen.bio) == ("Ada", "Words.")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (Changes(name=" "), Invalid),
        (Changes(bio="x" * 501), Invalid),
        (Changes(handle="b"), Invalid),
        (Changes(handle="admin"), Invalid),
        (Changes(handle="ben"), Conflict),
    ],
)
def test_what_can_not_be_is_refused(cast: Cast, changes: Changes, refusal: type[Exception]) -> None:
    with cast.app.database.write() as db, pytest.raises(refusal):
        edit(db, KEYS, cast.ada.viewer, changes)


def test_an_editor_changes_words_but_not_the_handle_and_a_creator_neither(cast: Cast) -> None:
    duo = cast.duo.viewer
    mine = (members.c.account_id == duo.account) & (members.c.person_id == duo.person)
    with cast.app.database.write() as db:
        db.execute(update(members).where(mine).values(role="editor"))
        edit(db, KEYS, duo, Changes(bio="Two of us."))
        with pytest.raises(NotAllowed):
            edit(db, KEYS, duo, Changes(handle="trio"))
        db.execute(update(members).where(mine).values(role="creator"))
        with pytest.raises(NotAllowed):
            edit(db, KEYS, duo, Changes(bio="Mine now."))


def test_own_accounts_begin_with_the_personal_one(cast: Cast) -> None:
    with cast.app.database.read() as db:
        assert [own.handle for own in profiles.own_accounts(db, cast.ben.viewer)] == ["ben", "duo"]
        assert profiles.own_accounts(db, GUEST) == []
