"""The dance studio's clips, and the takes that others make to its tune: a cookie and a cloud of dots that dance."""

import math

import brush
import dancer
import numpy as np
from canvas import (
    TURN,
    Frame,
    Painter,
    Points,
    Scene,
    Size,
    bloom,
    blurred,
    colour,
    cycle,
    grain,
    mix,
    palette,
    radial,
    vertical,
    vignette,
)
from compiled import compiled
from dancer import Moves


def _curtain(size: Size, dark: str, light: str) -> Frame:
    """A stage curtain in folds, darker towards the floor."""
    x = np.arange(size.width)
    fold = 0.5 + 0.35 * np.sin(x * 0.085 + 0.8 * np.sin(x * 0.013)) + 0.15 * np.sin(x * 0.21)
    low, high = np.array(colour(dark)), np.array(colour(light))
    row = low + (high - low) * np.clip(fold, 0, 1)[:, None]
    fall = np.linspace(1.0, 0.55, size.height)[:, None, None]
    return np.asarray((row[None] * fall).astype(np.float32))


def _stage(frame: Frame, floor: float, wood: str, spot: str, x: float, strength: float) -> None:
    """Boards and a cone of light with its oval on the floor."""
    height, width = frame.shape[:2]
    brush.hills(
        frame,
        np.full(width, floor),
        mix(colour(wood), (1, 1, 1), 0.08),
        mix(colour(wood), (0, 0, 0), 0.45),
        height - floor,
        0.3,
    )
    for board in range(-9, 10):
        line = np.array([(270 + board * 46, floor), (270 + board * 104, height + 10.0)])
        brush.stroke(frame, line, np.array([0.6, 1.6]), (0, 0, 0), (0, 0, 0), 0.22)
    cone = np.zeros_like(frame)
    brush.polygon(
        cone, np.array([(x - 16, -60), (x + 16, -60), (x + 205, floor + 60), (x - 205, floor + 60)]), colour(spot), 1.0
    )
    brush.ellipse(cone, x, floor + 60, 205, 38, 0.0, colour(spot), 1.0, 4.0)
    fade = np.linspace(0.75, 0.32, height)[:, None].astype(np.float32)
    for part in range(3):
        frame[:, :, part] += strength * fade * blurred(cone[:, :, part], 14)
    brush.ellipse(frame, x, floor + 60, 190, 34, 0.0, mix(colour(spot), (1, 1, 1), 0.5), 0.30, 16.0)


def _lanterns(frame: Frame, phase: float) -> None:
    for n, (x, y, radius) in enumerate([(70, 150, 27), (165, 84, 21), (372, 70, 23), (472, 160, 30)]):
        swing = 7 * math.sin(TURN * (phase + n * 0.23))
        brush.stroke(
            frame,
            np.array([(x, -10.0), (x + swing, y - radius)]),
            np.full(2, 1.1),
            (0.1, 0.05, 0.08),
            (0.1, 0.05, 0.08),
        )
        tint = cycle(palette("#ffb347 #ff7a59 #ffd27a"), n / 3)
        brush.glow(frame, x + swing, y, radius * 4.2, tint, 0.5)
        brush.ellipse(frame, x + swing, y, radius * 0.88, radius, 0, mix(tint, (1, 1, 0.9), 0.4))
        for rib in (-0.5, 0.0, 0.5):
            brush.ellipse(
                frame,
                x + swing,
                y + rib * radius,
                radius * 0.86 * math.sqrt(1 - rib * rib),
                1.1,
                0,
                mix(tint, (0.6, 0.2, 0.1), 0.4),
                0.8,
            )


