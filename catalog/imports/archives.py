"""What is in an uploaded zip or tar, one file after the other, and nothing of it on the disk (security R42).

Names that point out of the archive, names given twice, encryption, bombs and damaged archives refuse all of it. Links and special
files are told by name and never followed. Runs in the limited child.
"""

from __future__ import annotations

import gzip
import io
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

MIB = 2**20
MAX_FILE_BYTES = 64 * MIB
"""Of the archive as uploaded."""
MAX_ENTRIES = 20_000
MAX_UNPACKED_BYTES = 400 * MIB
MAX_RATIO = 200
"""Unpacked over packed, of what unpacks to more than `RATIO_FROM_BYTES`."""
RATIO_FROM_BYTES = 10 * MIB
LONGEST_NAME = 400
PIECE_BYTES = 32 * 1024
"""Read at once from a tar: tarfile copies what is left of a piece for each file."""
ZIP, GZIP = (b"PK\x03\x04", b"PK\x05\x06"), b"\x1f\x8b"
OTHER_PACKERS = (b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
COMMIT = re.compile(r"[0-9a-f]{40}")
DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, struct.error, ValueError, OverflowError,
    NotImplementedError, KeyError, RuntimeError, IndexError,
)  # fmt: skip


class Refused(Exception):
    """An archive that is not read any further: what is wrong with it, and what helps."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive. Without data it was not read, for the reason given."""

    path: str
    data: bytes | None
    reason: str = ""


