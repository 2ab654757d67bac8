"""Live Optics workbooks: VMs, ESX Hosts, ESX Performance. Older exports say MB; the numbers are MiB."""

from __future__ import annotations

from collections.abc import Sequence

from designer.imports.rows import Inventory, InventoryVm, Power, clean
from designer.imports.rvtools import POWER, SERVICE_VM, file_of
from designer.imports.tables import Columns, Table, decimal, rows_of, text, truth, whole

FORMAT = "live-optics"


def is_vms(table: Table) -> bool:
    """Whether `table` is the one with the VMs."""
    columns = table.columns()
    return "vm name" in columns and "virtual cpu" in columns


def read(tables: Sequence[Table]) -> Inventory:
    """Return the inventory of a Live Optics export."""
    vms: list[InventoryVm] = []
    iops = p95 = peak = None
    hosts = None
    files = []
    for table in tables:
        columns = Columns(table)
        if is_vms(table):
            vms += [_vm(number, row, columns) for number, row in rows_of(table)]
            files.append(file_of(table, "VMs"))
        elif "average iops" in columns:
            rows = [row for _, row in rows_of(table)]
            iops, p95, peak = (
                sum(decimal(row, columns.place(name)) or 0 for row in rows)
                for name in ("average iops", "95% iops", "peak iops")
            )
            files.append(file_of(table, "load of hosts"))
        elif "cpu sockets" in columns:
            hosts = sum(1 for _ in rows_of(table))
            files.append(file_of(table, "hosts"))
    return Inventory(
        format=FORMAT,
        vms=tuple(vms),
        files=tuple(files),
        hosts=hosts,
        estate_iops=iops,
        estate_p95_iops=p95,
        estate_peak_iops=peak,
        notes=(
            "RAM in use is the consumed memory, the average of the capture; Live Optics gives no peak of single VMs.",
        ),
    )


def _vm(number: int, row: Sequence[object], columns: Columns) -> InventoryVm:
    def at(*names: str) -> int | None:
        return columns.place(*names)

    name = clean(text(row, at("vm name"))) or f"row {number}"
    power = POWER.get(text(row, at("power state")).lower().replace(" ", ""))
    if power is None:
        power = Power.OFF if text(row, at("isrunning")).lower() in ("false", "0") else Power.ON
    consumed = whole(row, at("consumed memory (mib)"))
    active = whole(row, at("used memory (active) (mib)"))
    datacenter, cluster = text(row, at("datacenter")), text(row, at("cluster"))
    uuid = text(row, at("instanceuuid", "uuid"))
    return InventoryVm(
        name=name,
        row=number,
        identity=clean(uuid or f"{datacenter}/{name}", 300).casefold(),
        place=clean(" / ".join(part for part in (datacenter, cluster) if part)),
        power=power,
        is_template=truth(row, at("template")),
        is_service_vm=SERVICE_VM.match(name) is not None,
        vcpus=whole(row, at("virtual cpu")),
        ram_mib=whole(row, at("provisioned memory (mib)")),
        ram_used_mib=(consumed if consumed is not None else active) if power is Power.ON else None,
        disk_mib=_first(row, at("virtual disk size (mib)"), at("guest vm disk capacity (mib)")),
        disk_used_mib=_first(row, at("virtual disk used (mib)"), at("guest vm disk used (mib)")),
        operating_system=clean(text(row, at("vm os"))),
    )


def _first(row: Sequence[object], *places: int | None) -> int | None:
    return next((value for place in places if (value := whole(row, place)) is not None), None)
