"""The pages of joint accounts, guardians and children: what they say, and that their buttons do it."""

import re

import pytest
from sqlalchemy import select, update

from onstage.accounts import growing, leaving
from onstage.accounts.age import Row
from onstage.accounts.models import accounts, guardianships, members, notices, people
from onstage.clock import now
from onstage.web.pages.table_words import title
from tests.accounts.joining import born
from tests.cast import Actor, Cast, make_clip, stand_for
from tests.client import Answer, Client


def sent(client: Client, path: str, actor: Actor, **fields: str) -> Answer:
    answer = client.post(path, actor, form=fields)
    assert answer.status < 500, answer.text
    return answer


def seen(client: Client, path: str, actor: Actor) -> str:
    answer = client.get(path, actor)
    assert answer.status == 200, f"{path}: {answer.status} {answer.text[:500]}"
    return re.sub(r"\s+", " ", answer.text)


def test_a_family_begins_asks_in_and_agrees(cast: Cast, client: Client) -> None:
    begun = sent(client, "/together/new", cast.ada, kind="family", handle="Hollow", name="Hollow Brook")
    assert begun.header("location") == "/together/hollow"
    assert sent(client, "/together/new", cast.ben, kind="family", handle="hollow", name="x").status == 409
    assert sent(client, "/together/new", cast.ben, kind="gang", handle="gang").status == 422
    made = sent(client, "/together/hollow", cast.ada, do="link", role="editor")
    link = re.search(r"/together/join/([\w-]+)", made.text)
    assert link is not None
    assert "<svg" in made.text.partition('class="qr"')[2][:400], "the link as a QR code"
    assert "Ada asks you in" in seen(client, link[0], cast.ben)
    assert sent(client, link[0], cast.ben, do="yes").header("location") == "/together"
    assert client.get(link[0], cast.fay).status == 410
    assert sent(client, "/together/hollow", cast.ada, do="ask", role="creator", guest="mia").status == 303
    one = re.search(r'name="id" value="(\d+)"', seen(client, "/together", cast.mia))
    assert one is not None
    assert sent(client, "/together", cast.mia, do="invitation-yes", id=one[1]).status == 303
    assert "Mia</strong> would like to be a creator" in seen(client, "/together", cast.gil)
    for guardian in (cast.gus, cast.gil):
        assert sent(client, "/together", guardian, do="member-yes", id=one[1]).status == 303
    page = seen(client, "/together/hollow", cast.mia)
    assert page.count('class="list-row member"') == 3
    assert "Take out" not in page


def test_the_page_of_an_account_does_what_its_members_may(cast: Cast, client: Client) -> None:
    at = "/together/duo"
    assert "Most owners say yes" in seen(client, at, cast.ada)
    for owner in (cast.ada, cast.ben):
        assert sent(client, at, owner, do="rule", rule="all").status == 303
    assert sent(client, at, cast.ada, do="ask", role="creator", guest="fay").status == 303
    refused = sent(client, at, cast.ada, do="ask", role="editor", guest="nobody_here")
    assert refused.status == 404
    assert 'value="nobody_here"' in refused.text
    assert '<option value="editor" selected>' in refused.text, "nobody is asked as something else by a second try"
    one = re.search(r'name="id" value="(\d+)"', seen(client, at, cast.ada))
    assert one is not None
    assert sent(client, at, cast.ada, do="take-back", id=one[1]).status == 303
    assert sent(client, at, cast.ada, do="remove", member="ben").status == 403
    assert sent(client, at, cast.fay, do="leave").status == 404
    assert sent(client, at, cast.ben, do="leave").header("location") == "/together"
    assert sent(client, at, cast.ada, do="leave").status == 409
    assert (sent(client, at, cast.ada, do="close").header("location") or "").startswith("/receipts/")
    with cast.app.database.read() as db:
        assert db.execute(select(accounts.c.id).where(accounts.c.handle == "duo")).first() is None