@dataclass(slots=True)
class Archive:
    """The files of an archive by name, and what it says of itself."""

    name: str
    commit: str = ""
    """SHA-1 that `git archive` and code forges leave in it."""
    newest: str = ""
    """Day of the youngest file taken, ISO: of the commit, where a forge made the archive."""
    folder: str = ""
    """The one folder that holds all."""
    entries: int = 0
    passed_over: int = 0
    _seen: set[str] = field(default_factory=set)

    def members(self, data: bytes, *, suffixes: tuple[str, ...], most_bytes: int) -> Iterator[Member]:
        """Yield the files whose name ends in one of `suffixes`; one larger than `most_bytes` without its data.

        Raises:
            Refused: the archive is unsafe, damaged, too large or of another kind.
        """
        if len(data) > MAX_FILE_BYTES:
            raise Refused(
                f"The archive has {len(data):,} bytes.",
                f"At most {MAX_FILE_BYTES:,} are read: leave pictures out.",
            )
        if data.startswith(OTHER_PACKERS):
            raise Refused("The archive is packed in a way that is not read.", "Send .zip, .tar.gz or .tar.")
        unpack = self._zip if data.startswith(ZIP) else self._tar
        try:
            yield from unpack(data, suffixes, most_bytes)
        except DAMAGE as error:
            told = (
                str(error)
                if isinstance(error, tarfile.TarError | zipfile.BadZipFile)
                else "it cannot be unpacked"
            )
            raise Refused(f"The archive is damaged: {told[:200]}.", "Make it again.") from error

    def _zip(self, data: bytes, suffixes: tuple[str, ...], most_bytes: int) -> Iterator[Member]:
        archive = zipfile.ZipFile(io.BytesIO(data))
        found = archive.infolist()
        _check_count(len(found))
        self._note_commit(archive.comment.decode("ascii", "replace"))
        total = ends_at = 0
        for entry in sorted(found, key=lambda entry: entry.header_offset):
            self._note_name(entry.filename)
            if entry.flag_bits & 1:
                raise Refused("The archive is encrypted.", "Pack it without a password.")
            if entry.header_offset < ends_at:
                raise Refused("Entries of the archive overlap.", "Make it again.")
            ends_at = entry.header_offset + entry.compress_size
            total += entry.file_size
            _check_size(total, entry.file_size, entry.compress_size)
        youngest = (0, 0, 0)
        for entry in found:
            mode = entry.external_attr >> 16
            if entry.is_dir():
                continue
            if not entry.filename.lower().endswith(suffixes):
                self.passed_over += 1
            elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                yield Member(entry.filename, None, "is a link or a special file")
            elif entry.file_size > most_bytes:
                yield Member(entry.filename, None, f"has {entry.file_size:,} bytes")
            else:
                youngest = max(youngest, entry.date_time[:3])
                with archive.open(entry) as packed:  # the directory may lie: no more than allowed is unpacked
                    content = packed.read(most_bytes + 1)
                if len(content) > most_bytes:
                    raise Refused("An entry is larger than the archive says.", "Make it again.")
                yield Member(entry.filename, content)
        with suppress(ValueError):  # a day that no calendar has
            self.newest = date(*youngest).isoformat()

    def _tar(self, data: bytes, suffixes: tuple[str, ...], most_bytes: int) -> Iterator[Member]:
        plain: io.BufferedIOBase = io.BytesIO(data)
        if data.startswith(GZIP):
            plain = gzip.GzipFile(fileobj=plain)
        counted = _Counted(plain, len(data))
        youngest = 0.0
        with tarfile.open(fileobj=counted, mode="r|", bufsize=PIECE_BYTES) as archive:
            for entry in archive:
                self.entries += 1
                archive.members = []  # type: ignore[attr-defined]  # it would keep all
                _check_count(self.entries)
                self._note_commit(archive.pax_headers.get("comment", ""))
                self._note_name(entry.name)
                if entry.isdir():
                    continue
                if not entry.name.lower().endswith(suffixes):
                    self.passed_over += 1
                elif not entry.isreg() or entry.issparse():
                    yield Member(entry.name, None, "is a link or a special file")
                elif entry.size > most_bytes:
                    yield Member(entry.name, None, f"has {entry.size:,} bytes")
                else:
                    file = archive.extractfile(entry)
                    content = file.read() if file else b""
                    youngest = max(youngest, entry.mtime)
                    yield Member(entry.name, content)
        with suppress(ValueError, OverflowError, OSError):
            self.newest = datetime.fromtimestamp(youngest, UTC).date().isoformat() if youngest else ""

    def _note_name(self, name: str) -> None:
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or len(name) > LONGEST_NAME:
            raise Refused(f"The entry {name[:80]!a} points out of the archive.", "Make it again.")
        if name in self._seen:
            raise Refused(f"The archive names {name[:80]!a} twice.", "Make it again.")
        self._seen.add(name)
        if len(parts) > 1:
            self.folder = parts[0] if not self.folder or self.folder == parts[0] else "."

    def _note_commit(self, comment: str) -> None:
        if COMMIT.fullmatch(comment.strip()):
            self.commit = comment.strip()


def is_archive(data: bytes) -> bool:
    """Return whether `data` starts as an archive or a packed file does; else it is one file."""
    is_tar = len(data) > 262 and data[257:262] == b"ustar"
    return is_tar or data.startswith((*ZIP, GZIP, *OTHER_PACKERS))


class _Counted(io.RawIOBase):
    """Unpacks no more than allowed, whatever the archive says of itself."""

    def __init__(self, file: io.BufferedIOBase, packed: int) -> None:
        super().__init__()
        self.file = file
        self.packed = packed
        self.total = 0

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(min(size, MIB) if size >= 0 else MIB)
        self.total += len(piece)
        _check_size(self.total, self.total, self.packed)
        return piece


def _check_count(entries: int) -> None:
    if entries > MAX_ENTRIES:
        raise Refused(f"The archive has more than {MAX_ENTRIES:,} entries.", "Pack only the types.")


def _check_size(total: int, unpacked: int, packed: int) -> None:
    if total > MAX_UNPACKED_BYTES:
        raise Refused(
            f"The archive unpacks to more than {MAX_UNPACKED_BYTES / MIB:.0f} MiB.", "Pack only the types."
        )
    if unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * max(1, packed):
        raise Refused(
            f"It unpacks to more than {MAX_RATIO} times its size, like a bomb.", "Pack only the types."
        )
