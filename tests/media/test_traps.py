"""No file makes us read another file, or speak to anybody: neither by its form nor by its name."""

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from onstage.media import sandbox
from onstage.media.covers import cover_from_image, quick_cover
from onstage.media.probe import Limits, Unplayable, probe
from onstage.media.transcode import Encoded, first_rendition, ladder
from tests.media.conftest import KEPT
from tests.media.files import make


class Listener:
    """A server that only counts who comes."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.visits = 0
        self.thread = threading.Thread(target=self._count, daemon=True)
        self.thread.start()

    def _count(self) -> None:
        while True:
            try:
                visitor, _ = self.server.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        """Stop; `visits` is final then."""
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody on this machine whom nobody should call."""
    server = Listener()
    yield server
    server.close()
    assert server.visits == 0


TRAPS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
    "hls-key": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n',
    "concat": "ffconcat version 1.0\nfile '{target}'\nduration 5\n",
    "concat-bare": "file '{target}'\nfile '{target}'\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
    '<Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n",
    "imf": '<?xml version="1.0"?><AssetMap><AssetList><Asset><Path>{target}</Path></Asset></AssetList></AssetMap>',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{target}"/></svg>',
    "avisynth": 'FFmpegSource2("{target}")\n',
    "rtsp-list": "rtsp://127.0.0.1:{port}/x\n",
    "ffmetadata": ";FFMETADATA1\ntitle={target}\n",
}


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("suffix", [".mp4", ".m3u8", ".webm", ""])
def test_a_list_named_as_a_video(
    ffmpeg: str, made: Path, tmp_path: Path, listener: Listener, trap: str, suffix: str
) -> None:
    beside = tmp_path / "plain.mp4"
    beside.write_bytes((made / "plain.mp4").read_bytes())
    for target in ("plain.mp4", str(beside), f"file:{beside}", f"http://127.0.0.1:{listener.port}/plain.mp4"):
        path = tmp_path / f"upload{suffix}"
        path.write_text(TRAPS[trap].format(target=target, port=listener.port))
        with pytest.raises(Unplayable) as caught:
            probe(ffmpeg, path, Limits())
        assert caught.value.code in ("playlist", "not_media", "no_video")
        with pytest.raises(Unplayable):
            quick_cover(ffmpeg, path, tmp_path)
        with pytest.raises(Unplayable):
            cover_from_image(ffmpeg, path, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([path.name, beside.name])


@pytest.mark.parametrize("name", ["%03d.mp4", "*.mp4", "a|b.mp4", "concat:plain.mp4", "http:x.mp4", "-y.mp4"])
def test_a_name_is_only_a_name(ffmpeg: str, made: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes((made / "plain.mp4").read_bytes())
    assert probe(ffmpeg, path, Limits()).duration_us == 2_000_000


def test_a_filter_can_read_no_other_file(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    """Where the kernel helps, not even an ffmpeg that runs somebody else's code can."""
    if not sandbox.second_line()["landlock"]:
        pytest.skip("this kernel has no Landlock")
    other = tmp_path / "other.mp4"
    other.write_bytes((made / "plain.mp4").read_bytes())
    arguments = ["-f", "lavfi", "-i", f"movie={other}", "-frames:v", "1", "-f", "null", "-"]
    finished = sandbox.run(ffmpeg, arguments, sandbox.Bounds(), formats="lavfi,mov")
    assert finished.returncode != 0
    assert "Permission denied" in finished.stderr


def test_a_movie_in_a_graph_is_guarded_too(ffmpeg: str, tmp_path: Path, listener: Listener) -> None:
    bounds = sandbox.Bounds()
    there = tmp_path / "o'd: [d],;\\"
    there.mkdir()
    (there / "film.mp4").write_bytes((KEPT / "fragmented_captions.mp4").read_bytes())
    (tmp_path / "list.mp4").write_text(f"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:{listener.port}/x\n")
    codes = []
    for path in (there / "film.mp4", tmp_path / "list.mp4"):
        arguments = ["-f", "lavfi", "-i", sandbox.movie(str(path), bounds, "[out+subcc]"), "-f", "null", "-"]
        codes.append(sandbox.run(ffmpeg, arguments, bounds, formats="lavfi", also=[str(path)]).returncode)
    assert codes[0] == 0
    assert codes[1] != 0


class Canary:
    """A pipe that nobody has a reason to open; it sings when somebody does."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self.sang = False
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self) -> None:
        while not self.over.wait(0.002):
            with contextlib.suppress(OSError):  # nobody reads
                os.close(os.open(self.path, os.O_WRONLY | os.O_NONBLOCK))
                self.sang = True

    def close(self) -> None:
        """Stop; `sang` is final then."""
        self.over.set()
        self.thread.join()


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    """A file beside the upload that must not be read."""
    bird = Canary(tmp_path / "canary.mp4")
    yield bird
    bird.close()
    assert not bird.sang


def box(name: bytes, *content: bytes) -> bytes:
    whole = b"".join(content)
    return struct.pack(">I4s", 8 + len(whole), name) + whole


def points_elsewhere(whole: bytes, kind: bytes, target: str) -> bytes:
    """The same MP4, whose track says that its bytes are in another file (ISO 14496-12, 8.7.2)."""
    place = whole.index(b"dref") - 4
    length = struct.unpack_from(">I", whole, place)[0]
    entry = box(kind, b"\0\0\0\0", target.encode() + b"\0")
    dref = box(b"dref", b"\0\0\0\0\0\0\0\1", entry)
    moov = whole.index(b"moov") - 4
    end = moov + struct.unpack_from(">I", whole, moov)[0]
    changed = bytearray(whole[:place] + dref + whole[place + length :])
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        at = whole.index(name) - 4
        struct.pack_into(">I", changed, at, struct.unpack_from(">I", whole, at)[0] + len(dref) - length)
    assert end > place
    return bytes(changed)


@pytest.mark.parametrize("kind", [b"url ", b"alis"])
def test_a_track_that_lies_in_another_file(
    ffmpeg: str, made: Path, tmp_path: Path, listener: Listener, canary: Canary, kind: bytes
) -> None:
    path = tmp_path / "upload.mp4"
    for target in ("canary.mp4", str(canary.path), f"file://{canary.path}", f"http://127.0.0.1:{listener.port}/x"):
        path.write_bytes(points_elsewhere((made / "plain.mp4").read_bytes(), kind, target))
        through(ffmpeg, path, tmp_path)


def test_polyglots_and_what_follows_the_end(
    ffmpeg: str, made: Path, tmp_path: Path, listener: Listener, canary: Canary
) -> None:
    whole = (made / "plain.mp4").read_bytes()
    script = f"#EXTM3U\n#EXTINF:9,\n{canary.path}\nhttp://127.0.0.1:{listener.port}/x\n".encode()
    concat = f"ffconcat version 1.0\nfile '{canary.path}'\n".encode()
    about = box(b"free", script) + box(b"free", b"A" * 5_000_000)
    for name, content in {
        "after.mp4": whole + script + concat,
        "before.mp4": script + whole,
        "inside.mp4": whole[: struct.unpack_from(">I", whole)[0]] + about + whole[struct.unpack_from(">I", whole)[0] :],
        "comic.mkv": b"\x1aE\xdf\xa3" + script,
        "page.webm": b"<html>" + whole,
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        through(ffmpeg, path, tmp_path)
        path.unlink()


def test_absurd_metadata(ffmpeg: str, tmp_path: Path, listener: Listener, canary: Canary) -> None:
    words = f"http://127.0.0.1:{listener.port}/ {canary.path} \x1b[31m" + "x" * 1_000_000
    about = tmp_path / "about.txt"
    about.write_text(";FFMETADATA1\n" + "".join(f"k{n}={words[:20000]}\n" for n in range(100)) + f"title={words}\n")
    path = tmp_path / "told.mkv"
    pattern = ("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=1")
    make.run(path, *pattern, "-i", str(about), "-map_metadata", "1", *make.H264)
    assert path.stat().st_size > 2_000_000
    encoded = through(ffmpeg, path, tmp_path)
    assert encoded is not None
    assert b"x" * 100 not in encoded.path.read_bytes()


def through(ffmpeg: str, path: Path, folder: Path) -> Encoded | None:
    """Everything that is done to an upload; None where it is refused."""
    try:
        source = probe(ffmpeg, path, Limits())
        encoded = first_rendition(ffmpeg, source, path, folder / "first.mp4")
        ladder(ffmpeg, source, path, folder, [90])
        quick_cover(ffmpeg, encoded.path, folder)
    except Unplayable:
        return None
    return encoded
