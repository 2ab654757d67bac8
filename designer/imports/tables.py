"""Tables, and what their cells say. `workbooks` and `texts` make them of bytes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from designer.imports import limits
from designer.imports.limits import Refused

ZIP, GZIP, OLE = b"PK", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1", "utf-16")
"""What people may declare. Without that: the byte order mark, else UTF-8."""
LARGEST = 1e15
"""Numbers beyond it are none: no column has such."""
GROUPED = re.compile(r"-?\d{1,3}([.,'’\u00a0\u202f ]\d{3})+")
DECIMAL = re.compile(r"-?\d{1,15}([.,]\d{1,12})?%?")


@dataclass(slots=True, kw_only=True)
class Table:
    """A header and its rows. `first_row` is where the first row stands in the file, counted from 1."""

    file: str
    name: str
    header: list[str]
    rows: Sequence[Sequence[Any]]
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


def rows_of(table: Table) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows that hold something, each with its number in the file; count the others in the table."""
    table.blank_rows = 0
    for number, row in enumerate(table.rows, table.first_row):
        if (row and row[0] and type(row[0]) is str) or any(
            cell not in ("", None) and str(cell).strip() for cell in row
        ):
            yield number, row
        else:
            table.blank_rows += 1


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
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        return str(int(value))
    return str(value).strip()


def truth(row: Sequence[Any], index: int | None) -> bool:
    """Return whether a cell says yes: a real boolean, or the word."""
    return index is not None and text(row, index).lower() in {"true", "1", "yes", "wahr", "vrai", "verdadero"}


def whole(row: Sequence[Any], index: int | None) -> int | None:
    """Return a cell of whole numbers, rounded up; None when it holds none.

    Text like 1.234.567 or 16,384 is a number with thousands separators: these columns have no decimals.
    """
    if index is None or index >= len(row):
        return None
    value = row[index]
    if type(value) is float or type(value) is int:
        return math.ceil(value) if -LARGEST < value < LARGEST else None
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
    if type(value) is float or type(value) is int:
        return float(value) if -LARGEST < value < LARGEST else None
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
    return number if math.isfinite(number) and abs(number) < LARGEST else None


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


def table_of(
    rows: list[list[Any]], *, file: str, name: str, encoding: str = "", delimiter: str = ""
) -> Table:
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
