"""Films for the stories: drawn figures that dance, so that no picture shows anybody who lives."""

import math
import subprocess
from pathlib import Path

import imageio_ffmpeg
from playwright.sync_api import Browser

FRAMES = 8
WIDTH, HEIGHT = 540, 960
SKIES = {
    "solo": ("#2b2f77", "#e88a5a"),
    "two": ("#0f4c5c", "#e9c46a"),
    "four": ("#3c1642", "#d9376e"),
    "class": ("#14532d", "#a7c957"),
}
SHIRTS = ("#ffd166", "#06d6a0", "#ef476f", "#7bdff2", "#f7b267", "#cdb4db")
FACES = ("#8d5a3c", "#f0c8a0", "#c68642", "#5c3a21", "#e0ac69", "#ffdbac")
PLACES = {"solo": 1, "two": 2, "four": 4, "class": 12}


def film(browser: Browser, folder: Path, scene: str) -> Path:
    """Three seconds of a scene with sound, and its cover beside it (`.webp`)."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    for frame in range(FRAMES):
        page.set_content(f"<body style='margin:0'>{_picture(scene, frame / FRAMES)}</body>")
        page.screenshot(path=folder / f"{scene}-{frame}.png")
    page.close()
    made = folder / f"{scene}.mp4"
    pictures = ["-stream_loop", "3", "-framerate", str(FRAMES), "-i", str(folder / f"{scene}-%d.png")]
    sound = ["-f", "lavfi", "-i", f"sine={220 + 55 * PLACES[scene]}:d=3"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-r", "24", "-c:a", "aac", "-t", "3"]
    _ffmpeg(*pictures, *sound, *codecs, "-movflags", "+faststart", str(made))
    _ffmpeg("-i", str(folder / f"{scene}-2.png"), str(made.with_suffix(".webp")))
    return made


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments], check=True)


def _picture(scene: str, beat: float) -> str:
    top, low = SKIES[scene]
    count = PLACES[scene]
    figures = "".join(_figure(place, count, beat) for place in range(count))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}' viewBox='0 0 540 960'>"
        f"<defs><linearGradient id='sky' x1='0' y1='0' x2='0' y2='1'><stop offset='0' stop-color='{top}'/>"
        f"<stop offset='1' stop-color='{low}'/></linearGradient></defs><rect width='540' height='960' fill='url(#sky)'/>"
        "<circle cx='420' cy='150' r='62' fill='#fff3d6' opacity='.9'/>"
        "<path d='M0 730 Q140 660 300 720 T540 700 V960 H0z' fill='#000' opacity='.28'/>"
        f"<ellipse cx='270' cy='800' rx='240' ry='46' fill='#ffe9b8' opacity='.35'/>{figures}</svg>"
    )


def _figure(place: int, count: int, beat: float) -> str:
    """A round head, a body, two arms and two legs, each figure a little behind the one before."""
    row, column = divmod(place, 4)
    in_row = min(4, count - row * 4)
    size = {1: 1.5, 2: 1.15, 4: 0.72}.get(count, 0.62)
    x = 270 + (column - (in_row - 1) / 2) * (460 / max(in_row, 2))
    y = 640 - (row * 170 if count > 4 else 0) + (60 if count > 4 else 0)
    turn = math.sin(2 * math.pi * (beat + place * 0.17))
    shirt, face = SHIRTS[place % len(SHIRTS)], FACES[place % len(FACES)]
    arm = f"stroke='{face}' stroke-width='20' stroke-linecap='round' fill='none'"
    leg = "stroke='#22223b' stroke-width='24' stroke-linecap='round' fill='none'"
    return (
        f"<g transform='translate({x:.0f} {y - abs(turn) * 22:.0f}) scale({size}) rotate({turn * 7:.1f})'>"
        f"<path d='M-18 70 L{-26 - 8 * turn:.0f} 128' {leg}/><path d='M18 70 L{26 - 8 * turn:.0f} 128' {leg}/>"
        f"<path d='M-34 -6 Q-74 {-20 + 40 * turn:.0f} {-84 + 6 * turn:.0f} {-8 - 62 * turn:.0f}' {arm}/>"
        f"<path d='M34 -6 Q74 {-20 - 40 * turn:.0f} {84 + 6 * turn:.0f} {-8 + 62 * turn:.0f}' {arm}/>"
        f"<rect x='-40' y='-28' width='80' height='112' rx='34' fill='{shirt}'/>"
        f"<circle cx='0' cy='-68' r='40' fill='{face}'/><path d='M-40 -74 A40 40 0 0 1 40 -74 Q0 -96 -40 -74z' fill='#2b1b12'/>"
        "<circle cx='-14' cy='-66' r='4.5' fill='#1d1b22'/><circle cx='14' cy='-66' r='4.5' fill='#1d1b22'/>"
        "<path d='M-13 -51 Q0 -40 13 -51' stroke='#1d1b22' stroke-width='4' stroke-linecap='round' fill='none'/></g>"
    )
