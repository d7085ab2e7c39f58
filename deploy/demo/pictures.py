"""The pictures of the demo's accounts: one bold abstract mark each, 256 by 256."""

import math
import tomllib
from collections.abc import Callable
from pathlib import Path

import brush
import numpy as np
from canvas import TURN, Colour, Frame, Size, mix, palette, radial
from film import write_still

SIDE = 1024
WORDS = Path(__file__).with_name("words.toml")
Colours = list[Colour]


def _ring(
    x: float, y: float, radius: float, begin: float = 0.0, end: float = TURN
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    angle = np.linspace(begin, end, 96)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def _fans(frame: Frame, tints: Colours) -> None:
    for n in range(7):
        a = math.pi * (1.12 + 0.127 * n)
        tip = np.array(
            [
                (512, 800),
                (512 + 330 * math.cos(a), 800 + 330 * math.sin(a)),
                (512 + 590 * math.cos(a), 800 + 590 * math.sin(a)),
            ]
        )
        brush.stroke(frame, tip, np.array([12.0, 52.0, 84.0]), tints[1 + n % 2], mix(tints[1 + n % 2], (1, 1, 1), 0.25))
    brush.disc(frame, 512, 800, 60, (1, 0.96, 0.88))


def _leaf(frame: Frame, tints: Colours) -> None:
    t = np.linspace(0, 1, 40)
    for side in (-1, 1):
        for n in range(6):
            root = np.array([512.0, 850 - n * 110])
            tip = root + np.array([side * (300 - 40 * n), -170.0])
            line = root + (tip - root) * t[:, None] + np.array([0, -60.0]) * (np.sin(np.pi * t))[:, None]
            brush.stroke(frame, line, 6 + 44 * np.sin(np.pi * t) ** 0.8, tints[1], mix(tints[1], tints[2], 0.5))
    brush.stroke(frame, np.array([(512.0, 930.0), (512.0, 170.0)]), np.array([22.0, 8.0]), tints[2], tints[2])


def _rings(frame: Frame, tints: Colours) -> None:
    brush.disc(frame, 512, 512, 370, mix(tints[1], (0.5, 0.2, 0.1), 0.45))
    brush.disc(frame, 512, 512, 335, tints[1])
    brush.disc(frame, 512, 512, 130, tints[0])
    rng = np.random.default_rng(2)
    for n in range(26):
        a, radius, tilt = TURN * n / 26, rng.uniform(180, 290), rng.uniform(0, math.pi)
        x, y = 512 + radius * math.cos(a), 512 + radius * math.sin(a)
        rod = np.array(
            [(x - 26 * math.cos(tilt), y - 26 * math.sin(tilt)), (x + 26 * math.cos(tilt), y + 26 * math.sin(tilt))]
        )
        tint = palette("#ffffff #5fd0e8 #ffd23f #8fd16a")[n % 4]
        brush.stroke(frame, rod, np.full(2, 13.0), tint, tint)


def _bars(frame: Frame, tints: Colours) -> None:
    for n, tall in enumerate((620, 540, 470, 400, 340)):
        x = 200 + n * 156
        brush.stroke(
            frame,
            np.array([(x, 512 - tall / 2), (x, 512 + tall / 2)]),
            np.full(2, 52.0),
            mix(tints[1], tints[2], n / 4),
            mix(tints[2], tints[1], n / 4),
        )
        for end in (-0.36, 0.36):
            brush.disc(frame, x, 512 + tall * end, 15, tints[0])


def _wheel(frame: Frame, tints: Colours) -> None:
    ring = _ring(512, 512, 340)
    brush.stroke(frame, ring, np.full(96, 46.0), tints[1], tints[1])
    for n in range(10):
        a = TURN * n / 10
        line = np.array([(512, 512), (512 + 320 * math.cos(a), 512 + 320 * math.sin(a))])
        brush.stroke(frame, line, np.full(2, 9.0), tints[1], tints[1])
    brush.disc(frame, 512, 512, 80, tints[2])


def _pot(frame: Frame, tints: Colours) -> None:
    h = np.linspace(0, 1, 60)
    wide = 150 + 170 * np.sin(np.pi * np.clip(h * 0.9 + 0.02, 0, 1)) - 90 * np.exp(-(((h - 0.86) / 0.1) ** 2))
    y = 860 - 700 * h
    body = np.concatenate([np.stack([512 - wide, y], axis=1), np.stack([512 + wide, y], axis=1)[::-1]])
    brush.polygon(frame, body, tints[1])
    glaze = body[(body[:, 1] < 560)]
    brush.polygon(frame, glaze, tints[2])
    for n in range(5):
        x = 270 + n * 114
        brush.stroke(frame, np.array([(x, 540.0), (x, 600.0 + 60 * (n % 3))]), np.full(2, 42.0), tints[2], tints[2])
    brush.ellipse(frame, 512, 160, 150, 30, 0, mix(tints[2], (0, 0, 0), 0.45))


def _plane(frame: Frame, tints: Colours) -> None:
    brush.polygon(frame, np.array([(880, 220), (130, 500), (380, 590)]), tints[1])
    brush.polygon(frame, np.array([(880, 220), (380, 590), (420, 830)]), mix(tints[1], tints[0], 0.45))
    brush.polygon(frame, np.array([(880, 220), (500, 650), (690, 760)]), tints[1])
    for n in range(4):
        brush.disc(frame, 300 - n * 66, 740 + n * n * 12, 17 - n * 2, tints[2])


def _moon(frame: Frame, tints: Colours) -> None:
    rng = np.random.default_rng(4)
    for _ in range(40):
        x, y = rng.uniform(60, 964, 2)
        brush.disc(frame, float(x), float(y), float(rng.uniform(3, 9)), tints[1], 0.8)
    brush.glow(frame, 512, 512, 480, tints[2], 0.5)
    outer, inner = _ring(512, 512, 300, 0.75, 5.53), _ring(612, 512, 218, 5.35, 0.93)
    brush.polygon(frame, np.concatenate([outer, inner]), tints[1])


def _knot(frame: Frame, tints: Colours) -> None:
    t = np.linspace(0, TURN, 260)
    for strand in range(7):
        line = np.stack([512 + 350 * np.sin(3 * t + strand * 0.05), 512 + 350 * np.sin(4 * t + strand * 0.06)], axis=1)
        brush.stroke(frame, line, np.full(260, 7.0), tints[1], tints[2], 0.75)


def _waves(frame: Frame, tints: Colours) -> None:
    brush.disc(frame, 650, 330, 150, tints[2])
    x = np.arange(SIDE)
    for n in range(5):
        crest = 40 * np.sin(TURN * x / (330 + 30 * n) + n * 1.7)
        brush.hills(
            frame,
            470 + n * 120 + crest,
            mix(tints[1], tints[0], n * 0.2),
            mix(tints[1], tints[0], n * 0.2 + 0.15),
            140,
            0.2,
        )


def _weave(frame: Frame, tints: Colours) -> None:
    for r in range(6):
        for c in range(6):
            x, y = 92 + c * 168, 92 + r * 168
            over = (r + c) % 2 == 0
            line = np.array([(x - 50, y), (x + 50, y)]) if over else np.array([(x, y - 50), (x, y + 50)])
            tint = tints[1] if over else tints[2]
            brush.stroke(frame, line.astype(float), np.full(2, 56.0), tint, mix(tint, (1, 1, 1), 0.15))


def _sun(frame: Frame, tints: Colours) -> None:
    for n in range(14):
        a = TURN * n / 14
        line = np.array(
            [(512 + 270 * math.cos(a), 512 + 270 * math.sin(a)), (512 + 400 * math.cos(a), 512 + 400 * math.sin(a))]
        )
        brush.stroke(frame, line, np.array([34.0, 12.0]), tints[2], tints[1])
    brush.disc(frame, 512, 512, 220, tints[1])


def _dots(frame: Frame, tints: Colours) -> None:
    for r in range(7):
        for c in range(7):
            wave = 0.5 + 0.5 * math.sin(math.hypot(c - 2, r - 2.5) * 1.5)
            brush.disc(frame, 110 + c * 134, 110 + r * 134, 16 + 44 * wave, mix(tints[1], tints[2], wave))


def _star(frame: Frame, tints: Colours) -> None:
    for count, reach, tint in ((9, 400, tints[2]), (9, 300, tints[1])):
        for n in range(count):
            a = TURN * (n + (0.5 if reach < 350 else 0)) / count
            line = np.array(
                [
                    (512 + 60 * math.cos(a), 512 + 60 * math.sin(a)),
                    (512 + reach * 0.6 * math.cos(a), 512 + reach * 0.6 * math.sin(a)),
                    (512 + reach * math.cos(a), 512 + reach * math.sin(a)),
                ]
            )
            brush.stroke(frame, line, np.array([30.0, 82.0, 46.0]), tint, mix(tint, (1, 1, 1), 0.2))
    brush.disc(frame, 512, 512, 104, palette("#ffb020")[0])


MARKS: dict[str, Callable[[Frame, Colours], None]] = {
    "fans": _fans,
    "leaf": _leaf,
    "rings": _rings,
    "bars": _bars,
    "wheel": _wheel,
    "pot": _pot,
    "plane": _plane,
    "moon": _moon,
    "knot": _knot,
    "waves": _waves,
    "weave": _weave,
    "sun": _sun,
    "dots": _dots,
    "star": _star,
}


def picture(marks: str) -> Frame:
    """A mark by its name and three colours, 256 by 256."""
    kind, *codes = marks.split()
    tints = palette(" ".join(codes))
    ground = tints[0]
    frame = radial(
        Size(SIDE, SIDE), (360, 300), 900, [mix(ground, (1, 1, 1), 0.14), ground, mix(ground, (0, 0, 0), 0.18)]
    )
    MARKS[kind](frame, tints)
    small: Frame = np.clip(frame, 0, 1).reshape(256, 4, 256, 4, 3).mean((1, 3)).astype(np.float32)
    return small


def write_pictures(out: Path) -> None:
    """One WebP picture for each account of words.toml."""
    folder = out / "avatars"
    folder.mkdir(exist_ok=True)
    for account in tomllib.loads(WORDS.read_text(encoding="utf-8"))["account"]:
        write_still(picture(account["marks"]), folder / f"{account['handle']}.webp")
