"""Uploaded files under their own hash: the name that somebody gave them is never part of a path (security R49)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage

from config.errors import DomainError

PIECE_BYTES = 2**20


class FileMissing(DomainError):
    """What was uploaded is not there any more."""

    status = 500
    title = "The stored file is missing"


def keep(file: Any, folder: str) -> tuple[str, int]:
    """Store an uploaded file in `folder`; return its SHA-256 and size. The same bytes again change nothing."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    name = _name(digest.hexdigest(), folder)
    if not default_storage.exists(name):
        file.seek(0)
        stored_as = default_storage.save(name, file)
        if stored_as != name:  # somebody else stored the same bytes in the meantime
            default_storage.delete(stored_as)
    return digest.hexdigest(), size


def pieces(digests: list[str], folder: str) -> Iterator[bytes]:
    """Yield the bytes of the files with `digests`, one file after the other.

    Raises:
        FileMissing: one of them is gone.
    """
    for digest in digests:
        name = _name(digest, folder)
        if not default_storage.exists(name):
            raise FileMissing(f"The file {digest[:12]} is missing. Upload it again.")
        with default_storage.open(name, "rb") as stored:
            while piece := stored.read(PIECE_BYTES):
                yield piece


def _name(digest: str, folder: str) -> str:
    return f"{folder}/{digest[:2]}/{digest}"


def forget(digest: str, folder: str) -> None:
    """Delete the file with `digest`. One that is gone is no mistake."""
    default_storage.delete(_name(digest, folder))