def test_only_members_see_the_inside_and_who_made_what(cast: Cast, client: Client) -> None:
    assert client.get("/together/duo", cast.fay).status == 404
    assert client.get("/together/ada", cast.ada).status == 404
    assert client.get("/together").status == 303


def test_minutes_that_no_day_has_stay_in_their_field(client: Client, cast: Cast) -> None:
    refused = sent(client, "/children/mia", cast.gus, do="time", minutes="9999")
    assert refused.status == 422
    assert 'value="9999" aria-invalid="true"' in refused.text
    assert "at most 1440" in refused.text
    assert sent(client, "/children/mia", cast.gus, do="time", minutes="9" * 5000).status == 422


def test_a_guardian_sets_and_a_child_reads_it_in_plain_words(cast: Cast, client: Client) -> None:
    at = "/children/mia"
    page = seen(client, at, cast.gus)
    assert "Who sees a new clip" in page
    assert "60 minutes, then it ends" in page
    assert sent(client, at, cast.gus, do="table", audience="private", takes="everyone").status == 200
    assert (
        sent(client, at, cast.gil, do="time", minutes="45", ends="ends", quiet="yes", start="20", end="7").status == 200
    )
    assert sent(client, at, cast.gil, do="time", minutes="many").status == 422
    assert sent(client, at, cast.gil, do="time", minutes="45", quiet="yes", start="20", end="31").status == 422
    own = seen(client, "/guardians", cast.mia)
    assert "Gus changed for you: who sees new clips." in own
    assert "Gil changed for you: time a day." in own
    assert "45 minutes, then it ends" in own
    assert "from 20:00 to 7:00" in own
    assert "nobody else" in own
    assert "your messages" in own.partition("They can’t see")[2]
    assert client.get(at, cast.ada).status == 404
    assert client.get(at, cast.mia).status == 404


def test_every_row_of_the_age_table_stands_on_the_pages_of_both(cast: Cast, client: Client) -> None:
    for page in (seen(client, "/children/mia", cast.gus), seen(client, "/guardians", cast.mia)):
        words = re.sub(r"<[^>]+>", " ", page)
        for row in Row:
            assert any(title(row, own=own) in words for own in (True, False)), row


def test_a_guardian_adds_a_child_and_lets_them_sign_in(cast: Cast, client: Client) -> None:
    birth = born(9)
    when = {"day": str(birth.day), "month": str(birth.month), "year": str(birth.year), "zone": "Europe/Berlin"}
    added = sent(client, "/children", cast.ola, do="add", handle="lou", name="Lou", **when)
    assert added.header("location") == "/children/lou"
    assert sent(client, "/children", cast.ola, do="add", handle="lou", **when).status == 409
    assert "You are a carer" in seen(client, "/children/lou", cast.ola)
    assert sent(client, "/children/lou", cast.ola, do="own-word").status == 403
    assert sent(client, "/children/lou", cast.ola, do="own-word", household="yes").status == 200
    page = sent(client, "/children/lou", cast.ola, do="sign-in", password="a quiet walk at dusk")
    assert page.text.count("<code dir") == 10
    with cast.app.database.write() as db:
        db.execute(update(people).values(seen_at=now()))
    assert client.post("/api/v1/sessions", json={"handle": "lou", "password": "a quiet walk at dusk"}).status < 300


def test_a_link_brings_a_second_guardian_and_one_from_13_asks_for_one(cast: Cast, client: Client) -> None:
    made = sent(client, "/children/mia", cast.gus, do="link")
    link = re.search(r"/guardian/([\w-]+)", made.text)
    assert link is not None
    assert "Do you look after Mia?" in seen(client, link[0], cast.ada)
    assert sent(client, link[0], cast.max).status == 403
    assert sent(client, link[0], cast.ada).header("location") == "/children/mia"
    assert client.get(link[0], cast.ben).status == 410
    assert sent(client, "/guardians", cast.mia, do="link").status == 403
    assert "/guardian/" in sent(client, "/guardians", cast.max, do="link").text


