"""What the bare queue library runs: it notes when it was started, and takes some time."""

from __future__ import annotations

import os
import time


def touch(file: str, number: int, seconds: float) -> None:
    """Append `number` and the time to `file`: short appends of several processes do not mix."""
    started = time.time()
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{number} {started:.6f}\n".encode())
    finally:
        os.close(descriptor)
    if seconds:
        time.sleep(seconds)
