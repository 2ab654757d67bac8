"""Printed proposals as bytes under their own hash: written once, read back byte for byte, checked on the way."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from config.errors import DomainError


class FileDamaged(DomainError):
    """What is stored is not what was stored."""

    status = 500
    title = "The stored file is damaged"


def keep(data: bytes) -> str:
    """Store `data` and return its SHA-256. Storing the same bytes again changes nothing."""
    digest = hashlib.sha256(data).hexdigest()
    name = _name(digest)
    if not default_storage.exists(name):
        stored_as = default_storage.save(name, ContentFile(data))
        if stored_as != name:  # somebody else stored the same bytes in the meantime
            default_storage.delete(stored_as)
    return digest


def fetch(digest: str) -> bytes:
    """Return the bytes of `digest`.

    Raises:
        FileDamaged: they are gone or are not those that were stored.
    """
    name = _name(digest)
    if not default_storage.exists(name):
        raise FileDamaged(
            f"The file {digest[:12]} is missing. Restore it from the backup, or print a new version."
        )
    with default_storage.open(name, "rb") as stored:
        data: bytes = stored.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise FileDamaged(
            f"The file {digest[:12]} has changed. Restore it from the backup, or print a new version."
        )
    return data


def _name(digest: str) -> str:
    return f"proposals/{digest[:2]}/{digest}.pdf"
