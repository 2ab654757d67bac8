"""Bills in FOCUS 1.0 and later, of any provider.

Amazon and Microsoft bill hours of an instance type, Oracle and Google hours of cores and of memory. Where a line says a size itself
(`SkuPriceDetails`, Microsoft's `x_SkuDetails`, Google's system labels), that counts; else the price books are asked afterwards.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from catalog.engine.instance_names import vcpus_per_ocpu
from designer.imports.billing import (
    Bill,
    Machine,
    compact,
    gib_as_mib,
    inventory_of,
    moment,
    whole_number,
)
from designer.imports.rows import Inventory, clean
from designer.imports.tables import Table, decimal, rows_of, text

FOCUS = "focus"
PROVIDERS = {
    "aws": "aws",
    "amazon web services": "aws",
    "microsoft": "azure",
    "azure": "azure",
    "google cloud": "gcp",
    "google": "gcp",
    "oracle": "oci",
    "oracle cloud infrastructure": "oci",
}
MACHINES = ("instance", "virtual machine", "virtual machine scale set")
INSTANCE_HOUR = re.compile(r"\b([a-z][a-z0-9-]*\.[a-z0-9-]+) (?:instance )?hour", re.IGNORECASE)
"""How AWS describes hours of an instance: "$0.34 per On Demand Linux c5.2xlarge Instance Hour"."""
AZURE_METER = re.compile(r"^Virtual Machines .*? - (?P<meter>[^-]+(?:-\d+[a-z]* v\d)?)(?: - |$)")
"""How Azure describes them: "Virtual Machines Dsv5 Series - D4s v5 - US East"."""
GOOGLE_PART = re.compile(r"\bInstance (Core|Ram) running\b", re.IGNORECASE)
"""How Google describes hours of vCPUs and of memory: "N2 Instance Core running in Americas"."""
ORACLE_CPU = re.compile(r"\bOCPU\b", re.IGNORECASE)
ORACLE_MEMORY = re.compile(r"\b(GB|gigabytes?)\b.*\bhours?\b", re.IGNORECASE)
LICENCE = re.compile(r"\blicen[cs]e", re.IGNORECASE)
GOOGLE_DISK = re.compile(r"\b(PD|Hyperdisk)\b.*\bCapacity\b", re.IGNORECASE)
AZURE_DISK = re.compile(r"\b[PES](\d{1,2}) [LZ]RS\b")
AZURE_DISK_GIB = {
    1: 4, 2: 8, 3: 16, 4: 32, 6: 64, 10: 128, 15: 256, 20: 512, 30: 1024, 40: 2048, 50: 4096, 60: 8192, 70: 16384, 80: 32767,
}  # fmt: skip
"""Sizes of Azure's managed disks by their tier (Microsoft's table of managed disk types)."""
GIB_IN_GB = 2**30 / 10**9
DETAILS = ("skupricedetails", "xskudetails", "xsystemlabels", "systemlabels", "tags")
TYPE_KEYS = ("instancetype", "servicetype", "xservicetype", "computegoogleapiscommachinespec")
CPU_KEYS = ("corecount", "vcpus", "xvcpus", "computegoogleapiscomcores")
MEMORY_KEYS = ("memorysize",)
GOOGLE_MEMORY = "computegoogleapiscommemory"
"""In MiB."""


@dataclass(frozen=True, slots=True)
class _Details:
    """What the JSON in a line says of a machine."""

    instance_type: str = ""
    vcpus: int | None = None
    ram_mib: int | None = None
    vm_name: str = ""


@dataclass(slots=True)
class _Line:
    """One line of a bill."""

    number: int
    value: Callable[[str], str]
    quantity: float
    unit: str
    hours: float
    """Of its charge period; 0 where the file does not say it."""
    provider: str
    described: str
    kind: str


def is_focus(table: Table) -> bool:
    """Whether `table` follows FOCUS."""
    return {"chargecategory", "servicecategory", "billedcost"} <= {compact(name) for name in table.header}


def read(tables: Sequence[Table]) -> Inventory:
    """Return the machines of FOCUS files."""
    bill = Bill(machines={}, other=Counter())
    for table in tables:
        at = {compact(name): index for index, name in reversed(list(enumerate(table.header)))}
        for number, row in rows_of(table):
            line = _line(number, row, at, bill)
            if line is not None and not _add(line, bill) and bill.other is not None:
                bill.other[line.value("servicename") or "no service named"] += 1
    return inventory_of(FOCUS, tables, bill)


def _line(number: int, row: Sequence[Any], at: Mapping[str, int], bill: Bill) -> _Line | None:
    """Return a line of use; None for fees, taxes, credits, purchases."""

    def value(name: str) -> str:
        found = text(row, at.get(name))
        return "" if found == "NULL" else found

    start, end = moment(value("chargeperiodstart")), moment(value("chargeperiodend"))
    bill.lines += 1
    bill.span(start, end)
    bill.month(value("billingperiodstart"), value("billingperiodend"))
    if value("chargecategory") != "Usage":
        return None
    quantity, unit = _quantity(row, at.get("consumedquantity")), value("consumedunit").lower()
    if not quantity and value("pricingunit"):
        quantity, unit = _quantity(row, at.get("pricingquantity")), value("pricingunit").lower()
    return _Line(
        number=number,
        value=value,
        quantity=quantity,
        unit=unit,
        hours=(end - start).total_seconds() / 3600 if start is not None and end is not None else 0.0,
        provider=PROVIDERS.get(value("providername").lower(), ""),
        described=value("chargedescription") or value("skumeter") or value("xskudescription"),
        kind=value("resourcetype").lower(),
    )


def _quantity(row: Sequence[Any], place: int | None) -> float:
    """A quantity as FOCUS writes numbers; seconds times bytes are larger than any other column has."""
    try:
        quantity = float(text(row, place) or 0)
    except ValueError:
        return decimal(row, place) or 0.0
    return quantity if 0 < quantity < 10**20 else 0.0


def _add(line: _Line, bill: Bill) -> bool:
    """Count a line for the machine or volume it is about; say whether it is about one."""
    if line.quantity <= 0:
        return False
    if gb_months := _disk_gb_months(line):
        bill.gb_months += gb_months
        bill.volumes += 1
        return True
    if line.value("servicecategory") != "Compute" or LICENCE.search(line.described):
        return False
    if line.value("commitmentdiscountstatus").lower() == "unused":
        return False  # paid, but nothing ran
    if line.provider == "oci":
        return _add_oracle(line, bill)
    if part := GOOGLE_PART.search(line.described):
        return _add_google(line, bill, part[1].lower())
    return _add_instance(line, bill)


def _add_instance(line: _Line, bill: Bill) -> bool:
    details = _details(line.value)
    instance_type = details.instance_type
    if not instance_type and (found := INSTANCE_HOUR.search(line.described)):
        instance_type = found[1]
    if not instance_type and line.provider == "azure":
        meter = AZURE_METER.match(line.described)
        instance_type = line.value("xskumetername") or (meter["meter"].strip() if meter else "")
    if not (line.kind in MACHINES or instance_type) or "hour" not in line.unit:
        return False
    machine = _machine(line, bill, details)
    machine.instance_type = machine.instance_type or clean(instance_type or line.described)
    machine.hours += line.quantity
    return True


def _add_oracle(line: _Line, bill: Bill) -> bool:
    if line.kind not in MACHINES:
        return False
    if ORACLE_CPU.search(line.unit):
        machine = _machine(line, bill, _Details())
        machine.add_vcpus(line.quantity * vcpus_per_ocpu(line.described), line.hours)
    elif ORACLE_MEMORY.search(line.unit):
        machine = _machine(line, bill, _Details())
        machine.add_gib(line.quantity, line.hours)
    else:
        return False
    machine.instance_type = machine.instance_type or clean(line.described.removesuffix(" - Memory"))
    return True


def _add_google(line: _Line, bill: Bill, part: str) -> bool:
    details = _details(line.value)
    machine = _machine(line, bill, details)
    if part == "core":
        machine.add_vcpus(line.quantity / 3600 if "second" in line.unit else line.quantity, line.hours)
    else:
        gib_hours = line.quantity / 2**30 / 3600 if "byte-second" in line.unit else line.quantity
        machine.add_gib(gib_hours, line.hours)
    machine.instance_type = machine.instance_type or details.instance_type or clean(line.described)
    return True


def _machine(line: _Line, bill: Bill, details: _Details) -> Machine:
    resource = line.value("resourceid") or f"row {line.number}"
    key = f"{resource}/{details.vm_name}" if details.vm_name else resource
    machine = bill.machines.get(key)
    if machine is None:
        machine = bill.machines[key] = Machine(
            name=clean(details.vm_name or line.value("resourcename") or resource),
            row=line.number,
            place=clean(line.value("regionid") or line.value("regionname")),
            provider=line.provider,
        )
    machine.vcpus = machine.vcpus or details.vcpus
    machine.ram_mib = machine.ram_mib or details.ram_mib
    if "windows" in line.described.lower():
        machine.operating_system = "Windows"
    return machine


def _disk_gb_months(line: _Line) -> float:
    """Return the GB-months of block storage that a line bills; 0 when it bills none."""
    if line.provider == "azure" and (tier := AZURE_DISK.search(line.described)):
        gib = AZURE_DISK_GIB.get(int(tier[1]), 0)
        return line.quantity * gib * GIB_IN_GB if "month" in line.unit else 0.0
    if line.provider == "gcp" and GOOGLE_DISK.search(line.described):
        if "byte-second" in line.unit:
            return line.quantity / 10**9 / 3600 / 730
        return line.quantity * GIB_IN_GB if "month" in line.unit else 0.0
    if line.kind.endswith("volume") and "gb" in line.unit and "month" in line.unit:
        return line.quantity
    return 0.0


def _details(value: Callable[[str], str]) -> _Details:
    return _merged(tuple(raw for column in DETAILS if (raw := value(column))[:1] in ("{", "[")))


@lru_cache(maxsize=4096)
def _merged(raws: tuple[str, ...]) -> _Details:
    found: dict[str, str] = {}
    for raw in raws:
        for key, value in _pairs(raw):
            found.setdefault(compact(key), str(value))

    def first(keys: Sequence[str]) -> str:
        return next((found[key] for key in keys if found.get(key)), "")

    google_mib = whole_number(found.get(GOOGLE_MEMORY, ""), digits=8)
    return _Details(
        instance_type=clean(first(TYPE_KEYS)),
        vcpus=whole_number(first(CPU_KEYS)) or None,
        ram_mib=google_mib or gib_as_mib(first(MEMORY_KEYS)) or None,
        vm_name=clean(found.get("vmname", "")) if found.get("vmname") not in (None, "None") else "",
    )


def _pairs(raw: str) -> list[tuple[str, Any]]:
    """The keys and values of a JSON object, or of a list of objects with `key` and `value`; none of anything else."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    if isinstance(data, Mapping):
        return [(str(key), value) for key, value in data.items()]
    if not isinstance(data, list):
        return []
    return [
        (str(item["key"]), item.get("value")) for item in data if isinstance(item, Mapping) and "key" in item
    ]
