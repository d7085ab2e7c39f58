"""A small synthesiser: tunes of four or three bars that loop without a seam, because every tail wraps around."""

from dataclasses import dataclass, field

import numpy as np
from film import RATE
from numpy.typing import NDArray

Samples = NDArray[np.float64]
NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}


def pitch(name: str) -> float:
    """Hertz of a note such as c4, f#3 or bb5."""
    half = NOTES[name[0]] + (1 if "#" in name else 0) - (1 if name[1:].startswith("b") else 0)
    return 440.0 * float(2.0 ** ((half - 9) / 12 + int(name[-1]) - 4))


@dataclass
class Tune:
    """A ring of sound, `seconds` long, stereo; what is placed near its end rings on at its beginning."""

    seconds: float
    ring: Samples = field(init=False)

    def __post_init__(self) -> None:
        """Starts silent."""
        self.ring = np.zeros((round(self.seconds * RATE), 2))

    def place(self, at: float, sound: Samples, volume: float, pan: float = 0.0) -> None:
        """Adds a mono sound at a time in seconds; pan -1 is left, 1 is right."""
        first = round(at * RATE)
        where = np.arange(first, first + len(sound)) % len(self.ring)
        angle = (pan + 1) * np.pi / 4
        np.add.at(self.ring[:, 0], where, sound * volume * np.cos(angle))
        np.add.at(self.ring[:, 1], where, sound * volume * np.sin(angle))

    def in_room(self, wet: float, tail: float, seed: int = 1) -> Samples:
        """The finished tune in a room whose echo dies away in `tail` seconds, at an even loudness."""
        count = len(self.ring)
        t = np.arange(count) / RATE
        rng = np.random.default_rng(seed)
        result = np.empty_like(self.ring)
        for side in (0, 1):
            echo = rng.normal(0, 1, count) * np.exp(-6.9 * t / tail) * (t > 0.012)
            spectrum = np.fft.rfft(echo)
            hertz = np.fft.rfftfreq(count, 1 / RATE)
            spectrum *= 1 / (1 + (hertz / 2600) ** 2) * (hertz / (hertz + 160))
            echo = np.fft.irfft(spectrum, count)
            echo /= np.sqrt(np.sum(echo**2))
            dry = self.ring[:, side]
            result[:, side] = dry + wet * np.fft.irfft(np.fft.rfft(dry) * np.fft.rfft(echo), count)
        result *= 0.13 / max(float(np.sqrt(np.mean(result**2))), 1e-9)
        return np.tanh(result * 1.2) / 1.2


def _time(seconds: float) -> Samples:
    return np.arange(round(seconds * RATE)) / RATE


def plucked(hertz: float, bright: float = 1.0, decay: float = 1.1) -> Samples:
    """A plucked string: harmonics that die the faster the higher they are."""
    t = _time(decay * 2)
    sound = np.zeros_like(t)
    for n in range(1, 12):
        if n * hertz < 12000:
            stretch = n * (1 + 0.00025 * n * n)
            strength = np.sin(n * 0.9) / n ** (2.0 - 0.7 * bright)
            sound += strength * np.sin(2 * np.pi * hertz * stretch * t) * np.exp(-t * (2.2 + 0.9 * n) / decay)
    return sound * np.minimum(1, t / 0.002)


def marimba(hertz: float) -> Samples:
    """A wooden bar: the ground note, its fourth harmonic, and a soft knock."""
    t = _time(1.2)
    bar = np.sin(2 * np.pi * hertz * t) * np.exp(-t * 5.0)
    bar += 0.28 * np.sin(2 * np.pi * hertz * 3.98 * t) * np.exp(-t * 13)
    bar += 0.10 * np.sin(2 * np.pi * hertz * 9.8 * t) * np.exp(-t * 40)
    return bar * np.minimum(1, t / 0.0015)


def kalimba(hertz: float) -> Samples:
    """A thumb piano: pure, with a short metallic start."""
    t = _time(1.8)
    tine = np.sin(2 * np.pi * hertz * t) * np.exp(-t * 3.2)
    tine += 0.22 * np.sin(2 * np.pi * hertz * 2.01 * t) * np.exp(-t * 7)
    tine += 0.14 * np.sin(2 * np.pi * hertz * 5.42 * t) * np.exp(-t * 24)
    return tine * np.minimum(1, t / 0.002)


