"""Who may see what, once more: row by row in plain Python, written from the product's words and not from the code.

It shares nothing with `onstage.clips.queries` but the names of tables and columns. It is slow on purpose: every question
walks over all rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import text

from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection

Row = Any
TABLES = (
    "people",
    "accounts",
    "members",
    "follows",
    "blocks",
    "mutes",
    "clips",
    "holds",
    "clip_tags",
    "likes",
    "comments",
    "concerned",
    "clip_coauthors",
)


@dataclass(frozen=True)
class Rows:
    """Every row of the tables that matter."""

    people: list[Row]
    accounts: list[Row]
    members: list[Row]
    follows: list[Row]
    blocks: list[Row]
    mutes: list[Row]
    clips: list[Row]
    holds: list[Row]
    clip_tags: list[Row]
    likes: list[Row]
    comments: list[Row]
    concerned: list[Row]
    clip_coauthors: list[Row]


def read(db: Connection) -> Rows:
    """All of them, as they are now."""
    found = {
        name: [SimpleNamespace(**row._mapping) for row in db.execute(text(f"SELECT * FROM {name}"))] for name in TABLES
    }
    return Rows(**found)


class Truth:
    """What one viewer may see."""

    def __init__(self, rows: Rows, viewer: Viewer) -> None:
        self.rows = rows
        self.person = viewer.person
        self.account = viewer.account
        self.sees_marked = viewer.sees_marked

    def may_open(self, clip: Row) -> bool:
        """By its link: the audience of a clip that is shown; its author always, until it is deleted; and whom it waits for."""
        if self.is_author(clip) and "deleting" not in self.reasons(clip):
            return True
        if self.is_concerned(clip):
            return True
        return self.is_shown(clip) and self.in_audience(clip)

    def may_embed(self, clip: Row) -> bool:
        """In the page of another site: shown to everybody who has the link, and agreed to leave this server."""
        for_links = clip.audience in {"public", "unlisted"} and clip.marked == 0 and clip.leaves_server == 1
        return for_links and self.is_shown(clip) and self.in_audience(clip)

    def may_list(self, clip: Row) -> bool:
        """In a list that the viewer asked for: what is only for those who have the link stands in none, but among members."""
        if not self.is_shown(clip) or not self.in_audience(clip):
            return False
        return clip.audience != "unlisted" or self.is_member(clip.account_id)

    def may_find(self, clip: Row) -> bool:
        """By search, tag, exploring: nothing of muted accounts, and to strangers only what may be shown to strangers."""
        if not self.may_list(clip) or self.has_muted_one_of(clip):
            return False
        known = self.is_member(clip.account_id) or self.follows(self.account, clip.account_id)
        return known or clip.recommended == 1

    def may_be_suggested(self, clip: Row) -> bool:
        """For You: public clips that may be shown to strangers; neither one's own account's nor a muted one's."""
        if clip.audience != "public" or clip.recommended != 1:
            return False
        if self.is_member(clip.account_id) or self.has_muted_one_of(clip):
            return False
        return self.is_shown(clip) and self.in_audience(clip)

    def is_shown(self, clip: Row) -> bool:
        """Published, and nothing holds it."""
        return clip.published_at is not None and not self.reasons(clip)

    def reasons(self, clip: Row) -> set[str]:
        """Why it is withheld."""
        return {hold.kind for hold in self.rows.holds if hold.clip_id == clip.id}

    def in_audience(self, clip: Row) -> bool:
        """The audience, blocks and the marking for adults."""
        if any(self.is_blocked(account) for account in self.makers(clip)):
            return False
        if clip.marked and not self.sees_marked and not self.is_author(clip):
            return False
        host = clip.account_id
        match clip.audience:
            case "public" | "unlisted":
                return True
            case "followers":
                return self.is_member(host) or self.follows(self.account, host)
            case "friends":
                mutual = self.follows(self.account, host) and self.follows(host, self.account)
                return self.is_member(host) or mutual
            case "members":
                return self.is_member(host)
            case "private":
                return self.is_author(clip)
            case other:
                raise AssertionError(f"an audience that the rule does not know: {other}")

    def is_author(self, clip: Row) -> bool:
        """The person who made it, whatever account they act as."""
        return self.person is not None and clip.person_id == self.person

    def is_concerned(self, clip: Row) -> bool:
        """It waits for this person's answer, or they have said no to it."""
        return any(row.clip_id == clip.id and row.person_id == self.person for row in self.rows.concerned)

    def is_member(self, account: int) -> bool:
        """A member of that account, whatever account they act as."""
        return any(row.account_id == account and row.person_id == self.person for row in self.rows.members)

    def follows(self, follower: int | None, target: int | None) -> bool:
        """A follow that was accepted."""
        edges = (row for row in self.rows.follows if row.accepted == 1)
        return any(row.follower_id == follower and row.target_id == target for row in edges)

    def is_blocked(self, host: int) -> bool:
        """The acting account blocks the host, or the host blocks any account of the person."""
        if self.person is None:
            return False
        mine = {row.account_id for row in self.rows.members if row.person_id == self.person}
        return any(
            (row.blocker_id == self.account and row.blocked_id == host)
            or (row.blocker_id == host and row.blocked_id in mine)
            for row in self.rows.blocks
        )

    def makers(self, clip: Row) -> list[int]:
        """The accounts on whose profiles it stands; who only waits for a later version is none."""
        made_with = [row for row in self.rows.clip_coauthors if row.clip_id == clip.id and not row.waits]
        return [clip.account_id, *(row.account_id for row in made_with)]

    def has_muted_one_of(self, clip: Row) -> bool:
        """The acting account has muted one of those who made it."""
        return any(self.has_muted(account) for account in self.makers(clip))

    def has_muted(self, host: int) -> bool:
        """The acting account has muted the host."""
        return any(row.account_id == self.account and row.muted_id == host for row in self.rows.mutes)


def open_to_all(rows: Rows, clip: Row) -> bool:
    """What public totals count: what any guest may meet."""
    guest = Truth(rows, Viewer())
    return guest.may_find(clip) and clip.audience == "public"


def ids(clips: Iterable[Row], condition: Callable[[Row], bool]) -> set[int]:
    """The ids of the clips for which the condition holds."""
    return {clip.id for clip in clips if condition(clip)}
