"""The clips cut from other people's openly licensed films, and what must be said about each."""

from dataclasses import dataclass
from pathlib import Path

from canvas import Size
from film import SOUND_SETTINGS, container_settings, picture_settings, run

UPRIGHT = Size()


@dataclass(frozen=True)
class Credit:
    """Who made a work, under which licence, where it comes from, and in one phrase what was changed in all its clips."""

    key: str
    title: str
    author: str
    licence: str
    licence_url: str
    source: str
    change: str


@dataclass(frozen=True)
class Cut:
    """A piece of a source file: where it begins, how long it is (both in seconds), which part of the picture is kept.

    `window` is a crop in ffmpeg's w:h:x:y and may use `t`. `speed` above 1 is faster. `back` plays it
    backwards and then forwards."""

    name: str
    file: str
    credit: str
    begin: float
    length: float
    window: str
    changed: str
    speed: float = 1.0
    back: bool = False
    fps: int = 24
    crf: int = 31
    tune: str = ""
    own_sound: bool = False
    size: Size = UPRIGHT

    @property
    def seconds(self) -> float:
        """How long the finished clip is."""
        once = round(self.length / self.speed * self.fps) / self.fps
        return 2 * once if self.back else once


CREDITS = [
    Credit(
        "bunny",
        "Big Buck Bunny",
        "Blender Foundation (2008)",
        "CC-BY-3.0",
        "https://creativecommons.org/licenses/by/3.0/",
        "https://peach.blender.org/",
        "Cropped to 9:16 and shortened; two play to and fro; sound replaced or removed in three",
    ),
    Credit(
        "flower",
        "Flower opening (flower.mp4)",
        "MDN contributors",
        "CC0-1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://github.com/mdn/shared-assets",
        "Cropped or scaled, played to and fro, sound replaced or removed",
    ),
    Credit(
        "toys",
        "Video store example (crystal.mp4)",
        "MDN contributors",
        "CC0-1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://github.com/mdn/learning-area",
        "Cropped to a square, shortened, new sound",
    ),
]

BUNNY = "real/big-buck-bunny-480p-30s__video.mp4"
FLOWER = "real/shared-assets__flower.mp4"
TOYS = "real/learning-area__"
TO_AND_FRO = "Cropped to 9:16, played to and fro"

CUTS = [
    Cut(
        "garden-bloom",
        FLOWER,
        "flower",
        0.1,
        4.8,
        "304:540:305:0",
        f"{TO_AND_FRO}, new sound",
        1.2,
        True,
        30,
        34,
        "porch",
    ),
    Cut(
        "garden-petals",
        FLOWER,
        "flower",
        0.0,
        5.0,
        "960:540:0:0",
        "Scaled, played to and fro, without sound",
        1.7,
        True,
        30,
        31,
        size=Size(854, 480),
    ),
    Cut(
        "clay-lotus",
        TOYS + "crystal.mp4",
        "toys",
        0.2,
        6.0,
        "480:480:160:0",
        "Cropped to a square, shortened, new sound",
        1.0,
        False,
        30,
        33,
        "kiln",
        size=Size(540, 540),
    ),
    Cut(
        "club-meadow",
        BUNNY,
        "bunny",
        3.9,
        8.0,
        "270:480:370:0",
        "Cropped to 9:16, shortened, new sound",
        1.0,
        False,
        24,
        34,
        "marimbas",
    ),
    Cut("club-brook", BUNNY, "bunny", 12.15, 3.4, "270:480:420:0", f"{TO_AND_FRO}, without sound", 1.15, True, 24, 34),
    Cut("club-bird", BUNNY, "bunny", 16.1, 4.2, "270:480:212:0", "Cropped to 9:16, shortened", own_sound=True),
    Cut(
        "club-burrow",
        BUNNY,
        "bunny",
        23.15,
        1.7,
        "270:480:215:0",
        f"{TO_AND_FRO}, slower, without sound",
        0.6,
        True,
        24,
        33,
    ),
]


def write_cut(cut: Cut, folder: Path, sound: Path | None, target: Path) -> None:
    """Cuts, crops, scales and encodes one piece; `sound` is a wave file of the clip's length."""
    source = ["-ss", f"{cut.begin:.3f}", "-t", f"{cut.length:.3f}", "-i", str(folder / cut.file)]
    shape = f"hqdn3d=2:2:5:5,crop={cut.window},setpts=(PTS-STARTPTS)/{cut.speed},fps={cut.fps}"
    size = f"scale={cut.size.width}:{cut.size.height}:flags=lanczos:out_color_matrix=bt709:out_range=tv,setsar=1"
    to_and_fro = ",split[a][b];[b]reverse[c];[c][a]concat" if cut.back else ""
    graph = f"[0:v]{shape},{size},unsharp=5:5:0.35{to_and_fro}[v]"
    maps = ["-map", "[v]"]
    if sound:
        source += ["-i", str(sound)]
        maps += ["-map", "1:a", *SOUND_SETTINGS]
    elif cut.own_sound:
        graph += f";[0:a]afade=t=in:d=0.08,afade=t=out:st={cut.length - 0.25:.2f}:d=0.25[s]"
        maps += ["-map", "[s]", *SOUND_SETTINGS]
    settings = [*picture_settings(cut.fps, cut.crf), *container_settings(cut.seconds)]
    run([*source, "-filter_complex", graph, *maps, *settings, str(target)])
