"""A fresh process that does one thing and says how much memory it took at its peak, in bytes."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main(task: str, *arguments: str) -> None:
    """Call `module:function` with `arguments`; without a function only import."""
    module, _, function = task.partition(":")
    loaded = import_module(module)
    if function:
        getattr(loaded, function)(*arguments)
    # Not ru_maxrss: across fork and exec it keeps the maximum of the parent.
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    print(int(status.split()[0]) * 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
