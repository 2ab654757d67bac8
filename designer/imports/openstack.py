"""What OpenStack clients and Nova's API say: servers, flavors, volumes, as JSON.

A server list names flavors; the flavor list has their sizes; the root disk of a server that was booted from a volume is in the
volume list only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from designer.imports.rows import FileRead, Inventory, InventoryVm, Power, clean

FORMAT = "openstack"
POWER = {
    "SHUTOFF": Power.OFF, "STOPPED": Power.OFF, "SHELVED": Power.OFF, "SHELVED_OFFLOADED": Power.OFF, "ERROR": Power.OFF,
    "DELETED": Power.OFF, "SOFT_DELETED": Power.OFF, "PAUSED": Power.SUSPENDED, "SUSPENDED": Power.SUSPENDED,
}  # fmt: skip
"""Nova's server states that do not run. Every other (ACTIVE, RESIZE, REBOOT ...) does."""
KINDS = ("servers", "flavors", "volumes", "hypervisors")


def kind_of(document: Any) -> str:
    """Return which list a JSON document is; empty for none."""
    if isinstance(document, Mapping):
        return next((kind for kind in KINDS if isinstance(document.get(kind), list)), "")
    if not isinstance(document, list) or not document or not isinstance(document[0], Mapping):
        return ""
    keys = {str(key).lower() for key in document[0]}
    if "vcpus" in keys and "ram" in keys:
        return "flavors"
    if "attached to" in keys or {"size", "bootable"} <= keys:
        return "volumes"
    if "hypervisor hostname" in keys:
        return "hypervisors"
    if "status" in keys and keys & {"flavor", "flavor name", "flavor_name", "networks"}:
        return "servers"
    return ""


def read(documents: Sequence[tuple[str, Any]]) -> Inventory:
    """Return the inventory of `documents`, pairs of a file name and its parsed JSON."""
    lists: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in KINDS}
    files = []
    for name, document in documents:
        kind = kind_of(document)
        if not kind:
            continue
        items = document[kind] if isinstance(document, Mapping) else document
        lists[kind] += [_lowered(item) for item in items if isinstance(item, Mapping)]
        used_for = "VMs" if kind == "servers" else kind
        files.append(FileRead(name=name, table=kind, rows=len(items), used_for=used_for))
    flavors: dict[str, Mapping[str, Any]] = {}
    for flavor in lists["flavors"]:
        for key in ("id", "name"):
            flavors.setdefault(str(flavor.get(key, "")), flavor)
    attached, loose, shared = _volumes(lists["volumes"])
    vms = [_vm(number, server, flavors, attached) for number, server in enumerate(lists["servers"], 1)]
    return Inventory(
        format=FORMAT,
        vms=tuple(vms),
        files=tuple(files),
        hosts=len(lists["hypervisors"]) or None,
        shared_disks=shared[0],
        shared_disk_mib=shared[1],
        notes=tuple(_notes(lists, loose)),
    )


def _vm(
    number: int,
    server: Mapping[str, Any],
    flavors: Mapping[str, Mapping[str, Any]],
    attached: Mapping[str, int],
) -> InventoryVm:
    given = server.get("flavor", server.get("flavor name", server.get("flavor_name")))
    if isinstance(given, Mapping):  # the API has the flavor itself since microversion 2.47, its id before
        named = str(given.get("original_name", given.get("id", "")))
        flavor: Mapping[str, Any] = given if "vcpus" in given else flavors.get(named, {})
    else:
        named = str(given or server.get("flavor id", ""))
        flavor = flavors.get(named, {})
    flavor = _lowered(flavor)
    identity = str(server.get("id", ""))
    image = server.get("image name", server.get("image", ""))
    from_volume = image == "" or (isinstance(image, str) and "booted from volume" in image)
    root = 0 if from_volume else _number(flavor.get("disk"))
    ephemeral = _number(flavor.get("ephemeral", flavor.get("os-flv-ext-data:ephemeral")))
    vcpus, ram_mib = _number(flavor.get("vcpus")), _number(flavor.get("ram"))
    zone = server.get("availability zone", server.get("os-ext-az:availability_zone", ""))
    return InventoryVm(
        name=clean(server.get("name", "")) or f"server {number}",
        row=number,
        identity=clean(identity, 300),
        place=clean(zone or ""),
        power=POWER.get(str(server.get("status", "")).upper(), Power.ON),
        vcpus=vcpus or None,
        ram_mib=ram_mib or None,
        disk_mib=(root + ephemeral) * 1024 + attached.get(identity, 0) if flavor else None,
        operating_system=clean(image if isinstance(image, str) and not from_volume else ""),
        instance_type=clean(named),
    )


def _volumes(volumes: Iterable[Mapping[str, Any]]) -> tuple[dict[str, int], list[int], list[int]]:
    """MiB by server, then number and GiB of volumes on no server, then number and MiB of those on several."""
    attached: dict[str, int] = {}
    loose, shared = [0, 0], [0, 0]
    for volume in volumes:
        gib = _number(volume.get("size"))
        on = volume.get("attached to", volume.get("attachments")) or []
        servers = (
            [str(a["server_id"]) for a in on if isinstance(a, Mapping) and "server_id" in a]
            if isinstance(on, list)
            else []
        )
        if not servers:
            loose[0] += 1
            loose[1] += gib
            continue
        attached[servers[0]] = attached.get(servers[0], 0) + gib * 1024
        if len(servers) > 1:
            shared[0] += len(servers) - 1
            shared[1] += gib * 1024 * (len(servers) - 1)
    return attached, loose, shared


def _notes(lists: Mapping[str, Sequence[Any]], loose: Sequence[int]) -> Iterable[str]:
    if not lists["flavors"] and any(not isinstance(s.get("flavor"), Mapping) for s in lists["servers"]):
        yield "A server list only names flavors: add the output of `openstack flavor list --all --long -f json`."
    if not lists["volumes"]:
        yield "Disks are those of the flavors: add the output of `openstack volume list --long -f json` for volumes."
    if loose[0]:
        yield f"{loose[0]:,} volumes, {loose[1]:,} GiB, are attached to no server and not counted."


def _number(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**15:
        return 0
    return int(value)


def _lowered(item: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in item.items()}