def solo(size: Size) -> Painter:
    """One dancer with two ribbons in a warm cone of light."""
    base = _curtain(size, "#2a0f24", "#5c1f3c")
    _stage(base, 692, "#4a2230", "#ffce8a", 270, 0.55)
    moves = Moves(travel=26)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        _lanterns(frame, phase)
        joints = dancer.placed(dancer.pose(phase, moves), 270, 750, 1.18)
        brush.ellipse(frame, joints["hip"][0], 756, 84, 12, 0, (0.1, 0.02, 0.05), 0.5, 9)
        dancer.ribbon(frame, phase, moves, "left", (270, 750, 1.18), colour("#ffb020"), colour("#ff5a4f"))
        dancer.body(frame, joints, 1.18, colour("#f0b48c"), colour("#fff3df"), colour("#ffd9b5"))
        dancer.skirt(frame, joints, 1.18, colour("#ff6f4f"), phase, moves)
        dancer.hair(frame, joints, 1.18, colour("#2b1420"))
        dancer.ribbon(frame, phase, moves, "right", (270, 750, 1.18), colour("#ffd56b"), colour("#ff7a3d"))
        return frame

    return paint


def duo(size: Size) -> Painter:
    """Two dancers mirror one another in teal light."""
    base = _curtain(size, "#082032", "#14506b")
    _stage(base, 692, "#12344a", "#9ff0ff", 270, 0.42)
    moves = Moves(sway=24, travel=14, spin_at=0.7, kick=30)
    back = Moves(sway=-24, travel=-14, spin_at=0.7, kick=30)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for x, style, dress, tint in ((168, moves, "#ff7d66", "#ffc2a8"), (372, back, "#f9e27d", "#bff7ff")):
            joints = dancer.placed(dancer.pose(phase, style), x, 750, 1.02)
            brush.ellipse(frame, joints["hip"][0], 756, 70, 10, 0, (0, 0.05, 0.1), 0.5, 8)
            outer = "left" if x < 270 else "right"
            dancer.ribbon(frame, phase, style, outer, (x, 750, 1.02), colour(dress), colour(tint))
            dancer.body(
                frame,
                joints,
                1.02,
                colour("#c98a6b") if x < 270 else colour("#8d5a44"),
                colour(dress),
                mix(colour(dress), (1, 1, 1), 0.35),
            )
            dancer.hair(frame, joints, 1.02, colour("#14161f"))
        return frame

    return paint


def trio(size: Size) -> Painter:
    """Three dancers with wide skirts on bright paper, confetti in the air."""
    base = vertical(size, palette("#ffe8cf #ffd9c0 #ffc9b0"))
    for x, y, radius, tint in ((90, 240, 170, "#ffbfa3"), (440, 330, 210, "#ffd9a0"), (300, 130, 120, "#f7b2b7")):
        brush.disc(base, x, y, radius, colour(tint), 0.7, 2.0)
    brush.hills(base, np.full(size.width, 715.0), colour("#e9896a"), colour("#c95b52"), 200, 0.12)
    rng = np.random.default_rng(6)
    bits = rng.uniform((0, 0, 0), (540, 1, TURN), (60, 3))
    paper_grain = grain(size, 0.016)
    group = [(120, 0.94, "#2a9d8f", 0.08), (420, 0.94, "#e9c46a", 0.04), (270, 1.1, "#e63946", 0.0)]

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for n, (x, y, turn) in enumerate(bits):
            fall = ((y + phase) % 1.0) * 1000 - 20
            flip = abs(math.cos(TURN * (phase * 3) + turn)) * 5 + 1
            brush.ellipse(
                frame,
                x + 22 * math.sin(TURN * phase + turn),
                fall,
                6.5,
                flip,
                turn,
                cycle(palette("#e63946 #2a9d8f #f4a261 #457b9d"), n / 4),
                0.9,
            )
        for x, scale, dress, late in group:
            moves = Moves(sway=22, kick=34, spin_at=0.55, travel=10)
            joints = dancer.placed(dancer.pose((phase - late) % 1.0, moves), x, 767 if scale > 1 else 741, scale)
            brush.ellipse(frame, joints["hip"][0], (771 if scale > 1 else 745), 76, 9, 0, (0.3, 0.05, 0.08), 0.3, 6)
            dancer.body(frame, joints, scale, colour("#6b3e2e"), colour(dress), colour("#fff4e6"))
            dancer.skirt(frame, joints, scale, colour(dress), (phase - late) % 1.0, moves)
            dancer.hair(frame, joints, scale, colour("#2b1a1a"))
        return np.asarray(frame * paper_grain)

    return paint


