"""Records as page, CSV and PDF."""

import csv
import io
import re

from onstage.web import pdf
from onstage.web.app import App
from tests.cast import Cast
from tests.client import Client
from tests.clips.test_records import band

__all__ = ["band"]


def enter(client: Client, cast: Cast, **form: str) -> int:
    where = {"account": "duo", "minor": "max"}
    return client.post("/settings/records", cast.ada, form=where | form).status


def test_the_page_and_its_forms(client: Client, cast: Cast, band: object) -> None:
    assert enter(client, cast, do="rule", rule="california", currency="usd") == 303
    assert enter(client, cast, do="income", month="2026-11", amount="1200,50", words="A shop (ltd)") == 303
    assert enter(client, cast, do="deposit", month="2026-11", amount="10", words="A bank") == 303
    assert enter(client, cast, do="income", month="2026-11", amount="much", words="") == 422
    assert enter(client, cast, do="rule", rule="mars", currency="EUR") == 422
    owner, minor = client.get("/settings/records", cast.ada).text, client.get("/settings/records", cast.max).text
    for page in (owner, minor):
        assert "@max on @duo" in page
        assert "1,200.50" in page
        assert "a record and not advice" in page
        assert "Amounts in USD, to be set aside by the rule of California." in page
        assert "A shop (ltd)" in page, "what was entered can be read by both"
        assert "A bank" in page
    assert "Enter income or a deposit" in owner
    assert "Enter income or a deposit" not in minor
    assert "No record yet" in client.get("/settings/records", cast.fay).text
    (item,) = client.get("/api/v1/me/records", cast.max).json["items"]
    assert (item["rule"], item["currency"], item["may_enter"]) == ("california", "USD", False)


def test_what_was_typed_stands_there_when_it_is_refused(client: Client, cast: Cast, band: object) -> None:
    form = {"account": "duo", "minor": "max", "do": "income", "month": "2026-11", "amount": "much", "words": "A shop"}
    page = client.post("/settings/records", cast.ada, form=form).text
    assert all(f'value="{typed}"' in page for typed in ("2026-11", "much", "A shop"))
    assert 'href="#amount-duo-max"' in page
    assert 'id="amount-duo-max-error"' in page
    assert "<details open>" in page


def test_as_csv_and_pdf(client: Client, cast: Cast, band: object) -> None:
    long = "A shop (ltd) – ☂ " + "for three clips about a garden, a dog and a boat " * 3
    enter(client, cast, do="income", month="2026-11", amount="1200.50", words=long)
    answer = client.get("/records/duo/max/csv", cast.max)
    assert answer.header("content-disposition") == 'attachment; filename="record-duo-max.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.header("content-type") == "text/csv; charset=utf-8"
    assert [row["income"] for row in rows if row["month"] == "2026-11"] == ["1200.50"], (
        "not in cents: it says EUR beside it"
    )
    assert sum(int(row["clips_with"]) for row in rows) == 1
    printed = client.get("/records/duo/max/pdf", cast.max)
    assert printed.header("content-type") == "application/pdf"
    assert b"(2026-11  income         1,200.50  A shop \\(ltd\\) \x96 ? for three clips" in printed.body
    assert b"dog and a boat) Tj" in printed.body.replace(b"\n", b""), "what is long goes on in the next line"
    lines = re.findall(rb"\((.*)\) Tj T\*", printed.body)
    assert max(len(line.replace(b"\\", b"")) for line in lines) == 92, "no line is cut off"
    assert b"Where a question mark stands for a letter" in printed.body
    entries = client.get("/records/duo/max/entries", cast.max).body
    assert entries.startswith(b"\xef\xbb\xbf"), "a spreadsheet reads it as UTF-8"
    (entry,) = csv.DictReader(io.StringIO(entries.decode("utf-8-sig")))
    assert (entry["kind"], entry["amount"], entry["currency"], entry["words"]) == (
        "income",
        "1200.50",
        "EUR",
        long.strip(),
    )
    for actor in (cast.fay, cast.eve):
        assert client.get("/records/duo/max/csv", actor).status == 404
        assert client.get("/records/duo/max/pdf", actor).status == 404
        assert client.get("/records/duo/max/entries", actor).status == 404


def test_words_stay_words_in_a_spreadsheet_and_letters_readable_on_paper(
    client: Client, cast: Cast, band: object
) -> None:
    enter(client, cast, do="deposit", month="2026-11", amount="1", words="=HYPERLINK(1)")
    enter(client, cast, do="income", month="2026-11", amount="2", words="Żółw & Škoda, Łódź")
    entries = client.get("/records/duo/max/entries", cast.max).body.decode("utf-8-sig")
    assert [row["words"] for row in csv.DictReader(io.StringIO(entries))] == ["'=HYPERLINK(1)", "Żółw & Škoda, Łódź"]
    printed = client.get("/records/duo/max/pdf", cast.max).body
    assert "Zólw & Škoda, Lódz".encode("cp1252") in printed
    assert b"=HYPERLINK\\(1\\)" in printed
    assert b"question mark" not in printed


def test_every_object_of_a_pdf_is_where_its_index_says(app: App) -> None:
    file = pdf.document("A title (1)", [f"line {number} \\ with (brackets)" for number in range(200)])
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", file)[1])  # type: ignore[index]
    entries = re.findall(rb"(\d{10}) 00000 n ", file[start:])
    assert len(entries) == 4 + 2 * 4
    for number, place in enumerate(entries, 1):
        assert file[int(place) :].startswith(b"%d 0 obj\n" % number)
    for match in re.finditer(rb"/Length (\d+) >>\nstream\n", file):
        assert file[match.end() + int(match[1]) :].startswith(b"\nendstream")
    assert file.count(b"/Type /Page ") == 4
