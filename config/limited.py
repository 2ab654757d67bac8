"""What a limited child process does first. Apart from `config.children`, so that it imports nothing that it does not need."""

from __future__ import annotations

import resource


def limit_this_process(*, memory_bytes: int, cpu_seconds: int, output_bytes: int) -> None:
    """Bound what this process may use: address space, processor time, the size of what it writes; no core files."""
    for kind, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