def sunset_line(size: Size) -> Painter:
    """Five silhouettes take up the same step one after the other in front of a huge sun."""
    base = vertical(size, palette("#3a1c5e #8a2f72 #e0566b #ff9d5c #ffd28a"))
    brush.glow(base, 270, 560, 460, colour("#ffd08a"), 0.35)
    brush.disc(base, 270, 560, 226, colour("#fff0c4"), 1.0, 2.0)
    for n in range(6):
        brush.hills(
            base,
            np.full(size.width, 640.0 + n * 22),
            mix(colour("#ff9d5c"), colour("#b0376a"), n / 6),
            colour("#b0376a"),
            12,
        )
    brush.hills(base, np.full(size.width, 748.0), colour("#2a0f3a"), colour("#180822"), 150)
    dark = colour("#22092f")

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for n in range(5):
            moves = Moves(sway=16, kick=24, spin_at=0.5, reach=1.12, bounce=9)
            late = (phase - n * 0.04) % 1.0
            joints = dancer.placed(dancer.pose(late, moves), 62 + n * 104, 772 + 6 * abs(n - 2), 0.82)
            dancer.body(frame, joints, 0.82, dark, dark, dark)
            if n % 2:
                dancer.skirt(frame, joints, 0.82, dark, late, moves)
            dancer.hair(frame, joints, 0.82, dark)
            mirror = {name: np.array([p[0], 1556 - p[1] + 12 * abs(n - 2)]) for name, p in joints.items()}
            dancer.body(frame, mirror, 0.82, colour("#2f1140"), colour("#2f1140"), colour("#2f1140"))
        return frame

    return paint


def balcony(size: Size) -> Painter:
    """Seven spinning skirts seen from the balcony, changing places in a ring."""
    base = radial(size, (270, 470), 620, palette("#f2d7b0 #e3bd8d #c79a6b #9c7150"))
    for n in range(1, 12):
        line = np.array([(n * 48.0, -5), (n * 48.0, 965)])
        brush.stroke(base, line, np.full(2, 0.9), (0.3, 0.16, 0.08), (0.3, 0.16, 0.08), 0.35)
    tints = palette("#d62839 #f77f00 #2a9d8f #fcbf49 #4361ee #9d4edd #ef476f")
    corners = vignette(size, 0.45)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        spots = [(270.0, 470.0, 104.0, 0)] + [
            (270 + 178 * math.cos(TURN * (n / 6 + phase)), 470 + 270 * math.sin(TURN * (n / 6 + phase)), 88.0, n + 1)
            for n in range(6)
        ]
        for x, y, radius, n in spots:
            _skirt_from_above(
                frame, x, y, radius * (1 + 0.09 * math.sin(TURN * (phase * 4 + n * 0.3))), phase + n * 0.17, tints[n]
            )
        return np.asarray(frame * corners)

    return paint


