"""Bytes to tables: spreadsheets and CSV, inspected before they are read. Runs in the limited child only."""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from designer.imports import limits
from designer.imports.limits import MIB, Refused

ZIP, GZIP, OLE = b"PK", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1", "utf-16")
"""What people may declare. Without that: the byte order mark, else UTF-8."""
GROUPED = re.compile(r"-?\d{1,3}([.,'’\u00a0\u202f ]\d{3})+")
DECIMAL = re.compile(r"-?\d{1,15}([.,]\d{1,12})?%?")


@dataclass(slots=True, kw_only=True)
class Table:
    """A header and its rows. `first_row` is where the first row stands in the file, counted from 1."""

    file: str
    name: str
    header: list[str]
    rows: list[list[Any]]
    first_row: int = 2
    blank_rows: int = 0
    encoding: str = ""
    delimiter: str = ""
    _columns: dict[str, int] | None = None

    def columns(self) -> dict[str, int]:
        """Return where each column is, by its name in lower case without stars, trailing blanks and MB for MiB."""
        if self._columns is None:
            self._columns = {}
            for index, name in enumerate(self.header):
                self._columns.setdefault(column_name(name), index)
        return self._columns


def column_name(raw: str) -> str:
    """Return a header as it is looked for: old exports say MB and mean MiB."""
    name = " ".join(raw.replace("*", " ").lower().split())
    return re.sub(r"\bmb\b", "mib", name)


class Columns:
    """Looks values up in the rows of a table by any of a column's names."""

    def __init__(self, table: Table) -> None:
        self._at = table.columns()

    def __contains__(self, name: str) -> bool:
        return name in self._at

    def place(self, *names: str) -> int | None:
        """Return the index of the first column that goes by one of `names`."""
        for name in names:
            if (index := self._at.get(name)) is not None:
                return index
        return None


def text(row: Sequence[Any], index: int | None) -> str:
    """Return a cell as text; empty when there is no such column."""
    if index is None or index >= len(row):
        return ""
    value = row[index]
    if type(value) is str:
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def truth(row: Sequence[Any], index: int | None) -> bool:
    """Return whether a cell says yes: a real boolean, or the word."""
    return text(row, index).lower() in {"true", "1", "yes", "wahr", "vrai", "verdadero"}


def whole(row: Sequence[Any], index: int | None) -> int | None:
    """Return a cell of whole numbers, rounded up; None when it holds none.

    Text like 1.234.567 or 16,384 is a number with thousands separators: these columns have no decimals.
    """
    if index is None or index >= len(row):
        return None
    value = row[index]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return math.ceil(value) if math.isfinite(value) and abs(value) < 1e15 else None
    digits = str(value or "").strip()
    if digits.isascii() and digits.isdigit():
        return int(digits) if len(digits) <= 15 else None
    if len(digits) < 30 and GROUPED.fullmatch(digits):
        return int(re.sub(r"[^\d-]", "", digits))
    number = decimal(row, index)
    return None if number is None else math.ceil(number)


def decimal(row: Sequence[Any], index: int | None) -> float | None:
    """Return a cell of numbers that may have decimals, with a point or a comma; None when it holds none."""
    if index is None or index >= len(row):
        return None
    value = row[index]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) and abs(value) < 1e15 else None
    digits = str(value or "").strip().replace("\u00a0", "").replace("\u202f", "")
    if "," in digits and "." in digits:  # the last of the two is the decimal mark
        group = "," if digits.rfind(".") > digits.rfind(",") else "."
        digits = digits.replace(group, "")
    if len(digits) < 30 and DECIMAL.fullmatch(digits):
        return float(digits.rstrip("%").replace(",", "."))
    try:
        number = float(digits) if 0 < len(digits) < 40 and digits[0] in "-.0123456789" else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e15 else None


def grouped_note(table: Table, places: Iterable[int | None], *, is_whole: bool) -> str:
    """Return how numbers like 16.384 were read in the columns at `places`, with the first as example; empty without any.

    In columns of whole numbers the sign separates thousands, in others it is the decimal mark: said, not guessed in silence.
    """
    wanted = [place for place in places if place is not None]
    found = [
        cell.strip()
        for row in table.rows
        for place in wanted
        if place < len(row) and isinstance(cell := row[place], str) and GROUPED.fullmatch(cell.strip())
    ]
    if not found:
        return ""
    example = found[0][:30]
    value = whole([example], 0) if is_whole else decimal([example], 0)
    meaning = "their signs separate thousands" if is_whole else "the sign is the decimal mark"
    return f"{len(found):,} numbers like “{example}” are read as {value}: {meaning}."


