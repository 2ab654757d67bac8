"""RVTools exports: a workbook, or one CSV file a tab. Old headers say MB; the numbers always were MiB.

Disk sizes come from vDisk where it is there, else from "Total disk capacity", else from "Provisioned" less the swap file, which
is RAM less its reservation while a VM runs. "In Use" is taken less the swap file, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache

from designer.imports.joined import Cells, Joined
from designer.imports.rows import FileRead, Inventory, InventoryVm, Power, clean
from designer.imports.tables import Columns, Table, grouped_note, rows_of, text

FORMAT = "rvtools"
OWNER = frozenset({"vm", "vm uuid", "vm id", "vi sdk server", "datacenter", "cluster", "host"})
"""Columns that tell which VM a row belongs to."""
COLUMNS: Mapping[str, Set[str]] = {
    "vInfo": OWNER | {
        "powerstate", "template", "srm placeholder", "cpus", "memory", "memory (mib)", "active memory", "total disk capacity mib",
        "provisioned mib", "in use mib", "folder", "os according to the vmware tools", "guest os",
        "os according to the configuration file", "instanceuuid", "cpu usage %",
    },
    "vDisk": OWNER | {"capacity mib", "disk path", "path"},
    "vMemory": OWNER | {"reservation", "consumed", "active"},
    "vCPU": OWNER | {"overall", "max"},
    "vPartition": OWNER | {"consumed mib"},
    "vHost": {"host", "cpu model"},
    "vDatastore": {"name", "address", "capacity mib"},
}  # fmt: skip
"""What is read of each tab; a workbook has five times as much."""
TABS = tuple(COLUMNS)
SERVICE_VM = re.compile(r"vcls([-\s(\d]|$)", re.IGNORECASE)
often = lru_cache(maxsize=1024)(clean)
"""What many rows say alike: operating systems."""
POWER = {"poweredon": Power.ON, "poweredoff": Power.OFF, "suspended": Power.SUSPENDED}


def tab_of(table: Table) -> str:
    """Return which tab of RVTools `table` is: by its sheet or file name, else by its columns; empty for none."""
    for tab in TABS:
        if table.name == tab or re.search(rf"tab{tab}(\W|$)", table.name):
            return tab
    columns = table.columns()
    if "vm" in columns:
        if "powerstate" in columns and "cpus" in columns and "memory" in columns:
            return "vInfo"
        if "capacity mib" in columns and ("disk path" in columns or "disk mode" in columns):
            return "vDisk"
        if "capacity mib" in columns and "consumed mib" in columns:
            return "vPartition"
        if "size mib" in columns and "consumed" in columns:
            return "vMemory"
        if "overall" in columns and "cpus" in columns:
            return "vCPU"
    if "host" in columns and "cpu model" in columns:
        return "vHost"
    if "capacity mib" in columns and "type" in columns and "name" in columns:
        return "vDatastore"
    return ""


@lru_cache(maxsize=64)
def power_of(raw: str) -> Power:
    """Return what a cell says of a VM's power; a VM of which nothing is said is on."""
    return POWER.get(raw.lower().replace(" ", ""), Power.ON)


@lru_cache(maxsize=1024)
def place_of(datacenter: str, cluster: str) -> str:
    """Return where a VM is, as it is shown."""
    return clean(" / ".join(part for part in (datacenter, cluster) if part))


def file_of(table: Table, used_for: str) -> FileRead:
    """Return how `table` was read."""
    return FileRead(
        name=table.file,
        table=table.name,
        rows=len(table.rows) - table.blank_rows,
        blank_rows=table.blank_rows,
        encoding=table.encoding,
        delimiter=table.delimiter,
        used_for=used_for,
    )


