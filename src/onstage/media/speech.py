"""Hand the sound of a clip to a program of the owner's that writes down what is said: see docs/decisions/0040."""

import re
from pathlib import Path

from onstage.media import sandbox
from onstage.media.subtitles import Track

_WAV = ("-map", "0:a:0", "-vn", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", "-map_metadata", "-1", "-f", "wav")
_CPU_SECONDS, _MEMORY = 3600, 16 * sandbox.GIB
_LANGUAGE = re.compile(r"^Language: *([A-Za-z-]{2,35})\s*$", re.MULTILINE)


def heard(ffmpeg: str, program: str, path: Path, folder: Path) -> Track | None:
    """What the program says it heard in a rendition; None where it heard nothing, or could not do its work.

    It is given the path of a WAV (16 kHz, mono) and writes WebVTT to its standard output, whose header may say
    `Language: de`. It has the cage of ffmpeg with an hour of CPU, and may read the folder that it lies in.
    """
    wav = folder.absolute() / "speech.wav"
    bounds = sandbox.Bounds(_MEMORY, cpu_seconds=_CPU_SECONDS, stall_seconds=_CPU_SECONDS, nice=15)
    try:
        made = sandbox.run(ffmpeg, ["-i", str(path), *_WAV, str(wav)], sandbox.Bounds(nice=15))
        if made.returncode:
            return None
        done = sandbox.run_program([program, str(wav)], [str(wav), str(Path(program).parent)], bounds)
    except (sandbox.Stopped, FileNotFoundError):
        return None
    finally:
        wav.unlink(missing_ok=True)
    words = done.stdout.decode("utf-8", "replace")
    language = _LANGUAGE.search(words.partition("-->")[0])
    return None if done.returncode or "-->" not in words else Track(language[1] if language else "", words)
