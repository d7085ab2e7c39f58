"""The ten pieces of music of the demo; clips share them, as clips do."""

from collections.abc import Callable
from functools import cache

import numpy as np
from music import (
    Samples,
    Tune,
    bass,
    bell,
    bow,
    clap,
    kalimba,
    kick,
    marimba,
    pad,
    pitch,
    plucked,
    shaker,
    surf,
)

MARIMBA_TUNE = "c4 e4 g4 c5 b4 g4 e4 g4 a3 c4 e4 a4 g4 e4 c4 e4 f3 a3 c4 f4 a4 f4 e4 d4 g3 b3 d4 g4 f4 d4 b3 d4"
STRINGS_TUNE = "d3 a3 d4 f#4 a4 f#4 d4 a3 b2 f#3 b3 d4 f#4 d4 b3 f#3 g2 d3 g3 b3 d4 b3 g3 d3 a2 e3 a3 c#4 e4 c#4 a3 e3"
KEYS_TUNE = "a3 e4 c5 b4 e4 c4 f3 c4 a4 g4 c4 a3 c4 g4 e5 d5 g4 e4 g3 d4 b4 a4 d4 b3"


def _chords(tune: Tune, chords: list[str], volume: float, warmth: float = 1.0) -> None:
    """One held chord a bar, spread over the loop."""
    bar = tune.seconds / len(chords)
    for index, chord in enumerate(chords):
        for side, name in enumerate(chord.split()):
            tune.place(index * bar, pad(pitch(name), bar, warmth), volume, (side - 1.5) * 0.4)


def _line(tune: Tune, names: str, voice: Callable[[float], Samples], volume: float, spread: float = 0.4) -> None:
    """Evenly spaced notes over the loop; `-` is a rest."""
    notes = names.split()
    for index, name in enumerate(notes):
        if name != "-":
            accent = 1.0 if index % 4 == 0 else 0.78
            tune.place(
                index * tune.seconds / len(notes), voice(pitch(name)), volume * accent, spread * np.sin(index * 1.7)
            )


def _beat(tune: Tune, beats: int, kicks: list[float], claps: list[float], shakes: int) -> None:
    """Drums on positions counted in beats over the whole loop."""
    step = tune.seconds / beats
    for at in kicks:
        tune.place(at * step, kick(), 0.9)
    for at in claps:
        tune.place(at * step, clap(round(at * 10)), 0.5, 0.1)
    for index in range(shakes):
        loud = 0.34 if index % 2 else 0.2
        tune.place(index * tune.seconds / shakes, shaker(index), loud, 0.35)


def lantern() -> Samples:
    """Six seconds to dance to: warm chords, a plucked figure, soft drums."""
    tune = Tune(6.0)
    _chords(tune, ["a2 e3 c4 g4", "f2 c3 a3 e4", "c3 g3 e4 b4", "g2 d3 b3 d4"], 0.22)
    _line(tune, "e5 - c5 d5 - c5 a4 - c5 - a4 c5 - e5 d5 - e5 - g5 e5 - d5 c5 - b4 - d5 b4 - g4 a4 b4", plucked, 0.34)
    _line(
        tune,
        "a1 - a1 - a1 - c2 - f1 - f1 - f1 - a1 - c2 - c2 - c2 - e2 - g1 - g1 - g1 - b1 -",
        lambda h: bass(h, 0.4),
        0.5,
    )
    _beat(tune, 16, [0, 2.5, 4, 6.5, 8, 10.5, 12, 14.5, 15.5], [2, 6, 10, 14], 32)
    return tune.in_room(0.35, 1.1)


def marimbas() -> Samples:
    """Eight seconds of marimba in eighths, over a low hum."""
    tune = Tune(8.0)
    _line(tune, MARIMBA_TUNE, marimba, 0.7, 0.6)
    _chords(tune, ["c3 g3", "a2 e3", "f2 c3", "g2 d3"], 0.16)
    _beat(tune, 16, [0, 4, 8, 12], [], 16)
    return tune.in_room(0.3, 1.0)


def porch() -> Samples:
    """Eight slow seconds for the night: pads and a few bells."""
    tune = Tune(8.0)
    _chords(tune, ["d3 a3 f#4 c#5", "b2 f#3 d4 a4", "g2 d3 b3 f#4", "a2 e3 c#4 g4"], 0.3, 0.8)
    _line(tune, "- f#5 - - a5 - - - d5 - - f#5 - - - - b5 - - a5 - - d5 - - - e5 - - c#5 - -", bell, 0.16, 0.8)
    return tune.in_room(0.8, 2.4)


def gears() -> Samples:
    """Six quick seconds for the road: plucked strings, bass and a beat."""
    tune = Tune(6.0)
    figure = "d4 a4 f#4 a4 d5 a4 f#4 a4 c#4 a4 e4 a4 c#5 a4 e4 a4 b3 f#4 d4 f#4 b4 f#4 d4 f#4 g3 d4 b3 d4 g4 b4 a4 e4"
    _line(tune, figure, plucked, 0.42, 0.5)
    _line(tune, "d2 - d2 d2 c#2 - c#2 c#2 b1 - b1 b1 g1 - a1 a1", lambda h: bass(h, 0.3), 0.55)
    _beat(tune, 16, [0, 2, 4, 6, 8, 10, 12, 14], [1, 3, 5, 7, 9, 11, 13, 15], 64)
    return tune.in_room(0.25, 0.8)