def test_the_room_for_checking_is_for_who_was_named(cast: Cast, client: Client) -> None:
    assert client.get("/server/guardians", cast.ben).status == 403
    sent(client, "/children", cast.ada, do="claim", guarded="max")
    page = seen(client, "/server/guardians", cast.ola)
    assert "@ada" in page
    with cast.app.database.read() as db:
        one = str(
            db.execute(select(guardianships.c.id).where(guardianships.c.guardian_id == cast.ada.viewer.person)).scalar()
        )
    checked = sent(client, "/server/guardians", cast.ola, do="check", case=one, method="met", kept="identity card")
    assert "Entered. Those concerned are told." in seen(client, checked.header("location") or "", cast.ola)
    assert "You were checked, and may say yes for Max from" in seen(client, "/together", cast.ada)
    assert "Ada was checked, and may say yes for you from" in seen(client, "/together", cast.max)
    assert sent(client, "/server/guardians", cast.ola, do="name", handle="ben").status == 303
    assert client.get("/server/guardians", cast.ben).status == 200
    assert sent(client, "/server/guardians", cast.ben, do="name", handle="fay").status == 403
    assert sent(client, "/server/guardians", cast.ola, do="name", handle="max").status == 403
    assert sent(client, "/guardians", cast.max, do="contest", guardianship=one, words="Never met her.").status == 303
    assert "Never met her." in seen(client, "/server/guardians", cast.ola)
    assert "Max says that you are no guardian of theirs." in seen(client, "/together", cast.ada)
    assert "Max says that Ada is no guardian of theirs." in seen(client, "/together", cast.ola)
    assert sent(client, "/server/guardians", cast.ola, do="right", case=one, reason="He says so.").status == 303
    assert "It was decided: Ada stays your carer. He says so." in seen(client, "/together", cast.max)
    assert "It was decided: you stay a carer of Max. He says so." in seen(client, "/together", cast.ada)
    assert sent(client, "/server/guardians", cast.ola, do="annul", case=one, reason="A mistake.").status == 303
    told = "It was decided that you never were a guardian of Max. A mistake."
    assert told in seen(client, "/together", cast.ada), "with the reason"
    assert "Ada never was your guardian. Their yeses do not count. A mistake." in seen(client, "/together", cast.max)
    assert sent(client, "/server/guardians", cast.ola, do="household", household="yes").status == 303


def test_who_contests_a_guardian_is_named_whether_it_is_the_child_or_not(cast: Cast, client: Client) -> None:
    link = re.search(r"/guardian/([\w-]+)", sent(client, "/children/mia", cast.gus, do="link").text)
    assert link is not None
    sent(client, link[0], cast.ada)
    with cast.app.database.read() as db:
        one = str(
            db.execute(select(guardianships.c.id).where(guardianships.c.guardian_id == cast.ada.viewer.person)).scalar()
        )
    sent(client, "/server/guardians", cast.ola, do="check", case=one, method="met", kept="identity card")
    assert sent(client, "/children/mia", cast.gus, do="contest", guardianship=one, words="She is not.").status == 200
    assert "Gus says that you are no guardian of Mia." in seen(client, "/together", cast.ada)
    assert "Gus says that Ada is no guardian of Mia." in seen(client, "/together", cast.ola)
    for who in (cast.ada, cast.ola, cast.mia):
        assert "Mia says" not in seen(client, "/together", who)


def test_an_age_is_entered_by_who_checks_and_is_no_party(cast: Cast, client: Client) -> None:
    when = {"day": "1", "month": "6", "year": "1985"}
    assert sent(client, "/server/guardians", cast.ben, do="age", person="max", **when).status == 403
    wrong = sent(client, "/server/guardians", cast.ola, do="age", person="@max", **{**when, "day": "32"})
    assert wrong.status == 422
    assert 'id="birth_date-error"' in wrong.text
    assert 'value="@max"' in wrong.text
    assert sent(client, "/server/guardians", cast.ola, do="age", person="ola", **when).status == 403
    assert sent(client, "/server/guardians", cast.ola, do="age", person="@max", **when).status == 303
    with cast.app.database.read() as db:
        kept = select(people.c.birth_date).where(people.c.id == cast.max.viewer.person)
        assert db.execute(kept).scalar_one() == "1985-06-01"


