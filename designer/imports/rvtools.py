"""RVTools exports: a workbook, or one CSV file a tab. Old headers say MB; the numbers always were MiB.

Disk sizes come from vDisk where it is there, else from "Total disk capacity", else from "Provisioned" less the swap file, which
is RAM less its reservation while a VM runs. "In Use" is taken less the swap file, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from designer.imports.inventory import FileRead, Inventory, InventoryVm, Power, clean
from designer.imports.tables import Columns, Table, decimal, grouped_note, text, truth, whole

FORMAT = "rvtools"
TABS = ("vInfo", "vDisk", "vMemory", "vCPU", "vPartition", "vHost", "vDatastore")
SERVICE_VM = re.compile(r"vcls([-\s(\d]|$)", re.IGNORECASE)
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


def rows_of(table: Table) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows that hold something, each with its number in the file; count the others in the table."""
    table.blank_rows = 0
    for number, row in enumerate(table.rows, table.first_row):
        if (row and row[0] and type(row[0]) is str) or any(
            cell not in ("", None) and str(cell).strip() for cell in row
        ):
            yield number, row
        else:
            table.blank_rows += 1


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


class Joined:
    """Rows of another tab by the VM they belong to: by every column that both tabs have and that tells VMs apart."""

    KEYS = (("vm uuid",), ("vm id", "vi sdk server"), ("vm", "datacenter", "cluster", "host"), ("vm",))

    def __init__(self, infos: Sequence[Table], others: Sequence[Table], names: Iterable[str]) -> None:
        self.key = next(
            (
                key
                for key in self.KEYS
                if all(column in t.columns() for t in (*infos, *others) for column in key)
            ),
            ("vm",),
        )
        seen: set[str] = set()
        self.ambiguous = (
            {n for n in names if n in seen or seen.add(n)}  # type: ignore[func-returns-value]
            if self.key == ("vm",)
            else set()
        )
        self.rows: dict[tuple[str, ...], list[tuple[Columns, list[Any]]]] = {}
        self._places: dict[int, list[int | None]] = {}
        for table in others:
            columns = Columns(table)
            places = [columns.place(name) for name in self.key]
            for _, row in rows_of(table):
                self.rows.setdefault(_key(row, places), []).append((columns, row))

    def of(self, columns: Columns, row: Sequence[Any]) -> list[tuple[Columns, list[Any]]]:
        """Return the rows that belong to a row of vInfo; none where only its name, which others share, could tell."""
        places = self._places.get(id(columns))
        if places is None:
            places = self._places[id(columns)] = [columns.place(name) for name in self.key]
        key = _key(row, places)
        return [] if key[0] in self.ambiguous and self.key == ("vm",) else self.rows.get(key, [])


def _key(row: Sequence[Any], places: Sequence[int | None]) -> tuple[str, ...]:
    """The cells at `places`; as they stand where all are text, which is the rule and ten times faster."""
    try:
        key = tuple([row[place] for place in places])  # type: ignore[index]  # None is caught
        "".join(key)
    except (IndexError, TypeError):
        return tuple([text(row, place) for place in places])
    return key


def read(tables: Sequence[Table]) -> Inventory:
    """Return the inventory that RVTools tabs hold, of one vCenter or several."""
    by_tab: dict[str, list[Table]] = {tab: [] for tab in TABS}
    for table in tables:
        if tab := tab_of(table):
            by_tab[tab].append(table)
    infos = by_tab["vInfo"]
    names = [text(row, at) for t in infos for at in [t.columns().get("vm")] for row in t.rows]
    disks, memory, cpus, partitions = (
        Joined(infos, by_tab[tab], names) for tab in ("vDisk", "vMemory", "vCPU", "vPartition")
    )
    paths: set[str] = set()
    shared = [0, 0]
    sources: dict[str, int] = {}
    vms: list[InventoryVm] = []
    for table in infos:
        columns = Columns(table)
        at = {name: columns.place(*names) for name, names in VINFO.items()}
        for number, row in rows_of(table):
            vms.append(_vm(number, row, at, columns, disks, memory, cpus, partitions, paths, shared, sources))
    datastores, repeated = _datastores(by_tab["vDatastore"])
    return Inventory(
        format=FORMAT,
        vms=tuple(vms),
        files=tuple(file_of(t, "VMs" if tab == "vInfo" else tab) for tab in TABS for t in by_tab[tab]),
        notes=(
            *(
                note
                for table in infos
                if (note := grouped_note(table, [table.columns().get(n) for n in NUMBERS], is_whole=True))
            ),
            *_notes(sources, disks.ambiguous, has_cpu=any("max" in t.columns() for t in by_tab["vCPU"])),
        ),
        hosts=_count(by_tab["vHost"]),
        partitions=_count(by_tab["vPartition"]),
        datastores=datastores,
        datastores_repeated=repeated,
        shared_disks=shared[0],
        shared_disk_mib=shared[1],
    )


