"""Family C: a design that a rule is content with, and designs that it is not, by rule."""

from __future__ import annotations

from decimal import Decimal

from designer.engine.workload import FailureDomain, HugePage
from tests.designer.engine.validation.build import a_design, each, named, vms, without

MID, STARTER = a_design(), a_design("rd-starter-hci3")


def computes(count):
    """The compute nodes but the first `count` left out."""
    gone = {f"cmp{n:02d}" for n in range(count + 1, 11)}
    return without(named(*gone))


MIXED = each(named("cmp01"), spec="cmp-1024")

CASES = {
    "V050": (MID, [
        (a_design(workload=vms(581)), "error"),  # 10 hosts x 58 (sizing.C5)
        (a_design(workload=vms(20, vcpus=4, ram_gib=300)), "error"),
        (a_design(workload=vms(11, anti_affinity_group_size=11)), "error"),  # 10 hosts
    ]),
    "V051": (MID, [
        (a_design(workload=vms(523)), "warning"),  # 9 hosts x 58
        (a_design(workload=vms(400), policies={"failure_unit": FailureDomain.RACK}), "warning"),
        (a_design(workload=vms(20, anti_affinity_group_size=10)), "warning"),  # the 10th VM of a group has no host
    ]),
    "V052": (MID, [
        (a_design(workload=vms(1, vcpus=129)), "error"),  # 128 threads (sizing.C1)
        (a_design(workload=vms(1, ram_gib=496)), "error"),
    ]),
    "V053": (MID, [(a_design(workload=vms(10, ram_gib=300)), "warning")]),
    "V054": (MID, [
        (a_design(policies={"cpu_allocation_ratio": Decimal(5)}), "warning"),
        (a_design(policies={"cpu_allocation_ratio": Decimal(17)}), "error"),
    ]),
    "V055": (MID, [
        (a_design(policies={"ram_allocation_ratio": Decimal("1.2")}), "warning"),
        (a_design(policies={"ram_allocation_ratio": Decimal("1.6")}), "error"),
    ]),
    "V056": (MID, [
        (a_design(policies={"reserved_host_ram_gib": Decimal(2)}), "warning"),
        (a_design(policies={"vm_overhead_gib": Decimal(0)}), "warning"),
    ]),
    "V057": (a_design(workload=vms(4, vcpus=24), deployment={"pinned_profiles": ("vm",)}), [
        (a_design(workload=vms(4, vcpus=64), deployment={"pinned_profiles": ("vm",)}), "error"),
        (a_design(workload=vms(4, vcpus=64, has_pinned_cpus=True)), "error"),
        (a_design(workload=vms(4, vcpus=8, has_pinned_cpus=True), policies={"pinned_threads": 8}), "error"),
        (a_design(workload=vms(4, ram_gib=300, huge_pages=HugePage.GIB_1)), "error"),
        (a_design(workload=vms(4, vcpus=9, numa_nodes=3)), "error"),
    ]),
    "V058": (MID, [(a_design(nodes=MIXED), "warning")]),
    "V059": (MID, [
        (a_design(nodes=computes(2)), "info"),
        (a_design(nodes=computes(1)), "warning"),
    ]),
    "V060": (MID, [
        (a_design(specs={"cmp_512": {"local_disk_gb": Decimal(1920), "has_mirrored_local_disk": False}}), "warning"),
    ]),
    "V061": (a_design(workload=vms(100, vcpus=8, ram_gib=8)), [
        (a_design(workload=vms(100, vcpus=1, ram_gib=8)), "info"),
    ]),
    "V062": (STARTER, [
        (a_design("rd-starter-hci3", specs={"hci_3": {"ram_gib": 96}}), "error"),
        (a_design("rd-starter-hci3", policies={"reserved_host_ram_gib": Decimal(4)}), "warning"),
    ]),
    "V063": (a_design("rd-starter-hci3", deployment={"osd_memory_autotune_ratio": Decimal("0.2")}), [
        (a_design("rd-starter-hci3", deployment={"osd_memory_autotune_ratio": Decimal("0.7")}), "warning"),
    ]),
}  # fmt: skip
