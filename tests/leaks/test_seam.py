"""The seam's conditions and the naive rule agree on any people, relations and clips, on both databases."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, insert, select

from onstage import ids
from onstage.accounts.models import accounts, blocks, follows, members, mutes, people
from onstage.accounts.viewer import GUEST, Viewer
from onstage.clips.models import Audience, HoldKind, Stage, clip_coauthors, clips, concerned, holds
from onstage.clips.queries import FOR_ALL, FOUND, LISTED, SUGGESTED, VISIBLE, asked_by, lengths, seen
from onstage.db.engine import Connection, Database
from onstage.errors import NotFound
from tests.leaks import naive

PEOPLE = 4
ACCOUNTS = 6  # the first four are personal

pair = st.tuples(st.integers(0, ACCOUNTS - 1), st.integers(0, ACCOUNTS - 1))
pairs = st.frozensets(pair, max_size=6)
places = st.frozensets(st.tuples(st.integers(PEOPLE, ACCOUNTS - 1), st.integers(0, PEOPLE - 1)), max_size=5)
clip = st.fixed_dictionaries(
    {
        "account": st.integers(0, ACCOUNTS - 1),
        "person": st.integers(0, PEOPLE - 1),
        "made_with": st.frozensets(st.integers(0, ACCOUNTS - 1), max_size=2),
        "stage": st.sampled_from(Stage),
        "audience": st.sampled_from(Audience),
        "published": st.sampled_from([True, True, True, False]),
        "marked": st.booleans(),
        "recommended": st.booleans(),
        "concerned": st.frozensets(st.integers(0, PEOPLE - 1), max_size=1),
        "holds": st.lists(st.tuples(st.sampled_from(HoldKind), st.integers(0, 2)), max_size=2, unique=True).filter(
            lambda held: len(held) != 1 or held[0][1] > 0  # half of the single holds make room for clips without any
        ),
    }
)
graph = st.fixed_dictionaries(
    {
        "members": places,
        "follows": st.dictionaries(pair, st.booleans(), min_size=4, max_size=16),  # True: accepted
        "blocks": pairs,
        "mutes": pairs,
        "sees_marked": st.tuples(*[st.booleans()] * PEOPLE),
        "clips": st.lists(clip, min_size=4, max_size=12),
    }
)


class Made:
    """A graph as rows, in a transaction that is thrown away."""

    def __init__(self, db: Connection, drawn: dict[str, Any]) -> None:
        self._db = db
        self.people = [ids.new() for _ in range(PEOPLE)]
        self.accounts = [ids.new() for _ in range(ACCOUNTS)]
        for person in self.people:
            row = {"id": person, "zone": "UTC", "band": "adult", "created_at": 1}
            db.execute(insert(people).values(row))
        for place, account in enumerate(self.accounts):
            kind = "personal" if place < PEOPLE else "joint"
            row = {"id": account, "handle": f"h{account}", "name": "n", "kind": kind, "created_at": 1}
            db.execute(insert(accounts).values(row))
        self.places = {(place, place) for place in range(PEOPLE)} | drawn["members"]
        for account_, person in self.places:
            self._add(members, account_id=self.accounts[account_], person_id=self.people[person], role="owner", since=1)
        self._relations(drawn)
        self.clips = [self._clip(each) for each in drawn["clips"]]

    def _add(self, table: Any, **values: Any) -> None:
        self._db.execute(insert(table).values(**values))

    def _relations(self, drawn: dict[str, Any]) -> None:
        each = self.accounts
        for (a, b), accepted in drawn["follows"].items():
            self._add(follows, follower_id=each[a], target_id=each[b], accepted=int(accepted), at=1)
        for a, b in drawn["blocks"]:
            self._add(blocks, blocker_id=each[a], blocked_id=each[b], at=1)
        for a, b in drawn["mutes"]:
            self._add(mutes, account_id=each[a], muted_id=each[b], at=1)

    def _clip(self, drawn: dict[str, Any]) -> tuple[int, str]:
        clip_id, slug = ids.new(), ids.slug()
        self._add(
            clips,
            id=clip_id,
            slug=slug,
            account_id=self.accounts[drawn["account"]],
            person_id=self.people[drawn["person"]],
            stage=drawn["stage"].value,
            audience=drawn["audience"].value,
            commenters="everyone",
            published_at=1 if drawn["published"] else None,
            created_at=1,
            marked=int(drawn["marked"]),
            recommended=int(drawn["recommended"]),
            holds=len(drawn["holds"]),
        )
        for place in drawn["concerned"]:
            self._add(concerned, clip_id=clip_id, person_id=self.people[place], why="answer", since=1)
        for account in drawn["made_with"]:
            self._add(clip_coauthors, clip_id=clip_id, account_id=self.accounts[account], at=1)
        for kind, giver in drawn["holds"]:
            self._add(holds, clip_id=clip_id, kind=kind.value, giver_id=giver, since=1)
        return clip_id, slug

    def viewers(self, sees_marked: tuple[bool, ...]) -> list[Viewer]:
        """Everybody, as each account that they may act as, and a guest."""
        found = [GUEST]
        for account, person in sorted(self.places):
            viewer = replace(GUEST, person=self.people[person], account=self.accounts[account])
            found.append(replace(viewer, sees_marked=sees_marked[person]))
        return found


def _selected(db: Connection, viewer: Viewer, condition: ColumnElement[bool]) -> set[int]:
    return set(db.execute(select(clips.c.id).where(condition), asked_by(viewer)).scalars())


@settings(
    max_examples=settings().max_examples * 3 // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=graph)
def test_the_seam_is_the_naive_rule(database: Database, drawn: dict[str, Any]) -> None:
    with database.write() as db:
        made = Made(db, drawn)
        rows = naive.read(db)
        for viewer in made.viewers(drawn["sees_marked"]):
            truth = naive.Truth(rows, viewer)
            may_open = naive.ids(rows.clips, truth.may_open)
            assert _selected(db, viewer, VISIBLE) == may_open
            assert set(lengths(db, viewer, [clip_id for clip_id, _ in made.clips])) == may_open
            assert {clip_id for clip_id, slug in made.clips if _opens(db, viewer, slug)} == may_open
            assert _selected(db, viewer, LISTED) == naive.ids(rows.clips, truth.may_list)
            assert _selected(db, viewer, FOUND) == naive.ids(rows.clips, truth.may_find)
            assert _selected(db, viewer, SUGGESTED) == naive.ids(rows.clips, truth.may_be_suggested)
        everybody = naive.ids(rows.clips, lambda each: naive.open_to_all(rows, each))
        assert set(db.execute(select(clips.c.id).where(FOR_ALL)).scalars()) == everybody
        db.rollback()


def _opens(db: Connection, viewer: Viewer, slug: str) -> bool:
    try:
        return seen(db, viewer, slug).slug == slug
    except NotFound:
        return False
