"""Counts: there from the first, the same total for all who ask, hidden where the account hides them."""

from sqlalchemy import update

from onstage.accounts.models import accounts
from onstage.clips.models import Audience
from onstage.engagement.cards import cards
from onstage.engagement.counts import likes_of
from onstage.engagement.likes import like
from tests.cast import Cast, make_clip


def test_a_new_clip_counts_nothing_and_then_its_first(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        before = cards(db, cast.ben.viewer, [clip])[0]
        like(db, cast.ben.viewer, slug)
        after = cards(db, cast.ben.viewer, [clip])[0]
    assert (before.likes, before.comments, before.saves) == (0, 0, 0)
    assert (after.likes, after.comments, after.saves) == (1, 0, 0)


def test_an_accounts_total_counts_what_every_guest_may_see(cast: Cast) -> None:
    assert cast.ada.viewer.account is not None
    for audience, marked in ((Audience.PUBLIC, True), *((each, False) for each in Audience)):
        _, slug = make_clip(cast.app.database, cast.ada.viewer, audience=audience, marked=marked)
        with cast.app.database.write() as db:
            like(db, cast.ada.viewer, slug)
    with cast.app.database.read() as db:
        assert likes_of(db, cast.ada.viewer.account) == 1


def test_hidden_counts_are_shown_to_members_only(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.duo.viewer)
    with cast.app.database.write() as db:
        like(db, cast.fay.viewer, slug)
        db.execute(update(accounts).where(accounts.c.id == cast.duo.viewer.account).values(counts_shown=0))
        seen = {name: cards(db, actor.viewer, [clip])[0].likes for name, actor in cast.everybody.items()}
    members = {name for name, likes in seen.items() if likes is not None}
    assert members == {"ada", "ben", "duo"}
    assert {seen[name] for name in members} == {1}
