"""Walking over a server as one of its people: asking, and finding the secrets in what comes back."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.cast import Actor
from tests.client import Answer, Client
from tests.leaks import naive
from tests.leaks.world import NOBODY, Planted, World, slug_of

SECRET = re.compile(rb"zq(\d{3})xk", re.IGNORECASE)
TAG_SECRET = re.compile(rb"tq(\d{3})xk", re.IGNORECASE)
NUMBER = re.compile(rb"\d{17,19}")
CURSOR = re.compile(rb'(?:next="|"next":"|cursor=)((?:[0-9a-f]{2}){20,})')
PASSING = {"x-request-id", "content-security-policy", "date"}
NONCE = re.compile(rb'nonce="[^"]*"')


@dataclass
class Walk:
    """One of the people on their way; `truth` is what they may see.

    `turn` shares the slower requests out: each of them is made for every clip by some of the people, on either database.
    """

    world: World
    client: Client
    name: str
    truth: naive.Truth
    turn: int = 0
    visited: set[int] = field(default_factory=set)
    missing: dict[str, tuple[object, ...]] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.world.actors[self.name]

    @property
    def rows(self) -> list[naive.Row]:
        """Every clip as a row."""
        return self.truth.rows.clips

    @property
    def open_to_all(self) -> set[int]:
        """What public totals count."""
        return self.may(lambda clip: naive.open_to_all(self.truth.rows, clip))

    def get(self, path: str, **more: Any) -> Answer:
        """GET as this person."""
        return self.ask("GET", path, **more)

    def ask(self, method: str, path: str, **more: Any) -> Answer:
        """Any request as this person; nothing may break."""
        answer = self.client.ask(method, path, self.actor, **more)
        assert 200 <= answer.status < 500, f"{method} {path} as {self.name}: {answer.status} {answer.text[:2000]}"
        return answer

    def may(self, condition: Callable[[naive.Row], bool]) -> set[int]:
        """The ids of the clips for which a condition holds."""
        return naive.ids(self.rows, condition)

    def pages(
        self, path: str, name: str = "cursor", mark: str = r'data-next="([^"]+)"', **more: Any
    ) -> Iterator[Answer]:
        """A list with all its further pages."""
        joined = "&" if "?" in path else "?"
        following = ""
        for _ in range(60):
            answer = self.get(path + (f"{joined}{name}={following}" if following else ""), **more)
            yield answer
            found = re.search(mark, answer.text)
            if not found or answer.status != 200:
                return
            following = found[1]
        raise AssertionError(f"{path} never ends")

    def some(self, share: int) -> list[Planted]:
        """Every clip in the list of this many that is this walk's turn; they count as visited."""
        found = [made for place, made in enumerate(self.world.planted) if (place + self.turn) % share == 0]
        self.visited |= {made.id for made in found}
        return found

    def each(self, path: str, method: str = "GET", share: int = 1, **more: Any) -> Iterator[Answer]:
        """The same request for every clip, or a share of them: `path` names `{slug}`, `{secret}` or a file like `{film}`.

        What the viewer may not see looks exactly like what never was.
        """
        clips = {clip.id: clip for clip in self.rows}
        for made in self.some(share):
            asked = _fill(path, made.secret)
            answer = self.ask(method, asked, **more)
            if self.truth.may_open(clips[made.id]):
                yield from () if is_refused(answer) else (answer,)
                continue
            looks = look(answer, made.secret)
            assert looks == self.never_was(method, path, more), f"{method} {asked} as {self.name}: {looks}"

    def never_was(self, method: str, path: str, more: dict[str, Any]) -> tuple[object, ...]:
        """How the answer looks for a clip that there never was."""
        key = f"{method} {path} {more}"
        if key not in self.missing:
            answer = self.ask(method, _fill(path, NOBODY), **more)
            assert is_refused(answer), answer
            assert not self.exposed(answer), answer
            self.missing[key] = look(answer, NOBODY)
        return self.missing[key]

    def exposed(self, answer: Answer) -> set[int]:
        """The clips whose secret or number stands in an answer, in its headers, or inside a cursor."""
        everything = answer.everything
        everything += b"".join(b" " + bytes.fromhex(found.decode()) for found in CURSOR.findall(everything))
        by_number = {str(made.id).encode(): made.id for made in self.world.planted}
        secrets = {self.world.planted[int(number)].id for number in SECRET.findall(everything) if int(number) != 999}
        return secrets | {by_number[number] for number in NUMBER.findall(everything) if number in by_number}

    def exposed_tags(self, answer: Answer) -> set[int]:
        """The clips whose own tag stands in an answer."""
        return {self.world.planted[int(number)].id for number in TAG_SECRET.findall(answer.body)}


def is_refused(answer: Answer) -> bool:
    """Whether it says no, or asks to sign in first."""
    return answer.status in {401, 403, 404} or (answer.header("location") or "").startswith("/sign-in")


def _fill(path: str, secret: str) -> str:
    files = {
        "film": f"{secret}film.mp4",
        "cover": f"{secret}cover.webp",
        "small": f"{secret}small.webp",
        "scrub": f"{secret}scrub.webp",
        "avif": f"{secret}cover.avif",
    }
    return path.format(slug=slug_of(secret), secret=secret, **files)


def look(answer: Answer, secret: str) -> tuple[object, ...]:
    """All of an answer but what changes from request to request, and the name that was asked for."""
    body = NONCE.sub(b"", answer.body).replace(secret.encode(), b"")
    headers = [(name, value.replace(secret, "")) for name, value in answer.headers if name not in PASSING]
    return answer.status, sorted(headers), body
