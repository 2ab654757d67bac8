"""Workloads known only by their totals."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from designer.engine.workload import Totals, VmProfile

THOUSANDTH = Decimal("0.001")


def profiles_from_totals(totals: Totals) -> tuple[VmProfile, ...]:
    """Return one or two profiles of average VMs whose vCPUs add up to `totals` exactly.

    A VM has whole vCPUs: where the average is 2.56, 44 % of the VMs get 2 and 56 % get 3, so that the sum stays.
    RAM and disk are the averages, rounded down to a thousandth.

    Raises:
        ValueError: there are more VMs than vCPUs, so some VM would have none.
    """
    if totals.vcpus < totals.vms:
        raise ValueError(f"{totals.vms} VMs need at least {totals.vms} vCPU, not {totals.vcpus}")
    small, larger = divmod(totals.vcpus, totals.vms)
    ram_gib = (totals.ram_gib / totals.vms).quantize(THOUSANDTH, ROUND_DOWN)
    disk_gb = (totals.disk_gb / totals.vms).quantize(THOUSANDTH, ROUND_DOWN)
    sizes = [(totals.vms - larger, small), (larger, small + 1)]
    return tuple(
        VmProfile(
            id=f"average-{vcpus}",
            name=f"Average VM, {vcpus} vCPU",
            count=count,
            vcpus=vcpus,
            ram_gib=ram_gib,
            disk_gb=disk_gb,
        )
        for count, vcpus in sizes
        if count
    )
