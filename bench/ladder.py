"""All renditions of a clip, beside one bare ffmpeg process that makes the same ones in one decode.

`ladder_cpu`, `ladder_wall`, `bytes_ratio`, `vmaf`, `peak_child_memory`, `clips_per_hour`.
"""

import os
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from bench.measure import Measure, ratio
from bench.media_inputs import film
from onstage.clips.film.pipeline import RUNGS
from onstage.media.covers import quick_cover
from onstage.media.probe import Limits, Unplayable, probe
from onstage.media.transcode import Encoded, first_rendition, ladder

NAMES = ("ladder_cpu", "ladder_wall", "bytes_ratio", "vmaf", "peak_child_memory", "clips_per_hour")
INPUTS = ("h264", "hevc10")
SECONDS = 15
BUDGETS = {"bytes_ratio": 1.6, "vmaf_720": 90.0, "peak_child_memory": 3072.0}
FFMPEG = get_ffmpeg_exe()
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-pix_fmt", "yuv420p", "-g", "120"]
CAPS = {1080: (20, 6000), 720: (21, 2500), 540: (21, 1400), 360: (21, 750)}  # CRF, kbit/s: as the pipeline has them


@dataclass
class Work:
    """What a way of making the renditions took: seconds, MiB; and what came out of it."""

    wall: float = 0
    cpu: float = 0
    memory: float = 0
    bytes: int = 0
    made: list[Encoded] = field(default_factory=list)


