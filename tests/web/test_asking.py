"""A child asks, two parents decide: by the API and on the pages, seen by those who must act and nobody else."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from onstage.accounts.models import people, sessions
from onstage.clips.agreeing import reconsidering
from onstage.clips.ending import restoring
from onstage.clips.models import clip_consents, concerned
from onstage.clock import DAY, MINUTE, now
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.storage import journal
from onstage.storage.journal import Entry
from onstage.upkeep import ledger_replay
from tests.cast import KEYS, Actor, Cast
from tests.web.family import Family


def test_a_child_asks_and_two_parents_decide(family: Family) -> None:
    assert family.api(family.child, "POST", "/publish").json["stage"] == "asked"
    assert [family.sees(who) for who in (family.child, family.mum, family.friend, family.other)] == [
        True,
        True,
        False,
        False,
    ]
    (asked,) = family.asks(family.mum)
    assert (asked["caption"], asked["audience"], asked["why"], asked["changed"]) == (
        "first words",
        "friends",
        "answer",
        None,
    )
    by_the_clip = [family.client.get(f"/c/{family.slug}", who).header("location") for who in (family.child, family.mum)]
    assert by_the_clip == [f"/make/{family.slug}", f"/inbox#q-{family.slug}"]
    assert family.yes(family.other, 1) == 404
    assert family.yes(family.mum, 2) == 409
    assert family.yes(family.mum, 1) == 204
    assert family.asks(family.mum) == []
    far = family.api(family.child, "GET", "/agreeing").json
    assert (far["guardians"], far["people"], far["owners"], far["refused"]) == (1, 0, 0, False)
    assert not family.sees(family.friend)
    assert family.yes(family.dad, 1) == 204
    assert family.sees(family.friend)
    assert not family.sees(family.other)


def test_a_new_way_to_sign_in_by_a_guardian_ends_no_no(family: Family) -> None:
    """For seven days (R10): else whoever resets a child's sign-in could take the child's no back in its name."""
    assert family.api(family.child, "POST", "/no", json={}).status == 204
    for days, status in ((0, 403), (6, 403), (8, 204)):
        with family.app.database.write() as db:
            reset = update(people).where(people.c.id == family.child.viewer.person)
            db.execute(reset.values(reset_at=now() - days * DAY))
        assert family.api(family.child, "DELETE", "/no").status == status


def test_a_no_acts_at_once_and_names_nobody(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        family.yes(who, 1)
    assert family.sees(family.friend)
    assert family.api(family.dad, "POST", "/no", json={"words": "Please without the house number"}).status == 204
    assert [family.sees(who) for who in (family.child, family.mum, family.dad, family.friend)] == [
        True,
        False,
        True,
        False,
    ]
    far = family.api(family.child, "GET", "/agreeing")
    assert far.json["refused"]
    assert far.json["wishes"] == [{"words": "Please without the house number", "by": None}]
    page = family.client.ask("GET", f"/make/{family.slug}", family.child)
    assert "Somebody who must agree said no" in page.text
    assert "@dad" not in page.text
    assert "dad" not in far.text
    assert family.api(family.mum, "DELETE", "/no").status == 404
    assert family.api(family.dad, "DELETE", "/no").status == 204
    assert family.sees(family.friend)


def test_a_yes_needs_to_know_who_is_there(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    with family.app.database.write() as db:
        db.execute(update(sessions).values(checked_at=now() - 6 * MINUTE))
    refused = family.api(family.mum, "POST", "/yes", json={"version": 1})
    assert (refused.status, refused.json["type"]) == (403, "urn:onstage:check-needed")
    assert family.api(family.dad, "POST", "/no", json=None).status == 204, "a no needs none, not even a body"


def test_a_new_version_waits_beside_the_one_that_is_shown(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        family.yes(who, 1)
    changed = family.client.ask(
        "PATCH", f"/api/v1/clips/{family.slug}", family.child, json={"caption": "other words", "audience": "followers"}
    )
    assert changed.status == 200
    for who in (family.friend, family.other):
        assert "other words" not in family.api(who, "GET", "").text
    assert family.api(family.friend, "GET", "").json["caption"] == "first words"
    (asked,) = family.asks(family.mum)
    assert {each["what"]: (each["before"], each["after"]) for each in asked["changed"]} == {
        "caption": ("first words", "other words"),
        "audience": ("friends", "followers"),
    }
    assert family.yes(family.mum, asked["version"]) == 204
    assert family.yes(family.dad, asked["version"]) == 204
    shown = family.api(family.friend, "GET", "").json
    assert (shown["caption"], shown["audience"]) == ("other words", "followers")


def test_narrower_counts_at_once_and_wider_within_what_was_agreed(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        family.yes(who, 1)
    assert family.api(family.mum, "PUT", "/limit", json={"audience": "private"}).status == 204
    assert not family.sees(family.friend)
    assert family.api(family.dad, "DELETE", "/limit").status == 409
    assert family.api(family.mum, "DELETE", "/limit").status == 204
    assert family.sees(family.friend)


def test_who_is_named_is_asked_and_can_take_the_name_out(family: Family) -> None:
    path = "/appearances/friend"
    assert family.api(family.child, "PUT", "/appearances/other", json={}).status == 403, (
        "neither friend nor fellow member"
    )
    assert family.api(family.child, "PUT", path, json={"from_seconds": 1, "to_seconds": 3.5}).status == 204
    assert family.api(family.child, "PUT", path, json={"from_seconds": 900}).status == 422
    assert family.api(family.friend, "GET", "/appearances").status == 404, "not before they are asked"
    family.api(family.child, "POST", "/publish")
    assert family.asks(family.friend)[0]["appears"][0]["handle"] == "friend"
    assert family.api(family.child, "DELETE", path).status == 403
    for who in (family.mum, family.dad):
        family.yes(who, 1)
    assert not family.sees(family.other)
    assert family.yes(family.friend, 1) == 204
    (named,) = family.api(family.friend, "GET", "/appearances").json["named"]
    assert (named["account"]["handle"], named["from_seconds"], named["to_seconds"]) == ("friend", 1.0, 3.5)
    mine = family.client.ask("GET", "/api/v1/me/appearances", family.friend).json
    assert [clip["slug"] for clip in mine["items"]] == [family.slug]
    assert "no reason" in family.client.ask("GET", "/me/with-me", family.friend).text
    assert family.client.ask("PUT", "/api/v1/accounts/child/never", family.friend).status == 204
    assert family.api(family.friend, "DELETE", "/appearance").status == 204
    assert family.sees(family.friend), "as a friend, not as somebody named"
    assert family.api(family.child, "PUT", path, json={}).status == 403


def test_a_person_sees_and_ends_their_nevers(family: Family) -> None:
    shown = family.client.ask("POST", "/me/with-me", family.friend, form={"handle": "@child", "do": "never"})
    assert shown.header("location") == "/me/with-me#nevers"
    assert family.api(family.child, "PUT", "/appearances/friend", json={}).status == 403
    page = family.client.ask("GET", "/me/with-me", family.friend).text
    assert "Never by these" in page
    assert "They may again" in page
    (never,) = family.client.ask("GET", "/api/v1/me/nevers", family.friend).json["items"]
    assert never["account"]["handle"] == "child"
    family.client.ask("PUT", "/api/v1/accounts/friend/block", family.child)
    family.client.ask("POST", "/me/with-me", family.friend, form={"handle": "child", "do": "end"})
    assert family.client.ask("GET", "/api/v1/me/nevers", family.friend).json["items"] == []


def test_the_pages_say_what_is_asked_and_take_the_answer(family: Family) -> None:
    family.client.ask("POST", f"/make/{family.slug}", family.child, parts={"do": "publish", "caption": "first words"})
    assert "2 more guardians" in family.client.ask("GET", f"/make/{family.slug}", family.child).text
    inbox = family.client.ask("GET", "/inbox", family.mum).text
    for words in ("Child asks for your yes.", "first words", "friends", 'value="yes"', 'value="no"'):
        assert words in inbox
    for who, answer in ((family.mum, "yes"), (family.dad, "yes")):
        done = family.client.ask("POST", f"/inbox/{family.slug}", who, form={"do": answer, "version": "1"})
        assert done.status == 303, done.text
    assert family.sees(family.friend)
    family.client.ask("POST", f"/inbox/{family.slug}", family.mum, form={"do": "no"})
    assert not family.sees(family.friend)
    assert "Take my no back" in family.client.ask("GET", "/me/with-me", family.mum).text


def test_a_question_ends_after_thirty_days(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    family.yes(family.mum, 1)
    with family.app.database.write() as db:
        db.execute(update(clip_consents).values(asked_at=clip_consents.c.asked_at - 31 * DAY))
        reconsidering.run(db, KEYS)
        assert db.execute(select(concerned)).all() == []
    assert family.yes(family.dad, 1) == 404
    assert family.api(family.child, "GET", "/progress").json["stage"] == "draft"


def test_a_schedule_waits_for_its_time(family: Family) -> None:
    assert family.api(family.child, "POST", "/schedule", json={"at": "2020-01-01T00:00:00Z"}).status == 409
    later = "2000-01-01T00:00:00"
    assert family.api(family.child, "POST", "/schedule", json={"at": later}).status == 422, "without a zone"
    at = (now() + DAY) // 1_000_000
    with family.app.database.write() as db:
        db.execute(update(sessions).values(checked_at=now()))
    assert family.api(family.child, "POST", "/schedule", json={"at": _iso(at)}).status == 204
    for who in (family.mum, family.dad):
        assert family.yes(who, 1) == 204
    assert not family.sees(family.friend)
    with family.app.database.write() as db:
        db.execute(update(clip_consents).values(due_at=clip_consents.c.due_at - DAY))
        reconsidering.run(db, KEYS)
    assert family.sees(family.friend)


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def test_who_must_agree_is_told_once_for_each_question(family: Family) -> None:
    def told(who: Actor) -> list[tuple[str, str]]:
        run_due(family.app.database, job_kinds(family.app))
        found = family.client.ask("GET", "/api/v1/me/inbox", who).json["items"]
        return [(each["kind"], each["account"]["handle"]) for each in found]

    family.api(family.child, "POST", "/publish")
    assert told(family.mum) == told(family.dad) == [("question", "child")]
    assert told(family.friend) == told(family.other) == told(family.child) == []
    family.api(family.child, "POST", "/recall")
    assert told(family.mum) == []
    family.api(family.child, "POST", "/publish")
    assert told(family.mum) == [("question", "child"), ("question", "child")]
    assert "asks for your yes." in family.client.ask("GET", "/inbox", family.mum).text


def test_who_said_yes_can_still_say_no_while_another_is_asked(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    assert family.yes(family.mum, 1) == 204
    said = family.client.post(f"/inbox/{family.slug}", family.mum, form={"do": "no"})
    assert said.header("location") == f"/inbox?did=no&clip={family.slug}"
    assert family.asks(family.dad) == []
    assert not family.sees(family.dad)
    assert family.api(family.child, "GET", "/agreeing").json["refused"]


def test_an_answer_to_what_is_no_longer_asked_says_so_in_the_inbox(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    assert family.api(family.child, "POST", "/recall").status == 204
    late = family.client.post(f"/inbox/{family.slug}", family.mum, form={"do": "yes", "version": "1"})
    assert late.status == 404
    assert "This is no longer asked of you" in late.text
    assert "first words" not in late.text


def test_a_no_counts_on_the_childs_page_and_among_clips_with_you(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        family.yes(who, 1)
    for path in ("/children/child", "/me/with-me"):
        assert "No, withhold it" in family.client.ask("GET", path, family.mum).text, path
    assert "No, withhold it" not in family.client.ask("GET", "/me/with-me", family.friend).text
    assert "Your no counts here" in family.client.ask("GET", f"/claim?clip={family.slug}", family.mum).text
    assert "Your no counts here" not in family.client.ask("GET", f"/claim?clip={family.slug}", family.friend).text
    family.api(family.dad, "POST", "/no", json={})
    assert "first words" not in family.client.ask("GET", "/children/child", family.mum).text
    assert "Withheld by you" in family.client.ask("GET", "/children/child", family.dad).text


def test_what_is_asked_stands_among_ones_clips_with_whom_it_waits_for(family: Family) -> None:
    assert "Ask</button>" in family.client.ask("GET", f"/make/{family.slug}", family.child).text
    family.api(family.child, "POST", "/publish")
    assert "It waits for 2 more guardians." in family.client.ask("GET", "/me/clips", family.child).text


def test_a_wrong_name_is_told_beside_its_field(family: Family) -> None:
    said = family.client.post(f"/make/{family.slug}", family.child, parts={"do": "name", "handle": "nobody_at_all"})
    assert said.status == 404
    assert 'id="handle-error"' in said.text


def test_two_noes_at_once_are_two_noes(family: Family) -> None:
    """Both parents press No on a page that they opened before; the first takes hers back."""
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.yes(who, 1) == 204
    assert family.sees(family.friend)
    for who in (family.mum, family.dad):
        form = {"do": "no", "words": "Please not this one."}
        assert family.client.ask("POST", f"/inbox/{family.slug}", who, form=form).status == 303
    assert family.api(family.friend, "POST", "/no", json={}).status == 404
    assert family.api(family.mum, "DELETE", "/no").status == 204
    assert not family.sees(family.friend)
    assert "Take my no back" in family.client.ask("GET", "/me/with-me", family.dad).text
    assert family.api(family.dad, "DELETE", "/no").status == 204
    assert family.sees(family.friend)


def test_what_a_moderator_withholds_is_not_shown_to_who_may_object_who_may_say_no_all_the_same(
    cast: Cast, family: Family
) -> None:
    out_to_friends(family)
    settled = hold(family, cast.ola)
    assert not family.sees(family.mum)
    assert not family.sees(family.dad)
    assert family.sees(family.child)
    assert family.api(family.dad, "POST", "/no", json={}).status == 204
    assert family.api(family.other, "POST", "/no", json={}).status == 404
    assert family.client.ask("DELETE", settled, cast.ola).status == 204
    assert not family.sees(family.friend), "the no stands"
    assert family.sees(family.dad)
    assert not family.sees(family.mum)


def test_whoever_may_object_sees_it_again_when_a_moderator_lets_it_go(cast: Cast, family: Family) -> None:
    out_to_friends(family)
    settled = hold(family, cast.ola)
    assert family.api(family.child, "PUT", "/limit", json={"audience": "members"}).status == 204
    assert family.client.ask("DELETE", settled, cast.ola).status == 204
    assert family.sees(family.mum)
    assert family.sees(family.dad)
    assert family.api(family.dad, "POST", "/no", json={}).status == 204
    assert not family.sees(family.mum)


def test_what_was_refused_before_it_was_out_can_be_refused_by_others_too(family: Family) -> None:
    assert family.api(family.dad, "POST", "/no", json={}).status == 404, "nobody has asked yet"
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.api(who, "POST", "/no", json={}).status == 204
    assert family.api(family.friend, "POST", "/no", json={}).status == 404
    assert family.api(family.mum, "DELETE", "/no").status == 204
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.yes(who, 2) == 204
    assert not family.sees(family.friend)


def test_a_no_to_what_is_being_deleted_stands_when_it_comes_back(family: Family) -> None:
    out_to_friends(family)
    assert family.api(family.child, "DELETE", "").status == 200
    assert not family.sees(family.dad)
    assert family.api(family.dad, "POST", "/no", json={}).status == 204
    assert family.api(family.child, "POST", "/restore").status == 200
    assert not family.sees(family.friend)
    assert family.sees(family.dad)


def test_no_words_refuse_a_no(family: Family) -> None:
    """Not to what is being deleted, not where they are none or too many, and not from the one who made it."""
    out_to_friends(family)
    assert family.api(family.child, "POST", "/no", json={"words": "Not like this"}).status == 204
    assert family.api(family.child, "DELETE", "").status == 200
    assert family.api(family.dad, "POST", "/no", json={"words": "Not at all"}).status == 204
    assert family.api(family.mum, "POST", "/no", json={"words": "no" * 3000, "known": True}).status == 204
    assert family.api(family.mum, "POST", "/no", json={"words": " "}).status == 204
    assert family.api(family.friend, "POST", "/no", json={"words": "Me too"}).status == 404
    assert family.api(family.child, "POST", "/restore").status == 200
    far = family.api(family.child, "GET", "/agreeing").json
    said = [(each["words"], each["by"] and each["by"]["handle"]) for each in far["wishes"]]
    assert said == [("no" * 500, "mum"), ("Not at all", None), ("Not like this", None)]
    for who in (family.dad, family.mum, family.child):
        assert not family.sees(family.friend)
        assert family.api(who, "DELETE", "/no").status == 204
    assert family.sees(family.friend)


def test_one_s_own_no_can_be_lifted_while_the_clip_is_being_deleted(family: Family) -> None:
    out_to_friends(family)
    assert family.api(family.dad, "POST", "/no").status == 204
    assert family.api(family.child, "DELETE", "").status == 200
    assert family.api(family.mum, "DELETE", "/no").status == 404, "hers is none"
    assert family.api(family.dad, "DELETE", "/no").status == 204
    assert family.api(family.dad, "DELETE", "/no").status == 404
    assert not family.sees(family.dad)
    assert family.api(family.child, "POST", "/restore").status == 200
    assert family.sees(family.friend)


def test_after_a_restore_a_no_hides_it_from_the_others_and_is_its_givers_to_take_back(family: Family) -> None:
    out_to_friends(family)
    with family.app.database.write() as db:
        restoring.say_no_again(db, [Entry("no", family.clip, now(), family.dad.viewer.person or 0)])
    assert not family.sees(family.friend)
    assert not family.sees(family.mum)
    assert family.api(family.dad, "DELETE", "/no").status == 204
    assert family.sees(family.friend)
    assert family.sees(family.mum)


def test_after_a_restore_no_yes_from_before_a_no_counts_for_what_is_asked(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    assert family.yes(family.dad, 1) == 204
    with family.app.database.write() as db:
        restoring.say_no_again(db, [Entry("no", family.clip, now(), family.dad.viewer.person or 0)])
    assert family.yes(family.mum, 1) == 404
    assert family.api(family.dad, "DELETE", "/no").status == 204
    family.api(family.child, "POST", "/publish")
    assert family.yes(family.mum, 2) == 204
    assert not family.sees(family.friend), "his yes is missing"
    assert family.yes(family.dad, 2) == 204
    assert family.sees(family.friend)


@pytest.mark.parametrize("how", ["person", "waits"])
def test_after_a_restore_the_no_of_whoever_left_or_lost_their_right_waits_as_it_did(family: Family, how: str) -> None:
    out_to_friends(family)
    said = [Entry("no", family.clip, 1, 1), Entry("lifted", family.clip, 1, 2)]
    ended = Entry("person", 1, 2) if how == "person" else Entry("waits", family.clip, 2, 1)
    with family.app.database.write() as db:
        assert restoring.say_no_again(db, [*said, ended, Entry("brought back", family.clip, 3)]) == []
    assert family.sees(family.friend)
    with family.app.database.write() as db:
        restoring.say_no_again(db, [*said, Entry("brought back", family.clip, 1), ended])
    assert not family.sees(family.friend)
    assert family.api(family.mum, "POST", "/bring-back").status == 204
    assert family.sees(family.friend)


def test_the_journal_tells_a_no_that_was_taken_back_from_one_whose_giver_lost_their_right(family: Family) -> None:
    out_to_friends(family)
    assert family.api(family.mum, "POST", "/no").status == 204
    assert family.api(family.mum, "DELETE", "/no").status == 204
    assert family.api(family.dad, "POST", "/no").status == 204
    assert family.client.ask("DELETE", "/api/v1/children/child", family.dad).status == 204
    kinds = job_kinds(family.app)
    while run_due(family.app.database, kinds):
        pass
    assert not family.sees(family.friend)
    assert family.api(family.mum, "POST", "/bring-back").status == 204
    assert family.sees(family.friend)
    while run_due(family.app.database, kinds):
        pass
    mum, dad = family.mum.viewer.person, family.dad.viewer.person
    kept = sorted(journal.read(family.app.settings.data / "deletions.log"), key=lambda each: each.at)
    assert [(each.kind, each.by) for each in kept] == [
        ("no", mum), ("lifted", mum), ("no", dad), ("waits", dad), ("brought back", 0),
    ]  # fmt: skip
    with family.app.database.write() as db:
        assert restoring.say_no_again(db, kept) == [], "all of it is over"
        assert restoring.say_no_again(db, kept[:-1]), "the clip waits, as it did"
    assert not family.sees(family.friend)


def test_after_a_restore_the_no_of_somebody_whom_the_backup_does_not_know_stands(family: Family) -> None:
    """A minor's guardian who was named after it, say, and answered by a link: nobody brings it back in their place."""
    out_to_friends(family)
    with family.app.database.write() as db:
        restored = restoring.say_no_again(db, [Entry("no", family.clip, now(), 1)])
        for each in restored:
            restoring.enter(db, KEYS, [each])
        reconsidering.run(db, KEYS)
    with family.app.database.read() as db:
        assert [each for each in ledger_replay.differences(db) if each.startswith("clip")] == []
    far = family.api(family.child, "GET", "/agreeing")
    assert far.json["refused"]
    assert family.api(family.child, "GET", "/appearances").json["labels"] == []
    assert family.api(family.mum, "POST", "/bring-back").status == 404
    for text in ("other words", "more words"):
        assert family.api(family.child, "PATCH", "", json={"caption": text}).status == 200
    assert not family.sees(family.friend)
    with family.app.database.write() as db:
        assert restoring.say_no_again(db, [Entry("no", family.clip, now(), 1)]) == [], "twice is once"
    assert family.api(family.child, "DELETE", "").status == 200


def out_to_friends(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.yes(who, 1) == 204
    assert family.sees(family.friend)


def hold(family: Family, moderator: Actor) -> str:
    """A moderator withholds it; gives the path that ends that."""
    report = family.client.ask(
        "POST", "/api/v1/reports", family.friend, json={"reason": "violence", "clip": family.slug}
    ).json["id"]
    settle = {"outcome": "hold", "words": "To be looked at."}
    assert family.client.ask("POST", f"/api/v1/reports/{report}/settle", moderator, json=settle).status == 204
    assert not family.sees(family.friend)
    return f"/api/v1/server/withheld/{family.slug}"
