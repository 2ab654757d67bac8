"""Sizes of instance types by name, also of those that no price book has any more: `data/instance-sizes.csv`."""

from __future__ import annotations

import csv
from functools import lru_cache

from catalog.library import DATA


@lru_cache(maxsize=1)
def instance_sizes() -> dict[tuple[str, str], tuple[int, int]]:
    """Return vCPUs and MiB of memory by provider and name in lower case. vCPUs that are shared count as whole ones."""
    with (DATA / "instance-sizes.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            (row["provider"], row["instance_type"].lower()): (int(row["vcpus"]), int(row["memory_mib"]))
            for row in rows
        }
