"""The process that reads device types and ends: no database, no secrets, bounded memory, time and output (security R44).

Its one argument is JSON: name and size of the file, size of what is known, the limits. Standard input holds what is known (JSON,
SHA-256 -> key), then the file. Standard output is JSON: `reading`, or `refused` with message and remedy.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import Any

from config.limited import limit_this_process


def main() -> int:
    """Read what is on standard input and write what it holds."""
    request: dict[str, Any] = json.loads(sys.argv[1])
    limit_this_process(**request["limits"])
    gc.disable()  # trees without cycles, and the process ends soon

    from catalog.imports.archives import Refused
    from catalog.imports.device_files import read_types

    known = json.loads(sys.stdin.buffer.read(request["known_size"]))
    data = sys.stdin.buffer.read(request["size"])
    try:
        answer: dict[str, Any] = {"reading": read_types(request["name"], data, known).to_data()}
    except Refused as refused:
        answer = {"refused": {"message": refused.message, "remedy": refused.remedy}}
    sys.stdout.write(json.dumps(answer, ensure_ascii=True, allow_nan=False, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # without freeing a library one value at a time first
