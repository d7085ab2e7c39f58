"""An abstract dancer: joints that follow the beat of a sixteen-beat loop, drawn as tapering strokes with ribbons."""

import math
from dataclasses import dataclass

import brush
import numpy as np
from canvas import TURN, Colour, Frame, Points, mix, smooth
from paper import bend


@dataclass(frozen=True)
class Moves:
    """How somebody dances: how often things happen in one loop, and how far they go."""

    sway: float = 30.0
    sways: int = 4
    bounce: float = 11.0
    kick: float = 42.0
    reach: float = 1.0
    arms: int = 2
    spin_at: float = 0.62
    spins: int = 1
    travel: float = 0.0


Pose = dict[str, Points]


def _arm(shoulder: Points, angle: float, crook: float, length: float) -> tuple[Points, Points]:
    """Elbow and hand; the angle is 0 down, a quarter turn outwards to the right."""
    elbow = shoulder + np.array([math.sin(angle), math.cos(angle)]) * length
    hand = elbow + np.array([math.sin(angle + crook), math.cos(angle + crook)]) * length
    return elbow, hand


def pose(phase: float, moves: Moves) -> Pose:
    """Joints around the point on the floor between the feet; x to the right, y down, about 400 pixels tall."""
    turn = TURN * phase
    sway = math.sin(turn * moves.sways)
    bounce = abs(math.sin(turn * 8)) * moves.bounce
    spin = smooth(((phase - moves.spin_at) % 1.0) / 0.24) * moves.spins
    hop = 34 * math.sin(math.pi * min(1.0, ((phase - moves.spin_at) % 1.0) / 0.24)) if moves.spins else 0.0
    hip = np.array([sway * moves.sway, -182.0 - bounce * 0.6 - hop + 8])
    chest = hip + np.array([-sway * 13 + 9 * math.sin(turn * moves.arms), -96.0 - bounce * 0.4])
    head = chest + np.array([sway * 9 + 5 * math.sin(turn * 2), -62.0])
    lift_left, lift_right = max(0.0, sway) ** 0.8, max(0.0, -sway) ** 0.8
    joints: Pose = {"hip": hip, "chest": chest, "head": head}
    for name, side, lift in (("left", -1.0, lift_left), ("right", 1.0, lift_right)):
        foot = np.array([side * (30 + moves.kick * lift), -8.0 - 36 * lift - hop * 0.9])
        joints[f"{name} foot"] = foot
        joints[f"{name} knee"] = bend(hip + np.array([side * 10, 6]), foot, 90, 88, -side)
        wave = math.sin(turn * moves.arms + (0 if side > 0 else math.pi * 0.5))
        lifted = moves.reach * (1.75 + 0.95 * wave)
        elbow, hand = _arm(
            chest + np.array([side * 25, -14]), side * lifted, side * (0.55 + 0.5 * math.sin(turn * 4 + side)), 60
        )
        joints[f"{name} elbow"], joints[f"{name} hand"] = elbow, hand
        joints[f"{name} shoulder"] = chest + np.array([side * 25, -14])
    squeeze = math.cos(TURN * spin)
    for name in joints:
        x = hip[0] + (joints[name][0] - hip[0]) * squeeze
        joints[name] = np.array([x + moves.travel * math.sin(turn), joints[name][1]])
    return joints


def placed(joints: Pose, x: float, y: float, scale: float) -> Pose:
    """The joints in pixels of a frame, the floor point at (x, y)."""
    return {name: np.array([x, y]) + point * scale for name, point in joints.items()}


def _limb(frame: Frame, points: list[Points], girth: list[float], start: Colour, end: Colour) -> None:
    count = 8 * (len(points) - 1) + 1
    t = np.linspace(0, len(points) - 1, count)
    line = np.stack([np.interp(t, np.arange(len(points)), [p[k] for p in points]) for k in (0, 1)], axis=1)
    soft = line.copy()
    for _ in range(2):
        soft[1:-1] = (soft[:-2] + 2 * soft[1:-1] + soft[2:]) / 4
    brush.stroke(frame, soft, np.interp(t, np.arange(len(points)), girth), start, end)


