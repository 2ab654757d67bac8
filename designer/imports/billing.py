"""Bills as workload: what all of them have in common, and AWS cost and usage reports (CUR, old and new column names).

A machine is a resource with hours of an instance type, or of cores and memory. Its share of hours is what it was billed over the
hours of the file. Volumes of a bill name no machine: their average over the file is one sum, spread over the machines afterwards.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from designer.imports.rows import FileRead, Inventory, InventoryVm, clean
from designer.imports.rvtools import file_of
from designer.imports.tables import Table, decimal, rows_of, text

CUR = "aws-cur"
USED = {"Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"}
"""Line types of a CUR that are use; the others are fees, credits, taxes, and the counterparts of these."""
BOX_USAGE = re.compile(r"(^|-)(BoxUsage|SpotUsage|DedicatedUsage|HeavyUsage|HostBoxUsage)(:|$)")
VOLUME_USAGE = re.compile(r"EBS:VolumeUsage")
BILLION = 10**9
SLACK = 1.02
"""How far the hours of one machine may exceed those of the file by rounding. House value."""


@dataclass(slots=True)
class Machine:
    """What a bill says of one resource."""

    name: str
    row: int
    place: str
    provider: str
    instance_type: str = ""
    operating_system: str = ""
    vcpus: int | None = None
    ram_mib: int | None = None
    hours: float = 0.0
    most_vcpus: float = 0.0
    """Of one line, where vCPUs are billed by the hour and not the machine."""
    vcpu_hours: float = 0.0
    most_gib: float = 0.0
    gib_hours: float = 0.0

    def add_vcpus(self, vcpu_hours: float, over_hours: float) -> None:
        """Count hours of vCPUs that a line bills for its time: their largest number is the size of the machine."""
        self.vcpu_hours += vcpu_hours
        self.most_vcpus = max(self.most_vcpus, vcpu_hours / over_hours if over_hours else 0.0)

    def add_gib(self, gib_hours: float, over_hours: float) -> None:
        """Count hours of GiB of memory likewise."""
        self.gib_hours += gib_hours
        self.most_gib = max(self.most_gib, gib_hours / over_hours if over_hours else 0.0)

    def settle(self) -> None:
        """Take size and hours from those of vCPUs and memory, where no line says them itself."""
        if not self.vcpus and self.most_vcpus:
            self.vcpus = max(1, math.ceil(round(self.most_vcpus, 3)))
        if not self.ram_mib and self.most_gib:
            self.ram_mib = math.ceil(round(self.most_gib * 1024, 3))
        if not self.hours and self.most_vcpus:
            self.hours = self.vcpu_hours / self.most_vcpus
        elif not self.hours and self.most_gib:
            self.hours = self.gib_hours / self.most_gib


@dataclass(slots=True)
class Bill:
    """Sums while reading."""

    machines: dict[str, Machine]
    gb_months: float = 0.0
    volumes: int = 0
    lines: int = 0
    first: datetime | None = None
    last: datetime | None = None
    month_hours: float = 730.0
    other: Counter[str] | None = None

    def span(self, start: datetime | None, end: datetime | None) -> None:
        if start is not None and (self.first is None or start < self.first):
            self.first = start
        if end is not None and (self.last is None or end > self.last):
            self.last = end

    def month(self, start: str, end: str) -> None:
        self.month_hours = _hours_between(start, end) or self.month_hours

    @property
    def hours(self) -> float:
        if self.first is None or self.last is None:
            return self.month_hours
        return max(1.0, (self.last - self.first).total_seconds() / 3600)


def compact(raw: str) -> str:
    """Return a column name without signs and case: `lineItem/UsageType` and `line_item_usage_type` are the same."""
    return re.sub(r"[^a-z0-9]", "", raw.lower())


def is_cur(table: Table) -> bool:
    """Whether `table` is an AWS cost and usage report."""
    return {"lineitemusagetype", "lineitemusageamount"} <= {compact(name) for name in table.header}


FOREIGN = {
    "Azure": {"metercategory", "metername", "chargetype"},
    "Google Cloud": {"skudescription", "usageamount", "usagestarttime"},
}
"""Columns that tell the providers' own cost exports."""


def foreign(table: Table) -> str:
    """Return whose cost export `table` is, of those that are not read; empty for none."""
    columns = {compact(name) for name in table.header}
    return next((name for name, known in FOREIGN.items() if known <= columns), "")