def _skirt_from_above(
    frame: Frame, x: float, y: float, radius: float, turn: float, tint: tuple[float, float, float]
) -> None:
    angle = np.linspace(0, TURN, 120, endpoint=False)
    brush.disc(frame, x + 14, y + 22, radius, (0.2, 0.08, 0.02), 0.26, 18.0)
    for ring, share in enumerate((1.0, 0.8, 0.6, 0.4)):
        ruffle = radius * share * (1 + 0.055 * np.cos(9 * (angle - TURN * turn) + ring * 0.9))
        points = np.stack([x + ruffle * np.cos(angle), y + ruffle * np.sin(angle)], axis=1)
        brush.polygon(frame, points, mix(tint, (1, 1, 1), (0.0, 0.22, 0.08, 0.3)[ring]))
    for n in range(9):
        a = TURN * (turn + n / 9)
        fold = np.array(
            [
                (x + 0.3 * radius * math.cos(a), y + 0.3 * radius * math.sin(a)),
                (x + 0.96 * radius * math.cos(a + 0.16), y + 0.96 * radius * math.sin(a + 0.16)),
            ]
        )
        brush.stroke(frame, fold, np.array([1.5, radius * 0.05]), (0.1, 0, 0.05), (0.1, 0, 0.05), 0.13)
    a = TURN * turn
    for side in (0, math.pi):
        arm = np.array(
            [
                (x, y),
                (x + radius * 0.42 * math.cos(a + side), y + radius * 0.42 * math.sin(a + side)),
                (x + radius * 0.74 * math.cos(a + side - 0.35), y + radius * 0.74 * math.sin(a + side - 0.35)),
            ]
        )
        brush.stroke(frame, arm, np.array([9.0, 7.0, 4.0]) * radius / 104, colour("#7a4a35"), colour("#8a5640"))
    brush.ellipse(frame, x, y, radius * 0.24, radius * 0.14, a, mix(tint, (0, 0, 0), 0.15))
    brush.ball(frame, x, y, radius * 0.15, colour("#2b1a1a"), 0.2, 0.3)


def light_painting(size: Size) -> Painter:
    """A dancer of light tubes, and what hands and feet leave behind in the air."""
    base = vertical(size, palette("#05060f #0b0a1e #120d26"))
    moves = Moves(sway=44, travel=40, kick=70, bounce=0)
    tints = {"left hand": "#ff4f7b", "right hand": "#ffb020", "left foot": "#4fd1ff", "right foot": "#9b6bff"}
    tubes = [
        (("hip", "left knee", "left foot"), "#4fd1ff"),
        (("hip", "right knee", "right foot"), "#9b6bff"),
        (("chest", "left shoulder", "left elbow", "left hand"), "#ff4f7b"),
        (("chest", "right shoulder", "right elbow", "right hand"), "#ffb020"),
        (("chest", "hip"), "#fff1d6"),
    ]

    def paint(phase: float) -> Frame:
        frame = base.copy()
        joints = dancer.placed(dancer.pose(phase, moves), 270, 760, 1.4)
        for names, tint in tubes:
            limb = np.array([joints[name] for name in names])
            brush.stroke(frame, limb, np.full(len(limb), 5.0), colour(tint), colour(tint), 0.30)
            brush.stroke(frame, limb, np.full(len(limb), 2.0), colour(tint), mix(colour(tint), (1, 1, 1), 0.5), 0.85)
        head = np.array([joints["head"] + 27 * np.array([math.cos(a), math.sin(a)]) for a in np.linspace(0, TURN, 40)])
        brush.stroke(frame, head, np.full(40, 2.4), colour("#fff1d6"), colour("#fff1d6"), 0.9)
        for name, tint in tints.items():
            trail = [
                dancer.placed(dancer.pose((phase - k * 0.004) % 1.0, moves), 270, 760, 1.4)[name] for k in range(110)
            ]
            line = np.array(trail)
            brush.stroke(
                frame, line, np.linspace(7, 0.5, 110), colour(tint), mix(colour(tint), (0.1, 0, 0.3), 0.5), 0.9, 0.0
            )
            brush.stroke(frame, line[:24], np.linspace(2.6, 0.3, 24), (1, 1, 1), (1, 1, 1), 0.95, 0.0)
            brush.glow(frame, line[0, 0], line[0, 1], 60, colour(tint), 0.5)
        frame[770:930] += 0.28 * frame[610:770][::-1] * np.linspace(1, 0, 160)[:, None, None].astype(np.float32)
        bloom(frame, 0.3, 1.1, 30)
        return frame

    return paint


