"""Comments in more hands: liked once, edited with their past, pinned, hidden, held, and a count that is always right."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from onstage.accounts.leaving import Subject
from onstage.accounts.relations import block
from onstage.clock import now
from onstage.engagement import commenting
from onstage.engagement.comments import MOST, Comment, comment, listed, remove
from onstage.engagement.models import counts
from onstage.engagement.purge import purge
from onstage.engagement.recount import differences
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from tests.cast import Actor, Cast, crowd, make_clip
from tests.client import Client

Act = Callable[..., Comment]


def do(cast: Cast, act: Act, actor: Actor, *more: object) -> Comment:
    with cast.app.database.write() as db:
        return act(db, actor.viewer, *more)


def read(cast: Cast, actor: Actor, slug: str) -> list[tuple[str, str]]:
    with cast.app.database.read() as db:
        return [(each.words, each.state) for each in listed(db, actor.viewer, slug)[0]]


def counted(cast: Cast, clip: int) -> int:
    with cast.app.database.read() as db:
        assert differences(db) == []
        return db.execute(select(counts.c.comments).where(counts.c.clip_id == clip)).scalar() or 0


def test_a_like_is_one_however_often_and_by_how_many_at_once(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    said = do(cast, comment, cast.ben, slug, "well done")
    people = crowd(cast.app, 6)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda actor: do(cast, commenting.like, actor, said.id), people * 3))
    found = do(cast, commenting.like, people[0], said.id)
    assert (found.likes, found.liked) == (6, True)
    for _ in range(2):
        found = do(cast, commenting.unlike, people[0], said.id)
    assert (found.likes, found.liked) == (5, False)
    viewer = people[1].viewer
    assert viewer.person is not None
    assert viewer.account is not None
    with cast.app.database.write() as db:
        purge(db, Subject(viewer.person, (viewer.account,)))
        assert listed(db, cast.guest.viewer, slug)[0][0].likes == 4


def test_an_edit_keeps_what_was_said(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    said = do(cast, comment, cast.ben, slug, "first")
    for words in ("second", "third", "third"):
        edited = do(cast, commenting.edit, cast.ben, said.id, words)
    assert (edited.words, edited.edited_at is not None) == ("third", True)
    with cast.app.database.read() as db:
        told = commenting.versions(db, cast.guest.viewer, said.id)
    assert [each.words for each in told] == ["first", "second", "third"]
    assert told[0].since == said.at < told[1].since < told[2].since
    with pytest.raises(NotAllowed):
        do(cast, commenting.edit, cast.ada, said.id, "mine")
    with pytest.raises(Invalid):
        do(cast, commenting.edit, cast.ben, said.id, "  ")


def test_one_comment_stands_first(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.duo.viewer)
    first, second, third = (do(cast, comment, cast.fay, slug, words) for words in ("first", "second", "third"))
    reply = do(cast, comment, cast.fay, slug, "reply", first.id)
    assert do(cast, commenting.pin, cast.ben, first.id).pinned
    assert [words for words, _ in read(cast, cast.guest, slug)] == ["first", "third", "second"]
    do(cast, commenting.pin, cast.ada, second.id)
    assert [words for words, _ in read(cast, cast.guest, slug)] == ["second", "third", "first"]
    do(cast, commenting.unpin, cast.ada, second.id)
    assert [words for words, _ in read(cast, cast.guest, slug)] == ["third", "second", "first"]
    with pytest.raises(NotAllowed):
        do(cast, commenting.pin, cast.fay, third.id)
    with pytest.raises(Conflict):
        do(cast, commenting.pin, cast.ada, reply.id)


def test_a_pinned_comment_is_on_the_first_page_only(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    said = [do(cast, comment, cast.fay, slug, f"{number}") for number in range(5)]
    do(cast, commenting.pin, cast.ada, said[1].id)
    with cast.app.database.read() as db:
        first, after = listed(db, cast.guest.viewer, slug, limit=2)
        rest, end = listed(db, cast.guest.viewer, slug, before=after, limit=2)
    assert [each.words for each in first + rest] == ["1", "4", "3", "2", "0"]
    assert end is None


def test_hidden_with_its_replies_from_all_but_its_writer_and_the_clips_people(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.duo.viewer)
    said = do(cast, comment, cast.fay, slug, "unkind")
    do(cast, comment, cast.ola, slug, "so there", said.id)
    assert counted(cast, clip) == 2
    for _ in range(2):
        do(cast, commenting.hide, cast.ben, said.id)
    assert counted(cast, clip) == 0
    assert {name for name, actor in cast.everybody.items() if read(cast, actor, slug)} == {"fay", "ada", "ben", "duo"}
    with pytest.raises(NotFound):
        do(cast, commenting.like, cast.ola, said.id)
    with pytest.raises(NotFound):
        do(cast, comment, cast.ola, slug, "answer", said.id)
    with cast.app.database.read() as db, pytest.raises(NotFound):
        commenting.versions(db, cast.guest.viewer, said.id)
    do(cast, commenting.show, cast.ada, said.id)
    assert counted(cast, clip) == 2
    do(cast, commenting.hide, cast.duo, said.id)
    with cast.app.database.write() as db:
        remove(db, cast.fay.viewer, said.id)
    assert counted(cast, clip) == 0


def test_what_is_said_under_a_hidden_comment_is_hidden_and_shown_with_it(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    said = do(cast, comment, cast.fay, slug, "unkind")
    do(cast, commenting.hide, cast.ada, said.id)
    answers = [do(cast, comment, actor, slug, "why?", said.id) for actor in (cast.fay, cast.ada)]
    assert ([each.state for each in answers], counted(cast, clip)) == (["hidden"] * 2, 0)
    with pytest.raises(Conflict):
        do(cast, commenting.show, cast.ada, answers[0].id)
    do(cast, commenting.show, cast.ada, said.id)
    assert counted(cast, clip) == 3


def test_the_replies_to_a_comment_that_is_held_wait_with_it(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        commenting.set_rules(db, cast.ada.viewer, holds_all=False, held_words=["bad"])
    said = do(cast, comment, cast.fay, slug, "fine")
    do(cast, comment, cast.ola, slug, "indeed", said.id)
    do(cast, commenting.edit, cast.fay, said.id, "bad")
    do(cast, comment, cast.fay, slug, "well?", said.id)
    assert counted(cast, clip) == 0
    do(cast, commenting.show, cast.ada, said.id)
    assert counted(cast, clip) == 3


@pytest.mark.parametrize(
    ("holds_all", "words", "said", "state"),
    [
        (False, [], "Anything goes", "shown"),
        (True, [], "Anything goes", "held"),
        (False, ["goes"], "Anything GOES", "held"),
        (False, ["any thing"], "Anything goes", "shown"),
        (False, ["straße"], "die STRASSE", "held"),
        (False, ["any thing"], "Any\n  thing goes", "held"),
        (False, ["goes"], "any ｇｏｅｓ", "held"),
        (False, ["goes"], "any go\u200bes", "held"),
        (False, ["\u200b"], "any", "shown"),
    ],
)
def test_what_an_account_holds_for_approval(
    cast: Cast, holds_all: bool, words: list[str], said: str, state: str
) -> None:
    clip, slug = make_clip(cast.app.database, cast.duo.viewer)
    with cast.app.database.write() as db:
        commenting.set_rules(db, cast.duo.viewer, holds_all=holds_all, held_words=words)
    made = do(cast, comment, cast.fay, slug, said)
    assert (made.state, counted(cast, clip)) == (state, int(state == "shown"))
    assert do(cast, comment, cast.ben, slug, said).state == "shown", "those who run the account wait for nobody"
    with cast.app.database.read() as db:
        held = [each.id for _, each in commenting.waiting(db, cast.duo.viewer)]
    assert held == ([made.id] if state == "held" else [])
    if state == "held":
        assert do(cast, commenting.show, cast.ada, made.id).state == "shown"
        assert counted(cast, clip) == 2


def test_an_edit_does_not_slip_past_the_filter(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        commenting.set_rules(db, cast.ada.viewer, holds_all=False, held_words=["  Bad   Word "])
        assert commenting.rules(db, cast.ada.viewer).held_words == ("bad word",)
    said = do(cast, comment, cast.ben, slug, "fine")
    assert do(cast, commenting.edit, cast.ben, said.id, "a bad word").state == "held"
    assert counted(cast, clip) == 0


def test_nobody_writes_without_end(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    for number in range(MOST):
        do(cast, comment, cast.ben, slug, f"{number}")
    with pytest.raises(TooMany):
        do(cast, comment, cast.ben, slug, "one more")
    do(cast, comment, cast.fay, slug, "somebody else")


def test_a_block_is_honoured(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ola.viewer)
    said = do(cast, comment, cast.fay, slug, "by fay")
    with cast.app.database.write() as db:
        block(db, cast.fay.viewer, "ben", now())
    for act in (commenting.like, commenting.pin):
        with pytest.raises(NotFound):
            do(cast, act, cast.ben, said.id)


def test_over_http(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    said = client.post(f"/api/v1/clips/{slug}/comments", cast.ben, json={"words": "hello"}).json["id"]
    at = f"/api/v1/comments/{said}"
    assert client.put(f"{at}/like", cast.fay).json["likes"] == 1
    assert client.delete(f"{at}/like", cast.fay).json["likes"] == 0
    assert client.ask("PATCH", at, cast.ben, json={"words": "hello again"}).json["words"] == "hello again"
    assert [each["words"] for each in client.get(f"{at}/versions").json] == ["hello", "hello again"]
    assert client.put(f"{at}/pin", cast.ada).json["pinned"] is True
    assert client.delete(f"{at}/pin", cast.ada).json["pinned"] is False
    assert client.put(f"{at}/hidden", cast.ada).json["state"] == "hidden"
    assert client.get(f"/api/v1/clips/{slug}/comments").json["items"] == []
    assert client.delete(f"{at}/hidden", cast.ada).json["state"] == "shown"
    rules = {"holds_all": True, "held_words": ["x"]}
    assert client.put("/api/v1/me/comments/rules", cast.ada, json=rules).json == rules
    assert client.get("/api/v1/me/comments/rules", cast.ada).json == rules
    client.post(f"/api/v1/clips/{slug}/comments", cast.ben, json={"words": "waits"})
    waiting = client.get("/api/v1/me/comments/waiting", cast.ada).json
    assert [(each["clip"], each["comment"]["words"]) for each in waiting] == [(slug, "waits")]
    assert client.get("/api/v1/me/comments/waiting", cast.ben).json == []


def test_suggestions_are_of_those_one_is_tied_to(client: Client, cast: Cast) -> None:
    make_clip(cast.app.database, cast.ada.viewer, caption="#dance #dancing")

    def handles(actor: Actor, q: str) -> list[str]:
        return [each["handle"] for each in client.get(f"/api/v1/suggestions?q={q}", actor).json["accounts"]]

    assert handles(cast.ada, "@f") == ["fay"]
    assert handles(cast.ada, "@be") == ["ben"]
    assert handles(cast.ola, "@f") == []
    found = client.get("/api/v1/suggestions?q=%23danc", cast.ola).json["tags"]
    assert {each["tag"] for each in found} == {"dance", "dancing"}


def test_a_reply_that_was_hidden_by_itself_stays_so_when_its_thread_is_shown_again(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        commenting.set_rules(db, cast.ada.viewer, holds_all=False, held_words=["bad"])
    thread = do(cast, comment, cast.fay, slug, "first")
    by_itself, later, kind, edited = (do(cast, comment, cast.ola, slug, word, thread.id) for word in "abcd")
    do(cast, commenting.hide, cast.ada, by_itself.id)
    do(cast, commenting.hide, cast.ada, thread.id)
    do(cast, commenting.hide, cast.ada, later.id)
    do(cast, commenting.edit, cast.ola, edited.id, "bad")
    assert counted(cast, clip) == 0
    do(cast, commenting.show, cast.ada, thread.id)
    assert counted(cast, clip) == 2
    with cast.app.database.read() as db:
        answers = listed(db, cast.guest.viewer, slug, parent=thread.id)[0]
        states = {each.words: each.state for each in listed(db, cast.ada.viewer, slug, parent=thread.id)[0]}
    assert [each.id for each in answers] == [kind.id]
    assert states == {"a": "hidden", "b": "hidden", "c": "shown", "bad": "held"}
