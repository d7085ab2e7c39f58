"""One inbox: what one is told about accounts, children and one's own clips stands in it beside everything else."""

import json
import re

from sqlalchemy import select

from onstage.accounts import notices
from onstage.accounts.models import notices as kept
from onstage.accounts.notices import Notice
from onstage.clock import now
from tests.cast import Actor, Cast
from tests.client import Client
from tests.web.family import Family
from tests.web.pages.test_together import seen, sent


def one_id(page: str) -> str:
    found = re.search(r'name="id" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_what_one_is_told_stands_in_the_inbox_until_it_is_read_and_after(cast: Cast, client: Client) -> None:
    told = "Ben is an editor of @duo now."
    with cast.app.database.write() as db:
        ben, duo = cast.ben.viewer.person, cast.duo.viewer.account
        notices.tell(db, [cast.ada.viewer.person or 0], Notice.JOINED, now(), about=ben, account=duo, role="editor")
    page = seen(client, "/inbox", cast.ada)
    assert told in page
    assert "Nothing here yet" not in page
    assert _new(client, cast.ada) == 1
    until = re.search(r'data-inbox="([^"]+)"', page)
    assert until is not None
    assert client.ask("PUT", f"/api/v1/me/inbox/read?until={until[1]}", cast.ada).status == 204
    assert _new(client, cast.ada) == 0
    assert told in seen(client, "/inbox", cast.ada)
    assert told not in seen(client, "/inbox", cast.ben)


def _new(client: Client, actor: Actor) -> int:
    """What the badge beside "Inbox" says."""
    heard = client.get("/api/v1/events", actor, until=lambda came: b"event: unread" in came)
    (number,) = re.findall(r"event: unread\ndata: (.*)", heard.text)
    return int(json.loads(number)["count"])


def test_what_waits_for_an_answer_is_not_told_once_more_below(cast: Cast, client: Client) -> None:
    assert sent(client, "/together/duo", cast.ada, do="ask", guest="fay", role="editor").status == 303
    page = seen(client, "/inbox", cast.fay)
    assert "You would be an editor." in page
    assert "asks you into" not in page


def test_an_author_is_told_what_the_answers_came_to_and_never_whose(family: Family) -> None:
    client = family.client
    family.api(family.child, "POST", "/publish")
    for guardian in (family.mum, family.dad):
        assert "A clip of yours" not in seen(client, "/inbox", family.child)
        assert family.yes(guardian, 1) == 204
    page = seen(client, "/inbox", family.child)
    assert "A clip of yours is out" in page
    assert 'href="/me/clips?show=published"' in page
    for _twice in range(2):
        assert family.api(family.mum, "POST", "/no", json={}).status == 204
    page = seen(client, "/inbox", family.child)
    assert page.count("Somebody who must agree said no to a clip of yours.") == 1
    assert "Mum" not in page
    assert family.api(family.child, "POST", "/no", json={}).status == 204  # one's own is no news
    with family.app.database.read() as db:
        told = select(kept.c.kind).where(kept.c.person_id == family.child.viewer.person).order_by(kept.c.id)
        assert list(db.execute(told).scalars()) == ["clip_shown", "clip_refused"]


def test_a_guardian_says_no_to_joining_and_both_sides_hear_that_it_came_to_nothing(cast: Cast, client: Client) -> None:
    assert sent(client, "/together/duo", cast.ada, do="ask", guest="mia", role="creator").status == 303
    one = one_id(seen(client, "/inbox", cast.mia))
    sent(client, "/together", cast.mia, do="invitation-yes", id=one)
    assert sent(client, "/together", cast.gus, do="member-no", id=one).status == 303
    assert "You do not join @duo: somebody who must agree said no." in seen(client, "/inbox", cast.mia)
    page = seen(client, "/inbox", cast.ada)
    assert "Mia does not join @duo: somebody who must agree said no." in page
    assert "Gus" not in page


def test_a_second_press_on_yes_tells_nobody_twice(cast: Cast, client: Client) -> None:
    assert sent(client, "/together/duo", cast.ada, do="ask", guest="mia", role="creator").status == 303
    one = one_id(seen(client, "/inbox", cast.mia))
    for _twice in range(2):
        assert sent(client, "/together", cast.mia, do="invitation-yes", id=one).status == 303
    with cast.app.database.read() as db:
        asked = (kept.c.person_id == cast.gus.viewer.person) & (kept.c.kind == "agree_to_member")
        assert len(db.execute(select(kept.c.id).where(asked)).all()) == 1
