"""Every worked number of domain/sizing.md that these functions cover, by its id."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from catalog.engine.hardware import Media, PduSpec
from designer.engine.sizing import compute, control_plane, network, packing, power, storage
from designer.engine.sizing.packing import HostCapacity, VmDemand
from designer.engine.sizing.storage import Layout
from designer.engine.workload import FailureDomain

HOST_512 = HostCapacity(threads=128, vcpus=496, ram_gib=D(496))


def a_vm(count: int, vcpus: int, ram_gib: int | str) -> VmDemand:
    return VmDemand(count=count, vcpus=vcpus, ram_gib=D(ram_gib) + D("0.5"))


@pytest.mark.parametrize(
    ("sockets", "cores", "smt", "expected"),
    [pytest.param(2, 32, 2, 128, id="C1-2x32"), pytest.param(1, 24, 2, 48, id="C1-1x24")],
)
def test_threads_of_a_host(sockets, cores, smt, expected):
    assert compute.threads(sockets=sockets, cores_per_socket=cores, threads_per_core=smt) == expected


def test_reserved_threads_of_a_plain_and_of_a_hyperconverged_host():
    assert compute.reserved_threads(threads_per_core=2) == 4  # C2
    assert (
        compute.reserved_threads(threads_per_core=2, osds=6, threads_per_osd=4, control_threads=8) == 36
    )  # C2


@pytest.mark.parametrize(
    ("total", "reserved", "ratio", "expected"),
    [
        pytest.param(128, 4, "4", 496, id="C3-128-threads"),
        pytest.param(96, 4, "3", 276, id="C3-96-threads"),
        pytest.param(128, 4, "16", 1984, id="C3-old-default"),
        pytest.param(56, 0, "8.2", 459, id="C3-not-whole"),
    ],
)
def test_vcpu_capacity_of_a_host(total, reserved, ratio, expected):
    assert compute.vcpu_capacity(threads=total, reserved=reserved, cpu_allocation_ratio=D(ratio)) == expected


@pytest.mark.parametrize(
    ("host", "vm", "expected", "bound_by"),
    [
        pytest.param(
            HostCapacity(threads=56, vcpus=459, ram_gib=D(10**6)), a_vm(1, 2, 1), 229, "CPU", id="GO-001"
        ),
        pytest.param(
            HostCapacity(threads=16, vcpus=64, ram_gib=D(10**6)), a_vm(1, 32, 1), 0, "CPU", id="GO-002"
        ),
        pytest.param(HOST_512, a_vm(1, 4, 8), 58, "RAM", id="C5-bound-by-RAM"),
        pytest.param(
            HostCapacity(threads=64, vcpus=240, ram_gib=D(240)), a_vm(1, 2, 4), 53, "RAM", id="C5-256-GiB"
        ),
        pytest.param(
            HostCapacity(threads=128, vcpus=248, ram_gib=D(496)), a_vm(1, 8, 16), 30, "RAM", id="C5-balanced"
        ),
        pytest.param(
            HostCapacity(threads=192, vcpus=752, ram_gib=D(1008)), a_vm(1, 4, 16), 61, "RAM", id="C6-1-TiB"
        ),
        pytest.param(
            HostCapacity(threads=128, vcpus=496, ram_gib=D(2016)),
            a_vm(1, 4, 256),
            7,
            "RAM",
            id="C6-large-2048",
        ),
        pytest.param(
            HostCapacity(threads=128, vcpus=496, ram_gib=D(2272)),
            a_vm(1, 4, 256),
            8,
            "RAM",
            id="C6-large-2304",
        ),
    ],
)
def test_vms_of_one_size_on_a_host(host, vm, expected, bound_by):
    assert packing.vms_of_one_size(host, vm) == (expected, bound_by)


@pytest.mark.parametrize(
    ("reserve", "vms", "osds", "per_osd", "expected"),
    [
        pytest.param(16, 58, 0, 0, 46_080, id="C4-58-VMs"),
        pytest.param(16, 30, 0, 0, 31_744, id="C4-30-VMs"),
        pytest.param(0, 90, 10, 3, 76_800, id="C4-red-hat"),
    ],
)
def test_reserved_host_memory_of_nova(reserve, vms, osds, per_osd, expected):
    found = compute.reserved_host_memory_mb(
        host_reserve_gib=D(reserve), vms=vms, vm_overhead_gib=D("0.5"), osds=osds, gib_per_osd=D(per_osd)
    )
    assert found == expected


@pytest.mark.parametrize(("ram_gib", "expected"), [(2048, 32), (2047, 16), (256, 16), (255, 8)])
def test_ram_kept_for_the_host(ram_gib, expected):
    assert compute.host_ram_reserve_gib(ram_gib) == expected


def test_a_mix_packs_into_twelve_hosts_and_thirteen_are_safe():
    """C6: 400 VMs, 60 % (2, 4), 30 % (4, 16), 10 % (8, 64)."""
    needed = compute.hosts_needed(HOST_512, [a_vm(240, 2, 4), a_vm(120, 4, 16), a_vm(40, 8, 64)])

    assert (needed.packed, needed.bound, needed.bound_by) == (12, 13, "RAM")
    assert round(needed.by_resource["RAM"], 2) == D("11.37")
    assert round(needed.by_resource["CPU"], 2) == D("2.58")
    assert round(needed.fragmentation, 3) == D("0.065")


@pytest.mark.parametrize(
    ("host", "vm", "expected"),
    [
        pytest.param(HOST_512, a_vm(500, 4, 8), 9, id="C6-500-VMs"),
        pytest.param(
            HostCapacity(threads=192, vcpus=752, ram_gib=D(1008)), a_vm(2000, 4, 16), 33, id="C6-2000-VMs"
        ),
        pytest.param(HOST_512, a_vm(519, 4, 8), 9, id="C6-300-VMs-grown-20%-for-3-years"),
        pytest.param(HOST_512, a_vm(662, 4, 8), 12, id="C6-500-VMs-grown-15%-for-2-years"),
    ],
)
def test_hosts_for_one_size(host, vm, expected):
    needed = compute.hosts_needed(host, [vm])

    assert (needed.packed, needed.bound) == (expected, expected)


@pytest.mark.parametrize(
    ("hosts", "spare"),
    [
        pytest.param(9, 1, id="C7-9"),
        pytest.param(33, 3, id="C7-33"),
        pytest.param(90, 6, id="C7-90"),
        pytest.param(0, 0, id="C7-none"),
    ],
)
def test_spare_hosts(hosts, spare):
    assert compute.spare_hosts(hosts) == spare


@pytest.mark.parametrize(
    ("load", "spare", "unit", "domains", "expected"),
    [
        pytest.param(9, 1, FailureDomain.HOST, 3, 10, id="C7-host"),
        pytest.param(33, 3, FailureDomain.RACK, 6, 40, id="C7-rack"),
        pytest.param(16, 1, FailureDomain.ZONE, 3, 24, id="C7-three-zones"),
    ],
)
def test_hosts_that_survive_the_loss_of_a_failure_unit(load, spare, unit, domains, expected):
    assert (
        compute.hosts_that_survive(hosts_for_load=load, spare=spare, unit=unit, domains=domains) == expected
    )


@pytest.mark.parametrize(
    ("members", "losses", "majority"),
    [
        pytest.param(3, 1, 2, id="CP1-3"),
        pytest.param(5, 2, 3, id="CP1-5"),
        pytest.param(4, 1, 3, id="CP1-4"),
        pytest.param(2, 0, 2, id="CP1-2"),
    ],
)
def test_quorum(members, losses, majority):
    assert (control_plane.tolerated_losses(members), control_plane.quorum(members)) == (losses, majority)


@pytest.mark.parametrize(
    ("alive", "members", "has_quorum"),
    [pytest.param(2, 3, True, id="GO-015-2-of-3"), pytest.param(1, 3, False, id="CP1-1-of-3")],
)
def test_a_majority_must_be_up(alive, members, has_quorum):
    assert (alive >= control_plane.quorum(members)) is has_quorum


@pytest.mark.parametrize(
    ("hosts", "vms", "extra", "needed", "step"),
    [
        pytest.param(10, 500, 0, "32.0", 32, id="CP2-mid"),
        pytest.param(10, 500, 7, "40.75", 48, id="CP2-mid-with-MON-and-MGR"),
        pytest.param(10, 500, 19, "55.75", 64, id="CP2-mid-with-Prometheus-and-OpenSearch"),
        pytest.param(700, 14_000, 0, "117.5", 128, id="CP2-700"),
        pytest.param(1_000, 20_000, 0, "155.0", 192, id="CP2-1000"),
    ],
)
def test_ram_of_a_controller(hosts, vms, extra, needed, step):
    found = control_plane.ram_needed_gib(compute_hosts=hosts, vms=vms, extra_gib=D(extra))

    assert (found, control_plane.ram_step_gib(found)) == (D(needed), step)


@pytest.mark.parametrize(
    ("hosts", "cores"),
    [
        pytest.param(10, 9, id="CP3-10"),
        pytest.param(700, 25, id="CP3-700"),
        pytest.param(1000, 32, id="CP3-1000"),
    ],
)
def test_cores_of_a_controller(hosts, cores):
    assert control_plane.cores_needed(compute_hosts=hosts, controllers=3) == cores


@pytest.mark.parametrize(
    ("vms", "hosts", "days", "expected"),
    [pytest.param(500, 13, 14, 244, id="CP4-13-nodes"), pytest.param(2000, 60, 30, 934, id="CP4-60-nodes")],
)
def test_disk_of_a_controller(vms, hosts, days, expected):
    found = control_plane.disk_needed_gb(
        vms=vms, hosts=hosts, days=days, gb_per_host_day=D("0.38"), log_nodes=1
    )

    assert round(found) == expected


def test_raw_capacity():
    assert storage.raw_tb(hosts=3, drives_per_host=12, drive_tb=D("3.84")) == D("138.24")  # S1
    assert storage.raw_tb(hosts=12, drives_per_host=24, drive_tb=D(20)) == 5_760  # S1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"replicas": 3}, "0.3333", id="GO-007"),
        pytest.param({"replicas": 2}, "0.5", id="S2-two-copies"),
        pytest.param({"k": 4, "m": 2}, "0.6667", id="GO-006"),
        pytest.param({"k": 8, "m": 3}, "0.7273", id="S2-8+3"),
        pytest.param({"k": 2, "m": 2}, "0.5", id="S2-2+2"),
    ],
)
def test_efficiency(values, expected):
    assert round(storage.efficiency(**values), 4) == D(expected)


@pytest.mark.parametrize(
    ("hosts", "domains", "drives", "expected"),
    [
        pytest.param(12, 12, 12, "0.825", id="S3-12-hosts"),
        pytest.param(6, 6, 12, "0.75", id="S3-6-hosts"),
        pytest.param(5, 5, 12, "0.72", id="S3-5-hosts"),
        pytest.param(4, 4, 12, "0.675", id="S3-4-hosts"),
        pytest.param(18, 18, 12, "0.85", id="S3-18-hosts"),
        pytest.param(12, 6, 12, "0.72", id="S3-6-racks-of-2"),
        pytest.param(8, 4, 12, "0.6", id="S3-4-racks-of-2"),
        pytest.param(3, 3, 12, "0.825", id="S3-3-hosts-of-12"),
        pytest.param(3, 3, 4, "0.675", id="S3-3-hosts-of-4"),
        pytest.param(9, 3, 12, "0.6", id="S3-3-zones-of-3"),
        pytest.param(2, 2, 12, "0", id="S3-impossible"),
    ],
)
def test_fill_limit(hosts, domains, drives, expected):
    layout = Layout(hosts=hosts, drives_per_host=drives, drive_tb=D("3.84"), domains=domains)

    assert storage.fill_limit(layout)[0] == D(expected)


def test_usable_capacity_of_the_mid_size_design():
    layout = Layout(hosts=3, drives_per_host=12, drive_tb=D("3.84"), domains=3)

    found = storage.capacity(layout, data_share=storage.efficiency(replicas=3))

    assert [round(tb, 2) for tb in (found.raw_tb, found.replicated_tb, found.after_metadata_tb, found.usable_tb)] == [
        D("138.24"), D("46.08"), D("45.16"), D("37.26")
    ]  # fmt: skip  # S4


def test_usable_capacity_of_an_erasure_coded_store():
    layout = Layout(hosts=12, drives_per_host=24, drive_tb=D(20), domains=12, size=11)

    found = storage.capacity(layout, data_share=storage.efficiency(k=8, m=3))

    assert [round(tb) for tb in (found.replicated_tb, found.after_metadata_tb, found.usable_tb)] == [
        4189,
        4105,
        3387,
    ]  # S4


@pytest.mark.parametrize(
    ("written", "limit", "expected"),
    [
        pytest.param("26.4", "0.825", "98.0", id="S8-500-VMs"),
        pytest.param("214.5", "0.72", "912.0", id="S8-2000-VMs"),
    ],
)
def test_raw_capacity_that_a_demand_needs(written, limit, expected):
    found = storage.raw_needed_tb(
        usable_tb=D(written), data_share=storage.efficiency(replicas=3), limit=D(limit)
    )

    assert round(found, 1) == D(expected)


@pytest.mark.parametrize(
    ("hosts", "size", "feasible"),
    [
        pytest.param(*case, id=f"GO-013-{case[0]}-hosts-{case[1]}-shards")
        for case in [(5, 6, False), (6, 6, True), (10, 11, False), (11, 11, True), (3, 4, False)]
    ],
)
def test_crush_needs_as_many_domains_as_shards(hosts, size, feasible):
    layout = Layout(hosts=hosts, drives_per_host=12, drive_tb=D(1), domains=hosts, size=size)

    assert (storage.fill_limit(layout)[0] > 0) is feasible


def test_memory_threads_and_daemons_of_storage_nodes():
    assert storage.ram_needed_gib(osds=12, colocated_gib=7) == 103  # S10
    assert storage.ram_needed_gib(osds=10) == 80  # S10
    assert storage.threads_needed(osds=12, media=Media.NVME) == (48, 80)  # S11
    assert storage.threads_needed(osds=24, media=Media.HDD) == (24, 80)  # S11
    assert (storage.monitors(3), storage.monitors(12)) == (3, 5)  # S12


@pytest.mark.parametrize(
    ("osds", "shares", "expected"),
    [
        pytest.param(100, ["0.25", "0.53", "0.15", "0.07"], [1024, 2048, 512, 256], id="GO-008"),
        pytest.param(200, ["1"], [8192], id="GO-009"),
        pytest.param(36, ["0.60", "0.25", "0.08", "0.07"], [1024, 256, 128, 64], id="S13-rd-mid"),
    ],
)
def test_placement_groups_by_the_planner(osds, shares, expected):
    assert [storage.planned_pg_num(osds=osds, size=3, share=D(share)) for share in shares] == expected


def test_placement_groups_on_an_osd():
    assert round(storage.pg_replicas_per_osd([1024, 256, 128, 64], size=3, osds=36), 1) == D("122.7")  # S13


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        pytest.param({"replicas": 3}, 2, id="GO-011-replicated-3"),
        pytest.param({"k": 2, "m": 1}, 2, id="GO-011-2+1"),
        pytest.param({"k": 2, "m": 2}, 3, id="GO-011-2+2"),
        pytest.param({"k": 4, "m": 2}, 5, id="GO-011-4+2"),
        pytest.param({"k": 8, "m": 4}, 9, id="GO-011-8+4"),
        pytest.param({"replicas": 2}, 1, id="S14-2"),
        pytest.param({"replicas": 5}, 3, id="S14-5"),
    ],
)
def test_default_min_size(pool, expected):
    assert storage.min_size(**pool) == expected


def test_fabric_arithmetic():
    assert network.oversubscription(down_gbps=D(190), up_gbps=D(160)) == D("1.1875")  # GO-017
    assert network.oversubscription(down_gbps=D(48 * 25), up_gbps=D(800)) == D("1.5")  # N4
    assert network.spine_ports_needed(leaves=12, uplinks_per_leaf=4, spines=2) == 24  # N5
    assert network.spine_ports_needed(leaves=6, uplinks_per_leaf=2, spines=2) == 6  # N5
    assert network.oob_ports_needed(servers=6, switches=3) == 12  # N6
    assert network.oob_ports_needed(servers=40, switches=2) == 45  # N6


@pytest.mark.parametrize(
    ("physical", "header", "expected"),
    [
        pytest.param(1500, network.GENEVE_OVN_HEADER_BYTES, 1442, id="GO-016-geneve-1500"),
        pytest.param(9000, network.GENEVE_OVN_HEADER_BYTES, 8942, id="GO-016-geneve-9000"),
        pytest.param(1500, network.VXLAN_HEADER_BYTES, 1450, id="GO-016-vxlan-1500"),
        pytest.param(9000, network.VXLAN_HEADER_BYTES, 8950, id="GO-016-vxlan-9000"),
    ],
)
def test_guest_mtu(physical, header, expected):
    assert network.guest_mtu(physical=physical, header=header) == expected


@pytest.mark.parametrize(
    ("hosts", "prefix"), [pytest.param(16, 26, id="N8-16"), pytest.param(400, 22, id="N8-400")]
)
def test_subnet_prefix(hosts, prefix):
    assert network.subnet_prefix(hosts=hosts) == prefix


@pytest.mark.parametrize(
    ("volts", "amps", "phases", "factor", "watts"),
    [
        pytest.param(230, 32, 1, "1", "5888", id="R2-230V-32A"),
        pytest.param(400, 16, 3, "1", "8868", id="R2-400V-16A"),
        pytest.param(400, 32, 3, "1", "17736", id="R2-400V-32A"),
        pytest.param(400, 63, 3, "1", "34918", id="R2-400V-63A"),
        pytest.param(208, 30, 3, "1", "8646", id="GO-018"),
        pytest.param(230, 30, 1, "0.9", "4968", id="R2-power-factor"),
    ],
)
def test_capacity_of_a_feed(volts, amps, phases, factor, watts):
    pdu = PduSpec(
        id="p", name="p", manufacturer="a", model="a", volts=volts, amps=amps, phases=phases, weight_kg=D(1)
    )

    assert round(power.feed_watts(pdu, power_factor=D(factor))) == D(watts)


def test_heat_and_air():
    assert power.heat_btu_per_hour(D(12_000)) == 40_944  # R5
    assert round(power.cooling_tons(D(12_000)), 2) == D("3.41")  # R5
    assert round(power.airflow_cfm(D(12_000))) == 1_896  # R5


def test_energy_of_a_year():
    average = power.average_watts(idle_watts=D(5130), max_watts=D(15490), load=D("0.5"))

    assert round(power.energy_kwh_per_year(average_watts=average, pue=D("1.5"))) == pytest.approx(
        135_473, abs=40
    )  # R8
    assert power.energy_kwh_per_year(average_watts=D(10_000), pue=D("1.5")) == 131_400  # R8