# Spreadsheets ---------------------------------------------------------------------------------------------
def inspect_archive(data: bytes) -> list[str]:
    """Return the names in a zip archive that is safe to unpack.

    Raises:
        Refused: too many or too large entries, a ratio of a bomb, a directory that lies, names given twice or pointing out,
            encryption, macros, a document type or an entity in XML.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (
        zipfile.BadZipFile,
        ValueError,
        OverflowError,
        struct.error,
        NotImplementedError,
        EOFError,
    ) as error:
        raise Refused(f"The archive is damaged: {error}.", "Export the file again.") from error
    if len(entries) > limits.MAX_ENTRIES:
        raise Refused(
            f"The archive has {len(entries):,} entries; at most {limits.MAX_ENTRIES:,} are read.",
            "Export the inventory alone into one workbook.",
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Refused("The archive names one entry twice.", "Open the workbook and save it again.")
    total = 0
    ends_at = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.filename):
            raise Refused("An entry of the archive points out of it.", "Export the file again.")
        if entry.flag_bits & 1:
            raise Refused("The workbook is encrypted.", "Save it without a password.")
        if entry.header_offset < ends_at:
            raise Refused("Entries of the archive overlap.", "Export the file again.")
        ends_at = entry.header_offset + entry.compress_size
        total += entry.file_size
        if entry.file_size > limits.MAX_ENTRY_BYTES or total > limits.MAX_UNPACKED_BYTES:
            raise too_large_unpacked()
        if entry.file_size > limits.RATIO_FROM_BYTES and entry.file_size > limits.MAX_RATIO * max(
            1, entry.compress_size
        ):
            raise Refused(
                f"An entry unpacks to more than {limits.MAX_RATIO} times its size, like a zip bomb.",
                "Export only the tabs that an inventory needs.",
            )
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("The workbook holds macros.", "Save it as .xlsx, which has none.")
    for entry in entries:
        _check_entry(archive, entry)
    return names


def too_large_unpacked() -> Refused:
    return Refused(
        f"The archive unpacks to more than {limits.MAX_ENTRY_BYTES // MIB} MiB in one entry or "
        f"{limits.MAX_UNPACKED_BYTES // MIB} MiB in all.",
        "Export only the tabs that an inventory needs, or split it by site.",
    )


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack an entry piece by piece, for the directory can lie, and look for what XML of a workbook never holds."""
    read = 0
    tail = b""
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(MIB):
                read += len(piece)
                if read > entry.file_size:
                    raise Refused(
                        "The directory of the archive lies about its sizes.", "Export the file again."
                    )
                if not is_xml:
                    continue
                if read == len(piece) and piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise Refused("XML in the workbook is not UTF-8.", "Open the workbook and save it again.")
                window = tail + piece
                if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise Refused(
                        "XML in the workbook defines a document type or entities.",
                        "No spreadsheet program writes that: export the file again.",
                    )
                tail = piece[-16:]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Refused(f"The archive is damaged: {str(error)[:120]}.", "Export the file again.") from error


def open_workbook(data: bytes) -> Any:
    """Return a workbook that was inspected, as calamine opens it.

    Raises:
        Refused: it is damaged or has too many sheets.
    """
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except Exception as error:
        raise unreadable(error) from error
    if len(workbook.sheet_names) > limits.MAX_SHEETS:
        raise Refused(
            f"The workbook has {len(workbook.sheet_names)} sheets; at most {limits.MAX_SHEETS} are read.",
            "Export the inventory alone.",
        )
    return workbook


def sheets(workbook: Any, file: str, wanted: Iterable[str]) -> Iterator[Table]:
    """Return those sheets of a workbook as tables that are named in `wanted`.

    Raises:
        Refused: one is damaged or too large.
    """
    known = set(wanted)
    for name in workbook.sheet_names:
        if name not in known:
            continue
        try:
            sheet = workbook.get_sheet_by_name(name)
        except Exception as error:
            raise unreadable(error) from error
        check_size(name, rows=sheet.total_height, columns=sheet.total_width)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=True)
        yield _table(rows, file=file, name=name)


