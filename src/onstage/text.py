"""Words that people type: handles, captions with #tags and @mentions, in any script."""

import re
import unicodedata

HANDLE = re.compile(r"[a-z0-9_]{2,30}")
_TAG = re.compile(r"(?<![\w#&])#(\w{1,60})")
_MENTION = re.compile(r"(?<![\w@./])@([A-Za-z0-9_]{2,30})\b")
_WORDS = re.compile(r"(?<![\w#&])#\w{1,60}|(?<![\w@./])@[A-Za-z0-9_]{2,30}\b")
_UNSEEN = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def clean(words: str) -> str:
    """Words without control and direction-override characters, in Unicode's composed form, ends trimmed."""
    return _UNSEEN.sub("", unicodedata.normalize("NFC", words.replace("\r\n", "\n"))).strip()


def folded(words: str) -> str:
    """Words for comparing, however they are written: folded, without what can't be seen, with single spaces."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    return " ".join("".join(each for each in plain if unicodedata.category(each) != "Cf").split())


def tag_key(tag: str) -> str:
    """The form under which a tag is found: compatibility-folded and case-folded, at most 60 characters."""
    return unicodedata.normalize("NFKC", tag.lstrip("#")).casefold()[:60]


def tags(caption: str) -> list[str]:
    """The distinct tags of a caption in their found form, in order; a tag of digits only is none."""
    keys = (tag_key(match) for match in _TAG.findall(caption))
    return list(dict.fromkeys(key for key in keys if key and not key.isdigit()))


def mentions(caption: str) -> list[str]:
    """The distinct handles a caption mentions, in lower case, in order."""
    return list(dict.fromkeys(match.lower() for match in _MENTION.findall(caption)))


def parts(caption: str) -> list[tuple[str, str]]:
    """A caption cut into ("text" | "tag" | "mention", words) for display; joined again they give the caption."""
    cut: list[tuple[str, str]] = []
    end = 0
    for match in _WORDS.finditer(caption):
        if match.start() > end:
            cut.append(("text", caption[end : match.start()]))
        cut.append(("tag" if match[0][0] == "#" else "mention", match[0]))
        end = match.end()
    if end < len(caption):
        cut.append(("text", caption[end:]))
    return cut
