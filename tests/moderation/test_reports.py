"""Reports: made about what one can see, read by nobody whom they name, settled with a reason."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, insert, select, update

from onstage.accounts import growing, leaving, roster
from onstage.accounts.models import members, people
from onstage.clips.agreeing import answers, inbox
from onstage.clips.models import Audience, clips, holds
from onstage.clock import now
from onstage.engagement import comments
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from onstage.jobs.worker import run_due
from onstage.moderation import ages, preserving, reports, withheld
from onstage.moderation.models import reports as table
from onstage.moderation.preserving import Case
from onstage.moderation.preserving import Kind as CaseKind
from onstage.moderation.reports import Outcome, Reason
from onstage.server import job_kinds
from onstage.upkeep import ledger_replay
from tests.cast import Actor, Cast, make_clip, stand_for


def open_for(cast: Cast, who: Actor) -> list[reports.Report]:
    with cast.app.database.read() as db:
        return reports.open_reports(db, who.viewer)[0]


def held(cast: Cast, clip: int) -> int:
    with cast.app.database.read() as db:
        return int(db.execute(select(clips.c.holds).where(clips.c.id == clip)).scalar_one())


def test_a_clip_an_account_and_a_comment_can_be_reported(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        said = comments.comment(db, cast.ben.viewer, slug, "Mean words.")
        reports.report_clip(db, cast.fay.viewer, slug, Reason.VIOLENCE, " It hurts\u202e ", now())
        reports.report_account(db, cast.fay.viewer, "@ben", Reason.SPAM, "", now())
        reports.report_comment(db, cast.fay.viewer, said.id, Reason.HATE, "", now())
    found = open_for(cast, cast.ola)
    assert [(one.handle, one.clip, one.said, one.words) for one in found] == [
        ("ben", slug, "Mean words.", ""),
        ("ben", None, None, ""),
        ("ada", slug, None, "It hurts"),
    ]


def test_what_one_can_not_see_one_can_not_report(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.PRIVATE)
    with cast.app.database.write() as db:
        said = comments.comment(db, cast.ada.viewer, slug, "A note.")
    for who in (cast.ben, cast.eve):
        with cast.app.database.write() as db, pytest.raises(NotFound):
            reports.report_clip(db, who.viewer, slug, Reason.OTHER, "", now())
        with cast.app.database.write() as db, pytest.raises(NotFound):
            reports.report_comment(db, who.viewer, said.id, Reason.OTHER, "", now())
    with cast.app.database.write() as db, pytest.raises(NotFound):
        reports.report_account(db, cast.eve.viewer, "ada", Reason.OTHER, "", now())


def test_saying_it_again_replaces_the_words(cast: Cast) -> None:
    with cast.app.database.write() as db:
        first = reports.report_account(db, cast.fay.viewer, "ben", Reason.SPAM, "one", now())
        assert reports.report_account(db, cast.fay.viewer, "ben", Reason.HATE, "two", now()) == first
        assert reports.report_account(db, cast.ada.viewer, "ben", Reason.HATE, "three", now()) != first
    assert [(one.reason, one.words) for one in open_for(cast, cast.ola)] == [
        (Reason.HATE, "three"),
        (Reason.HATE, "two"),
    ]


def test_nobody_whom_a_report_names_reads_or_settles_it(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.duo.viewer)
    with cast.app.database.write() as db:
        db.execute(
            update(people)
            .where(people.c.id.in_([cast.ben.viewer.person, cast.ada.viewer.person]))
            .values(is_server_owner=1)
        )
        about_ola = reports.report_account(db, cast.fay.viewer, "ola", Reason.OTHER, "", now())
        about_duo = reports.report_clip(db, cast.fay.viewer, slug, Reason.OTHER, "", now())
    assert [one.id for one in open_for(cast, cast.ola)] == [about_duo]
    assert [one.id for one in open_for(cast, cast.ben)] == [about_ola], "a member of the joint account"
    for who, which in ((cast.ola, about_ola), (cast.ben, about_duo), (cast.ada, about_duo)):
        with cast.app.database.write() as db, pytest.raises(NotFound):
            reports.settle(db, cast.app.keys, who.viewer, which, Outcome.DISMISS, "No.", now())


def test_an_author_who_has_left_the_account_is_still_named(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.duo.viewer)
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.ada.viewer.person).values(is_server_owner=1))
        reports.report_clip(db, cast.fay.viewer, slug, Reason.OTHER, "", now())
        db.execute(members.delete().where(members.c.account_id == cast.duo.viewer.account))
    assert open_for(cast, cast.ada) == []


def test_the_page_knows_whether_anybody_would_read_it(cast: Cast) -> None:
    with cast.app.database.write() as db:
        assert reports.readers(db, cast.fay.viewer, cast.ben.viewer.account or 0) == 1
        assert reports.readers(db, cast.fay.viewer, cast.ola.viewer.account or 0) == 0
        row = {"account_id": cast.duo.viewer.account, "person_id": cast.ola.viewer.person}
        db.execute(insert(members).values(**row, role="creator", since=now()))
        assert reports.readers(db, cast.fay.viewer, cast.duo.viewer.account or 0) == 0
        assert reports.readers(db, cast.fay.viewer, cast.ben.viewer.account or 0, author=cast.ola.viewer.person) == 0


def test_a_hold_withholds_at_once_and_ends_only_by_its_giver(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(is_server_owner=1))
        which = reports.report_clip(db, cast.fay.viewer, slug, Reason.ILLEGAL, "", now())
        reports.settle(db, cast.app.keys, cast.ola.viewer, which, Outcome.HOLD, "Against the law here.", now())
        assert db.execute(select(holds.c.kind, holds.c.giver_id)).one() == ("moderation", cast.ola.viewer.person)
    assert held(cast, clip) == 1
    assert open_for(cast, cast.ola) == []
    with cast.app.database.write() as db, pytest.raises(NotFound):
        withheld.let_go(db, cast.app.keys, cast.max.viewer, slug)
    with cast.app.database.write() as db:
        assert [(each.slug, each.words) for each in withheld.mine(db, cast.ola.viewer)] == [
            (slug, "Against the law here.")
        ]
        assert withheld.mine(db, cast.max.viewer) == []
        withheld.let_go(db, cast.app.keys, cast.ola.viewer, slug)
        assert withheld.mine(db, cast.ola.viewer) == []
    assert held(cast, clip) == 0
    with cast.app.database.write() as db, pytest.raises(NotFound):
        withheld.let_go(db, cast.app.keys, cast.ola.viewer, slug)


def test_what_a_moderator_who_leaves_withheld_can_be_let_go_by_others(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    keys = cast.app.keys
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(is_server_owner=1))
        which = reports.report_clip(db, cast.fay.viewer, slug, Reason.ILLEGAL, "", now())
        reports.settle(db, keys, cast.max.viewer, which, Outcome.HOLD, "Against the law here.", now())
    with cast.app.database.write() as db:
        leaving.leave(db, cast.max.viewer, cast.app.purgers)
        assert db.execute(select(holds.c.kind, holds.c.giver_id)).all() == [("moderation", 0)]
    assert held(cast, clip) == 1
    with cast.app.database.write() as db:
        assert [each.slug for each in withheld.by_rule(db, cast.ola.viewer)] == [slug]
        withheld.let_go(db, keys, cast.ola.viewer, slug)
    assert held(cast, clip) == 0


def test_what_a_moderator_withheld_who_is_none_any_more_can_be_let_go_by_others(cast: Cast) -> None:
    """The server was given to another; whoever had it is here still, and decides nothing."""
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    kept, kept_slug = make_clip(cast.app.database, cast.ben.viewer)
    keys = cast.app.keys
    with cast.app.database.write() as db:
        which = reports.report_clip(db, cast.fay.viewer, slug, Reason.ILLEGAL, "", now())
        reports.settle(db, keys, cast.ola.viewer, which, Outcome.HOLD, "Against the law here.", now())
        about = Case(CaseKind.REPORT, reports.report_clip(db, cast.fay.viewer, kept_slug, Reason.ILLEGAL, "", now()))
        preserving.keep(db, keys, cast.ola.viewer, about, "An order.", 365)
    with cast.app.database.write() as db:
        assert withheld.by_rule(db, cast.max.viewer) == []
        roster.make_owner(db, cast.max.viewer.person or 0)
        assert {each.slug for each in withheld.by_rule(db, cast.max.viewer)} == {slug, kept_slug}
        for each in (slug, kept_slug):
            withheld.let_go(db, keys, cast.max.viewer, each)
        assert withheld.by_rule(db, cast.max.viewer) == []
    assert held(cast, clip) == held(cast, kept) == 0
    assert not untold(cast)


def untold(cast: Cast) -> list[str]:
    """What the ledger tells otherwise about clips than the tables hold (I8 of consent.md)."""
    with cast.app.database.read() as db:
        return [line for line in ledger_replay.differences(db) if line.startswith("clip")]


def test_what_is_kept_for_the_law_is_let_go_also_when_its_case_has_ended(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    keys = cast.app.keys
    with cast.app.database.write() as db:
        which = reports.report_clip(db, cast.fay.viewer, slug, Reason.ILLEGAL, "", now())
        preserving.keep(db, keys, cast.ola.viewer, Case(CaseKind.REPORT, which), "An order.", 365)
        reports.settle(db, keys, cast.ola.viewer, which, Outcome.DISMISS, "Nothing wrong with it.", now())
    with cast.app.database.write() as db, pytest.raises(NotFound):
        withheld.let_go(db, keys, cast.max.viewer, slug)
    with cast.app.database.write() as db:
        assert [(each.slug, each.is_kept) for each in withheld.mine(db, cast.ola.viewer)] == [(slug, True)]
        withheld.let_go(db, keys, cast.ola.viewer, slug)
        assert withheld.mine(db, cast.ola.viewer) == []
    assert held(cast, clip) == 0


def test_what_was_kept_for_the_law_by_one_who_leaves_can_be_let_go_by_others(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    keys = cast.app.keys
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(is_server_owner=1))
        which = reports.report_clip(db, cast.fay.viewer, slug, Reason.ILLEGAL, "", now())
        max_ = replace(cast.max.viewer, is_server_owner=True)
        preserving.keep(db, keys, max_, Case(CaseKind.REPORT, which), "An order.", 365)
        reports.settle(db, keys, max_, which, Outcome.HOLD, "Against the law here.", now())
        leaving.leave(db, cast.max.viewer, cast.app.purgers)
    assert held(cast, clip) == 1, "two holds of nobody are one"
    run_due(cast.app.database, job_kinds(cast.app))
    assert not untold(cast)
    with cast.app.database.write() as db:
        withheld.let_go(db, keys, cast.ola.viewer, slug)
    assert held(cast, clip) == 0
    assert not untold(cast)


def test_what_is_for_adults_and_shows_a_minor_goes_to_moderators(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    keys, ada = cast.app.keys, cast.ada.viewer.person or 0
    with cast.app.database.write() as db:
        db.execute(update(people).values(alone=1))
        db.execute(update(clips).values(marked=1))
        ages.doubt(db, keys, cast.ola.viewer, ada, now())
    with cast.app.database.read() as db:
        assert [(each.slug, each.handle) for each in withheld.by_rule(db, cast.ola.viewer)] == [(slug, "ada")]
        assert withheld.by_rule(db, cast.ada.viewer) == [], "it concerns her"
    with cast.app.database.write() as db, pytest.raises(Conflict):
        withheld.let_go(db, keys, cast.ola.viewer, slug)
    with cast.app.database.write() as db:
        ages.settle(db, keys, cast.ola.viewer, ada, date(1990, 1, 1), now())
    assert held(cast, clip) == 1, "a moderator looks at it"
    with cast.app.database.write() as db, pytest.raises(NotAllowed):
        withheld.let_go(db, keys, cast.ada.viewer, slug)
    with cast.app.database.write() as db:
        withheld.let_go(db, keys, cast.ola.viewer, slug)
    assert held(cast, clip) == 0


def test_a_doubt_about_an_age_withholds_until_a_voucher_settles_it(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    keys, ada = cast.app.keys, cast.ada.viewer.person or 0
    with cast.app.database.write() as db:
        which = reports.report_clip(db, cast.fay.viewer, slug, Reason.AGE, "She is in my class.", now())
        reports.settle(db, keys, cast.ola.viewer, which, Outcome.DOUBT, "It looks so.", now())
        kept = select(people.c.band, people.c.birth_date).where(people.c.id == ada)
        assert db.execute(kept).one() == ("unknown", None)
    with cast.app.database.read() as db:
        assert set(db.execute(select(holds.c.kind, holds.c.giver_id)).all()) == {("screening", ada), ("basis", 0)}
        assert db.execute(select(clips.c.id)).scalars().all() == [clip]
    assert open_for(cast, cast.ola) == []
    with cast.app.database.write() as db, pytest.raises(NotAllowed):
        growing.correct_birth_date(db, keys, cast.ada.viewer, ada, date(1990, 1, 1), "UTC", now())
    with cast.app.database.write() as db, pytest.raises(Refused):
        answers.bring_back(db, keys, cast.ada.viewer, slug)
    with cast.app.database.write() as db:
        assert growing.whose_age_is_unknown(db, cast.ola.viewer) == ["ada"]
        ages.settle(db, keys, cast.ola.viewer, ada, None, now())
    assert held(cast, clip) == 2, "it is still unknown"
    with cast.app.database.write() as db:
        ages.settle(db, keys, cast.ola.viewer, ada, date(1990, 1, 1), now())
        assert growing.whose_age_is_unknown(db, cast.ola.viewer) == []
    assert held(cast, clip) == 1, "facts never publish"
    with cast.app.database.write() as db:
        answers.bring_back(db, keys, cast.ada.viewer, slug)
    assert held(cast, clip) == 0


@pytest.mark.parametrize(("audience", "after"), [(Audience.PUBLIC, "followers"), (Audience.FRIENDS, "friends")])
def test_what_needs_nobody_else_comes_back_to_those_near_once_the_doubt_is_over(
    cast: Cast, audience: Audience, after: str
) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer, audience=audience)
    keys, ada = cast.app.keys, cast.ada.viewer.person or 0
    with cast.app.database.write() as db:
        db.execute(update(people).values(alone=1))
    with cast.app.database.write() as db:
        ages.doubt(db, keys, cast.ola.viewer, ada, now())
    assert held(cast, clip) == 1
    with cast.app.database.read() as db:
        assert inbox.progress(db, cast.ada.viewer, slug).in_doubt
    with cast.app.database.write() as db:
        ages.settle(db, keys, cast.ola.viewer, ada, date(1990, 1, 1), now())
    with cast.app.database.read() as db:
        kept = select(clips.c.holds, clips.c.audience, clips.c.recommended)
        assert db.execute(kept).one() == (0, after, 0), "what age narrows stays so until it is published anew"


def test_only_a_report_about_one_persons_age_leads_to_a_doubt(cast: Cast) -> None:
    with cast.app.database.write() as db:
        spam = reports.report_account(db, cast.max.viewer, "ben", Reason.SPAM, "", now())
        joint = reports.report_account(db, cast.fay.viewer, "duo", Reason.AGE, "", now())
        one = reports.report_account(db, cast.fay.viewer, "ben", Reason.AGE, "", now())
    assert [each.is_of_one for each in open_for(cast, cast.ola)] == [True, False, True]
    for which in (spam, joint):
        with cast.app.database.write() as db, pytest.raises((Invalid, Conflict)):
            reports.settle(db, cast.app.keys, cast.ola.viewer, which, Outcome.DOUBT, "I doubt it too.", now())
    with cast.app.database.write() as db:
        reports.settle(db, cast.app.keys, cast.ola.viewer, one, Outcome.DOUBT, "I doubt it too.", now())
        again = reports.report_account(db, cast.ada.viewer, "ben", Reason.AGE, "", now())
        with pytest.raises(Conflict):
            reports.settle(db, cast.app.keys, cast.ola.viewer, again, Outcome.DOUBT, "And again.", now())


def test_settling_takes_a_reason_and_happens_once(cast: Cast) -> None:
    with cast.app.database.write() as db:
        which = reports.report_account(db, cast.fay.viewer, "ben", Reason.SPAM, "", now())
        with pytest.raises(Invalid):
            reports.settle(db, cast.app.keys, cast.ola.viewer, which, Outcome.DISMISS, "  ", now())
        with pytest.raises(Invalid):
            reports.settle(db, cast.app.keys, cast.ola.viewer, which, Outcome.HOLD, "Hold what?", now())
        reports.settle(db, cast.app.keys, cast.ola.viewer, which, Outcome.DISMISS, "It is no spam.", now())
        with pytest.raises(Conflict):
            reports.settle(db, cast.app.keys, cast.ola.viewer, which, Outcome.DISMISS, "Again.", now())
        assert db.execute(select(table.c.outcome, table.c.settled_words)).one() == ("dismiss", "It is no spam.")


def test_after_it_is_settled_one_may_report_anew(cast: Cast) -> None:
    with cast.app.database.write() as db:
        first = reports.report_account(db, cast.fay.viewer, "ben", Reason.SPAM, "", now())
        reports.settle(db, cast.app.keys, cast.ola.viewer, first, Outcome.DISMISS, "No.", now())
        assert reports.report_account(db, cast.fay.viewer, "ben", Reason.SPAM, "", now()) != first
        assert db.execute(select(func.count()).select_from(table)).scalar_one() == 2


def test_open_reports_come_in_pages(cast: Cast) -> None:
    with cast.app.database.write() as db:
        for handle in ("ada", "ben", "max"):
            reports.report_account(db, cast.fay.viewer, handle, Reason.SPAM, "", now())
        found, before = [], None
        while True:
            page, before = reports.open_reports(db, cast.ola.viewer, before=before, limit=2)
            found += [one.handle for one in page]
            if before is None:
                break
    assert found == ["max", "ben", "ada"]


def test_a_report_never_reaches_a_guardian_of_who_reports_or_of_whom_it_names(cast: Cast) -> None:
    with cast.app.database.write() as db:
        stand_for(db, cast.ola.viewer, cast.max.viewer, ended_at=now())
        of_mia = reports.report_account(db, cast.mia.viewer, "ada", Reason.OTHER, "", now())
        of_max = reports.report_account(db, cast.max.viewer, "ada", Reason.OTHER, "", now())
        on_max = reports.report_account(db, cast.ben.viewer, "max", Reason.OTHER, "", now())
        assert [each.id for each in reports.open_reports(db, cast.ola.viewer)[0]] == [of_mia]
        for hidden in (of_max, on_max):
            with pytest.raises(NotFound):
                reports.settle(db, cast.app.keys, cast.ola.viewer, hidden, Outcome.DISMISS, "Seen.", now())
        assert reports.readers(db, cast.mia.viewer, cast.ada.viewer.account or 0) == 1
        assert reports.readers(db, cast.max.viewer, cast.ada.viewer.account or 0) == 0
        assert reports.readers(db, cast.ben.viewer, cast.max.viewer.account or 0) == 0
