"""Has uploaded files read by a limited child, and turns however that ends into an inventory or a reason (security R44)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from config.children import Ended, run_child
from config.errors import DomainError
from designer.imports import limits
from designer.imports.rows import Inventory

MODULE = "designer.imports.child"


class Unreadable(DomainError):
    """A file that was not read: what is wrong with it, and what helps."""

    title = "The file cannot be read"

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.reason = message
        self.remedy = remedy


def read_files(
    files: Sequence[tuple[str, int]], content: Iterable[bytes], mapping: Mapping[str, str] | None = None
) -> Inventory:
    """Return the inventory of `files`, pairs of name and size, whose bytes are `content` one after the other.

    Raises:
        Unreadable: the files are refused, or reading them took more than it may. The caller lives on in any case.
    """
    request = {
        "files": [{"name": name, "size": size} for name, size in files],
        "mapping": dict(mapping) if mapping else None,
        "limits": {
            "memory_bytes": limits.MEMORY_BYTES,
            "cpu_seconds": limits.CPU_SECONDS,
            "output_bytes": limits.OUTPUT_BYTES,
        },
    }
    child = run_child(MODULE, [json.dumps(request)], source=content, wall_seconds=limits.WALL_SECONDS)
    if child.code != 0:
        raise _ended(child)
    answer = json.loads(child.output)
    if "refused" in answer:
        raise Unreadable(answer["refused"]["message"], answer["refused"]["remedy"])
    return Inventory.from_data(answer["inventory"])


def _ended(child: Ended) -> Unreadable:
    if child.took_too_long:
        return Unreadable(
            f"Reading it took longer than {limits.WALL_SECONDS} s.",
            "Split it, or delete tabs that are not needed.",
        )
    if child.ran_out:
        return Unreadable(
            f"Reading it needs more than {limits.MEMORY_BYTES / 2**30:g} GiB of memory or {limits.CPU_SECONDS} s of "
            "processor time: it is damaged, made to do harm, or very large.",
            "Export it again with only the tabs that an inventory needs, or split it by site.",
        )
    return Unreadable("Reading it failed.", "Export it again; if that does not help, send the table as CSV.")
