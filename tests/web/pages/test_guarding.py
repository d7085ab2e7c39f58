"""A child's page as its guardians use it: time on top, names of what is chosen, what ends, and who is checked first."""

import re

from onstage.accounts.age import Band
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
