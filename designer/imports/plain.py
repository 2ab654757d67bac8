"""Any other table of VMs: people say which column means what; likely ones are proposed, units never guessed in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from designer.imports.rows import Inventory, InventoryVm, Power, clean
from designer.imports.rvtools import file_of
from designer.imports.tables import Table, decimal, grouped_note, rows_of, text, whole

FORMAT = "table"
FIELDS = (
    "name",
    "vcpus",
    "ram",
    "ram_used",
    "disk",
    "disk_used",
    "cpu_percent",
    "cpu_peak_percent",
    "iops",
    "power",
    "count",
    "os",
)
NEEDED = ("vcpus", "ram")
ALIASES: Mapping[str, tuple[str, ...]] = {
    "name": (
        "name",
        "vm",
        "vm name",
        "server",
        "server name",
        "hostname",
        "host name",
        "machine",
        "instance",
    ),
    "vcpus": (
        "vcpus",
        "vcpu",
        "cpus",
        "cpu",
        "cores",
        "cpu count",
        "vcpu count",
        "number of cpus",
        "cpu cores",
    ),
    "ram": ("ram", "memory", "mem", "ram size", "memory size"),
    "ram_used": ("ram used", "used ram", "memory used", "used memory"),
    "disk": (
        "disk",
        "storage",
        "disk size",
        "provisioned storage",
        "provisioned",
        "capacity",
        "disk provisioned",
    ),
    "disk_used": ("disk used", "used disk", "used storage", "storage used", "used space"),
    "cpu_percent": ("cpu %", "cpu usage %", "cpu usage", "cpu utilization", "average cpu %", "cpu percent"),
    "cpu_peak_percent": ("peak cpu %", "cpu peak %", "max cpu %", "cpu max %"),
    "iops": ("iops", "average iops", "disk iops"),
    "power": ("power", "power state", "powerstate", "state", "status"),
    "count": ("count", "quantity", "number", "vms"),
    "os": ("os", "operating system", "guest os"),
}
RAM_UNITS: Mapping[str, float] = {"MiB": 1, "GiB": 1024, "TiB": 1024**2}
DISK_UNITS: Mapping[str, float] = {
    "MiB": 1, "GiB": 1024, "TiB": 1024**2, "MB": 10**6 / 2**20, "GB": 10**9 / 2**20, "TB": 10**12 / 2**20
}  # fmt: skip
"""MiB in one of each."""
OFF = (
    "off",
    "stopped",
    "shutoff",
    "shut down",
    "powered off",
    "poweredoff",
    "terminated",
    "deallocated",
    "down",
)
UNIT = re.compile(r"[\s_]*[(\[]?\s*(?:in\s+)?\b(mib|gib|tib|mb|gb|tb)\b\s*[)\]]?\s*$", re.IGNORECASE)


def proposal(header: Sequence[str]) -> dict[str, str]:
    """Return which columns of `header` probably mean what, with units where their names say them."""
    found: dict[str, str] = {}
    for raw in header:
        name = raw.replace("_", " ").strip()
        unit = UNIT.search(name)
        bare = " ".join(UNIT.sub("", name).lower().split())
        for field, aliases in ALIASES.items():
            if field not in found and bare in aliases:
                found[field] = raw
                if unit and field in ("ram", "disk"):
                    found[f"{field}_unit"] = _unit(unit[1], is_ram=field == "ram")
                break
    return found


def _unit(raw: str, *, is_ram: bool) -> str:
    """RAM comes in powers of two whatever people write; disks may be meant either way and are taken as written."""
    letter = raw[0].upper()
    return f"{letter}iB" if is_ram or raw.lower().endswith("ib") else f"{letter}B"


def is_complete(mapping: Mapping[str, str], header: Sequence[str]) -> bool:
    """Whether `mapping` says enough to read a table with `header`."""
    known = set(header)
    if not all(mapping.get(field) in known for field in NEEDED) or mapping.get("ram_unit") not in RAM_UNITS:
        return False
    return not mapping.get("disk") or mapping.get("disk_unit") in DISK_UNITS


def read(tables: Sequence[Table], chosen: Mapping[str, str] | None) -> Inventory:
    """Return the inventory of a plain table; without VMs, but with its header, while the columns are not known."""
    table = tables[0]
    header = [clean(name, 200) for name in table.header]
    mapping = {**proposal(header), **{k: v for k, v in (chosen or {}).items() if k != "encoding"}}
    mapping = {key: value for key, value in mapping.items() if value}
    rows = list(rows_of(table))
    if not is_complete(mapping, header):
        return Inventory(
            format=FORMAT,
            vms=(),
            files=(file_of(table, ""),),
            columns=tuple(header),
            examples=tuple(tuple(clean(text(row, i), 60) for i in range(len(header))) for _, row in rows[:3]),
            mapping=mapping,
        )
    at = {field: header.index(mapping[field]) for field in FIELDS if mapping.get(field) in header}
    ram, disk = RAM_UNITS[mapping["ram_unit"]], DISK_UNITS.get(mapping.get("disk_unit", ""), 1.0)
    vms = tuple(_vm(number, row, at, ram, disk) for number, row in rows)
    told = ", ".join(f"{name} from “{mapping[name]}”" for name in FIELDS if name in at)
    units = f"RAM in {mapping['ram_unit']}" + (f", disk in {mapping['disk_unit']}" if "disk" in at else "")
    sizes = [at[field] for field in ("ram", "ram_used", "disk", "disk_used") if field in at]
    grouped = grouped_note(table, sizes, is_whole=False)
    return Inventory(
        format=FORMAT,
        vms=vms,
        files=(file_of(table, "VMs"),),
        columns=tuple(header),
        mapping=mapping,
        notes=(f"Columns: {told}; {units}.", *([grouped] if grouped else [])),
    )


def _vm(number: int, row: Sequence[object], at: Mapping[str, int], ram: float, disk: float) -> InventoryVm:
    def size(field: str, unit: float) -> int | None:
        value = decimal(row, at.get(field))
        return None if value is None else round(value * unit)

    state = text(row, at.get("power")).lower()
    power = Power.OFF if state in OFF else Power.SUSPENDED if state in ("suspended", "paused") else Power.ON
    name = clean(text(row, at.get("name"))) or f"row {number}"
    cpu, peak = decimal(row, at.get("cpu_percent")), decimal(row, at.get("cpu_peak_percent"))
    count = whole(row, at.get("count"))
    is_counted = "count" in at
    return InventoryVm(
        name=name,
        row=number,
        identity="" if is_counted or "name" not in at else name.casefold(),
        power=power,
        vcpus=whole(row, at.get("vcpus")) if not is_counted or (count or 0) > 0 else None,
        cpu_used_ratio=None if cpu is None else round(cpu / 100, 4),
        cpu_peak_ratio=None if peak is None else round(peak / 100, 4),
        ram_mib=size("ram", ram),
        ram_used_mib=size("ram_used", ram),
        disk_mib=size("disk", disk),
        disk_used_mib=size("disk_used", disk),
        iops=decimal(row, at.get("iops")),
        operating_system=clean(text(row, at.get("os"))),
        count=min(10**6, max(1, count or 1)),
    )
