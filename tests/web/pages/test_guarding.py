"""A child's page as its guardians use it: time on top, names of what is chosen, what ends, and who is checked first."""

import re
from urllib.parse import unquote

from sqlalchemy import insert, update

from onstage import ids
from onstage.accounts.age import Band
from onstage.accounts.models import follows, guardianships, people, sessions
from onstage.clips.agreeing import rows
from onstage.clips.models import Audience
from onstage.clock import MINUTE, now
from tests.accounts.joining import born
from tests.cast import Actor, Cast, make_clip, person, stand_for
from tests.client import Client
from tests.web.family import Family
from tests.web.pages.test_together import seen, sent


def test_fifteen_more_minutes_are_fifteen_more_each_time_they_are_wanted(cast: Cast, client: Client) -> None:
    for total in (15, 30):
        page = seen(client, "/children/mia", cast.gus)
        (offered,) = re.findall(r'name="minutes" value="(\d+)">15 more', page)
        assert int(offered) == total
        for _twice in range(2):  # a press that is sent twice counts once
            assert sent(client, "/children/mia", cast.gus, do="more", minutes=offered).status == 200
        assert f"You gave {total} more minutes today." in seen(client, "/children/mia", cast.gus)
    assert "You gave" not in seen(client, "/children/mia", cast.gil)


