"""The filters that bring any picture to what plays everywhere: right size, square pixels, 8 bits, BT.709, smooth."""

from collections.abc import Sequence

from onstage.media.probe import Source

MAX_FPS = 60
_TAGGED = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
_WRITTEN = "out_color_matrix=bt709:out_range=tv"
_WIDE = {"bt2020", "smpte431", "smpte432"}
_MATRICES = {
    "bt709": "bt709",
    "bt470bg": "bt601",
    "smpte170m": "bt601",
    "smpte240m": "smpte240m",
    "fcc": "fcc",
    "bt2020nc": "bt2020",
}
# With the brightest that phones film, 1000 cd/m², as white and 203 as paper, films are about as bright as browsers show them.
_TONE_MAP = "tonemap=hable:desat=0:peak=4.93"
# Paper shines through the holes of stickers: what is premultiplied goes to black, so colours are turned round meanwhile.
_ON_PAPER = ("format=gbrap", "negate", "premultiply=inplace=1", "format=gbrp", "negate")
_READ_BY_ZSCALE = {"bt709", "bt2020nc", "bt2020c", "smpte170m", "ycgco", "ictcp"}


def fitted(source: Source, short: int, long: int) -> tuple[int, int]:
    """Width and height, even, of the picture scaled down (never up) to these sides at most."""
    smaller, larger = sorted((source.display_width, source.display_height))
    factor = min(1.0, short / smaller, long / larger)
    return _even(source.display_width * factor), _even(source.display_height * factor)


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))


def filters(source: Source, width: int, height: int) -> str:
    """A filter chain from the decoder (which has turned the picture right side up) to the encoder."""
    whole = f"pad={width}:{height}:-1:-1"
    return ",".join([*_calmed(source), *_sized(source, _within(source, width, height)), whole, "setsar=1", _TAGGED])


def cascade(source: Source, sizes: Sequence[tuple[int, int]]) -> str:
    """A filter graph with an output `[v0]`, `[v1]`, ... per size, each scaled from the one before it."""
    parts = []
    chain = f"[0:V:{source.video}]{filters(source, *sizes[0])}"
    for number, _ in enumerate(sizes[:-1]):
        parts.append(f"{chain},split[v{number}][w{number}]")
        width, height = sizes[number + 1]
        chain = f"[w{number}]scale={width}:{height}:flags=bicubic,setsar=1"
    return ";".join([*parts, f"{chain}[v{len(sizes) - 1}]"])


def _within(source: Source, width: int, height: int) -> str:
    """These sides for the shape that the film begins with; a picture of another shape keeps it and gets bars."""
    like_first = f"lt(abs(dar/{source.shape:.6f}-1)\\,0.01)"
    wide, high = f"max(2\\,2*floor({height}*dar/2))", f"max(2\\,2*floor({width}/dar/2))"
    return f"if({like_first}\\,{width}\\,min({width}\\,{wide})):if({like_first}\\,{height}\\,min({height}\\,{high}))"


def _calmed(source: Source) -> list[str]:
    steps = ["yadif=deint=interlaced"] if source.interlaced else []
    if source.fps > MAX_FPS + 0.5:
        # By time, not by a fixed rate: a container that claims 1000 a second may hold 30.
        steps.append(f"select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,0.96/{MAX_FPS})")
    return steps


def has_plain_colors(source: Source) -> bool:
    """Whether every program reads the colours; YCgCo and constant luminance, for two, are read by few."""
    return not source.matrix or source.matrix in _MATRICES


def _sized(source: Source, sides: str) -> list[str]:
    if source.is_hdr:
        return _tone_mapped(source, sides)
    is_odd = source.pix_fmt.startswith("yuv") and not has_plain_colors(source)
    if source.has_alpha:
        flat = [f"scale={sides}:flags=bicubic:{_read_as(source)}", *_ON_PAPER]
        return [*flat, f"scale={_WRITTEN}", "format=yuv420p"]
    if source.primaries in _WIDE or is_odd:
        return [f"zscale={sides}:{_read(source)}:p=bt709:t=bt709:m=bt709:r=tv", "format=yuv420p"]
    return [f"scale={sides}:flags=bicubic:{_read_as(source)}{_WRITTEN}", "format=yuv420p"]


def _read_as(source: Source) -> str:
    if not source.pix_fmt.startswith(("yuv", "nv", "p0")):
        return ""
    matrix = _MATRICES.get(source.matrix) or ("bt709" if source.height >= 720 else "bt601")
    return f"in_color_matrix={matrix}:in_range={_range(source)}:"


def _tone_mapped(source: Source, sides: str) -> list[str]:
    return [
        f"zscale={sides}:{_read(source)}:t=linear:npl=203",
        "format=gbrpf32le",
        "zscale=p=bt709",
        _TONE_MAP,
        "zscale=t=bt709:m=bt709:r=tv",
        "format=yuv420p",
    ]


def _read(source: Source) -> str:
    likely = "bt2020nc" if source.is_hdr or source.primaries in _WIDE else "bt709"
    matrix = source.matrix if source.matrix in _READ_BY_ZSCALE else likely
    primaries = source.primaries if source.primaries in _WIDE else "bt2020" if source.is_hdr else "bt709"
    transfer = source.transfer if source.is_hdr else "bt709"
    return f"tin={transfer}:pin={primaries}:min={matrix}:rin={_range(source)}"


def _range(source: Source) -> str:
    return "pc" if source.full_range else "tv"
