"""Against Placement's own arithmetic: one claim after another on one host, until the next one is refused.

The rules are those of openstack/placement (placement/objects/inventory.py and allocation.py, _check_capacity_exceeded):
an inventory holds int((total - reserved) * allocation_ratio); a claim is refused when it is below min_unit, above
max_unit, no multiple of step_size, or when used + amount exceeds (total - reserved) * allocation_ratio. They are
written down here on their own, in floats as there, and share nothing with the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal as D

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.library import load_library
from designer.engine.sizing import compute, packing
from designer.engine.sizing.guests import demand_of, host_of
from designer.engine.workload import Policies, VmProfile, Workload

SPEC = load_library().hardware_by_id["cmp-512"]


@dataclass
class Inventory:
    total: int
    reserved: int = 0
    allocation_ratio: float = 1.0
    min_unit: int = 1
    max_unit: int = 2**31 - 1
    step_size: int = 1
    used: int = 0

    def refuses(self, amount: int) -> bool:
        capacity = (self.total - self.reserved) * self.allocation_ratio
        return (
            amount < self.min_unit
            or amount > self.max_unit
            or amount % self.step_size != 0
            or self.used + amount > capacity
        )


def claims(inventories: dict[str, Inventory], asked: dict[str, int], most: int = 5000) -> int:
    """How many equal VMs Placement lets onto the host."""
    count = 0
    while count < most and not any(
        inventories[name].refuses(amount) for name, amount in asked.items() if amount
    ):
        for name, amount in asked.items():
            inventories[name].used += amount
        count += 1
    return count


@settings(max_examples=300, deadline=None)
@given(
    cores=st.integers(2, 96),
    reserved_cores=st.integers(0, 3),
    ratio=st.integers(5, 160),
    ram_gib=st.integers(64, 2048),
    disk_gb=st.integers(0, 8000),
    gpus=st.integers(0, 8),
    vcpus=st.integers(1, 96),
    vm_gib=st.integers(1, 256),
    vm_disk_gb=st.integers(0, 400),
    vm_gpus=st.integers(0, 2),
)
def test_a_host_takes_as_many_vms_as_placement_lets_in(
    cores, reserved_cores, ratio, ram_gib, disk_gb, gpus, vcpus, vm_gib, vm_disk_gb, vm_gpus
):
    spec = replace(
        SPEC, sockets=1, cores_per_socket=cores, ram_gib=ram_gib, local_disk_gb=D(disk_gb), gpus=gpus
    )
    policies = Policies(
        cpu_allocation_ratio=D(ratio) / 10, reserved_cores=reserved_cores, vm_overhead_gib=D(0)
    )
    profile = VmProfile(
        id="vm", name="VM", count=1, vcpus=vcpus, ram_gib=D(vm_gib), disk_gb=D(vm_disk_gb), gpus=vm_gpus
    )
    threads, kept_gib = 2 * reserved_cores, 8
    host = host_of(spec, policies, Workload(profiles=(profile,)), reserved_threads=threads, reserved_ram_gib=D(kept_gib))  # fmt: skip

    found, _ = packing.vms_of_one_size(host, demand_of(profile, 1, policies, has_local_disks=disk_gb > 0))

    total = spec.threads
    inventories = {
        "VCPU": Inventory(total, threads, ratio / 10, max_unit=total),
        "MEMORY_MB": Inventory(ram_gib * 1024, kept_gib * 1024),
        "DISK_GB": Inventory(disk_gb),
        "PGPU": Inventory(gpus, max_unit=max(1, gpus)),
    }
    asked = {
        "VCPU": vcpus, "MEMORY_MB": vm_gib * 1024, "DISK_GB": vm_disk_gb if disk_gb else 0, "PGPU": vm_gpus,
    }  # fmt: skip
    assert found == claims(inventories, asked)


@settings(max_examples=200, deadline=None)
@given(
    cores=st.integers(4, 96),
    pinned=st.integers(0, 192),
    ratio=st.integers(10, 80),
    pinned_vcpus=st.integers(1, 64),
    shared_vcpus=st.integers(1, 64),
    shared=st.integers(0, 40),
)
def test_pinned_and_shared_vms_share_a_host_as_placement_has_it(
    cores, pinned, ratio, pinned_vcpus, shared_vcpus, shared
):
    """One NUMA cell, so that nothing but the inventories of PCPU and VCPU decides."""
    spec = replace(SPEC, sockets=1, cores_per_socket=cores, ram_gib=2048, local_disk_gb=D(0))
    policies = Policies(cpu_allocation_ratio=D(ratio) / 10, pinned_threads=pinned, vm_overhead_gib=D(0))
    one = VmProfile(id="pin", name="Pinned", count=1, vcpus=pinned_vcpus, ram_gib=D(1), has_pinned_cpus=True)
    other = VmProfile(id="web", name="Shared", count=shared, vcpus=shared_vcpus, ram_gib=D(1))
    host = host_of(spec, policies, Workload(profiles=(one, other)), reserved_threads=4, reserved_ram_gib=D(0))
    free = spec.threads - 4
    dedicated = min(pinned, free)
    vcpu = Inventory(
        free - dedicated, 0, ratio / 10, max_unit=max(1, free - dedicated if dedicated else spec.threads)
    )
    asked_of_pinned = claims(
        {"PCPU": Inventory(dedicated, max_unit=max(1, dedicated))}, {"PCPU": pinned_vcpus}
    )
    asked_of_shared = claims({"VCPU": vcpu}, {"VCPU": shared_vcpus}, most=shared)

    demands = [
        replace(demand_of(one, asked_of_pinned + 3, policies, has_local_disks=False)),
        demand_of(other, shared, policies, has_local_disks=False),
    ]
    left = packing.pack(host, demands, [packing.HostGroup(count=1, host=host)], may_add=False).left

    assert left == 3 + (shared - asked_of_shared)


@settings(max_examples=200, deadline=None)
@given(
    ram_gib=st.integers(64, 2048), vm_gib=st.integers(1, 64), overhead=st.sampled_from(["0.25", "0.5", "1"])
)
def test_the_memory_reserve_that_is_exported_lets_in_what_was_counted(ram_gib, vm_gib, overhead):
    """The two views of sizing.C4 agree: with the reserve for N VMs Placement takes N, with that for N + 1 not N + 1."""
    host_gib, each = D(16), D(overhead)
    host = packing.HostCapacity(threads=512, vcpus=4096, ram_gib=D(ram_gib) - host_gib)
    vm = packing.VmDemand(count=1, vcpus=1, ram_gib=D(vm_gib) + each)
    found, _ = packing.vms_of_one_size(host, vm)

    def placed(vms: int) -> int:
        reserved = compute.reserved_host_memory_mb(host_reserve_gib=host_gib, vms=vms, vm_overhead_gib=each)
        inventory = Inventory(ram_gib * 1024, reserved)
        return claims({"MEMORY_MB": inventory}, {"MEMORY_MB": vm_gib * 1024})

    if found:
        assert placed(found) >= found
    assert placed(found + 1) < found + 1
