"""A folder of device and module types as an archive, or one of them alone, to checked types. Runs in the limited child.

Every file comes to its own end: read, the same as one in force (by its hash, without reading it), or rejected with field, value
and remedy. A bad file rejects itself only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.imports.archives import Archive, Member, Refused, is_archive

SUFFIXES = (".yaml", ".yml")
KINDS = {"device-types": "device-type", "module-types": "module-type"}
"""Folder of the library -> what its files are."""
MAX_FILE_BYTES = 512 * 1024
MAX_PROBLEMS = 20
"""Told of one file."""


@dataclass(slots=True)
class Reading:
    """What the files came to."""

    archive: Archive
    types: list[dict[str, Any]] = field(default_factory=list)
    """path, sha256, key, document, and the fields that are not read."""
    rejected: list[dict[str, Any]] = field(default_factory=list)
    """path, sha256 and problems."""
    unchanged: int = 0
    passed_over: int = 0
    """Files that are no types: pictures, scripts, YAML of other folders."""

    def to_data(self) -> dict[str, Any]:
        archive = self.archive
        return {
            "commit": archive.commit,
            "newest": archive.newest,
            "folder": "" if archive.folder == "." else archive.folder,
            "types": self.types,
            "rejected": self.rejected,
            "unchanged": self.unchanged,
            "passed_over": self.passed_over + archive.passed_over,
        }


def read_types(name: str, data: bytes, known: Mapping[str, str]) -> Reading:
    """Return the types in `data`, an archive or one YAML file of that `name`.

    `known` has the types in force: SHA-256 of the file -> key of the type.

    Raises:
        Refused: an archive that is unsafe, damaged or too large, or no type at all.
    """
    archive = Archive(name)
    reader = _Reader(Reading(archive), known)
    if is_archive(data):
        loose = []
        is_library = False
        for member in archive.members(data, suffixes=SUFFIXES, most_bytes=MAX_FILE_BYTES):
            folders = member.path.split("/")[:-1]
            if "rack-types" in folders:
                is_library = True
                reader.reject(
                    member,
                    "",
                    None,
                    "is a rack type, which is not read",
                    "Enter racks as entries of the catalog.",
                )
            elif any(folder in KINDS for folder in folders):
                is_library = True
                reader.take(member, next(KINDS[folder] for folder in folders if folder in KINDS))
            elif not any(part.startswith((".", "__MACOSX")) for part in member.path.split("/")):
                loose.append(member)
            else:
                reader.reading.passed_over += 1
        if is_library:
            reader.reading.passed_over += len(loose)
        else:
            for member in loose:
                reader.take(member, "")
    else:
        reader.take(Member(name, data), "")
    reading = reader.reading
    if not (reading.types or reading.rejected or reading.unchanged):
        raise Refused(
            f"No {' or '.join(SUFFIXES)} file is in it.", "Send the folders device-types and module-types."
        )
    return reading


class _Reader:
    def __init__(self, reading: Reading, known: Mapping[str, str]) -> None:
        self.reading = reading
        self.known = known
        self.paths: dict[str, str] = {}
        """Key of a type -> the file that gave it first."""

    def take(self, member: Member, kind: str) -> None:
        if member.data is None:
            remedy = f"Give a plain file of at most {MAX_FILE_BYTES:,} bytes."
            self.reject(member, "", None, member.reason, remedy)
            return
        digest = hashlib.sha256(member.data).hexdigest()
        known = self.known.get(digest)
        if known is not None:
            if self._is_first(known, member):
                self.reading.unchanged += 1
            return
        self._read(member, member.data, digest, kind)

    def _read(self, member: Member, data: bytes, digest: str, kind: str) -> None:
        # Only now: where nothing changed, nothing of this is needed, and the child is over sooner.
        from catalog.engine.device_types import ModelKind, key_of, read_type
        from catalog.engine.documents import InvalidDocument
        from catalog.imports.yaml_files import Unreadable, read_yaml

        try:
            raw = read_yaml(data)
            if isinstance(raw, dict) and "form_factor" in raw and "slug" in raw and not kind:
                self.reject(
                    member,
                    "form_factor",
                    None,
                    "is of a rack type, which is not read",
                    "Enter racks as entries of the catalog.",
                )
                return
            is_device = isinstance(raw, dict) and ("slug" in raw or "u_height" in raw)
            document, unread = read_type(
                raw, ModelKind(kind or ("device-type" if is_device else "module-type"))
            )
        except Unreadable as error:
            self.reject(member, "", None, error.message, error.remedy)
            return
        except InvalidDocument as error:
            told = [
                {"field": p.field, "value": p.value, "message": p.message, "remedy": p.remedy}
                for p in error.problems[:MAX_PROBLEMS]
            ]
            self.reading.rejected.append({"path": shown_path(member.path), "problems": told})
            return
        key = key_of(document)
        if self._is_first(key, member):
            self.reading.types.append(
                {
                    "path": shown_path(member.path),
                    "sha256": digest,
                    "key": key,
                    "document": document,
                    "unread": sorted(unread),
                }
            )

    def _is_first(self, key: str, member: Member) -> bool:
        first = self.paths.setdefault(key, member.path)
        if first is member.path:
            return True
        field = "slug" if key.startswith("device-type/") else "model"
        value = key.partition("/")[2]
        self.reject(member, field, value, f"is given by {shown_path(first)} already", "Keep one of the two.")
        return False

    def reject(self, member: Member, field: str, value: Any, message: str, remedy: str) -> None:
        problem = {"field": field, "value": value, "message": message, "remedy": remedy}
        self.reading.rejected.append({"path": shown_path(member.path), "problems": [problem]})


def shown_path(path: str) -> str:
    """Return the path of a file as it is stored and shown: without what cannot be written everywhere."""
    return "".join(character if character.isprintable() else "?" for character in path)[-300:]
