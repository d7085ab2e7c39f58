"""Lines of text as a PDF (ISO 32000-1): A4 pages in Courier, one of the fonts that every reader has; nothing else is needed."""

import unicodedata
from collections.abc import Iterator, Sequence

LINES = 58
_BARRED = dict(zip("ŁłĐđĦħŦŧı", "LlDdHhTti", strict=True))  # letters that Unicode does not take apart
_HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def document(title: str, lines: Sequence[str]) -> bytes:
    """A PDF of these lines, at most 92 characters each, in the letters of Windows-1252; see `latin`."""
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)] or [[]]
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
        *(part for place, page in enumerate(pages) for part in _page(5 + 2 * place, page)),
        b"<< /Title (" + _escaped(title) + b") >>",
    ]
    return _written(objects)


def latin(words: str) -> str:
    """Words as the PDF has them: a letter that Windows-1252 lacks without its marks, and a question mark for all else."""
    return "".join(map(_letter, words))


def _letter(letter: str) -> str:
    for each in (letter, _BARRED.get(letter, ""), unicodedata.normalize("NFKD", letter)):
        found = "".join(part for part in each if not unicodedata.combining(part))
        if found and found.encode("cp1252", "ignore").decode("cp1252") == found:
            return found
    return "?"


def _page(content: int, lines: Sequence[str]) -> Iterator[bytes]:
    resources = "<< /Font << /F1 3 0 R >> >>"
    box = "[0 0 595 842]"
    yield f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Resources {resources} /Contents {content} 0 R >>".encode()
    shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
    stream = b"BT /F1 9.5 Tf 13 TL 40 790 Td\n" + shown + b"ET"
    yield f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream"


def _escaped(words: str) -> bytes:
    raw = latin(words).encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _written(objects: Sequence[bytes]) -> bytes:
    written, places = bytearray(_HEAD), []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    written += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    return bytes(written) + f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()