def shadows(size: Size) -> Painter:
    """Two shadows behind a lit cloth, one near and sharp, one far and soft."""
    cloth = _curtain(size, "#d98b4a", "#ffd79a")
    light = radial(size, (270, 440), 620, palette("#fff2cf #ffd592 #c9793f #5a2c24"))
    moves = Moves(sway=30, travel=40, spin_at=0.3)
    other = Moves(sway=-26, travel=-50, spin_at=0.3, kick=50)

    def paint(phase: float) -> Frame:
        mask = np.ones((size.height, size.width, 3), np.float32)
        far = dancer.placed(dancer.pose((phase + 0.03) % 1.0, other), 370, 790, 1.46)
        dancer.body(mask, far, 1.46, (0.52, 0, 0), (0.52, 0, 0), (0.52, 0, 0))
        soft = np.kron(blurred(mask[::2, ::2, 0], 7), np.ones((2, 2), np.float32))
        near_mask = np.ones((size.height, size.width, 3), np.float32)
        near = dancer.placed(dancer.pose(phase, moves), 190, 768, 1.22)
        dancer.body(near_mask, near, 1.22, (0.16, 0, 0), (0.16, 0, 0), (0.16, 0, 0))
        dancer.skirt(near_mask, near, 1.22, (0.16, 0, 0), phase, moves)
        dancer.hair(near_mask, near, 1.22, (0.16, 0, 0))
        sharp = blurred(near_mask[:, :, 0], 1)
        shade = (soft * sharp)[:, :, None]
        tint = np.array([1.0, 1.0, 1.0], np.float32) * shade + (1 - shade) * np.array([0.30, 0.07, 0.10], np.float32)
        return np.asarray((0.55 * light + 0.45 * cloth) * tint)

    return paint


def cookie(size: Size) -> Painter:
    """A gingerbread figure dances on a baking tray: the baker's take."""
    base = vertical(size, palette("#f6dcc3 #efcbb0 #e3b497"))
    for r in range(16):
        for c in range(10):
            if (r + c) % 2:
                brush.disc(base, c * 60 + 30, r * 62 + 20, 9, (1, 1, 1), 0.35, 1.5)
    brush.hills(base, np.full(size.width, 735.0), colour("#b7c0c9"), colour("#7d8790"), 140, 0.25)
    moves = Moves(sway=26, kick=30, bounce=16, spins=0, reach=0.92, travel=24)
    dough, icing = colour("#b5703c"), colour("#fff8ee")

    def paint(phase: float) -> Frame:
        frame = base.copy()
        j = dancer.placed(dancer.pose(phase, moves), 270, 747, 1.3)
        brush.ellipse(frame, j["hip"][0], 761, 110, 12, 0, (0.15, 0.1, 0.1), 0.3, 8)
        for grow, tint in ((6.0, mix(dough, (0.2, 0.08, 0), 0.45)), (0.0, dough)):
            for side in ("left", "right"):
                brush.stroke(
                    frame,
                    np.array([j["hip"], j[f"{side} knee"], j[f"{side} foot"]]),
                    np.array([34.0, 32, 31]) + grow,
                    tint,
                    tint,
                )
                brush.stroke(
                    frame,
                    np.array([j[f"{side} shoulder"], j[f"{side} elbow"], j[f"{side} hand"]]),
                    np.array([29.0, 27, 27]) + grow,
                    tint,
                    tint,
                )
            brush.stroke(frame, np.array([j["chest"], j["hip"]]), np.array([50.0, 45]) + grow, tint, tint)
            brush.disc(frame, j["head"][0], j["head"][1] - 26, 63 + grow, tint)
        for side in ("left", "right"):
            for a, b in ((j[f"{side} elbow"], j[f"{side} hand"]), (j[f"{side} knee"], j[f"{side} foot"])):
                _piping(frame, a + (b - a) * 0.72, b - a, icing)
        for share, code in ((0.1, "#e63946"), (0.45, "#2a9d8f"), (0.8, "#ffb020")):
            button = j["chest"] + (j["hip"] - j["chest"]) * share
            brush.ball(frame, button[0], button[1], 9.5, colour(code), 0.5, 0.4)
        x, y = j["head"][0], j["head"][1] - 26
        for eye in (-22, 22):
            brush.ball(frame, x + eye, y - 8, 7.5, colour("#3a1f16"), 0.6, 0.3)
            brush.disc(frame, x + eye * 1.65, y + 14, 9, colour("#ff8f7a"), 0.55, 5)
        smile = np.array(
            [(x + 26 * math.cos(a), y + 6 + 24 * math.sin(a)) for a in np.linspace(0.35, math.pi - 0.35, 14)]
        )
        brush.stroke(frame, smile, np.full(14, 3.0), icing, icing)
        return frame

    return paint