def measure() -> Mapping[str, Measure]:
    """Every input once by the pipeline's own functions, once by bare ffmpeg."""
    ours, bare, source_bytes, scores = Work(), Work(), 0, dict[str, float | str]()
    for codec in INPUTS:
        source = film(codec, SECONDS)
        source_bytes += source.stat().st_size
        with tempfile.TemporaryDirectory() as folder:
            _add(ours, _ours(source, Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            _add(bare, _bare(source, Path(folder), copied=codec == "h264"))
    footage = _natural()
    for source in footage or [film(INPUTS[0], SECONDS)]:
        with tempfile.TemporaryDirectory() as folder:
            for each in _ours(source, Path(folder)).made:
                scores[f"{source.stem[:24]}_{min(each.width, each.height)}"] = _vmaf(each, source)
    return _table(ours, bare, source_bytes, scores, is_natural=bool(footage))


def _table(
    ours: Work, bare: Work, source_bytes: int, scores: dict[str, float | str], *, is_natural: bool
) -> Mapping[str, Measure]:
    lowest = min((float(score) for name, score in scores.items() if name.endswith("_720")), default=0.0)
    natural = "natural footage from ONSTAGE_CLIPS" if is_natural else "synthetic noise; ONSTAGE_CLIPS names footage"
    note = f"{len(INPUTS)} films of {SECONDS} s; limit: one bare ffmpeg process"
    stored, limit = ours.bytes / source_bytes, BUDGETS["bytes_ratio"]
    per_hour = 3600 * len(INPUTS) / ours.wall
    return {
        "ladder_cpu": Measure(round(ours.cpu, 2), "s", round(bare.cpu, 2), ratio(ours.cpu, bare.cpu), note),
        "ladder_wall": Measure(round(ours.wall, 2), "s", round(bare.wall, 2), ratio(ours.wall, bare.wall), note),
        "bytes_ratio": Measure(round(stored, 3), "", limit, ratio(stored, limit), "stored / uploaded, covers included"),
        "vmaf": Measure(
            lowest,
            "",
            BUDGETS["vmaf_720"] if is_natural else None,
            ratio(BUDGETS["vmaf_720"], lowest) if is_natural else None,
            f"lowest at 720; {natural}",
            scores,
        ),
        "peak_child_memory": Measure(
            round(ours.memory),
            "MiB",
            BUDGETS["peak_child_memory"],
            ratio(ours.memory, BUDGETS["peak_child_memory"]),
            "of one ffmpeg; limit: its address space",
        ),
        "clips_per_hour": Measure(
            round(per_hour), "1/h", round(3600 * len(INPUTS) / bare.wall), ratio(ours.wall, bare.wall), note
        ),
    }


def _add(total: Work, more: Work) -> None:
    total.wall, total.cpu, total.bytes = total.wall + more.wall, total.cpu + more.cpu, total.bytes + more.bytes
    total.memory, total.made = max(total.memory, more.memory), total.made + more.made


def _ours(source: Path, folder: Path) -> Work:
    work = Work()
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    first = first_rendition(FFMPEG, probe(FFMPEG, source, Limits()), source, folder / "first.mp4")
    rungs = ladder(FFMPEG, probe(FFMPEG, first.path, Limits()), first.path, folder, RUNGS).rungs
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work.wall = time.perf_counter() - started
    work.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    work.memory = after.ru_maxrss / 1024
    cover = quick_cover(FFMPEG, first.path, folder)
    covers = sum(path.stat().st_size for path in (cover.webp, cover.small, cover.tiny))
    work.made = [first, *rungs]
    work.bytes = covers + sum(each.bytes for each in work.made)
    return work


def _bare(source: Path, folder: Path, *, copied: bool) -> Work:
    shapes = [(1080, 1920), (720, 1280), (540, 960), (360, 640)][int(copied) :]
    graph, chain = [], "[0:v]"
    for number, (width, height) in enumerate(shapes):
        more = f",split[v{number}][w{number}]" if number + 1 < len(shapes) else f"[v{number}]"
        graph.append(f"{chain}scale={width}:{height},format=yuv420p{more}")
        chain = f"[w{number}]"
    out = ["-movflags", "+faststart", "-y"]
    arguments = ["-i", str(source), "-filter_complex", ";".join(graph)]
    if copied:
        arguments += ["-map", "0", "-c", "copy", *out, str(folder / "own.mp4")]
    for number, (short, _long) in enumerate(shapes):
        crf, most = CAPS[short]
        rate = ["-crf", str(crf), "-maxrate", f"{most}k", "-bufsize", f"{2 * most}k"]
        arguments += [
            "-map",
            f"[v{number}]",
            "-map",
            "0:a",
            *X264,
            *rate,
            "-c:a",
            "copy",
            *out,
            str(folder / f"{short}.mp4"),
        ]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([FFMPEG, "-v", "error", "-nostdin", *arguments], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Work(time.perf_counter() - started, cpu)


def _natural() -> list[Path]:
    """Up to two films of at least 720 lines that a camera took."""
    folder = Path(os.environ.get("ONSTAGE_CLIPS", "/there/is/none"))
    films = [path for path in sorted(folder.rglob("*.mp4")) if path.stat().st_size > 1 << 20]
    return list(islice((path for path in films if _is_large(path)), 2))


def _is_large(path: Path) -> bool:
    try:
        source = probe(FFMPEG, path, Limits(max_seconds=60))
    except Unplayable:
        return False
    return min(source.display_width, source.display_height) > 720 and not source.is_hdr


def _vmaf(each: Encoded, source: Path) -> float:
    """How much the eye loses, 0 to 100, at the rendition's own size (libvmaf's default model)."""
    size = f"scale={each.width}:{each.height}:flags=bicubic:out_color_matrix=bt709,format=yuv420p,setpts=PTS-STARTPTS"
    graph = f"[0:v]setpts=PTS-STARTPTS[d];[1:v]{size}[r];[d][r]libvmaf=n_threads=2:n_subsample=3"
    arguments = ["-i", str(each.path), "-i", str(source), "-filter_complex", graph, "-f", "null", "-"]
    said = subprocess.run([FFMPEG, "-nostdin", *arguments], capture_output=True, text=True, check=True).stderr
    found = re.search(r"VMAF score: ([\d.]+)", said)
    if not found:
        raise RuntimeError("this ffmpeg has no libvmaf")
    return round(float(found[1]), 1)
