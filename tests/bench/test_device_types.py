"""The generated library of B13 is one that people could have: read whole, and the same each time."""

from __future__ import annotations

from bench.device_types import BAYS, INTERFACES, POWER_PORTS, archive, texts
from bench.harness import checksum
from catalog.imports.device_files import read_types


def test_the_generated_library_is_read_whole_and_is_the_same_each_time():
    found = read_types("library.tar.gz", archive(20), {})

    assert (len(found.types), found.rejected) == (20, [])
    for one in found.types:
        document = one["document"]
        assert [len(document[name]) for name in ("interfaces", "module_bays", "power_ports")] == [
            INTERFACES, BAYS, POWER_PORTS,
        ]  # fmt: skip
    before = checksum(archive(20))
    archive.cache_clear()
    texts.cache_clear()
    assert checksum(archive(20)) == before
