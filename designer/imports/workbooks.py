"""Workbooks to tables: archives are inspected before they are unpacked. Runs in the limited child only."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence, Set
from operator import itemgetter
from typing import Any

from designer.imports import limits
from designer.imports.limits import MIB, Refused, too_large_unpacked
from designer.imports.tables import Table, check_size, column_name

PIECE_BYTES = MIB // 4


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


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack an entry piece by piece, for the directory can lie, and look for what XML of a workbook never holds."""
    read = 0
    tail = b""
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(PIECE_BYTES):
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
                if b"<!DOCTYPE" in window:  # entities can be defined nowhere else
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


def sheets(workbook: Any, file: str, wanted: Mapping[str, Set[str] | None]) -> Iterator[Table]:
    """Return those sheets of a workbook as tables that `wanted` names, each with the columns that are asked of it; None: all.

    Raises:
        Refused: one is damaged or too large.
    """
    for name in workbook.sheet_names:
        if name not in wanted:
            continue
        try:
            sheet = workbook.get_sheet_by_name(name)
        except Exception as error:
            raise unreadable(error) from error
        last_row = sheet.end[0] + 1 if sheet.end else 0
        check_size(name, rows=max(sheet.total_height, last_row), columns=sheet.total_width)
        yield _table(sheet, file, name, wanted[name])


def _table(sheet: Any, file: str, name: str, wanted: Set[str] | None) -> Table:
    """Read a sheet row by row, so that cells that nobody asks for are gone before the next row comes."""
    rows: Iterator[list[Any]] = iter(sheet.iter_rows())
    header: list[Any] = []
    number = 0
    for row in rows:
        number += 1
        if any(str(cell).strip() for cell in row):
            header = row
            break
    names = [str(cell) for cell in header]
    places = [i for i, each in enumerate(names) if wanted is None or column_name(each) in wanted]
    if len(places) == len(names) or len(places) < 2:
        kept: list[Sequence[Any]] = list(rows)
    else:
        kept = list(map(itemgetter(*places), rows))
        names = [names[place] for place in places]
    return Table(file=file, name=name, header=names, rows=kept, first_row=number + 1)


def unreadable(error: Exception) -> Refused:
    """Return the refusal of a workbook that calamine cannot read: it has an error for each way of being damaged."""
    return Refused(f"The workbook cannot be read: {str(error)[:160]}.", "Save it as .xlsx again.")
