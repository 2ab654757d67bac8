"""Small libraries of device and module types as people upload them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping

SWITCH = """---
manufacturer: Example Networks
model: SW-48
slug: example-networks-sw-48
part_number: EN-48
u_height: 1
is_full_depth: true
airflow: front-to-rear
weight: 10
weight_unit: lb
console-ports:
  - name: con0
    type: rj-45
power-ports:
  - name: PS1
    type: iec-60320-c14
    maximum_draw: 350
    allocated_draw: 200
  - name: PS2
    type: iec-60320-c14
    maximum_draw: 350
interfaces:
  - name: eth1
    type: 25gbase-x-sfp28
  - name: eth2
    type: 25gbase-x-sfp28
  - name: eth3
    type: 100gbase-x-qsfp28
  - name: mgmt0
    type: 1000base-t
    mgmt_only: true
"""
SERVER = """---
manufacturer: Example Systems
model: R1
slug: example-systems-r1
u_height: 2
is_full_depth: true
module-bays:
  - name: PSU1
    position: '1'
"""
MODULE = """---
manufacturer: Example Systems
model: PSU-800
part_number: PSU800
weight: 900
weight_unit: g
power-ports:
  - name: in
    type: iec-60320-c14
    maximum_draw: 800
"""
FOLDERS = {
    "lib/device-types/Example Networks/SW-48.yaml": SWITCH,
    "lib/device-types/Example Systems/R1.yml": SERVER,
    "lib/module-types/Example Systems/PSU-800.yaml": MODULE,
}
"""Three types: a switch, a server, a module."""


def as_zip(files: Mapping[str, str | bytes], comment: str = "") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (2025, 5, 29, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
        archive.comment = comment.encode()
    return target.getvalue()


def as_tar(files: Mapping[str, str | bytes], mode: str = "w:gz", commit: str = "") -> bytes:
    target = io.BytesIO()
    headers = {"comment": commit} if commit else None
    with tarfile.open(fileobj=target, mode=mode, pax_headers=headers, format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(data), 1_748_476_800  # 2025-05-29
            archive.addfile(entry, io.BytesIO(data))
    return target.getvalue()


def generated(count: int) -> dict[str, str]:
    """`count` switches that differ in name and draw."""
    return {
        f"lib/device-types/Example Networks/SW-{n}.yaml": SWITCH.replace("SW-48", f"SW-{n}")
        .replace("sw-48", f"sw-{n}")
        .replace("350", str(300 + n))
        for n in range(count)
    }
