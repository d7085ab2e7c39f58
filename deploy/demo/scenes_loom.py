"""The weaver's clips: cloth that grows on the loom, a quilt whose patches turn."""

import math

import brush
import numpy as np
from canvas import Colour, Frame, Painter, Scene, Size, colour, grain, palette, smooth, vertical
from compiled import compiled
from numpy.typing import NDArray


@compiled
def _paint_cloth(frame: Frame, rows: float, ramp: NDArray[np.float64], thread: float, shift: float) -> None:
    """Woven cloth up to a row; above it only the warp."""
    for y in range(frame.shape[0]):
        for x in range(frame.shape[1]):
            cx, cy = x / thread, (y + shift) / thread
            ix, iy = math.floor(cx), math.floor(cy)
            u, v = cx - ix - 0.5, cy - iy - 0.5
            fold = abs((iy % 24) - 12)
            mirror = abs((ix % 24) - 12)
            over = (mirror + fold) % 4 < 2
            if (mirror - fold) % 12 == 0 or (mirror + fold) % 12 == 6:
                over = not over
            woven = y > frame.shape[0] - rows
            band = (abs(((iy // 3) % 8) - 4)) % (ramp.shape[0] - 1)
            warp = ramp[ramp.shape[0] - 1]
            if not woven:
                edge = math.sqrt(max(0.0, 1 - (u / 0.36) ** 2)) if abs(u) < 0.36 else 0.0
                for part in range(3):
                    frame[y, x, part] = (
                        (0.16, 0.11, 0.13)[part] * (1 - 0.2 * v) if edge == 0.0 else warp[part] * (0.35 + 0.6 * edge)
                    )
            else:
                along, across = (u, v) if over else (v, u)
                round_ = math.sqrt(max(0.0, 1 - (across / 0.52) ** 2))
                lift = 0.72 + 0.28 * math.cos(along * math.pi)
                fibre = 0.05 * math.sin((along * 6 + across * 9) * 2.2)
                light = (0.42 + 0.58 * round_) * lift + fibre - 0.05 * across
                for part in range(3):
                    tint = ramp[band, part] if over else warp[part]
                    frame[y, x, part] = tint * light


def weaving(size: Size) -> Painter:
    """A shuttle crosses the warp and cloth grows row by row."""
    ramp = np.array(palette("#c8442f #e08a3c #2f6f73 #1f3f5c #e9c77b #f3e7d0"))
    thread = 15.0

    def paint(phase: float) -> Frame:
        frame = np.zeros((size.height, size.width, 3), np.float32)
        _paint_cloth(frame, 430.0, ramp, thread, phase * thread * 24)
        fell, shuttle = size.height - 430.0, (phase * 12) % 2.0
        x = -90 + 720 * smooth(shuttle * 1.15) if shuttle < 1 else 630 - 720 * smooth((shuttle - 1) * 1.15)
        beat = max(0.0, 1 - abs((phase * 12) % 1.0 - 0.93) * 14)
        reed = fell - 150 + 128 * beat
        weft = colour("#c8442f")
        brush.stroke(
            frame, np.array([(-20.0 if shuttle < 1 else 560.0, fell - 4), (x, fell - 46)]), np.full(2, 3.0), weft, weft
        )
        body = np.array(
            [
                (x - 84, fell - 46),
                (x - 40, fell - 66),
                (x + 40, fell - 66),
                (x + 84, fell - 46),
                (x + 40, fell - 26),
                (x - 40, fell - 26),
            ]
        )
        brush.polygon(frame, body + np.array([6, 12]), (0, 0, 0), 0.35)
        brush.polygon(frame, body, colour("#a8693c"))
        brush.polygon(
            frame,
            np.array([(x - 44, fell - 56), (x + 44, fell - 56), (x + 44, fell - 36), (x - 44, fell - 36)]),
            colour("#5e3820"),
        )
        brush.stroke(frame, np.array([(x - 32, fell - 46), (x + 32, fell - 46)]), np.full(2, 7.0), weft, weft)
        bar = np.array([(-5, reed - 34), (545, reed - 34), (545, reed), (-5, reed)])
        brush.polygon(frame, bar + np.array([0, 16]), (0, 0, 0), 0.3)
        brush.polygon(frame, bar, colour("#8a5531"))
        brush.polygon(
            frame, np.array([(-5, reed - 34), (545, reed - 34), (545, reed - 26), (-5, reed - 26)]), colour("#b87f50")
        )
        return frame

    return paint


def quilt(size: Size) -> Painter:
    """Patches of a quilt turn over, one diagonal after the other."""
    base = vertical(size, palette("#f4ebdc #efe2cf"))
    sets = [
        palette("#e76f51 #f4a261 #fdf0d5"),
        palette("#2a9d8f #8ac7b8 #fdf0d5"),
        palette("#264653 #5f8796 #fdf0d5"),
        palette("#b5466f #e39bb4 #fdf0d5"),
    ]
    paper_grain = grain(size, 0.02)
    cell = 108.0

    def patch(frame: Frame, x: float, y: float, squeeze: float, pick: int, tints: list[Colour]) -> None:
        def put(points: list[tuple[float, float]], tint: Colour) -> None:
            brush.polygon(
                frame, np.array([(x + px * squeeze * cell / 2, y + py * cell / 2) for px, py in points]), tint
            )

        put([(-1, -1), (1, -1), (1, 1), (-1, 1)], tints[2])
        if pick == 0:
            for a, b in (((-1, -1), (0, 0)), ((0, 0), (1, 1))):
                put([(a[0], a[1]), (b[0], a[1]), (a[0], b[1])], tints[0])
                put([(b[0], b[1]), (b[0], a[1]), (a[0], b[1])], tints[1])
        elif pick == 1:
            for n in range(4):
                c, s = (1, 0, -1, 0)[n], (0, 1, 0, -1)[n]
                put([(0, 0), (c - s, s + c), (c, s)], tints[n % 2])
        else:
            put([(0, -1), (1, 0), (0, 1), (-1, 0)], tints[0])
            put([(0, -0.5), (0.5, 0), (0, 0.5), (-0.5, 0)], tints[1])

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for r in range(9):
            for c in range(5):
                turn = phase * 4 - (r + c) * 0.06
                state, share = math.floor(turn), smooth((turn - math.floor(turn)) * 2.4)
                squeeze = abs(math.cos(math.pi * share))
                index = int(state + (1 if share > 0.5 else 0))
                x, y = c * cell + 54, r * cell + 54
                patch(frame, x, y, max(squeeze, 0.02) * 0.965, (r * 2 + c) % 3, sets[(index + r + 2 * c) % 4])
                if squeeze > 0.9:
                    for side in (-0.88, 0.88):
                        for k in range(7):
                            t = (k - 3) * 14.0
                            for line in (
                                np.array([(x + t - 4, y + side * 52), (x + t + 4, y + side * 52)]),
                                np.array([(x + side * 52, y + t - 4), (x + side * 52, y + t + 4)]),
                            ):
                                brush.stroke(frame, line, np.full(2, 1.0), (1, 0.97, 0.9), (1, 0.97, 0.9), 0.8)
        return np.asarray(frame * paper_grain)

    return paint


SCENES = [
    Scene("loom-weaving", weaving, 6, 24, "", 33),
    Scene("loom-quilt", quilt, 6, 24, "kiln", 36),
]
