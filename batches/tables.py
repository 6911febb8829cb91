"""CSV and XLSX files as lines of text, whatever program wrote them. Knows no Django.

A file is hostile until read: an archive is measured before it is opened, a formula is text and is never worked out.
"""

import codecs
import csv
import io
import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from openpyxl import load_workbook

from teams.base.cells import unguarded
from teams.base.errors import Refused

MAX_FILE: Final = 16 << 20  # bytes
MAX_UNPACKED: Final = 48 << 20
MAX_PARTS: Final = 500
MAX_COLUMNS: Final = 100
MAX_BLANK: Final = 1_000  # empty lines of a worksheet, one after the other, that end it
DELIMITERS: Final = ",;\t|"
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# the module's own limit of 128 kB would end the whole file; too long a cell is said by line and column instead
csv.field_size_limit(MAX_FILE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the file, from 1, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The first line that is not empty is the header."""

    format: str
    encoding: str
    delimiter: str
    lines: Iterator[Line]


def read(data: bytes) -> Table:
    """The table in a file, by its content, not its name. Raises Refused for what is neither, or is not to be opened."""
    if not data.strip(b"\x00 \t\r\n"):
        raise _refused("empty", "This file is empty.", "Fill it in; the template shows how.")
    if len(data) > MAX_FILE:
        raise _refused("too_large", f"This file is larger than {MAX_FILE >> 20} MiB.", "Split it.", status=413)
    if data.startswith(b"PK\x03\x04"):
        return Table("xlsx", "", "", _filled(_worksheet(data)))
    text, encoding = _decoded(data)
    text, delimiter = _delimited(text)
    return Table("csv", encoding, delimiter, _filled(_rows(text, delimiter)))


def _filled(lines: Iterator[Line]) -> Iterator[Line]:
    return (line for line in lines if any(cell.strip() for cell in line.cells))


def _decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding: as its mark says, else as its bytes look."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return _as(data, name), name
    head = data[:4_000]
    if head.count(0) > len(head) // 4:  # every other byte of western text in UTF-16 is zero
        name = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return _as(data, name), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _as(data, "cp1252"), "cp1252"


def _as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        shown = "This is no text in UTF-8, UTF-16 or Windows-1252."
        raise _refused("unknown_encoding", shown, "Save it as CSV UTF-8, or as XLSX.") from error


def _delimited(text: str) -> tuple[str, str]:
    """The text without a leading `sep=;`, and the sign that parts its cells."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return f"\n{rest}", first.strip()[4]
    head = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(head.split('"')[::2])
    counts = {sign: outside.count(sign) for sign in DELIMITERS}
    best = max(counts, key=lambda sign: counts[sign])
    return text, best if counts[best] else ","


def _rows(text: str, delimiter: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1  # a quoted cell may hold line ends
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refused("bad_csv", f"Line {begins} is no CSV: {error}.", "Check the quotation marks.") from error
        yield Line(begins, tuple(unguarded(cell) for cell in cells))


def _worksheet(data: bytes) -> Iterator[Line]:
    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size may be wrong by a million
    except Exception as error:  # whatever the library stumbles over, it is the file that is broken
        shown = "This workbook cannot be read."
        raise _refused("bad_xlsx", shown, "Open it and save it again as XLSX, or as CSV.") from error
    return _sheet_lines(sheet)


def _sheet_lines(sheet: Any) -> Iterator[Line]:
    blank = 0
    rows = iter(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1))  # one more, to see that there are more
    for number in itertools.count(1):
        try:
            values = next(rows, None)
        except Exception as error:  # as above: parts are read as they come
            shown = f"Line {number} of the worksheet cannot be read."
            raise _refused("bad_xlsx", shown, "Open it and save it again as XLSX, or as CSV.") from error
        if values is None:
            return
        cells = tuple(unguarded(_text(value)) for value in values)
        blank = 0 if any(cells) else blank + 1
        if blank > MAX_BLANK:
            return
        yield Line(number, cells)


def _text(value: Any) -> str:
    """A cell's value as it would stand in a CSV; a formula is its own text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "text", value) or "")


def _check_archive(data: bytes) -> None:
    """Raises Refused for an archive that is no workbook, unpacks to too much, or defines entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                shown = f"This workbook unpacks to more than {MAX_UNPACKED >> 20} MiB."
                raise _refused("too_large", shown, "Save the rows alone, as CSV.", status=413)
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise _refused(
                    "unknown_format", "This is neither CSV nor XLSX.", "Save it as one of these.", status=415
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                    raise _refused("bad_xlsx", "This workbook defines entities.", "Save it anew, or as CSV.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _refused("bad_xlsx", "This workbook cannot be read.", "Save it again as XLSX, or as CSV.") from error


def _refused(code: str, message: str, remedy: str, *, status: int = 422) -> Refused:
    return Refused(code, message, field="file", remedy=remedy, status=status)
