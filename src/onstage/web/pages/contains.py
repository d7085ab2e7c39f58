"""What a clip contains of others, as its author's page shows it: whose, when, and what can be done about it."""

from dataclasses import dataclass

from onstage.clips.agreeing.parts import Part, is_cut_away
from onstage.clips.film.part_out import Left, sides
from onstage.clips.film.trim import LEAST
from onstage.clips.models import Cutting, Stage
from onstage.engagement.cards import Card


@dataclass(frozen=True)
class Contained:
    """A part; `lefts`: what can be left of the film without it, from and to in microseconds; empty: take it back by saying so."""

    part: Part
    lefts: list[tuple[Left, int, int]]
    taken_back: bool

    @classmethod
    def of(cls, part: Part, card: Card, *, trimmed: bool) -> "Contained":
        """Of a part of that clip; `trimmed`: the whole of its film can be had back."""
        is_gone = is_cut_away(part.from_us, part.to_us) and not trimmed
        by_word = is_gone or (card.published_at is None and not part.withholds)
        found = sides(part.from_us, part.to_us, card.duration_us)
        made = card.stage in {Stage.DRAFT, Stage.NONE} and part.taking_out is not Cutting.WAITS
        lefts = [(left, start, end) for left, (start, end) in found.items() if end - start >= LEAST]
        return cls(part, lefts if made and not by_word and not trimmed else [], by_word)
