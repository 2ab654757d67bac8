"""The files of workload imports, kept by their hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from config import kept_files
from designer.models import WorkloadImport

FOLDER = "inventories"


def keep(file: Any) -> tuple[str, int]:
    """Store an uploaded file and return its SHA-256 and size. The same bytes again change nothing."""
    return kept_files.keep(file, FOLDER)


def pieces(digests: list[str]) -> Iterator[bytes]:
    """Yield the bytes of the files with `digests`, one file after the other.

    Raises:
        FileMissing: one of them is gone.
    """
    return kept_files.pieces(digests, FOLDER)


def forget_unused(digests: Iterable[str]) -> None:
    """Delete those of the files with `digests` that no import has."""
    for digest in set(digests):
        if not _is_used(digest):
            kept_files.forget(digest, FOLDER)


def _is_used(digest: str) -> bool:
    """Whether an import has a file with `digest`; of one file alone the hash of the import is that of the file."""
    if WorkloadImport.objects.filter(sha256=digest).exists():
        return True
    several = WorkloadImport.objects.filter(file_name__contains=", ").values_list("files", flat=True)
    return any(file["sha256"] == digest for files in several.iterator() for file in files)