def read_cur(tables: Sequence[Table]) -> Inventory:
    """Return the machines of AWS cost and usage reports."""
    bill = Bill(machines={}, other=Counter())
    for table in tables:
        at = {compact(name): index for index, name in reversed(list(enumerate(table.header)))}

        def value(row: Sequence[Any], name: str, at: Mapping[str, int] = at) -> str:
            return text(row, at.get(name))

        for number, row in rows_of(table):
            bill.lines += 1
            bill.span(
                moment(value(row, "lineitemusagestartdate")), moment(value(row, "lineitemusageenddate"))
            )
            bill.month(value(row, "billbillingperiodstartdate"), value(row, "billbillingperiodenddate"))
            if value(row, "lineitemlineitemtype") not in USED:
                continue
            usage_type = value(row, "lineitemusagetype")
            quantity = decimal(row, at.get("lineitemusageamount")) or 0.0
            resource = value(row, "lineitemresourceid")
            if BOX_USAGE.search(usage_type) and value(row, "lineitemproductcode") in ("AmazonEC2", ""):
                machine = bill.machines.setdefault(
                    resource or f"row {number}",
                    Machine(
                        name=clean(resource or f"row {number}"),
                        row=number,
                        place=clean(value(row, "productregioncode") or value(row, "productregion")),
                        provider="aws",
                    ),
                )
                machine.instance_type = machine.instance_type or clean(
                    value(row, "productinstancetype") or usage_type.rpartition(":")[2]
                )
                machine.operating_system = clean(value(row, "productoperatingsystem"))
                machine.vcpus = machine.vcpus or whole_number(value(row, "productvcpu"))
                machine.ram_mib = machine.ram_mib or gib_as_mib(value(row, "productmemory"))
                machine.hours += quantity
            elif VOLUME_USAGE.search(usage_type):
                bill.gb_months += quantity
                bill.volumes += 1
            elif bill.other is not None:
                bill.other[
                    value(row, "productproductname") or value(row, "lineitemproductcode") or usage_type
                ] += 1
    return inventory_of(CUR, tables, bill)


def inventory_of(format: str, tables: Sequence[Table], bill: Bill) -> Inventory:
    """Return the machines of a bill as VMs. One with more hours than the file is long stands for several."""
    hours = bill.hours
    vms, several = [], 0
    for machine in bill.machines.values():
        machine.settle()
        count = math.ceil(machine.hours / hours) if machine.hours > hours * SLACK else 1
        several += count > 1
        vms.append(
            InventoryVm(
                name=machine.name,
                row=machine.row,
                identity="",
                place=machine.place,
                vcpus=machine.vcpus,
                ram_mib=machine.ram_mib,
                operating_system=machine.operating_system,
                provider=machine.provider,
                instance_type=machine.instance_type,
                hours_share=round(min(1.0, machine.hours / (hours * count)), 4),
                count=count,
            )
        )
    loose_gb = bill.gb_months * bill.month_hours / hours
    billed = sum(machine.hours for machine in bill.machines.values())
    notes = [
        f"{bill.lines:,} lines over {hours:,.0f} hours: {len(vms):,} machines with {billed:,.0f} hours, so on average "
        f"{billed / hours:,.1f} at a time. Each machine counts as one VM with its share of the hours.",
    ]
    if several:
        notes.append(
            f"{several:,} machines were billed more hours than there are in the file, as scale sets are: each counts as so many "
            "VMs as ran at a time, rounded up."
        )
    if bill.volumes:
        notes.append(
            f"{bill.volumes:,} lines of block volumes come to {loose_gb:,.1f} GB on average. A bill does not say whose "
            "they are: their sum is spread over the VMs alike."
        )
    if bill.other:
        listed = ", ".join(f"{name} {n:,}" for name, n in bill.other.most_common(8))
        notes.append(
            f"{sum(bill.other.values()):,} other lines of use are not VMs or volumes: {clean(listed, 400)}."
        )
    files: list[FileRead] = [file_of(table, "bill") for table in tables]
    return Inventory(
        format=format,
        vms=tuple(vms),
        files=tuple(files),
        notes=tuple(notes),
        loose_disk_mib=math.ceil(loose_gb * BILLION / 2**20),
    )


@lru_cache(maxsize=4096)
def moment(raw: str) -> datetime | None:
    """Return an ISO 8601 time, as bills write them in several ways, without its zone: all are UTC."""
    try:
        return datetime.fromisoformat(raw).replace(tzinfo=None) if raw else None
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _hours_between(start: str, end: str) -> float | None:
    first, last = moment(start), moment(end)
    hours = (last - first).total_seconds() / 3600 if first is not None and last is not None else 0.0
    return hours if 24 <= hours <= 800 else None


def whole_number(raw: Any, digits: int = 5) -> int | None:
    """Return a whole number of at most so many digits; None for anything else."""
    number = str(raw or "")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= digits else None


def gib_as_mib(raw: str) -> int | None:
    """Return memory such as "15.25 GiB" in MiB."""
    found = re.match(r"([\d,]{1,9}(?:\.\d{1,6})?)\s*(gi?b)?", raw.strip(), re.IGNORECASE)
    return math.ceil(float(found[1].replace(",", "")) * 1024) if found and found[1].strip(",") else None
