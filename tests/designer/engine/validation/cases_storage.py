"""Family D: a design that a rule is content with, and designs that it is not, by rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from catalog.engine.hardware import NodeRole
from designer.engine.topology import StoragePool
from tests.designer.engine.validation.build import (
    a_design,
    each,
    named,
    only_on,
    unplaced,
    vms,
    without,
)

MID, STARTER, LARGE = a_design(), a_design("rd-starter-hci3"), a_design("rd-large-2000")
OBJECTS = a_design("rd-capacity-object")


def storage(count, **racks):
    """So many storage nodes in place of the three, over the racks in turn, or all but those of `racks` left there."""

    def changed(nodes):
        nodes = tuple(nodes)
        model = next(node for node in nodes if NodeRole.STORAGE in node.roles)
        names = [f"sto{n:02d}" for n in range(1, count + 1)]
        held = {node.id: node for node in nodes}
        more = [
            replace(
                held.get(name, model),
                id=name,
                name=name,
                unit=None,
                rack=racks.get(name, f"rack-{i % 3 + 1}"),
            )
            for i, name in enumerate(names)
        ]
        return [*(node for node in nodes if NodeRole.STORAGE not in node.roles), *more]

    return changed


def a_pool(**fields):
    return StoragePool(
        **{"id": "volumes", "name": "volumes", "share_of_raw": Decimal(1), "pg_num": 1024, **fields}
    )


def pool(**fields):
    return (a_pool(**fields),)


def erasure(data, parity, **fields):
    size = data + parity
    smallest = data + min(1, parity - 1)
    return pool(**{"kind": "erasure", "size": size, "coding_chunks": parity, "min_size": smallest, **fields})


def four_pools(**fields):
    shares = {"volumes": "0.6", "vms": "0.25", "images": "0.1", "backups": "0.05"}
    return tuple(
        a_pool(id=name, name=name, share_of_raw=Decimal(share), **fields) for name, share in shares.items()
    )


FIVE = a_design(nodes=storage(5))

CASES = {
    "V070": (MID, [
        (a_design(nodes=unplaced("ceph-mon")), "error"),
        (a_design(nodes=only_on({"sto01", "sto02"}, "ceph-mon")), "error"),
        (a_design(nodes=only_on({"sto01"}, "ceph-mon")), "warning"),
        (a_design("rd-large-2000", nodes=only_on({"sto01", "sto03", "sto05", "sto07"}, "ceph-mon")), "warning"),
    ]),
    "V071": (LARGE, [(a_design("rd-large-2000", nodes=only_on({"sto01", "sto03", "sto05"}, "ceph-mon")), "info")]),
    "V072": (MID, [
        (a_design(nodes=only_on({"sto01"}, "ceph-mgr")), "warning"),
        (a_design(workload={"object_storage_tb": Decimal(1)}), "warning"),
        (a_design(nodes=each(named("sto01"), services=lambda node: (*node.services, "ceph-mds"))), "warning"),
    ]),
    "V073": (MID, [(a_design(nodes=without(named("sto03"))), "error")]),
    "V074": (MID, [
        (a_design(specs={"sto_nvme12": {"osds": 16}}), "warning"),
        (a_design(specs={"sto_nvme12": {"osds": 2}}), "warning"),
        (a_design("rd-capacity-object", specs={"sto_hdd24": {"osds": 36}}), "warning"),
    ]),
    "V075": (MID, [
        (a_design(pools=pool(size=4)), "error"),
        (a_design("rd-starter-hci3", pools=pool(failure_domain="rack")), "error"),
        (a_design(pools=erasure(4, 2)), "error"),  # 5 hosts with 4+2 did not map either (sizing.S7)
    ]),
    "V076": (FIVE, [(MID, "warning"), (a_design("rd-3az", pools=pool(failure_domain="zone")), "warning")]),
    "V077": (a_design(pools=pool()), [
        (a_design(pools=pool(size=1, min_size=1)), "error"),
        (a_design(pools=pool(size=2, min_size=2)), "warning"),
        (a_design(pools=pool(size=2, min_size=1)), "error"),
    ]),
    "V078": (a_design(pools=pool(size=2, min_size=1)), [
        (a_design(pools=pool(min_size=3)), "warning"),
        (a_design(pools=pool(min_size=1)), "error"),
        (a_design("rd-large-2000", pools=erasure(4, 2, min_size=4)), "error"),
    ]),
    "V079": (a_design("rd-large-2000", pools=erasure(8, 3)), [
        (a_design("rd-large-2000", pools=erasure(4, 1)), "warning"),
        (a_design("rd-large-2000", pools=erasure(10, 4)), "warning"),
    ]),
    "V080": (a_design(deployment={"ceph_stretch_mode": True}, pools=pool(size=4)), [
        (a_design(deployment={"ceph_stretch_mode": True}, pools=pool(size=3)), "error"),
        (a_design(deployment={"ceph_stretch_mode": True}, pools=erasure(2, 2)), "error"),
    ]),
    "V081": (a_design("rd-large-2000", pools=pool(failure_domain="rack")), [(LARGE, "warning")]),
    "V082": (LARGE, [
        (a_design(nodes=storage(4, sto01="rack-1", sto02="rack-2", sto03="rack-1", sto04="rack-2")), "warning"),
    ]),
    "V083": (MID, [
        (a_design(workload=vms(500, disk_gb=100)), "warning"),  # 33 of 37.26 TB usable (rd-mid)
        (a_design(workload=vms(500, disk_gb=120)), "error"),  # 39.6 TB
    ]),
    "V084": (FIVE, [
        (a_design(nodes=storage(5), workload=vms(500, disk_gb=170)), "warning"),  # 168.3 raw of 184.3
        (a_design(nodes=storage(5), workload=vms(500, disk_gb=180)), "error"),
    ]),
    "V085": (MID, [(a_design(nodes=each(named("sto03"), spec="sto-nvme12-768")), "warning")]),
    "V086": (FIVE, [
        (MID, "warning"),
        (a_design(nodes=storage(5), workload={"object_storage_tb": Decimal(40)}), "warning"),
    ]),
    "V087": (MID, [
        (a_design(specs={"sto_nvme12": {"ram_gib": 96}}), "warning"),  # 103 (sizing.S10)
        (a_design(specs={"sto_nvme12": {"ram_gib": 48}}), "error"),
    ]),
    "V088": (MID, [
        (a_design(specs={"sto_nvme12": {"cores_per_socket": 32}}), "warning"),  # 64 between 48 and 80 (sizing.S11)
        (a_design(specs={"sto_nvme12": {"cores_per_socket": 16}}), "error"),
        (STARTER, "warning"),
    ]),
    "V089": (OBJECTS, [
        (a_design("rd-capacity-object", specs={"sto_hdd24": {"db_devices": 0}}), "warning"),
        (a_design("rd-capacity-object", specs={"sto_hdd24": {"db_devices": 0}}, workload={"object_storage_tb": Decimal(500)}), "error"),
    ]),
    "V090": (OBJECTS, [
        (a_design("rd-capacity-object", specs={"sto_hdd24": {"db_tb": Decimal(1)}}), "warning"),
        (a_design("rd-capacity-object", specs={"sto_hdd24": {"db_devices": 1}}), "warning"),
        (a_design("rd-capacity-object", specs={"sto_hdd24": {"db_tb": Decimal(4)}}, workload={"object_storage_tb": Decimal(500)}), "warning"),
    ]),
    "V091": (a_design(nodes=each(named("sto01"), spec="sto-hdd24"), pools=pool(media="nvme")), [
        (a_design(nodes=each(named("sto01"), spec="sto-hdd24"), pools=pool()), "warning"),
    ]),
    "V092": (a_design(nodes=each(named("sto03"), spec="sto-nvme12-768")), [
        (a_design(nodes=each(named("sto03"), spec="sto-nvme12-768"), specs={"sto_nvme12_768": {"osd_tb": Decimal("15.36")}}), "warning"),
    ]),
    "V093": (a_design(pools=pool(pg_num=1472)), [  # 122.7 for each OSD (sizing.S13, rd-mid)
        (a_design(pools=pool(pg_num=2500)), "warning"),
        (a_design(pools=pool(pg_num=4096)), "error"),
        (a_design(pools=pool(pg_num=512)), "warning"),
    ]),
    "V094": (a_design(pools=four_pools(is_bulk=True), deployment={"pg_autoscaler": True}), [
        (a_design(pools=pool(pg_num=1000)), "warning"),
        (a_design(pools=four_pools(), deployment={"pg_autoscaler": True}), "warning"),
    ]),
    "V095": (a_design(specs={"sto_nvme12": {"osds_share_system_drive": False, "osds_behind_raid": False}}), [
        (a_design(specs={"sto_nvme12": {"osds_share_system_drive": True}}), "error"),
        (a_design(specs={"sto_nvme12": {"osds_behind_raid": True}}), "warning"),
    ]),
    "V096": (a_design(specs={"sto_nvme12": {"osd_drive_writes_per_day": Decimal(1), "osd_has_power_loss_protection": True}}), [
        (a_design(specs={"sto_nvme12": {"osd_drive_writes_per_day": Decimal("0.3")}}), "warning"),
        (a_design(specs={"sto_nvme12": {"osd_has_power_loss_protection": False}}), "warning"),
    ]),
    "V097": (MID, [
        (a_design(workload=vms(500, disk_iops=1500)), "warning"),
        (a_design(workload=vms(500, disk_mb=200)), "warning"),
    ]),
    "V098": (OBJECTS, [
        (a_design("rd-capacity-object", workload={"object_storage_tb": Decimal(1700)}, deployment={"recovery_hours": Decimal(5)}), "warning"),
    ]),
    "V099": (a_design("rd-capacity-object", specs={"sto_hdd24": {"osd_tb": Decimal(10)}}), [(OBJECTS, "info")]),
}  # fmt: skip
