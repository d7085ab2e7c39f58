"""Makes everything that `onstage demo` ships: clips, pictures of accounts, demo.json and CREDITS.md.

    python deploy/demo/make_material.py --clips FOLDER --masters FOLDER [--jobs 2] [--out FOLDER] [NAME ...]

The first folder holds the openly licensed films that `footage.py` names; the second keeps painted scenes, several GB, so
that a change of compression paints nothing anew (delete a file there to paint it again). With names only those clips are
made; the words and pictures are always written. It wants the packages of requirements.txt in an environment of its own.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import film
import footage
import scenes_club
import scenes_code
import scenes_dance
import scenes_garden
import scenes_kitchen
import scenes_loom
import scenes_music
import scenes_road
import scenes_sea
import scenes_sky
import tunes
from canvas import Scene
from pictures import write_pictures
from story import write_story

OUT = Path(__file__).resolve().parents[2] / "src" / "onstage" / "demo_material"
FAMILIES = (
    scenes_dance,
    scenes_garden,
    scenes_kitchen,
    scenes_music,
    scenes_road,
    scenes_club,
    scenes_loom,
    scenes_sky,
    scenes_code,
    scenes_sea,
)
SCENES: dict[str, Scene] = {scene.name: scene for family in FAMILIES for scene in family.SCENES}
CUTS: dict[str, footage.Cut] = {cut.name: cut for cut in footage.CUTS}


def sound_of(tune: str, seconds: float, folder: Path, name: str) -> Path | None:
    """The tune as a wave file; it must be as long as its clip, or the loop would stumble."""
    if not tune:
        return None
    samples = tunes.played(tune)
    if len(samples) != round(seconds * film.RATE):
        raise ValueError(f"{name} and its tune {tune} would not loop together")
    path = folder / f".{name}.wav"
    film.write_wave(path, samples)
    return path


def make(name: str, clips: Path, masters: Path, out: Path) -> str:
    """Makes one clip and tells how big it became."""
    target = out / f"{name}.mp4"
    made: Scene | footage.Cut = SCENES.get(name) or CUTS[name]
    sound = sound_of(made.tune, made.seconds, out, name)
    if isinstance(made, Scene):
        master = masters / f"{name}.mkv"
        if not master.exists():
            film.write_master(made, master)
        film.write_scene(made, master, sound, target)
    else:
        footage.write_cut(made, clips, sound, target)
    if sound:
        sound.unlink()
    return f"{name} {target.stat().st_size // 1024} kB, {made.seconds:.1f} s"


def main() -> None:
    """Reads the command line and makes what it names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--masters", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    for folder in (options.out, options.masters):
        folder.mkdir(parents=True, exist_ok=True)
    write_pictures(options.out)
    heard = {name: scene.tune for name, scene in SCENES.items()} | {name: cut.tune for name, cut in CUTS.items()}
    write_story(options.out, heard, footage.CREDITS, CUTS)
    names = options.names or [*CUTS, *SCENES]
    with ProcessPoolExecutor(options.jobs) as pool:
        for line in pool.map(partial(make, clips=options.clips, masters=options.masters, out=options.out), names):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