def unreadable(error: Exception) -> Refused:
    """Return the refusal of a workbook that calamine cannot read: it has an error for each way of being damaged."""
    return Refused(f"The workbook cannot be read: {str(error)[:160]}.", "Save it as .xlsx again.")


def check_size(name: str, *, rows: int, columns: int) -> None:
    """Refuse a table with more rows, columns or cells than are read."""
    if columns > limits.MAX_COLUMNS:
        raise Refused(
            f"{name} has {columns:,} columns; at most {limits.MAX_COLUMNS:,} are read.",
            "Delete columns that the inventory does not need.",
        )
    if rows > limits.MAX_ROWS or rows * columns > limits.MAX_CELLS:
        raise Refused(
            f"{name} has {rows:,} rows of {columns:,} columns; at most {limits.MAX_ROWS:,} rows and "
            f"{limits.MAX_CELLS:,} cells are read.",
            "Split the file by site, or delete columns that the inventory does not need.",
        )


def _table(rows: list[list[Any]], *, file: str, name: str, encoding: str = "", delimiter: str = "") -> Table:
    """A table of `rows`: the first that is not blank is the header, blank ones are left out and counted."""
    at = 0
    while at < len(rows) and not any(str(cell).strip() for cell in rows[at] if cell is not None):
        at += 1
    header = [str(cell) if cell is not None else "" for cell in rows[at]] if at < len(rows) else []
    return Table(
        file=file,
        name=name,
        header=header,
        rows=rows[at + 1 :],
        first_row=at + 2,
        encoding=encoding,
        delimiter=delimiter,
    )


# Text -----------------------------------------------------------------------------------------------------
def decoded(data: bytes, declared: str = "") -> tuple[str, str]:
    """Return the text of `data` and its encoding: the byte order mark's, the declared one, else UTF-8 (R46).

    Raises:
        Refused: it is not text in that encoding; says in which line.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        encoding = declared or "utf-8"
    try:
        found = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(
            f"Line {line} holds bytes that are not {encoding.upper().removesuffix('-SIG')}.",
            "Save the file as UTF-8, or say which encoding it has (often windows-1252).",
        ) from error
    if (nul := found.find("\0")) >= 0:
        line = found.count("\n", 0, nul) + 1
        raise Refused(
            f"Line {line} holds a NUL character: this is not a text file.", "Export it as CSV again."
        )
    return found, encoding.removesuffix("-sig")


def gunzipped(data: bytes) -> bytes:
    """Return what a gzip file holds, up to the limit."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(limits.MAX_ENTRY_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused(f"The gzip file is damaged: {error}.", "Export the file again.") from error
    if len(unpacked) > limits.MAX_ENTRY_BYTES:
        raise too_large_unpacked()
    return unpacked


def csv_table(content: str, *, file: str, encoding: str, delimiter: str = "") -> Table:
    """Return CSV text as a table. The delimiter is that which the header holds most often, outside quotes.

    Raises:
        Refused: a quote that does not end, a field, row or table beyond the limits.
    """
    first = next((line for line in io.StringIO(content) if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first[: limits.MAX_ROW_CHARACTERS])
    chosen = delimiter or max(DELIMITERS, key=bare.count)
    csv.field_size_limit(limits.MAX_FIELD_CHARACTERS)
    rows: list[list[Any]] = []
    cells = 0
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=chosen, strict=True)
    try:
        for row in reader:
            if len(row) > limits.MAX_COLUMNS:
                check_size("The table", rows=1, columns=len(row))
            cells += len(row)
            if len(rows) > limits.MAX_ROWS or cells > limits.MAX_CELLS:
                check_size("The table", rows=limits.MAX_ROWS + 1, columns=len(row))
            if len(row) > 64 and sum(map(len, row)) > limits.MAX_ROW_CHARACTERS:
                raise Refused(
                    f"The row that ends in line {reader.line_num} has more than {limits.MAX_ROW_CHARACTERS:,} characters.",
                    "Delete columns that the inventory does not need.",
                )
            rows.append(row)
    except csv.Error as error:
        if "field larger" in str(error):
            raise Refused(
                f"A field near line {reader.line_num} has more than {limits.MAX_FIELD_CHARACTERS:,} characters; "
                "a quotation mark may be missing.",
                "Mend that line, or export the file again.",
            ) from error
        raise Refused(f"Line {reader.line_num} is not CSV: {error}.", "Mend that line.") from error
    return _table(rows, file=file, name=file, encoding=encoding, delimiter=DELIMITERS.get(chosen, chosen))
