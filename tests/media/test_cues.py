"""Captions come in as people have them and go out as words and times alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onstage.media.cues import BadCaptions, Cue, parse, render

SRT = "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hello</i>\r\nthere\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nBye\r\n"
VTT = (
    "WEBVTT - about\nX: y\n\nNOTE --- nothing\n\nSTYLE\n::cue { color: red }\n\nname\n00:01.000 --> 00:02.500 line:0\n"
    "<v Ada>Hello</v>\nthere\n\n00:03.000 --> 00:00:04.000\n{\\an8}Bye\n"
)


@pytest.mark.parametrize("text", [SRT, VTT])
def test_both_forms_are_read(text: str) -> None:
    assert parse(text) == [Cue(1000, 2500, "Hello\nthere"), Cue(3000, 4000, "Bye")]


def test_what_is_written_is_read_again_and_holds_no_markup() -> None:
    cues = [Cue(0, 3_600_000 * 2 + 61_001, "a < b & c --> d\n\nWEBVTT")]
    written = render(cues)
    assert written == "WEBVTT\n\n00:00:00.000 --> 02:01:01.001\na &lt; b &amp; c --&gt; d\nWEBVTT\n"
    assert parse(written) == [Cue(0, 7_261_001, "a < b & c --> d\nWEBVTT")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No captions"),
        ("hello\nworld", "No captions"),
        ("1\n00:00:02,000 --> 00:00:01,000\nx", "Line 2"),
        ("1\n0:99 --> x\nx", "Line 2"),
        ("00:01.000 --> 00:02.000\nx\n\n" * 5001, "more than 5,000"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(BadCaptions, match=said):
        parse(text)


def test_spaces_of_every_kind_are_gone_from_the_ends_of_lines() -> None:
    assert parse("00:01.000 --> 00:02.000\n 0\x0c\n\x0c1\\N&#13;2\u2003\n") == [Cue(1000, 2000, "0\n1\n2")]


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10**5), st.text(min_size=1, max_size=60)), max_size=8))
def test_any_words_survive_or_are_left_out(rows: list[tuple[int, int, str]]) -> None:
    cues = [Cue(start, start + length, words) for start, length, words in rows]
    try:
        found = parse(render(cues))
    except BadCaptions:
        return
    assert parse(render(found)) == found
    assert "<" not in render(found)