def bell(hertz: float) -> Samples:
    """A small glass bell, long."""
    t = _time(3.5)
    sound = np.zeros_like(t)
    for ratio, strength, decay in ((1, 1, 1.4), (2.0, 0.5, 2.0), (2.76, 0.3, 3.4), (5.4, 0.16, 6.0)):
        sound += strength * np.sin(2 * np.pi * hertz * ratio * t) * np.exp(-t * decay)
    return sound * np.minimum(1, t / 0.004)


def pad(hertz: float, seconds: float, warmth: float = 1.0) -> Samples:
    """A held, slightly beating tone that fades in and out."""
    t = _time(seconds * 1.25)
    sound = np.zeros_like(t)
    for detune in (-0.0028, 0.0, 0.0031):
        for n in range(1, 7):
            sound += np.sin(2 * np.pi * hertz * n * (1 + detune) * t + n * detune * 900) / n ** (1.5 + warmth)
    rise, fall = np.minimum(1, t / (seconds * 0.3)), np.clip((seconds * 1.25 - t) / (seconds * 0.4), 0, 1)
    return sound * rise * fall / 3


def bow(hertz: float, seconds: float) -> Samples:
    """A bowed string with vibrato."""
    t = _time(seconds * 1.1)
    wobble = 1 + 0.0035 * np.sin(2 * np.pi * 5.3 * t) * np.minimum(1, t / 0.4)
    turn = 2 * np.pi * hertz * np.cumsum(wobble) / RATE
    sound = sum((np.sin(n * turn) / n**1.45 for n in range(1, 10)), np.zeros_like(t))
    return sound * np.minimum(1, t / 0.09) * np.clip((seconds * 1.1 - t) / (seconds * 0.2), 0, 1)


def bass(hertz: float, seconds: float = 0.5) -> Samples:
    """A round low note."""
    t = _time(seconds * 1.6)
    sound = np.sin(2 * np.pi * hertz * t) + 0.35 * np.sin(4 * np.pi * hertz * t) * np.exp(-t * 8)
    return sound * np.exp(-t * 2.2 / seconds) * np.minimum(1, t / 0.006)


def kick() -> Samples:
    """A soft low drum."""
    t = _time(0.35)
    return np.sin(2 * np.pi * (46 * t + 5.2 * (1 - np.exp(-t * 34)))) * np.exp(-t * 11)


def shaker(seed: int, length: float = 0.09, low: float = 4500) -> Samples:
    """A breath of high noise."""
    t = _time(length)
    grains = np.random.default_rng(seed).normal(0, 1, len(t))
    spectrum = np.fft.rfft(grains)
    hertz = np.fft.rfftfreq(len(t), 1 / RATE)
    spectrum *= (hertz / (hertz + low)) ** 2
    return np.fft.irfft(spectrum, len(t)) * np.exp(-t * 4.5 / length) * np.minimum(1, t / 0.008)


def clap(seed: int) -> Samples:
    """A quiet clap: three bursts of mid noise."""
    t = _time(0.22)
    grains = np.random.default_rng(seed).normal(0, 1, len(t))
    spectrum = np.fft.rfft(grains)
    hertz = np.fft.rfftfreq(len(t), 1 / RATE)
    spectrum *= np.exp(-(((hertz - 1700) / 1300) ** 2))
    shape = sum((np.exp(-np.maximum(t - d, 0) * 45) * (t >= d) for d in (0, 0.011, 0.023)), np.zeros_like(t))
    return np.fft.irfft(spectrum, len(t)) * shape


def surf(seconds: float, seed: int, breaths: int, low: float, high: float) -> Samples:
    """Noise of one loop's length between two frequencies, swelling `breaths` times; it has no seam."""
    count = round(seconds * RATE)
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    rng = np.random.default_rng(seed)
    shape = (hertz / (hertz + low)) / (1 + (hertz / high) ** 2)
    spectrum = (rng.normal(0, 1, len(hertz)) + 1j * rng.normal(0, 1, len(hertz))) * shape
    sound = np.fft.irfft(spectrum, count)
    sound /= np.sqrt(np.mean(sound**2))
    t = np.arange(count) / count
    return sound * (0.62 - 0.38 * np.cos(2 * np.pi * breaths * t)) if breaths else sound