def read(tables: Sequence[Table]) -> Inventory:
    """Return the inventory that RVTools tabs hold, of one vCenter or several."""
    by_tab: dict[str, list[Table]] = {tab: [] for tab in TABS}
    for table in tables:
        if tab := tab_of(table):
            by_tab[tab].append(table)
    infos = by_tab["vInfo"]
    info = Cells(infos)
    disks, memory, cpus, partitions = (
        Joined(infos, by_tab[tab], info) for tab in ("vDisk", "vMemory", "vCPU", "vPartition")
    )
    vms = _vms(info, disks, memory, cpus, partitions)
    datastores, repeated = _datastores(by_tab["vDatastore"])
    return Inventory(
        format=FORMAT,
        vms=tuple(vms.rows),
        files=tuple(file_of(t, "VMs" if tab == "vInfo" else tab) for tab in TABS for t in by_tab[tab]),
        notes=(
            *(
                note
                for table in infos
                if (note := grouped_note(table, [table.columns().get(n) for n in NUMBERS], is_whole=True))
            ),
            *_notes(vms.sources, disks.ambiguous, has_cpu=any("max" in t.columns() for t in by_tab["vCPU"])),
        ),
        hosts=_count(by_tab["vHost"]),
        partitions=len(partitions.numbers) if by_tab["vPartition"] else None,
        datastores=datastores,
        datastores_repeated=repeated,
        shared_disks=vms.shared_disks,
        shared_disk_mib=vms.shared_disk_mib,
    )


NUMBERS = (
    "cpus", "memory", "active memory", "total disk capacity mib", "provisioned mib", "in use mib",
)  # fmt: skip
"""Columns of vInfo that hold whole numbers."""


@dataclass(slots=True)
class _Vms:
    """The VMs of vInfo, and what was found on the way."""

    rows: list[InventoryVm] = field(default_factory=list)
    sources: Counter[str] = field(default_factory=Counter)
    """Where the disk sizes came from."""
    shared_disks: int = 0
    shared_disk_mib: int = 0


def _vms(info: Cells, disks: Joined, memory: Joined, cpus: Joined, partitions: Joined) -> _Vms:
    found = _Vms()
    powers = [power_of(raw) for raw in info.texts("powerstate")]
    ram = info.wholes("memory", "memory (mib)")
    ram_used, swap = _memory(info, memory, powers, ram)
    disk = _disks(info, disks, swap, found)
    names = info.texts("vm")
    columns = zip(
        info.numbers, names, powers, info.truths("template"), info.truths("srm placeholder"), info.wholes("cpus"), ram, ram_used,
        disk, _disk_used(info, partitions, swap), _cpu_ratios(info, cpus, powers), info.texts("datacenter"), info.texts("cluster"),
        info.texts("folder"), info.texts("vi sdk server"), info.texts("vm uuid", "instanceuuid"),
        info.texts("os according to the vmware tools", "guest os"), info.texts("os according to the configuration file"),
        strict=True,
    )  # fmt: skip
    for (
        number, raw_name, power, is_template, is_placeholder, vcpus, ram_mib, ram_used_mib,
        disk_mib, disk_used_mib, cpu_ratio, datacenter, cluster, folder, server, uuid, system, configured,
    ) in columns:  # fmt: skip
        name = clean(raw_name) or f"row {number}"
        identity = f"{server}/{uuid}" if uuid else f"{server}/{datacenter}/{folder}/{name}"
        found.rows.append(
            InventoryVm(
                name=name,
                row=number,
                identity=clean(identity, 300).casefold(),
                place=place_of(datacenter, cluster),
                power=power,
                is_template=is_template,
                is_placeholder=is_placeholder,
                is_service_vm=SERVICE_VM.match(name) is not None,
                vcpus=vcpus,
                cpu_used_ratio=cpu_ratio,
                ram_mib=ram_mib,
                ram_used_mib=ram_used_mib if power is Power.ON else None,
                disk_mib=disk_mib,
                disk_used_mib=disk_used_mib,
                operating_system=often(system or configured),
            )
        )
    return found


def _memory(
    info: Cells, memory: Joined, powers: Sequence[Power], ram: Sequence[int | None]
) -> tuple[list[int | None], list[int]]:
    """RAM in use, and the swap file, of each VM in MiB."""
    used, swap = info.wholes("active memory"), []
    reserved, consumed, active = (
        memory.wholes("reservation"),
        memory.wholes("consumed"),
        memory.wholes("active"),
    )
    for place, (power, mib, rows) in enumerate(zip(powers, ram, memory.of, strict=True)):
        kept = 0
        for row in rows[:1]:
            kept = max(0, reserved[row] or 0)
            known = consumed[row] if consumed[row] is not None else active[row]
            used[place] = known if known is not None else used[place]
        swap.append(max(0, (mib or 0) - kept) if power is Power.ON else 0)
    return used, swap


