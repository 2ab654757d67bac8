"""Azure Migrate and AWS Migration Hub import files: one CSV row a server."""

from __future__ import annotations

from collections.abc import Sequence

from designer.imports.rows import Inventory, InventoryVm, clean
from designer.imports.rvtools import file_of
from designer.imports.tables import Columns, Table, decimal, rows_of, text, whole

AZURE, AWS = "azure-migrate", "aws-migration-hub"
AZURE_DISKS = range(1, 21)


def is_azure(table: Table) -> bool:
    """Whether `table` is an Azure Migrate import file."""
    return {"server name", "cores", "memory (in mib)"} <= set(table.columns())


def is_aws(table: Table) -> bool:
    """Whether `table` is an AWS Application Discovery import file."""
    columns = set(table.columns())
    return "ram.totalsizeinmb" in columns and any(name.startswith("cpu.numberof") for name in columns)


def read_azure(tables: Sequence[Table]) -> Inventory:
    """Return the inventory of Azure Migrate import files. RAM "In MB" and disks "In GB" are MiB and GiB."""
    vms = []
    for table in tables:
        columns = Columns(table)
        disks = [
            {
                "size": columns.place(f"disk {n} size (in gb)"),
                "ops": [
                    columns.place(f"disk {n} {way} ops (operations per second)") for way in ("read", "write")
                ],
                "rate": [
                    columns.place(f"disk {n} {way} throughput (mib per second)") for way in ("read", "write")
                ],
            }
            for n in AZURE_DISKS
        ]
        for number, row in rows_of(table):
            sizes = [decimal(row, disk["size"]) for disk in disks]  # type: ignore[arg-type]
            ops = [decimal(row, place) for disk in disks for place in disk["ops"]]  # type: ignore[union-attr]
            rates = [decimal(row, place) for disk in disks for place in disk["rate"]]  # type: ignore[union-attr]
            name = clean(text(row, columns.place("server name"))) or f"row {number}"
            cpu = decimal(row, columns.place("cpu utilization percentage"))
            ram = decimal(row, columns.place("memory utilization percentage"))
            ram_mib = whole(row, columns.place("memory (in mib)"))
            known = [size for size in sizes if size is not None]
            vms.append(
                InventoryVm(
                    name=name,
                    row=number,
                    identity=name.casefold(),
                    vcpus=whole(row, columns.place("cores")),
                    cpu_used_ratio=None if cpu is None else cpu / 100,
                    ram_mib=ram_mib,
                    ram_used_mib=None if ram is None or ram_mib is None else round(ram_mib * ram / 100),
                    disk_mib=round(sum(known) * 1024) if known else None,
                    iops=_sum(ops),
                    mb_per_second=_sum(rates),
                    operating_system=clean(text(row, columns.place("os name"))),
                )
            )
    return Inventory(
        format=AZURE,
        vms=tuple(vms),
        files=tuple(file_of(table, "VMs") for table in tables),
        notes=(
            "The file does not say which servers are on: all count.",
            "“In MB” and “In GB” are read as MiB and GiB, as hypervisors mean them.",
        ),
    )


def read_aws(tables: Sequence[Table]) -> Inventory:
    """Return the inventory of AWS Migration Hub import files, which say nothing of disk sizes."""
    vms = []
    for table in tables:
        columns = Columns(table)
        for number, row in rows_of(table):
            name = clean(text(row, columns.place("vmware.vmname")) or text(row, columns.place("hostname")))
            identity = next(
                (
                    found
                    for key in ("serverid", "externalid", "smbiosid", "hostname", "vmware.morefid")
                    if (found := text(row, columns.place(key)))
                ),
                "",
            )
            ratios = [decimal(row, columns.place(f"cpu.usagepct.{which}")) for which in ("avg", "max")]
            used, peak = (whole(row, columns.place(f"ram.usedsizeinmb.{which}")) for which in ("avg", "max"))
            ops = [decimal(row, columns.place(f"disk{way}opspersecond.avg")) for way in ("read", "write")]
            rate = _sum(
                [decimal(row, columns.place(f"disk{way}spersecondinkb.avg")) for way in ("read", "write")]
            )
            vms.append(
                InventoryVm(
                    name=name or f"row {number}",
                    row=number,
                    identity=clean(identity, 300).casefold(),
                    vcpus=whole(row, columns.place("cpu.numberoflogicalcores", "cpu.numberofcores")),
                    cpu_used_ratio=None if ratios[0] is None else round(ratios[0] / 100, 4),
                    cpu_peak_ratio=None if ratios[1] is None else round(ratios[1] / 100, 4),
                    ram_mib=whole(row, columns.place("ram.totalsizeinmb")),
                    ram_used_mib=used,
                    ram_peak_mib=peak,
                    iops=_sum(ops),
                    mb_per_second=None if rate is None else rate / 1000,
                    operating_system=clean(
                        f"{text(row, columns.place('os.name'))} {text(row, columns.place('os.version'))}"
                    ),
                )
            )
    return Inventory(
        format=AWS,
        vms=tuple(vms),
        files=tuple(file_of(table, "VMs") for table in tables),
        notes=(
            "This format has no disk sizes: the profiles have none either, add them before sizing.",
            "The file does not say which servers are on: all count.",
        ),
    )


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