def oven() -> Samples:
    """Six seconds of waltz for a warm kitchen."""
    tune = Tune(6.0)
    for bar, (low, chord) in enumerate([("f2", "a3 c4"), ("c2", "bb3 e4"), ("d2", "a3 f4"), ("bb1", "bb3 d4")]):
        tune.place(bar * 1.5, bass(pitch(low), 0.6), 0.6)
        for beat in (0.5, 1.0):
            for name in chord.split():
                tune.place(bar * 1.5 + beat, plucked(pitch(name), 0.6, 0.6), 0.4)
    _line(tune, "c5 - a4 c5 f5 - e5 - c5 - g4 - d5 - f5 a5 g5 f5 d5 - f5 e5 d5 c5", kalimba, 0.34)
    return tune.in_room(0.35, 1.0)


def kiln() -> Samples:
    """Six sparse seconds of thumb piano."""
    tune = Tune(6.0)
    _line(tune, "e4 - b4 - e5 - - d5 - b4 - - g4 - a4 - c4 - g4 - c5 - - b4 - g4 - - a4 - f#4 -", kalimba, 0.5, 0.7)
    _chords(tune, ["e2 b2 g3", "c2 g2 e3"], 0.3)
    return tune.in_room(0.55, 1.8)


def loops() -> Samples:
    """Six seconds of a turning arpeggio."""
    tune = Tune(6.0)
    figure = "a3 c4 e4 a4 c5 e5 c5 a4 f3 a3 c4 f4 a4 c5 a4 f4 d3 f3 a3 d4 f4 a4 f4 d4 e3 g#3 b3 e4 g#4 b4 g#4 e4"
    _line(tune, figure, lambda h: plucked(h, 0.3, 0.8), 0.5, 0.8)
    _chords(tune, ["a2 e3 c4", "f2 c3 a3", "d2 a2 f3", "e2 b2 g#3"], 0.26)
    _beat(tune, 8, [0, 2, 4, 6], [], 16)
    return tune.in_room(0.45, 1.4)


def strings() -> Samples:
    """Eight seconds: plucked low strings in eighths under a bowed melody."""
    tune = Tune(8.0)
    _line(tune, STRINGS_TUNE, lambda h: plucked(h, 0.7, 1.2), 0.55, 0.6)
    for at, name, length in [
        (0, "f#4", 1.5),
        (1.5, "a4", 0.5),
        (2, "d5", 2),
        (4, "b4", 1.5),
        (5.5, "a4", 0.5),
        (6, "c#5", 2),
    ]:
        tune.place(at, bow(pitch(name), length), 0.16, -0.2)
        tune.place(at, bow(pitch(name) / 2, length), 0.10, 0.3)
    return tune.in_room(0.45, 1.6)


def keys() -> Samples:
    """Six seconds of soft keys in quarters of a bar."""
    tune = Tune(6.0)
    _line(tune, KEYS_TUNE, lambda h: plucked(h, 0.15, 1.6), 0.6, 0.5)
    _chords(tune, ["a2 e3", "f2 c3", "c3 g3", "g2 d3"], 0.2)
    return tune.in_room(0.5, 1.8)


def tide() -> Samples:
    """Eight seconds at the sea: two waves and a distant chord."""
    tune = Tune(8.0)
    tune.place(0, surf(8.0, 3, 2, 200, 1500), 0.16, -0.3)
    tune.place(0, surf(8.0, 4, 1, 500, 4200), 0.05, 0.4)
    _chords(tune, ["e2 b2 g#3 d#4", "c#2 g#2 e3 b3"], 0.42)
    return tune.in_room(0.5, 2.0)


def rain() -> Samples:
    """Six seconds of rain on a roof, with a few notes from the next room."""
    tune = Tune(6.0)
    tune.place(0, surf(6.0, 9, 0, 900, 5000), 0.12)
    rng = np.random.default_rng(6)
    for at in rng.uniform(0, 6, 140):
        tune.place(
            float(at), shaker(int(at * 1000), 0.03, 2500), float(rng.uniform(0.1, 0.5)), float(rng.uniform(-0.8, 0.8))
        )
    _line(tune, "a4 - - e4 - - c5 - - b4 - - f4 - - c4 - - a4 - - g4 - -", lambda h: plucked(h, 0.1, 1.5), 0.3)
    return tune.in_room(0.5, 1.5)


TUNES: dict[str, Callable[[], Samples]] = {
    "lantern": lantern,
    "marimbas": marimbas,
    "porch": porch,
    "gears": gears,
    "oven": oven,
    "kiln": kiln,
    "loops": loops,
    "strings": strings,
    "keys": keys,
    "tide": tide,
    "rain": rain,
}


@cache
def played(name: str) -> Samples:
    """The samples of a tune by name, worked out once."""
    return TUNES[name]()
