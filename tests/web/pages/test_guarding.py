"""A child's page as its guardians use it: time on top, names of what is chosen, what ends, and who is checked first."""

import re
from urllib.parse import unquote

from sqlalchemy import update

from onstage.accounts.age import Band
from onstage.accounts.models import people, sessions
from onstage.clock import MINUTE, now
from tests.accounts.joining import born
from tests.cast import Actor, Cast, person, stand_for
from tests.client import Client
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
        assert before.rfind("<details>") > before.rfind("</details>"), path


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
