"""No file makes us read another file, or speak to anybody: neither by its form nor by its name."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from onstage.media import sandbox
from onstage.media.covers import cover_from_image, quick_cover
from onstage.media.probe import Limits, Unplayable, probe


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
