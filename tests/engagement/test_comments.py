"""Comments: threads of one level, who may, who may delete, what a block hides, and a count that is always right."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, insert, select

from onstage.accounts.models import blocks
from onstage.clips.models import Audience, Commenters, Stage, clips
from onstage.engagement.comments import LONGEST, Comment, comment, listed, remove
from onstage.engagement.models import comments, counts
from onstage.errors import Invalid, NotAllowed, NotFound
from onstage.web.app import App
from tests.cast import Actor, Cast, crowd, make_clip


def say(cast: Cast, actor: Actor, slug: str, words: str = "well done", parent: int | None = None) -> Comment:
    with cast.app.database.write() as db:
        return comment(db, actor.viewer, slug, words, parent)


def delete(cast: Cast, actor: Actor, comment_id: int) -> None:
    with cast.app.database.write() as db:
        remove(db, actor.viewer, comment_id)


def read(cast: Cast, actor: Actor, slug: str, parent: int | None = None) -> list[Comment]:
    with cast.app.database.read() as db:
        return listed(db, actor.viewer, slug, parent=parent)[0]


def counted(app: App, clip: int) -> tuple[int, int]:
    with app.database.read() as db:
        rows = db.execute(select(func.count()).select_from(comments).where(comments.c.clip_id == clip)).scalar_one()
        return rows, db.execute(select(counts.c.comments).where(counts.c.clip_id == clip)).scalar() or 0


def test_replies_stand_under_the_first_comment(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    first = say(cast, cast.ben, slug, "first")
    answer = say(cast, cast.fay, slug, "answer", first.id)
    deeper = say(cast, cast.ben, slug, "answer to the answer", answer.id)
    say(cast, cast.ben, slug, "second")
    found = read(cast, cast.guest, slug)
    assert [each.words for each in found] == ["second", "first"]
    assert [each.words for each in found[1].replies] == ["answer", "answer to the answer"]
    assert found[1].reply_count == 2
    assert deeper.parent == first.id
    assert counted(cast.app, clip) == (4, 4)


def test_a_thread_shows_three_replies_and_pages_the_rest(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    first = say(cast, cast.ben, slug)
    for number in range(7):
        say(cast, cast.fay, slug, f"{number}", first.id)
    assert [each.words for each in read(cast, cast.guest, slug)[0].replies] == ["0", "1", "2"]
    with cast.app.database.read() as db:
        some, after = listed(db, cast.guest.viewer, slug, parent=first.id, limit=5)
        rest, end = listed(db, cast.guest.viewer, slug, parent=first.id, before=after, limit=5)
    assert [each.words for each in some + rest] == [str(number) for number in range(7)]
    assert end is None


def test_an_answer_stays_on_its_clip(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    _, other = make_clip(cast.app.database, cast.ada.viewer)
    first = say(cast, cast.ben, slug)
    with pytest.raises(NotFound):
        say(cast, cast.ben, other, parent=first.id)


@pytest.mark.parametrize(
    ("commenters", "may"),
    [
        (Commenters.EVERYONE, {"ada", "ben", "fay", "max", "ola", "duo", "mia", "gus", "gil"}),
        (Commenters.FOLLOWERS, {"ada", "ben", "fay", "duo"}),
        (Commenters.FRIENDS, {"ada", "fay", "duo"}),
        (Commenters.NOBODY, set()),
    ],
)
def test_who_may_comment(cast: Cast, commenters: Commenters, may: set[str]) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        db.execute(clips.update().where(clips.c.id == clip).values(commenters=commenters.value))
    said = set()
    for name, actor in cast.everybody.items():
        try:
            say(cast, actor, slug)
        except (NotAllowed, NotFound):
            continue
        said.add(name)
    assert said == may
    assert counted(cast.app, clip) == (len(may), len(may))


def test_nobody_comments_on_what_is_not_shown(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)
    with pytest.raises(NotAllowed):
        say(cast, cast.ada, slug)
    with pytest.raises(NotFound):
        say(cast, cast.fay, slug)
    assert counted(cast.app, clip) == (0, 0)


def test_nobody_reads_the_comments_of_what_they_may_not_see(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FRIENDS)
    say(cast, cast.fay, slug)
    assert read(cast, cast.fay, slug)
    for actor in (cast.ben, cast.eve, cast.guest):
        with pytest.raises(NotFound):
            read(cast, actor, slug)


@pytest.mark.parametrize("words", ["", "   ", "\u202e\u0007", "x" * (LONGEST + 1)])
def test_words_that_are_none_or_too_many(cast: Cast, words: str) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with pytest.raises(Invalid):
        say(cast, cast.ben, slug, words)
    assert counted(cast.app, clip) == (0, 0)


def test_who_may_delete(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.duo.viewer)
    mine = say(cast, cast.fay, slug)
    for actor in (cast.max, cast.ola, cast.eve):
        with pytest.raises(NotAllowed):
            delete(cast, actor, mine.id)
    flags = {name: read(cast, actor, slug)[0].may_delete for name, actor in cast.everybody.items()}
    assert {name for name, may in flags.items() if may} == {"ada", "ben", "duo", "fay"}
    delete(cast, cast.fay, mine.id)
    delete(cast, cast.ben, say(cast, cast.fay, slug).id)
    assert counted(cast.app, clip) == (0, 0)


def test_a_comment_on_what_one_no_longer_sees_can_still_be_taken_back(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    mine, others = say(cast, cast.ben, slug), say(cast, cast.fay, slug)
    with cast.app.database.write() as db:
        db.execute(clips.update().where(clips.c.id == clip).values(audience=Audience.PRIVATE.value))
    with pytest.raises(NotFound):
        delete(cast, cast.ben, others.id)
    delete(cast, cast.ben, mine.id)
    assert counted(cast.app, clip) == (1, 1)


def test_replies_go_with_their_comment(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    first = say(cast, cast.ben, slug)
    for actor in (cast.fay, cast.ada, cast.ben):
        say(cast, actor, slug, parent=first.id)
    delete(cast, cast.ben, first.id)
    assert counted(cast.app, clip) == (0, 0)
    with pytest.raises(NotFound):
        delete(cast, cast.ben, first.id)


def test_a_block_hides_both_from_each_other_whatever_account_they_act_as(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ola.viewer)
    by_ada, by_eve = say(cast, cast.ada, slug, "by ada"), say(cast, cast.eve, slug, "by eve")
    by_max = say(cast, cast.max, slug, "by max")
    say(cast, cast.eve, slug, "answer by eve", by_max.id)
    assert [each.words for each in read(cast, cast.eve, slug)] == ["by max", "by eve"]
    found = read(cast, cast.ada, slug)
    assert [each.words for each in found] == ["by max", "by ada"]
    assert (found[0].replies, found[0].reply_count) == ([], 0)
    with pytest.raises(NotFound):
        say(cast, cast.eve, slug, parent=by_ada.id)
    with pytest.raises(NotFound):
        say(cast, cast.ada, slug, parent=by_eve.id)
    assert len(read(cast, cast.guest, slug)) == 3
    with cast.app.database.write() as db:  # fay blocks ada; duo is another account of ada's
        db.execute(insert(blocks).values(blocker_id=cast.fay.viewer.account, blocked_id=cast.ada.viewer.account, at=1))
    say(cast, cast.fay, slug, "by fay")
    assert "by fay" not in [each.words for each in read(cast, cast.duo, slug)]
    assert clip


def test_sixteen_at_once_keep_the_count(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    people = crowd(cast.app, 16)
    first = [say(cast, cast.ben, slug) for _ in range(4)]

    def busy(place: int) -> None:
        thread = first[place % 4].id
        if place < 4:
            say(cast, people[place], slug, parent=thread)
            delete(cast, cast.ada, thread)
            return
        for _ in range(3):
            try:
                say(cast, people[place], slug, parent=thread)
            except NotFound:
                say(cast, people[place], slug)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(busy, range(16)))
    rows, count = counted(cast.app, clip)
    assert rows == count
    assert rows > 0
