"""Captions as cues: read from WebVTT (W3C) or SubRip, written as WebVTT that holds nothing but words and times."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_CUES = 5000
_MOST_WORDS = 1000
_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)[.,](\d{3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_ENDLESS = re.compile(rf"^({_TIME}) --> \1$", re.MULTILINE)
_TAGS, _PLACED = re.compile(r"<[^<>]*>"), re.compile(r"\{\\[^{}]*\}")


class BadCaptions(ValueError):
    """The text is not captions; the message is a sentence for its author."""


@dataclass(frozen=True)
class Cue:
    """Words from one instant to another, in milliseconds from the start of the clip."""

    start: int
    end: int
    words: str


def parse(text: str) -> list[Cue]:
    """The cues of a WebVTT or SubRip file, in order of time. Raises BadCaptions, naming the line."""
    cues: list[Cue] = []
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, times, words in _blocks(lines):
        start, end = _instant(times[:4]), _instant(times[4:])
        if end <= start:
            raise BadCaptions(f"Line {number}: the end is not after the beginning.")
        if words:
            cues.append(Cue(start, end, words))
        if len(cues) > MOST_CUES:
            raise BadCaptions(f"There are more than {MOST_CUES:,} captions.")
    if not cues:
        raise BadCaptions("No captions were found. They are WebVTT or SRT: a line of times, then words.")
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...], str]]:
    place = 0
    while place < len(lines):
        match = _TIMES.match(lines[place])
        if match is None:
            if "-->" in lines[place]:
                raise BadCaptions(f"Line {place + 1}: the times are not like 00:01.000 --> 00:02.500.")
            place += 1
            continue
        begun = place + 1
        place += 1
        while place < len(lines) and lines[place].strip() and "-->" not in lines[place]:
            place += 1
        yield begun, match.groups(default="0"), _plain("\n".join(lines[begun:place]))


def _plain(words: str) -> str:
    said = _PLACED.sub("", html.unescape(_TAGS.sub("", words))).replace("\\N", "\n").replace("\r", "\n")
    return "\n".join(filter(None, map(str.strip, said[:_MOST_WORDS].split("\n"))))


def _instant(parts: Sequence[str]) -> int:
    hours, minutes, seconds, thousandths = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def ended(text: str) -> str:
    """The text with three seconds for every cue that ends where it begins, because nobody took it off the screen."""
    return _ENDLESS.sub(lambda found: f"{found[1]} --> {_written(_instant(found.groups('0')[1:]) + 3000)}", text)


def part(cues: Sequence[Cue], start: int, end: int) -> list[Cue]:
    """The cues of a film of which only the part from `start` to `end` is left (milliseconds)."""
    seen = [cue for cue in cues if cue.start < end and cue.end > start]
    return [Cue(max(cue.start, start) - start, min(cue.end, end) - start, cue.words) for cue in seen]


def whole_again(before: Sequence[Cue], cues: Sequence[Cue], start: int, end: int) -> list[Cue]:
    """The cues of the whole film: those of the part as they are now, and around them what was there `before`."""
    around = [cue for cue in before if cue.end <= start or cue.start >= end]
    back = [Cue(cue.start + start, cue.end + start, cue.words) for cue in cues]
    return sorted([*around, *back], key=lambda cue: (cue.start, cue.end))


def render(cues: Sequence[Cue]) -> str:
    """The cues as WebVTT, with every `&`, `<` and `>` of the words escaped."""
    blocks = [f"{_written(cue.start)} --> {_written(cue.end)}\n{_escaped(cue.words)}" for cue in cues]
    return "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"


def _escaped(words: str) -> str:
    lines = [html.escape(line.strip(), quote=False) for line in words.split("\n")]
    return "\n".join(line for line in lines if line)


def _written(instant: int) -> str:
    seconds, thousandths = divmod(instant, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"
