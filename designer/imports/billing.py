"""Bills as workload: FOCUS 1.0, and AWS cost and usage reports (CUR, old and new column names).

A machine is a resource with hours of an instance type. Its share of hours is what it was billed over the hours of the file.
Volumes of a bill name no machine: their average over the file is one sum, spread over the machines afterwards.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from designer.imports.inventory import FileRead, Inventory, InventoryVm, clean
from designer.imports.rvtools import file_of, rows_of
from designer.imports.tables import Table, decimal, text

FOCUS, CUR = "focus", "aws-cur"
PROVIDERS = {
    "aws": "aws",
    "amazon web services": "aws",
    "microsoft": "azure",
    "azure": "azure",
    "google cloud": "gcp",
}
INSTANCE_HOUR = re.compile(r"\b([a-z][a-z0-9-]*\.[a-z0-9-]+) (?:instance )?hour", re.IGNORECASE)
"""How AWS describes hours of an instance: "$0.34 per On Demand Linux c5.2xlarge Instance Hour"."""
USED = {"Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"}
"""Line types of a CUR that are use; the others are fees, credits, taxes, and the counterparts of these."""
BOX_USAGE = re.compile(r"(^|-)(BoxUsage|SpotUsage|DedicatedUsage|HeavyUsage|HostBoxUsage)(:|$)")
VOLUME_USAGE = re.compile(r"EBS:VolumeUsage")
BILLION = 10**9


@dataclass(slots=True)
class _Machine:
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


@dataclass(slots=True)
class _Bill:
    """Sums while reading."""

    machines: dict[str, _Machine]
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

    @property
    def hours(self) -> float:
        if self.first is None or self.last is None:
            return self.month_hours
        return max(1.0, (self.last - self.first).total_seconds() / 3600)


def compact(raw: str) -> str:
    """Return a column name without signs and case: `lineItem/UsageType` and `line_item_usage_type` are the same."""
    return re.sub(r"[^a-z0-9]", "", raw.lower())


def is_focus(table: Table) -> bool:
    """Whether `table` follows FOCUS."""
    return {"chargecategory", "servicecategory", "billedcost"} <= {compact(name) for name in table.header}


def is_cur(table: Table) -> bool:
    """Whether `table` is an AWS cost and usage report."""
    return {"lineitemusagetype", "lineitemusageamount"} <= {compact(name) for name in table.header}


def read_focus(tables: Sequence[Table]) -> Inventory:
    """Return the machines of FOCUS files."""
    bill = _Bill(machines={}, other=Counter())
    for table in tables:
        at = {compact(name): index for index, name in reversed(list(enumerate(table.header)))}

        def value(row: Sequence[Any], name: str, at: Mapping[str, int] = at) -> str:
            found = text(row, at.get(name))
            return "" if found == "NULL" else found

        for number, row in rows_of(table):
            bill.lines += 1
            bill.span(moment(value(row, "chargeperiodstart")), moment(value(row, "chargeperiodend")))
            _month(bill, value(row, "billingperiodstart"), value(row, "billingperiodend"))
            if value(row, "chargecategory") != "Usage":
                continue
            described, unit = value(row, "chargedescription"), value(row, "consumedunit").lower()
            quantity = decimal(row, at.get("consumedquantity")) or 0.0
            resource, kind = value(row, "resourceid"), value(row, "resourcetype").lower()
            details = _details(value(row, "skupricedetails"))
            instance_type = details.get("InstanceType", "")
            if not instance_type and (found := INSTANCE_HOUR.search(described)):
                instance_type = found[1]
            is_machine = kind in ("instance", "virtual machine") or bool(instance_type)
            if is_machine and "hour" in unit and quantity > 0 and value(row, "servicecategory") == "Compute":
                machine = bill.machines.setdefault(
                    resource or f"row {number}",
                    _Machine(
                        name=clean(value(row, "resourcename") or resource or f"row {number}"),
                        row=number,
                        place=clean(value(row, "regionid")),
                        provider=PROVIDERS.get(value(row, "providername").lower(), ""),
                    ),
                )
                machine.instance_type = machine.instance_type or clean(instance_type or described)
                machine.operating_system = "Windows" if "windows" in described.lower() else ""
                machine.vcpus = machine.vcpus or _whole(details.get("CoreCount"))
                machine.ram_mib = machine.ram_mib or _gib(str(details.get("MemorySize", "")))
                if unit == "hours" or instance_type:
                    machine.hours += quantity
            elif kind == "volume" and "gb" in unit and "month" in unit:
                bill.gb_months += quantity
                bill.volumes += 1
            elif bill.other is not None:
                bill.other[value(row, "servicename") or "no service named"] += 1
    return _inventory(FOCUS, tables, bill)


def read_cur(tables: Sequence[Table]) -> Inventory:
    """Return the machines of AWS cost and usage reports."""
    bill = _Bill(machines={}, other=Counter())
    for table in tables:
        at = {compact(name): index for index, name in reversed(list(enumerate(table.header)))}

        def value(row: Sequence[Any], name: str, at: Mapping[str, int] = at) -> str:
            return text(row, at.get(name))

        for number, row in rows_of(table):
            bill.lines += 1
            bill.span(
                moment(value(row, "lineitemusagestartdate")), moment(value(row, "lineitemusageenddate"))
            )
            _month(bill, value(row, "billbillingperiodstartdate"), value(row, "billbillingperiodenddate"))
            if value(row, "lineitemlineitemtype") not in USED:
                continue
            usage_type = value(row, "lineitemusagetype")
            quantity = decimal(row, at.get("lineitemusageamount")) or 0.0
            resource = value(row, "lineitemresourceid")
            if BOX_USAGE.search(usage_type) and value(row, "lineitemproductcode") in ("AmazonEC2", ""):
                machine = bill.machines.setdefault(
                    resource or f"row {number}",
                    _Machine(
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
                machine.vcpus = machine.vcpus or _whole(value(row, "productvcpu"))
                machine.ram_mib = machine.ram_mib or _gib(value(row, "productmemory"))
                machine.hours += quantity
            elif VOLUME_USAGE.search(usage_type):
                bill.gb_months += quantity
                bill.volumes += 1
            elif bill.other is not None:
                bill.other[
                    value(row, "productproductname") or value(row, "lineitemproductcode") or usage_type
                ] += 1
    return _inventory(CUR, tables, bill)


def _inventory(format: str, tables: Sequence[Table], bill: _Bill) -> Inventory:
    hours = bill.hours
    vms = tuple(
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
            hours_share=round(min(1.0, machine.hours / hours), 4),
        )
        for machine in bill.machines.values()
    )
    loose_gb = bill.gb_months * bill.month_hours / hours
    billed = sum(machine.hours for machine in bill.machines.values())
    notes = [
        f"{bill.lines:,} lines over {hours:,.0f} hours: {len(vms):,} machines with {billed:,.0f} hours, so on average "
        f"{billed / hours:,.1f} at a time. Each machine counts as one VM with its share of the hours.",
    ]
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
        vms=vms,
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


def _month(bill: _Bill, start: str, end: str) -> None:
    bill.month_hours = _hours_between(start, end) or bill.month_hours


def _details(raw: str) -> dict[str, Any]:
    if not raw.startswith("{"):
        return {}
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _whole(raw: Any) -> int | None:
    number = str(raw or "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else None


def _gib(raw: str) -> int | None:
    """Return memory such as "15.25 GiB" in MiB."""
    found = re.match(r"([\d,]{1,9}(?:\.\d{1,6})?)\s*(gi?b)?", raw.strip(), re.IGNORECASE)
    return math.ceil(float(found[1].replace(",", "")) * 1024) if found and found[1].strip(",") else None