def test_only_who_can_give_more_time_is_asked_for_it(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        lone = Actor(person(db, "lone", band=Band.FROM_13))
        stand_for(db, cast.gus.viewer, lone.viewer)
    assert "Ask for more time" not in seen(client, "/guardians", lone)
    assert sent(client, "/guardians", lone, do="more").status == 403
    assert "Ask for more time" in seen(client, "/guardians", cast.mia)


def test_a_child_whose_guardian_was_checked_is_not_told_that_nobody_was(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        lone = Actor(person(db, "lone", band=Band.FROM_13))
        row = {"document": "a card", "method": "met"}
        case = stand_for(db, cast.gus.viewer, lone.viewer)
    assert client.post(f"/api/v1/guardian-cases/{case}/check", cast.ola, json=row).status == 200
    page = seen(client, "/guardians", lone)
    assert "Gus may say yes for you" in page
    assert "Nobody may say yes for you yet." in page
    assert "Nobody has been checked" not in page


def test_each_choice_says_what_it_is_about(cast: Cast, client: Client) -> None:
    page = seen(client, "/children/mia", cast.gus)
    chosen = re.findall(
        r'<select class="input" name="(\w+)" aria-labelledby="(\S+) (\S+)" aria-describedby="(\S+)"', page
    )
    assert len(chosen) > 3
    for row, *parts in chosen:
        assert parts == [f"{row}-title", f"{row}-say", f"{row}-why"]
        assert all(f'id="{part}"' in page for part in parts)


def test_ending_and_leaving_take_two_presses(cast: Cast, client: Client) -> None:
    for path, actor, do in (("/children/mia", cast.gus, "end"), ("/together/duo", cast.ada, "leave")):
        before, _button, _after = seen(client, path, actor).partition(f'name="do" value="{do}"')
        assert before.rfind("<details") > before.rfind("</details>"), path
        assert " open>" not in before[before.rfind("<details") :], path


def parts(page: str) -> dict[str, bool]:
    """What is folded on a child's page, by its name, and whether it is open."""
    found = re.findall(r'<details class="fold"( open)?><summary><h2 id="([\w-]+)-title">', page)
    return {name: bool(is_open) for is_open, name in found}


def test_what_needs_an_answer_stands_first_and_what_is_rarely_needed_is_folded(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        edge = {"follower_id": cast.ben.viewer.account, "target_id": cast.mia.viewer.account, "accepted": 0, "at": 1}
        db.execute(insert(follows).values(edge))
        row = {"guardian_id": cast.fay.viewer.person, "minor_id": cast.mia.viewer.person, "claimed_at": 1}
        soon = {"accepted_at": 1, "is_full": 0, "full_at": now() + MINUTE}
        db.execute(insert(guardianships).values(id=ids.new(), **row, **soon))
    page = seen(client, "/children/mia", cast.gus)
    order = [
        "followers-title",
        "guardians-title",
        "Contest it",
        "today-title",
        "clips-title",
        "time-title",
        "leave-title",
    ]
    places = [page.index(each) for each in order]
    assert places == sorted(places)
    assert parts(page) == dict.fromkeys(
        ("guardians", "time", "table", "beforehand", "sign-in", "gone", "leave"), False
    ) | {"guardians": True}
    assert parts(seen(client, "/children/mia", cast.gil))["guardians"]
    assert not parts(seen(client, "/children/mia", cast.fay))["guardians"], "it is about her"


def test_what_was_pressed_stays_open_saved_or_refused(cast: Cast, client: Client) -> None:
    for name, status, pressed in (
        ("time", 200, {"do": "time", "minutes": "45"}),
        ("time", 422, {"do": "time", "minutes": "many"}),
        ("table", 200, {"do": "table"}),
        ("guardians", 200, {"do": "link"}),
        ("guardians", 200, {"do": "agreement", "agreement": "any"}),
        ("beforehand", 422, {"do": "say-beforehand", "account": "nobody_here", "months": "6"}),
        ("sign-in", 422, {"do": "sign-in", "password": "short"}),
    ):
        answered = sent(client, "/children/mia", cast.gus, **pressed)
        assert answered.status == status, pressed
        assert [each for each, is_open in parts(answered.text).items() if is_open] == [name]


def test_many_clips_are_folded_after_the_newest(family: Family) -> None:
    slugs = [
        make_clip(family.app.database, family.child.viewer, caption=f"Number {each}", audience=Audience.FRIENDS)
        for each in range(7)
    ]
    with family.app.database.write() as db:
        for clip, _slug in slugs:
            rows.save_concerned(db, rows.load(db, clip))
    newest, _fold, older = seen(family.client, "/children/child", family.mum).partition("<summary>Older ones")
    shown = [[each for each in range(7) if f"Number {each}" in part] for part in (newest, older)]
    assert shown == [[2, 3, 4, 5, 6], [0, 1]]


def test_a_carer_and_a_guardian_of_somebody_of_16_read_what_is_true_for_them(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        stand_for(db, cast.fay.viewer, cast.mia.viewer)
        stand_for(db, cast.gus.viewer, cast.max.viewer, is_full=1)
    assert "When they ask for a yes, it stands here, and you may say no." in seen(client, "/children/mia", cast.fay)
    assert "From 16 they decide this themselves." in seen(client, "/children/max", cast.gus)
    assert "it stands in your inbox" in seen(client, "/children/mia", cast.gus)


def test_who_waits_to_be_checked_stands_before_all_who_were(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        late = Actor(person(db, "late", band=Band.FROM_13))
        stand_for(db, cast.fay.viewer, late.viewer)
        others = Actor(person(db, "other", band=Band.FROM_13))
        stand_for(db, cast.ben.viewer, others.viewer, is_full=1)
    page = seen(client, "/server/guardians", cast.ola)
    assert page.index("@late") < page.index("@mia")
    assert page.index("@mia") < page.index("@other")


def test_whom_one_asks_in_is_refused_beside_its_field(cast: Cast, client: Client) -> None:
    for guest, words in (
        ("nobody_here", "nobody of that name"),
        ("ben", "in this account already"),
        ("", "by their handle"),
    ):
        answered = sent(client, "/together/duo", cast.ada, do="ask", role="creator", guest=guest)
        assert answered.status >= 400
        assert words in answered.text.partition('id="guest-error"')[2].partition("</p>")[0]
        assert 'href="#guest"' in answered.text


def test_the_link_that_was_just_made_is_what_is_read_first(cast: Cast, client: Client) -> None:
    for path, actor in (("/children/mia", cast.gus), ("/together/duo", cast.ada)):
        answered = sent(client, path, actor, do="link", role="creator")
        assert re.search(r'role="status" tabindex="-1" autofocus', answered.text), path


def test_time_that_another_guardian_s_limit_keeps_back_says_so(cast: Cast, client: Client) -> None:
    told = "More time begins once the other guardians give it too."
    assert told in sent(client, "/children/mia", cast.gus, do="more", minutes="15").text
    assert told not in seen(client, "/children/mia", cast.gil)
    assert told not in sent(client, "/children/mia", cast.gil, do="more", minutes="15").text
    assert told not in seen(client, "/children/mia", cast.gus)


def test_a_yes_beforehand_waits_for_the_check_with_what_was_typed(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        db.execute(update(sessions).values(checked_at=now() - 10 * MINUTE))
    late = sent(client, "/children/mia", cast.gus, do="say-beforehand", account="duo", months="6")
    where = late.header("location") or ""
    assert where.startswith("/settings/check?next=")
    goes_on = unquote(where.partition("next=")[2])
    assert goes_on == "/children/mia?account=duo&months=6#beforehand"
    with cast.app.database.write() as db:
        db.execute(update(sessions).values(checked_at=now()))
    page = seen(client, goes_on.partition("#")[0], cast.gus)
    assert 'value="duo"' in page.partition('id="account"')[2][:120]
    assert 'value="6" selected' in page


def test_a_contest_that_was_made_is_not_asked_for_again(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(birth_date=born(16).isoformat()))
        stand_for(db, cast.fay.viewer, cast.max.viewer)
    case = re.search(r'id="case-(\d+)"[^>]*> <p id="who-\d+"><strong>Fay', seen(client, "/server/guardians", cast.ola))
    assert case is not None
    sent(client, "/server/guardians", cast.ola, do="check", case=case[1], method="met", kept="passport")
    assert "This is not right" in seen(client, "/guardians", cast.max)
    assert sent(client, "/guardians", cast.max, do="contest", guardianship=case[1], words="No").status == 303
    page = seen(client, "/guardians", cast.max)
    assert "This is not right" not in page
    assert "It was said that Fay is not your guardian." in page
    assert "somebody concerned contests it" in seen(client, "/children/max", cast.fay)


def test_what_one_has_said_stands_there_while_nobody_has_answered(cast: Cast, client: Client) -> None:
    assert sent(client, "/children", cast.fay, do="claim", guarded="max").status == 200
    assert "Not answered yet" in seen(client, "/children", cast.fay)
    one = re.search(r'name="id" value="(\d+)"', seen(client, "/inbox", cast.max))
    assert one is not None
    sent(client, "/together", cast.max, do="claim-yes", id=one[1])
    assert "Not answered yet" not in seen(client, "/children", cast.fay)
