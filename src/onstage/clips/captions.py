"""Captions of a clip: words with times, one set a language, from its file, from its makers, or from a machine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from onstage.accounts.viewer import Viewer
from onstage.clips.edit import is_decided, need_undecided, own
from onstage.clips.models import captions, clips
from onstage.clips.queries import seen
from onstage.clips.renditions import note_media
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotFound
from onstage.media.cues import BadCaptions, Cue, parse, render
from onstage.media.subtitles import Track

MOST_BYTES = 500_000
MOST_LANGUAGES = 20
UNKNOWN = "und"
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
# ISO 639-2 as containers have it, to the two letters that BCP 47 wants.
_SHORT = {
    "ara": "ar", "chi": "zh", "zho": "zh", "cze": "cs", "ces": "cs", "dan": "da", "dut": "nl", "nld": "nl", "eng": "en",
    "fin": "fi", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "gre": "el", "ell": "el", "heb": "he", "hin": "hi",
    "hun": "hu", "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko", "nor": "no", "pol": "pl", "por": "pt", "rum": "ro",
    "ron": "ro", "rus": "ru", "spa": "es", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "vie": "vi",
}  # fmt: skip


class Source(StrEnum):
    """Where captions come from; what people write is never replaced by what did not come from people."""

    PERSON = "person"
    FILE = "file"
    MACHINE = "machine"


@dataclass(frozen=True)
class Captions:
    """The captions of a clip in one language (BCP 47; `und`: nobody said); `words` are WebVTT of ours."""

    language: str
    source: Source
    changed_at: int
    words: str


def of(db: Connection, viewer: Viewer, slug: str) -> list[Captions]:
    """All captions of a clip that the viewer may see, by language. Raises NotFound."""
    clip = seen(db, viewer, slug)
    return _all(db, clip.id)


def in_language(db: Connection, viewer: Viewer, slug: str, language: str) -> Captions:
    """The captions in that language. Raises NotFound."""
    found = [each for each in of(db, viewer, slug) if each.language == language]
    if not found:
        raise NotFound("This clip has no captions in that language.")
    return found[0]


def _all(db: Connection, clip: int) -> list[Captions]:
    rows = select(captions.c.language, captions.c.source, captions.c.changed_at, captions.c.words)
    found = db.execute(rows.where(captions.c.clip_id == clip).order_by(captions.c.language))
    return [Captions(language, Source(source), at, words) for language, source, at, words in found]


def write(db: Connection, viewer: Viewer, slug: str, language: str, text: str) -> list[Cue]:
    """Take captions as WebVTT or SRT from whoever may change the clip, in place of those in that language.

    Raises NotFound, Invalid in a sentence that names the line, and Conflict once others are asked or have agreed.
    """
    clip = own(db, viewer, slug)
    need_undecided(db, clip)
    if not _TAG.fullmatch(language):
        raise Invalid("A language is two or three letters, such as en or de, or pt-BR.", field="language")
    try:
        cues = parse(text)
    except BadCaptions as reason:
        raise Invalid(f"{reason} Nothing was changed.", field="captions") from None
    there = {each.language for each in _all(db, clip.id)}
    if language not in there and len(there) >= MOST_LANGUAGES:
        raise Invalid(f"A clip has captions in at most {MOST_LANGUAGES} languages.", field="language")
    _put(db, clip.id, language, render(cues), Source.PERSON)
    return cues


def remove(db: Connection, viewer: Viewer, slug: str, language: str) -> None:
    """Take captions away. Raises NotFound, and Conflict once others are asked or have agreed."""
    clip = own(db, viewer, slug)
    need_undecided(db, clip)
    gone = delete(captions).where(captions.c.clip_id == clip.id, captions.c.language == language)
    if db.execute(gone).rowcount != 1:
        raise NotFound("This clip has no captions in that language.")
    _note(db, clip.id)


def keep_embedded(db: Connection, clip: int, found: Sequence[Track]) -> None:
    """Keep what came inside the file, the first track of each language; captions that are there stay."""
    for track in found:
        language = _SHORT.get(track.language, track.language)
        _keep(db, clip, language if _TAG.fullmatch(language) else UNKNOWN, track.webvtt, Source.FILE)


def keep_spoken(db: Connection, clip: int, language: str, webvtt: str) -> None:
    """Keep what a machine has heard, where there are no captions yet, and nobody has agreed to it without them."""
    if not _all(db, clip) and not is_decided(db, clip):
        _keep(db, clip, language if _TAG.fullmatch(language) else UNKNOWN, webvtt, Source.MACHINE)


def _keep(db: Connection, clip: int, language: str, webvtt: str, source: Source) -> None:
    if db.execute(select(clips.c.id).where(clips.c.id == clip).with_for_update()).first() is None:
        return
    there = {each.language for each in _all(db, clip)}
    if language in there or len(there) >= MOST_LANGUAGES:
        return
    try:
        words = render(parse(webvtt))
    except BadCaptions:
        return
    if len(words.encode()) <= MOST_BYTES:
        _put(db, clip, language, words, source)


def _put(db: Connection, clip: int, language: str, words: str, source: Source) -> None:
    values = {"words": words, "source": source.value, "changed_at": now()}
    here = (captions.c.clip_id == clip) & (captions.c.language == language)
    if db.execute(update(captions).where(here).values(values)).rowcount == 0:
        db.execute(insert(captions).values(clip_id=clip, language=language, **values))
    _note(db, clip)


def _note(db: Connection, clip: int) -> None:
    note_media(db, clip, languages=" ".join(each.language for each in _all(db, clip)))
