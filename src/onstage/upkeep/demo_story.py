"""The demo's story as its file tells it: who is there, what they show, what they say to one another. Ages are in hours."""

from pathlib import Path

import msgspec


class Account(msgspec.Struct):
    """Somebody; `avatar` is a file beside the story."""

    handle: str
    name: str
    bio: str
    avatar: str


class Clip(msgspec.Struct):
    """What somebody shows; `credit` names the work it was cut from."""

    file: str
    account: str
    caption: str
    hours: float
    audience: str
    credit: str | None = None


class Comment(msgspec.Struct):
    """What somebody says about a clip, or in answer to the comment `reply_to`."""

    id: int
    clip: str
    account: str
    text: str
    hours: float
    reply_to: int | None = None


class Credit(msgspec.Struct):
    """Somebody else's work that clips were cut from."""

    id: str
    title: str
    author: str
    licence: str


class Story(msgspec.Struct):
    """All of it. `follows` are pairs of follower and followed, `likes` and `saves` handles by the clip's file."""

    accounts: list[Account]
    clips: list[Clip]
    comments: list[Comment]
    follows: list[tuple[str, str]]
    likes: dict[str, list[str]]
    saves: dict[str, list[str]]
    credits: list[Credit]

    def caption(self, clip: Clip) -> str:
        """The clip's words; below them, where it was cut from another work, whose."""
        for credit in self.credits:
            if credit.id == clip.credit:
                return f"{clip.caption}\n\nCut from “{credit.title}” by {credit.author} ({credit.licence})."
        return clip.caption


def read(folder: Path) -> Story:
    """The story that a folder of material tells."""
    return msgspec.json.decode((folder / "demo.json").read_bytes(), type=Story)
