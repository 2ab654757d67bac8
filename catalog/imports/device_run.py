"""Has a file of device types read by a limited child, and turns however that ends into types or a reason (security R44)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from config.children import Ended, run_child
from config.errors import DomainError

MODULE = "catalog.imports.device_child"
MEMORY_BYTES = 3 * 2**29
"""1.5 GiB of address space (R44)."""
CPU_SECONDS = 120
WALL_SECONDS = 240
OUTPUT_BYTES = 256 * 2**20


class Unreadable(DomainError):
    """A file that was not read: what is wrong with it, and what helps."""

    title = "The file cannot be read"

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.reason = message
        self.remedy = remedy


def read_types(
    name: str, size: int, content: Iterable[bytes], known: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what the file of `size` bytes holds, as `catalog.imports.device_files.Reading` writes it.

    Raises:
        Unreadable: the file is refused, or reading it took more than it may. The caller lives on in any case.
    """
    told = json.dumps(dict(known or {})).encode()
    request = {
        "name": name,
        "size": size,
        "known_size": len(told),
        "limits": {"memory_bytes": MEMORY_BYTES, "cpu_seconds": CPU_SECONDS, "output_bytes": OUTPUT_BYTES},
    }
    child = run_child(MODULE, [json.dumps(request)], source=_joined(told, content), wall_seconds=WALL_SECONDS)
    if child.code != 0:
        raise _ended(child)
    answer = json.loads(child.output)
    if "refused" in answer:
        raise Unreadable(answer["refused"]["message"], answer["refused"]["remedy"])
    reading: dict[str, Any] = answer["reading"]
    return reading


def _joined(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    yield first
    yield from rest


def _ended(child: Ended) -> Unreadable:
    if child.took_too_long:
        return Unreadable(f"Reading it took longer than {WALL_SECONDS} s.", "Send fewer types at once.")
    if child.ran_out:
        return Unreadable(
            f"Reading it needs more than {MEMORY_BYTES / 2**30:g} GiB of memory or {CPU_SECONDS} s of processor time: "
            "it is damaged, made to do harm, or very large.",
            "Send fewer types at once.",
        )
    return Unreadable("Reading it failed.", "Pack the folders device-types and module-types again.")