def body(frame: Frame, joints: Pose, scale: float, skin: Colour, dress: Colour, legs: Colour) -> None:
    """Head, limbs and torso."""
    s = scale
    for side in ("left", "right"):
        _limb(
            frame,
            [joints["hip"], joints[f"{side} knee"], joints[f"{side} foot"]],
            [17 * s, 11 * s, 4.5 * s],
            dress,
            legs,
        )
        toe = joints[f"{side} foot"] + np.array([(9 if side == "right" else -9) * s, 5 * s])
        brush.stroke(frame, np.array([joints[f"{side} foot"], toe]), np.array([4.6 * s, 2.6 * s]), legs, legs)
    for side in ("left", "right"):
        shoulder, elbow, hand = joints[f"{side} shoulder"], joints[f"{side} elbow"], joints[f"{side} hand"]
        _limb(frame, [shoulder, elbow, hand], [9 * s, 6.5 * s, 3 * s], dress, skin)
    _limb(
        frame,
        [joints["chest"] + np.array([0, -12 * s]), (joints["chest"] + joints["hip"]) / 2, joints["hip"]],
        [24 * s, 15 * s, 19 * s],
        dress,
        dress,
    )
    brush.stroke(
        frame,
        np.array([joints["chest"] + 0.32 * (joints["head"] - joints["chest"]), joints["head"]]),
        np.array([7 * s, 6.5 * s]),
        skin,
        skin,
    )
    head = joints["head"]
    brush.ellipse(frame, head[0], head[1] - 4 * s, 19 * s, 23 * s, 0.0, skin, 1.0, 1.2)


def hair(frame: Frame, joints: Pose, scale: float, tint: Colour) -> None:
    """A cap of hair with a knot."""
    x, y = joints["head"][0], joints["head"][1] - 5 * scale
    cap = [
        (x + 21 * scale * math.cos(a), y - 3 * scale + 23 * scale * math.sin(a))
        for a in np.linspace(math.pi * 0.98, TURN * 1.01, 24)
    ]
    brush.polygon(frame, np.array(cap), tint)
    brush.disc(frame, x, y - 28 * scale, 9 * scale, tint)


def skirt(frame: Frame, joints: Pose, scale: float, tint: Colour, phase: float, moves: Moves) -> None:
    """A skirt that flares while its dancer spins."""
    since = ((phase - moves.spin_at) % 1.0) / 0.34
    flare = math.sin(math.pi * min(1.0, since)) if since < 1 else 0.0
    hip, wide = joints["hip"], scale * (66 + 74 * flare)
    drop = scale * (104 - 44 * flare)
    waist = hip[1] - 30 * scale
    lean = 26 * scale * math.sin(TURN * phase * moves.sways - 0.8)
    hem = []
    for t in np.linspace(-1, 1, 41):
        fold = 7 * scale * math.sin(t * 13 + TURN * phase * 8)
        hem.append((hip[0] + lean + t * wide, hip[1] + drop + fold - 22 * scale * t * t * (0.4 + flare)))
    brush.polygon(frame, np.array([(hip[0] - 15 * scale, waist), (hip[0] + 15 * scale, waist), *hem[::-1]]), tint)
    for n in range(6):
        t = -0.8 + n * 0.32
        line = np.array([(hip[0] + t * 14 * scale, waist + 10 * scale), hem[int((t + 1) * 20)]])
        brush.stroke(
            frame, line, np.array([0.8, 3.2]) * scale, mix(tint, (0, 0, 0), 0.3), mix(tint, (0, 0, 0), 0.3), 0.2
        )


def ribbon(
    frame: Frame, phase: float, moves: Moves, side: str, at: tuple[float, float, float], start: Colour, end: Colour
) -> None:
    """The path that a hand has just drawn through the air, drifting away and thinning out."""
    x, y, scale = at
    history = []
    for k in range(46):
        hand = placed(pose((phase - k * 0.0052) % 1.0, moves), x, y, scale)[f"{side} hand"]
        away = k * (1.5 if side == "right" else -1.5) * scale
        history.append((hand[0] + away + 5 * math.sin(k * 0.4 + TURN * phase * 4), hand[1] + 0.035 * k * k * scale))
    widths = (1.0 + 9.5 * np.sin(np.linspace(0.15, math.pi * 0.98, 46))) * scale
    brush.stroke(frame, np.array(history), widths, start, end, 0.95, 0.05)
