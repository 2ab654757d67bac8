"""Bytes of text to tables: encoding, delimiter, quotes. Runs in the limited child only."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from typing import Any

from designer.imports import limits
from designer.imports.limits import Refused, too_large_unpacked
from designer.imports.tables import Table, check_size, table_of

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


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
    return table_of(rows, file=file, name=file, encoding=encoding, delimiter=DELIMITERS.get(chosen, chosen))