def _piping(frame: Frame, at: Points, way: Points, tint: tuple[float, float, float]) -> None:
    unit = way / max(float(np.hypot(*way)), 1e-6)
    across = np.array([-unit[1], unit[0]])
    t = np.linspace(-1, 1, 25)
    line = at + across * (t * 25)[:, None] + unit * (5 * np.sin(t * 11))[:, None]
    brush.stroke(frame, line, np.full(25, 3.0), tint, tint)


@compiled
def _scatter(
    frame: Frame,
    mask: Frame,
    xs: Points,
    light: tuple[float, float, float],
    low: tuple[float, float, float],
    phase: float,
) -> None:
    for i in range(xs.shape[0]):
        x, y = xs[i, 0], xs[i, 1]
        ix, iy = int(x), int(y)
        inside = mask[iy, ix, 0]
        wobble = math.sin(6.2832 * (phase * 2 + x * 0.004 + y * 0.007))
        radius = 0.9 + 0.35 * wobble + 4.1 * inside
        share = min(1.0, inside + 0.06)
        tint = (
            low[0] * (1 - share) + light[0] * share,
            low[1] * (1 - share) + light[1] * share * (0.6 + 0.4 * y / 960),
            low[2] * (1 - share) + light[2] * share,
        )
        brush.disc(frame, x, y, radius, tint, 1.0, 1.2)


def dots(size: Size) -> Painter:
    """The studio's dancer as a field of dots: the code artist's take."""
    base = vertical(size, palette("#0d0b1e #151032 #1d1440"))
    moves = Moves(sway=34, travel=40, kick=60)
    grid = np.array([(14.0 + 12.6 * c + (6.3 if r % 2 else 0), 8 + 11.2 * r) for r in range(85) for c in range(42)])
    lag = np.zeros((size.height, size.width, 3), np.float32)

    def figure(phase: float) -> Frame:
        mask = np.zeros((size.height, size.width, 3), np.float32)
        joints = dancer.placed(dancer.pose(phase % 1.0, moves), 270, 830, 1.62)
        dancer.body(mask, joints, 1.62, (1, 1, 1), (1, 1, 1), (1, 1, 1))
        return mask

    def paint(phase: float) -> Frame:
        lag[:] = 0
        for k in range(7):
            np.maximum(lag, figure(phase - k * 0.012) * (1 - k / 7) ** 1.5, out=lag)
        frame = base.copy()
        _scatter(frame, lag, grid, colour("#ffd27a"), colour("#4b3a8c"), phase)
        return frame

    return paint


SCENES = [
    Scene("dance-solo", solo, 6, 30, "lantern", 34),
    Scene("dance-duo", duo, 6, 30, "lantern", 34),
    Scene("dance-trio", trio, 6, 30, "lantern", 36),
    Scene("dance-sunset", sunset_line, 6, 30, "keys", 35),
    Scene("dance-balcony", balcony, 6, 30, "oven", 36),
    Scene("dance-light", light_painting, 6, 30, "lantern", 33, begin=0.08),
    Scene("dance-shadows", shadows, 6, 24, "kiln", 32),
    Scene("dance-cookie", cookie, 6, 30, "lantern", 33),
    Scene("dance-dots", dots, 6, 24, "lantern", 36),
]
