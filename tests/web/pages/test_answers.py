"""Answering on pages, without scripts and against the grain: pressed late, twice, in two tabs, with words beside it."""

from sqlalchemy import insert, select, update

from onstage.accounts import permissions
from onstage.accounts.age import Band, Reach, Row
from onstage.accounts.models import follows, people
from onstage.clips.models import Audience, Stage, wishes
from onstage.clock import now
from tests.cast import Cast, make_clip, stand_for
from tests.client import Client
from tests.web.family import Family
from tests.web.pages.test_together import seen, sent


def out(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    for guardian in (family.mum, family.dad):
        assert family.yes(guardian, 1) == 204


def test_whoever_may_still_open_what_is_withheld_reads_that_it_is(family: Family) -> None:
    """The film plays there as ever; that nobody else sees it must not be left to guessing."""
    client, at = family.client, f"/c/{family.slug}"
    out(family)
    for who in (family.child, family.mum, family.friend):
        assert "clip-state" not in seen(client, at, who)
    sent(client, f"/inbox/{family.slug}", family.mum, do="no")
    for who, words in ((family.child, "Somebody who must agree said no"), (family.mum, "You said no")):
        page = seen(client, at, who)
        assert words in page.partition('class="clip-state"')[2].partition("</a>")[0]
        assert "Mum" not in page or who is family.mum
    assert f'class="clip-state" href="/make/{family.slug}"' in seen(client, at, family.child)
    assert [client.get(at, who).status for who in (family.dad, family.friend)] == [404, 404]


def test_words_that_are_too_long_are_not_lost(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    typed = "Please " * 150
    answered = sent(family.client, f"/inbox/{family.slug}", family.mum, do="wish", words=typed, known="1", version="1")
    assert answered.status == 422
    assert typed in answered.text
    assert f'href="#w-{family.slug}"' in answered.text
    assert f'aria-describedby="w-{family.slug}-error"' in answered.text
    assert 'name="known" value="1" checked' in answered.text


def test_words_beside_a_yes_reach_whoever_asks(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    said = sent(family.client, f"/inbox/{family.slug}", family.mum, do="yes", words="Lovely", known="1", version="1")
    assert said.status == 303
    with family.app.database.read() as db:
        assert db.execute(select(wishes.c.words, wishes.c.known)).all() == [("Lovely", 1)]
    assert "Lovely" in seen(family.client, f"/make/{family.slug}", family.child)


def test_a_yes_in_a_tab_from_before_one_s_own_no_says_what_stands_in_its_way(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    at = f"/inbox/{family.slug}"
    sent(family.client, at, family.mum, do="no", version="1")
    late = sent(family.client, at, family.mum, do="yes", version="1")
    assert late.status == 409
    assert "You said no to this clip. Take that back first" in late.text
    assert "Take my no back" in late.text
    lifted = sent(family.client, at, family.mum, do="lift")
    assert lifted.header("location") == "/inbox?did=lift"
    assert "who made it asks again" in seen(family.client, "/inbox?did=lift", family.mum)
    assert "You said no" not in sent(family.client, at, family.dad, do="yes", version="1").text


def test_a_no_that_is_taken_back_from_what_is_out_says_that_it_is_shown(family: Family) -> None:
    out(family)
    sent(family.client, f"/inbox/{family.slug}", family.mum, do="no")
    assert sent(family.client, f"/inbox/{family.slug}", family.mum, do="lift").header("location") == "/inbox?did=shown"


def test_a_no_with_words_counts_while_the_clip_is_being_deleted_and_can_be_taken_back(family: Family) -> None:
    out(family)
    family.api(family.child, "DELETE", "")
    at = f"/inbox/{family.slug}"
    said = sent(family.client, at, family.mum, do="no", words="Not that one")
    assert said.header("location") == f"/inbox?did=no&clip={family.slug}"
    assert "Take my no back" in seen(family.client, f"/inbox?did=no&clip={family.slug}", family.mum)
    assert sent(family.client, at, family.mum, do="lift").header("location") == "/inbox?did=lift"
    family.api(family.child, "POST", "/restore")
    assert "Not that one" in seen(family.client, f"/make/{family.slug}", family.child)
    assert family.sees(family.friend)


def test_a_no_whose_words_are_too_long_counts_all_the_same(family: Family) -> None:
    out(family)
    said = sent(family.client, f"/inbox/{family.slug}", family.mum, do="no", words="Please " * 150)
    assert said.status == 303
    assert not family.sees(family.friend)


def test_a_guardian_s_words_to_what_somebody_of_16_put_out_do_not_keep_them_from_narrowing_it(
    family: Family,
) -> None:
    with family.app.database.write() as db:
        db.execute(update(people).where(people.c.id == family.child.viewer.person).values(band=Band.FROM_16.value))
        permissions.choose(db, family.child.viewer, Row.AUDIENCE, Reach.PUBLIC)
    family.api(family.child, "PATCH", "", json={"audience": "public"})
    assert family.api(family.child, "POST", "/publish").json["stage"] == "none"
    said = sent(family.client, f"/inbox/{family.slug}", family.mum, do="no", words="For friends, please")
    assert said.status == 303
    assert family.api(family.friend, "GET", "").json["audience"] == "followers"


def test_who_asks_to_follow_is_answered_by_forms(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        for who in (cast.ben, cast.fay):
            edge = {"follower_id": who.viewer.account, "target_id": cast.max.viewer.account}
            db.execute(insert(follows).values(**edge, accepted=0, at=now()))
    assert 'action="/inbox/followers"' in seen(client, "/inbox", cast.max)
    for handle, do, did in (("ben", "accept", "accepted"), ("fay", "decline", "declined")):
        answered = sent(client, "/inbox/followers", cast.max, handle=handle, do=do)
        assert answered.header("location") == f"/inbox?did={did}"
    assert sent(client, "/inbox/followers", cast.max, handle="nobody_here", do="accept").status == 404
    with cast.app.database.read() as db:
        told = select(follows.c.follower_id, follows.c.accepted).where(follows.c.target_id == cast.max.viewer.account)
        assert db.execute(told).all() == [(cast.ben.viewer.account, 1)]


def test_a_claim_is_within_reach_without_scripts(cast: Cast, client: Client) -> None:
    _id, slug = make_clip(cast.app.database, cast.ada.viewer)
    page = seen(client, f"/c/{slug}", cast.guest)
    assert f'<noscript><a class="act" href="/claim?clip={slug}">' in page
    assert '<noscript><span class="cluster"><a class="button" href="/claim?account=ada">' in seen(
        client, "/@ada", cast.guest
    )


def test_an_answer_to_joining_says_what_it_did(cast: Cast, client: Client) -> None:
    sent(client, "/together/duo", cast.ada, do="ask", guest="mia", role="creator")
    page = seen(client, "/inbox", cast.mia)
    one = page.partition('name="id" value="')[2].partition('"')[0]
    for who, do, did, words in (
        (cast.mia, "invitation-yes", "joins", "Whoever must agree is asked."),
        (cast.gus, "member-yes", "let-in", "when everybody who must agree has said yes"),
        (cast.gil, "member-no", "kept-out", "They do not come in."),
    ):
        answered = sent(client, "/together", who, **{"do": do, "id": one, "from": "inbox"})
        assert answered.header("location") == f"/inbox?did={did}"
        assert words in seen(client, f"/inbox?did={did}", who)


def test_a_carer_sees_what_is_asked_says_no_and_is_told_kindly_that_no_yes_is_asked(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        stand_for(db, cast.fay.viewer, cast.mia.viewer)
    _id, slug = make_clip(
        cast.app.database,
        cast.mia.viewer,
        caption="Splash",
        audience=Audience.FRIENDS,
        published=False,
        stage=Stage.DRAFT,
    )
    assert client.ask("POST", f"/api/v1/clips/{slug}/publish", cast.mia).json["stage"] == "asked"
    page = seen(client, "/children/mia", cast.fay)
    assert "Splash" in page
    assert "Waits for a yes" in page
    assert "It is not out yet: it waits for a yes." in seen(client, f"/c/{slug}", cast.fay)
    yes = sent(client, f"/inbox/{slug}", cast.fay, do="yes", version="1")
    assert yes.status == 403
    assert "Your yes is not asked for here. If your no counts, say it at any time." in yes.text
    assert client.get(f"/c/{slug}", cast.ben).status == 404
    assert sent(client, f"/inbox/{slug}", cast.fay, do="no").status == 303
    assert client.ask("GET", f"/api/v1/clips/{slug}", cast.mia).json["stage"] == "draft"


def test_who_has_said_yes_may_watch_it_while_it_waits_for_another(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    assert family.client.get(f"/c/{family.slug}", family.mum).header("location") == f"/inbox#q-{family.slug}"
    assert family.yes(family.mum, 1) == 204
    assert "It is not out yet: it waits for a yes." in seen(family.client, f"/c/{family.slug}", family.mum)


def test_whoever_is_signed_out_while_answering_finds_the_way_back(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    form, came = {"do": "yes", "version": "1"}, {"referer": "http://localhost:8000/inbox?did=no"}
    answered = family.client.post(f"/inbox/{family.slug}", form=form, headers=came)
    assert answered.status == 401
    assert 'href="/sign-in?next=/inbox%3Fdid%3Dno"' in answered.text
    assert "Nothing was changed: sign in, and press it once more." in answered.text
    elsewhere = {"referer": "https://elsewhere.example/inbox"}
    assert 'href="/sign-in"' in family.client.post(f"/inbox/{family.slug}", form=form, headers=elsewhere).text