def test_one_is_younger_than_one_said_and_told_how_to_be_older(cast: Cast, client: Client) -> None:
    _clip, slug = make_clip(cast.app.database, cast.max.viewer)
    when = {"day": "1", "month": "6", "year": "2012", "sure": "yes"}
    assert "Younger than you said?" in seen(client, "/settings/age", cast.max)
    assert sent(client, "/settings/age", cast.max, **{**when, "sure": ""}).status == 422
    assert 'id="birth_date-error"' in sent(client, "/settings/age", cast.max, **{**when, "year": "1950"}).text
    assert client.get(f"/c/{slug}").status == 200
    assert sent(client, "/settings/age", cast.max, **when).header("location") == "/settings/age?did=younger"
    assert client.get(f"/c/{slug}").status == 404
    with cast.app.database.write() as db:
        growing.doubt_age(db, cast.app.keys, cast.ola.viewer, cast.max.viewer.person or 0, "UTC", now())
    assert "counts as unknown" in seen(client, "/settings/age", cast.max)
    assert "doubts your age" in seen(client, "/together", cast.max)
    assert "Unknown now" in seen(client, "/server/guardians", cast.ola)


@pytest.mark.parametrize("path", ["/together", "/together/new", "/children", "/guardians", "/children/mia"])
def test_every_word_of_the_pages_goes_through_gettext(cast: Cast, client: Client, path: str) -> None:
    shown = seen(client, f"{path}?lang=qps", cast.gus)
    main = shown[shown.index("<main") : shown.index("</main>")]
    left = re.sub(r"<(script|style|svg|select).*?</\1>", "", main)
    plain = [text.strip() for text in re.findall(r">([^<>]*[A-Za-z]{4}[^<>]*)<", left)]
    assert [text for text in plain if "~]" not in text and "[" not in text and text not in {"Mia", "Gus", "Gil"}] == []


def test_each_page_has_its_words_for_a_carer_and_for_who_is_away(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        stand_for(db, cast.ada.viewer, cast.mia.viewer)
        away = guardianships.c.guardian_id == cast.gil.viewer.person
        db.execute(update(guardianships).where(away).values(absent_since=now()))
        assert (
            db.execute(select(members.c.role).where(members.c.person_id == cast.mia.viewer.person)).scalar() == "owner"
        )
    page = seen(client, "/children/mia", cast.ada)
    assert "You are a carer" in page
    assert "away" in page
    assert "A new password for them" not in page


def test_a_child_reads_who_is_away(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        away = guardianships.c.guardian_id == cast.gil.viewer.person
        db.execute(update(guardianships).where(away).values(absent_since=now(), reminders=3))
    assert "has been away for long; for what only people near see, the others are enough" in mia(client, cast)
    with cast.app.database.write() as db:
        db.execute(update(guardianships).values(absence_counts=0))
    assert "has been away for long</span>" in mia(client, cast), "one of them wants that he is waited for"


def mia(client: Client, cast: Cast) -> str:
    return client.get("/guardians", cast.mia).text


def test_who_leaves_the_server_is_named_in_no_notice_any_more(cast: Cast, client: Client) -> None:
    sent(client, "/children/mia", cast.gus, do="end")
    assert "Gus no longer looks after you here." in seen(client, "/together", cast.mia)
    with cast.app.database.write() as db:
        leaving.leave(db, cast.gus.viewer, cast.app.purgers)
        assert "Gus" not in " ".join(db.execute(select(notices.c.fields)).scalars())
        leaving.leave(db, cast.gil.viewer, cast.app.purgers)
    assert "Somebody no longer looks after you here." in seen(client, "/together", cast.mia)