NUMBERS = (
    "cpus", "memory", "active memory", "total disk capacity mib", "provisioned mib", "in use mib",
)  # fmt: skip
"""Columns of vInfo that hold whole numbers."""
VINFO = {
    "vm": ("vm",),
    "power": ("powerstate",),
    "template": ("template",),
    "placeholder": ("srm placeholder",),
    "cpus": ("cpus",),
    "memory": ("memory", "memory (mib)"),
    "active": ("active memory",),
    "capacity": ("total disk capacity mib",),
    "provisioned": ("provisioned mib",),
    "in_use": ("in use mib",),
    "datacenter": ("datacenter",),
    "cluster": ("cluster",),
    "folder": ("folder",),
    "os": ("os according to the vmware tools", "guest os"),
    "os_configured": ("os according to the configuration file",),
    "uuid": ("vm uuid", "instanceuuid"),
    "server": ("vi sdk server",),
    "cpu_usage": ("cpu usage %",),
}


def _vm(
    number: int,
    row: Sequence[Any],
    at: dict[str, int | None],
    columns: Columns,
    disks: Joined,
    memory: Joined,
    cpus: Joined,
    partitions: Joined,
    paths: set[str],
    shared: list[int],
    sources: dict[str, int],
) -> InventoryVm:
    name = clean(text(row, at["vm"])) or f"row {number}"
    power = POWER.get(text(row, at["power"]).lower().replace(" ", ""), Power.ON)
    ram_mib = whole(row, at["memory"])
    used_mib = whole(row, at["active"])
    reserved = 0
    for cols, found in memory.of(columns, row)[:1]:
        reserved = max(0, whole(found, cols.place("reservation")) or 0)
        consumed = whole(found, cols.place("consumed"))
        active = whole(found, cols.place("active"))
        used_mib = consumed if consumed is not None else active if active is not None else used_mib
    swap_mib = max(0, (ram_mib or 0) - reserved) if power is Power.ON else 0
    disk_mib, source = _disk(row, at, disks.of(columns, row), swap_mib, paths, shared)
    disk_used_mib = _less_swap(whole(row, at["in_use"]), swap_mib)
    if disk_used_mib is None:
        parts = [whole(r, c.place("consumed mib")) for c, r in partitions.of(columns, row)]
        disk_used_mib = sum(p for p in parts if p is not None) if any(p is not None for p in parts) else None
    sources[source] = sources.get(source, 0) + 1
    percent = decimal(row, at["cpu_usage"])
    cpu_ratio = percent / 100 if percent is not None else None
    for cols, found in cpus.of(columns, row)[:1]:
        overall, most = decimal(found, cols.place("overall")), decimal(found, cols.place("max"))
        if overall is not None and most and power is Power.ON:
            cpu_ratio = overall / most
    datacenter, cluster = text(row, at["datacenter"]), text(row, at["cluster"])
    server, uuid = text(row, at["server"]), text(row, at["uuid"])
    identity = f"{server}/{uuid}" if uuid else f"{server}/{datacenter}/{text(row, at['folder'])}/{name}"
    return InventoryVm(
        name=name,
        row=number,
        identity=clean(identity, 300).casefold(),
        place=clean(" / ".join(part for part in (datacenter, cluster) if part)),
        power=power,
        is_template=truth(row, at["template"]),
        is_placeholder=truth(row, at["placeholder"]),
        is_service_vm=SERVICE_VM.match(name) is not None,
        vcpus=whole(row, at["cpus"]),
        cpu_used_ratio=None if cpu_ratio is None else round(min(2.0, max(0.0, cpu_ratio)), 4),
        ram_mib=ram_mib,
        ram_used_mib=used_mib if power is Power.ON else None,
        disk_mib=disk_mib,
        disk_used_mib=disk_used_mib,
        operating_system=clean(text(row, at["os"]) or text(row, at["os_configured"])),
    )


def _disk(
    row: Sequence[Any],
    at: dict[str, int | None],
    disks: list[tuple[Columns, list[Any]]],
    swap_mib: int,
    paths: set[str],
    shared: list[int],
) -> tuple[int | None, str]:
    if disks:
        total = 0
        for columns, disk in disks:
            size = whole(disk, columns.place("capacity mib")) or 0
            path = text(disk, columns.place("disk path", "path"))
            if path and path in paths:
                shared[0] += 1
                shared[1] += size
                continue
            paths.add(path)
            total += size
        return total, "vDisk"
    if (capacity := whole(row, at["capacity"])) is not None:
        return capacity, "Total disk capacity"
    provisioned = _less_swap(whole(row, at["provisioned"]), swap_mib)
    return provisioned, "Provisioned" if provisioned is not None else "none"


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


def _notes(sources: dict[str, int], ambiguous: set[str], *, has_cpu: bool) -> Iterator[str]:
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
