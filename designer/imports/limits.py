"""What an import may hold (security R41, R42, R46), and how a file that holds more is refused: with its remedy."""

from __future__ import annotations

MIB = 2**20
MAX_FILES = 8
MAX_FILE_BYTES = 64 * MIB
"""Of one file as uploaded."""
MAX_UNPACKED_BYTES = 400 * MIB
MAX_ENTRY_BYTES = 200 * MIB
MAX_ENTRIES = 1_000
MAX_RATIO = 200
"""Unpacked over packed, of one entry that unpacks to more than `RATIO_FROM_BYTES`."""
RATIO_FROM_BYTES = 10 * MIB
MAX_ROWS = 1_000_000
"""Of one table; `MAX_VMS` of them may be VMs."""
MAX_VMS = 100_000
MAX_COLUMNS = 1_000
MAX_SHEETS = 100
MAX_CELLS = 20_000_000
MAX_FIELD_CHARACTERS = 64 * 1024
MAX_ROW_CHARACTERS = MIB
MEMORY_BYTES = 3 * 2**29
"""1.5 GiB of address space for the child (R44)."""
CPU_SECONDS = 120
WALL_SECONDS = 180
OUTPUT_BYTES = 128 * MIB


class Refused(Exception):
    """A file that is not read any further: what is wrong with it, and what helps."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def too_large_unpacked() -> Refused:
    """Return the refusal of what unpacks to more than is read."""
    return Refused(
        f"The archive unpacks to more than {MAX_ENTRY_BYTES // MIB} MiB in one entry or "
        f"{MAX_UNPACKED_BYTES // MIB} MiB in all.",
        "Export only the tabs that an inventory needs, or split it by site.",
    )