def _cpu_ratios(info: Cells, cpus: Joined, powers: Sequence[Power]) -> list[float | None]:
    """The load of each VM's processor, as a fraction of what it may use."""
    ratios = [None if percent is None else percent / 100 for percent in info.decimals("cpu usage %")]
    overall, most = cpus.decimals("overall"), cpus.decimals("max")
    for place, (power, rows) in enumerate(zip(powers, cpus.of, strict=True)):
        if rows and power is Power.ON:
            load, limit = overall[rows[0]], most[rows[0]]
            if load is not None and limit:
                ratios[place] = load / limit
    return [None if ratio is None else round(min(2.0, max(0.0, ratio)), 4) for ratio in ratios]


def _disks(info: Cells, disks: Joined, swap: Sequence[int], found: _Vms) -> list[int | None]:
    """The provisioned disk of each VM in MiB. A disk that several VMs of one vCenter use counts with the first."""
    sizes = disks.wholes("capacity mib")
    paths = list(zip(disks.texts("vi sdk server"), disks.texts("disk path", "path"), strict=True))
    seen: dict[tuple[str, str], int] = {}  # by path, the first disk of the VM that it counts with
    of_vms: list[int | None] = []
    capacities, provisioned = info.wholes("total disk capacity mib"), info.wholes("provisioned mib")
    for place, rows in enumerate(disks.of):
        if rows:
            total = 0
            for row in rows:
                size, path = sizes[row] or 0, paths[row]
                if path[1] and seen.setdefault(path, rows[0]) != rows[0]:
                    found.shared_disks += 1
                    found.shared_disk_mib += size
                    continue
                total += size
            of_vms.append(total)
            found.sources["vDisk"] += 1
        elif (capacity := capacities[place]) is not None:
            of_vms.append(capacity)
            found.sources["Total disk capacity"] += 1
        else:
            of_vms.append(_less_swap(provisioned[place], swap[place]))
            found.sources["none" if of_vms[-1] is None else "Provisioned"] += 1
    return of_vms


def _disk_used(info: Cells, partitions: Joined, swap: Sequence[int]) -> list[int | None]:
    """What is written of each VM's disk in MiB: on the datastore, else in its partitions."""
    used = [_less_swap(mib, less) for mib, less in zip(info.wholes("in use mib"), swap, strict=True)]
    if None not in used:
        return used
    consumed = partitions.wholes("consumed mib")
    for place, rows in enumerate(partitions.of):
        if used[place] is None and (known := [mib for row in rows if (mib := consumed[row]) is not None]):
            used[place] = sum(known)
    return used


def _less_swap(mib: int | None, swap_mib: int) -> int | None:
    """A datastore figure without the swap file; as it stands where it is smaller than one."""
    return mib if mib is None or mib < swap_mib else mib - swap_mib


def _count(tables: Sequence[Table]) -> int | None:
    return sum(1 for table in tables for _ in rows_of(table)) if tables else None


def _datastores(tables: Sequence[Table]) -> tuple[int | None, int]:
    if not tables:
        return None, 0
    keys = []
    for table in tables:
        columns = Columns(table)
        places = [columns.place(n) for n in ("name", "address", "capacity mib")]
        keys += [tuple(text(row, p) for p in places) for _, row in rows_of(table)]
    return len(set(keys)), len(keys) - len(set(keys))


def _notes(sources: Mapping[str, int], ambiguous: Set[str], *, has_cpu: bool) -> Iterator[str]:
    if n := sources.get("Provisioned"):
        yield (
            f"Disks of {n:,} VMs are “Provisioned” less the swap file (RAM less its reservation while a VM is on): "
            "the export has no vDisk row for them."
        )
    if n := sources.get("none"):
        yield f"{n:,} VMs have no disk size in the export."
    if ambiguous:
        yield (
            f"{len(ambiguous):,} names are used by several VMs and other tabs give only the name: rows of those tabs "
            "were not joined to them."
        )
    if has_cpu:
        yield "Processor load is that of the moment of the export (vCPU, Overall over Max), not an average or a peak."
