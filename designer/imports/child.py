"""The process that reads uploaded files and ends: no database, no secrets, bounded memory, time and output (security R44).

Its one argument is JSON: the names and sizes of the files, the mapping, the limits. Standard input holds the files one after the
other. Standard output is JSON: `inventory`, or `refused` with message and remedy. Run by `designer.imports.run` only.
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

    gc.disable()  # millions of cells, no cycles among them, and the process ends soon

    from designer.imports.limits import Refused  # after the limits are set, as all that reads
    from designer.imports.reader import read

    files = [(file["name"], sys.stdin.buffer.read(file["size"])) for file in request["files"]]
    try:
        answer = {"inventory": read(files, request["mapping"]).to_data()}
    except Refused as refused:
        answer = {"refused": {"message": refused.message, "remedy": refused.remedy}}
    sys.stdout.write(json.dumps(answer, ensure_ascii=True, allow_nan=False, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # without freeing millions of cells one by one first
