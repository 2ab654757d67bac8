"""What an inventory file says, before anybody has decided what counts: the rows, and how they were read.

Sizes are in MiB; ratios are fractions. What a file does not say is None, never 0. The limited child needs this and little else, so
it imports little: its start is a part of every import.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, NamedTuple

UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Power(StrEnum):
    ON = "on"
    OFF = "off"
    SUSPENDED = "suspended"


class InventoryVm(NamedTuple):
    """One row of an inventory; a tuple, since there are many and they cross from one process to another."""

    name: str
    row: int
    """Line or row in its file, counted from 1 with the header."""
    identity: str = ""
    """What makes two rows the same VM; empty: nothing does."""
    place: str = ""
    power: Power = Power.ON
    is_template: bool = False
    is_placeholder: bool = False
    is_service_vm: bool = False
    vcpus: int | None = None
    cpu_used_ratio: float | None = None
    cpu_peak_ratio: float | None = None
    ram_mib: int | None = None
    ram_used_mib: int | None = None
    ram_peak_mib: int | None = None
    disk_mib: int | None = None
    disk_used_mib: int | None = None
    iops: float | None = None
    """Average of what was measured."""
    mb_per_second: float | None = None
    operating_system: str = ""
    provider: str = ""
    instance_type: str = ""
    hours_share: float | None = None
    """Share of the hours of a bill in which it ran."""
    count: int = 1  # type: ignore[assignment]  # hides the method of tuples
    """VMs that this row stands for."""


POWER_AT = InventoryVm._fields.index("power")
POWERS = {power.value: power for power in Power}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """One file or sheet, and how it was read."""

    name: str
    table: str
    rows: int
    blank_rows: int = 0
    encoding: str = ""
    delimiter: str = ""
    used_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All that was read, before anything is left out."""

    format: str
    vms: tuple[InventoryVm, ...]
    files: tuple[FileRead, ...] = ()
    notes: tuple[str, ...] = ()
    """What the reader decided and people should know."""
    hosts: int | None = None
    datastores: int | None = None
    datastores_repeated: int = 0
    """Rows of datastores that several hosts or sites share, counted once."""
    partitions: int | None = None
    shared_disks: int = 0
    shared_disk_mib: int = 0
    """Disks that several VMs use, counted with the first."""
    loose_disk_mib: int = 0
    """Volumes that name no VM, as in a bill: their average over its time."""
    estate_iops: float | None = None
    estate_p95_iops: float | None = None
    estate_peak_iops: float | None = None
    """Measured at the hosts, summed; hosts need not peak together, so the sum of peaks is a ceiling."""
    columns: tuple[str, ...] = ()
    """The header of a plain table, for choosing which column means what."""
    examples: tuple[tuple[str, ...], ...] = ()
    mapping: Mapping[str, str] | None = None

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data: the rows in the order of `fields`, which is five times shorter than with their names."""
        data = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "vms"}
        data["files"] = [{f.name: getattr(file, f.name) for f in fields(file)} for file in self.files]
        data["mapping"] = dict(self.mapping) if self.mapping is not None else None
        data["fields"] = list(InventoryVm._fields)
        data["vms"] = list(self.vms)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Inventory:
        """Return the inventory that `to_data` wrote."""
        names = tuple(data["fields"])
        if names == InventoryVm._fields:
            at = POWER_AT
            vms = [InventoryVm._make((*row[:at], POWERS[row[at]], *row[at + 1 :])) for row in data["vms"]]
        else:  # stored before a field was added
            named = (dict(zip(names, row, strict=True)) for row in data["vms"])
            vms = [InventoryVm(**{**values, "power": POWERS[values["power"]]}) for values in named]
        other = {f.name: data[f.name] for f in fields(cls) if f.name in data and f.name != "vms"}
        other["files"] = tuple(FileRead(**file) for file in data["files"])
        other["notes"] = tuple(data["notes"])
        other["columns"] = tuple(data["columns"])
        other["examples"] = tuple(tuple(row) for row in data["examples"])
        return cls(vms=tuple(vms), **other)


def clean(raw: Any, longest: int = 120) -> str:
    """Return `raw` as text that every document can show: no control characters, at most `longest` characters."""
    if type(raw) is str and raw.isprintable():
        return raw.strip()[:longest]
    return UNSTORABLE.sub(
        "\N{REPLACEMENT CHARACTER}", str(raw).replace("\r", " ").replace("\n", " ")
    ).strip()[:longest]
