"""Every worked number of domain/sizing.md through the formulas that stand alone, by its id."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument
from catalog.engine.formulary import Formulary
from designer.engine.sizing import numa, performance, power, storage
from designer.engine.sizing.formulas import FORMULAS

FORMULARY = Formulary(FORMULAS)
HOST_512 = {"threads": 128, "vcpus_per_host": 496, "ram_gib_per_host": 496}
HOST_1024 = {"threads": 192, "vcpus_per_host": 752, "ram_gib_per_host": 1008}
REPLICATED = performance.Protection(replicas=3)


def about(value: float, rel: float = 0.002) -> object:
    """As exact as the notes print it."""
    return pytest.approx(value, rel=rel)


@pytest.mark.parametrize(
    ("formula", "inputs", "expected"),
    [
        pytest.param("C1", {"sockets": 2, "cores": 32, "threads_per_core": 2}, {"threads": 128}, id="C1-2x32"),
        pytest.param("C2", {}, {"reserved_threads": 4}, id="C2-plain"),
        pytest.param("C2", {"osds": 6, "threads_per_osd": 4, "control_threads": 8}, {"reserved_threads": 36}, id="C2-hyper-converged"),
        pytest.param("C3", {"total": 96, "reserved": 4, "allocation_ratio": 3}, {"vcpus": 276}, id="C3-96"),
        pytest.param("C4", {"vms": 58}, {"reserved_host_memory_mb": 46_080}, id="C4-58"),
        pytest.param("C4", {"ram_gib": 512, "vm_ram_gib": 16}, {"vms": 30, "reserved_host_memory_mb": 31_744}, id="C4-counted"),
        pytest.param("C4", {"host_reserve_gib": 0, "osds": 10, "gib_per_osd": 3, "ram_gib": 256, "vm_ram_gib": 2}, {"vms": 90, "reserved_host_memory_mb": 76_800}, id="C4-red-hat"),
        pytest.param("C5", HOST_512 | {"vcpus": 4, "ram_gib": 8}, {"vms": 58}, id="C5-58"),
        pytest.param("C5", {"threads": 64, "vcpus_per_host": 240, "ram_gib_per_host": 240, "vcpus": 2, "ram_gib": 4}, {"vms": 53}, id="C5-53"),
        pytest.param("C5", {"threads": 128, "vcpus_per_host": 248, "ram_gib_per_host": 496, "vcpus": 8, "ram_gib": 16}, {"vms": 30}, id="C5-30"),
        pytest.param("C6", HOST_512 | {"vms": [{"count": 240, "vcpus": 2, "ram_gib": 4}, {"count": 120, "vcpus": 4, "ram_gib": 16}, {"count": 40, "vcpus": 8, "ram_gib": 64}]}, {"hosts": 12, "safe_hosts": 13, "fragmentation": about(0.065)}, id="C6-mix"),
        pytest.param("C6", HOST_512 | {"vms": [{"count": 500, "vcpus": 4, "ram_gib": 8}]}, {"hosts": 9}, id="C6-500"),
        pytest.param("C6", HOST_512 | {"vms": [{"count": 24, "vcpus": 4, "ram_gib": 8, "anti_affinity_group_size": 12}]}, {"hosts": 12}, id="C6-apart"),
        pytest.param("C6", HOST_1024 | {"vms": [{"count": 2000, "vcpus": 4, "ram_gib": 16}]}, {"hosts": 33}, id="C6-2000"),
        pytest.param("C6", HOST_512 | {"vms": [{"count": 300, "vcpus": 4, "ram_gib": 8}], "annual_growth_rate": 0.2, "growth_years": 3}, {"hosts": 9, "vms": 519}, id="C6-growth"),
        pytest.param("C6", HOST_512 | {"vms": [{"count": 500, "vcpus": 4, "ram_gib": 8}], "annual_growth_rate": 0.15, "growth_years": 2}, {"hosts": 12, "vms": 662}, id="C6-growth-15"),
        pytest.param("C7", {"hosts": 9}, {"spare_hosts": 1, "hosts": 10}, id="C7-9"),
        pytest.param("C7", {"hosts": 33}, {"hosts": 36}, id="C7-33"),
        pytest.param("C7", {"hosts": 90}, {"hosts": 96}, id="C7-90"),
        pytest.param("C7", {"hosts": 16, "failure_unit": "zone", "domains": 3, "vms_per_host": 61, "vms": 976}, {"hosts": 24, "survivors": 16, "vms_after_loss": 976, "survives": True}, id="C7-three-zones"),
        pytest.param("C7", {"hosts": 33, "failure_unit": "rack", "domains": 6, "vms_per_host": 61, "vms": 2000}, {"hosts": 40, "vms_after_loss": 2013, "survives": True}, id="C7-rack"),
        pytest.param("C8", {"cells": 2, "threads_per_cell": 32, "vcpus": [8, 24, 48, 48], "numa_nodes": [1, 1, 1, 2]}, {"count": [8, 2, 0, 1]}, id="C8-pinned"),
        pytest.param("C8", {"cells": 2, "pages_per_cell": 120, "ram_gib": [16, 50, 100], "numa_nodes": [1, 1, 2]}, {"count_by_huge_pages": [14, 4, 2]}, id="C8-huge-pages"),
        pytest.param("C9", {"gpus": 56, "gpus_per_host": 8, "vcpus_per_host": 188, "vcpus": 20, "ram_gib_per_host": 2016, "ram_gib": 240}, {"hosts": 8, "vms_per_host": 8}, id="C9"),
        pytest.param("CP1", {"members": 5}, {"tolerated_losses": 2, "quorum": 3}, id="CP1-5"),
        pytest.param("CP2", {"compute_hosts": 10, "vms": 500, "extra_gib": 7}, {"ram_gib": 48}, id="CP2-mid"),
        pytest.param("CP3", {"compute_hosts": 700}, {"cores": 25}, id="CP3-700"),
        pytest.param("CP4", {"vms": 500, "hosts": 13, "days": 14, "gb_per_host_day": 0.38, "log_nodes": 1}, {"disk_gb": about(244)}, id="CP4-13"),
        pytest.param("CP4", {"vms": 2000, "hosts": 60, "days": 30, "gb_per_host_day": 0.38, "log_nodes": 1}, {"disk_gb": about(934)}, id="CP4-60"),
        pytest.param("CP5", {"compute_hosts": 10, "gateways": 3}, {"relays": 1}, id="CP5-13"),
        pytest.param("CP5", {"compute_hosts": 100, "gateways": 3}, {"relays": 3}, id="CP5-103"),
        pytest.param("CP5", {"compute_hosts": 250, "gateways": 3}, {"relays": 6}, id="CP5-253"),
        pytest.param("CP5", {"compute_hosts": 500, "gateways": 3}, {"relays": 11}, id="CP5-503"),
        pytest.param("CP6", {"compute_hosts": 250}, {"cells": 1, "extra_nodes": 0}, id="CP6-250"),
        pytest.param("CP6", {"compute_hosts": 900}, {"cells": 3, "extra_nodes": 9, "needs_cells": True}, id="CP6-900"),
        pytest.param("CP7", {"nodes": 60}, {"conductors": 2}, id="CP7-60"),
        pytest.param("CP7", {"nodes": 1000}, {"conductors": 4}, id="CP7-1000"),
        pytest.param("CP7", {"nodes": 1000, "per_conductor": 100}, {"conductors": 10}, id="CP7-careful"),
        pytest.param("CP8", {"load_balancers": 20, "topology": "ACTIVE_STANDBY"}, {"amphorae": 40, "vcpus": 40, "ram_gib": 40, "ram_with_overhead_gib": 60, "addresses": 49, "prefix": 26}, id="CP8-20"),
        pytest.param("CP8", {"load_balancers": 124, "topology": "ACTIVE_STANDBY"}, {"most_load_balancers": 123, "addresses": 257, "prefix": 23}, id="CP8-kolla"),
        pytest.param("S1", {"hosts": 3, "drives_per_host": 12, "drive_tb": 3.84}, {"raw_tb": 138.24}, id="S1-rd-mid"),
        pytest.param("S1", {"hosts": 12, "drives_per_host": 24, "drive_tb": 20}, {"raw_tb": 5760}, id="S1-hdd"),
        pytest.param("S2", {"k": 8, "m": 3}, {"efficiency": about(0.727), "overhead": 1.375}, id="S2-8+3"),
        pytest.param("S3", {"hosts": 12, "drives_per_host": 12, "failure_domains": 6}, {"fill_limit": 0.72}, id="S3-racks"),
        pytest.param("S3", {"hosts": 9, "drives_per_host": 12, "failure_domains": 3}, {"fill_limit": 0.6}, id="S3-zones"),
        pytest.param("S3", {"hosts": 3, "drives_per_host": 12, "failure_domains": 3, "self_heal_reserve": False}, {"fill_limit": 0.85}, id="S3-no-reserve"),
        pytest.param("S4", {"hosts": 3, "drives_per_host": 12, "drive_tb": 3.84, "failure_domains": 3}, {"usable_tb": about(37.26), "after_metadata_tb": about(45.16), "max_avail_tb": about(43.78)}, id="S4-rd-mid"),
        pytest.param("S4", {"hosts": 12, "drives_per_host": 24, "drive_tb": 20, "failure_domains": 12, "k": 8, "m": 3}, {"replicated_tb": about(4189), "usable_tb": about(3387)}, id="S4-8+3"),
        pytest.param("S5", {"pgs_per_osd": 96, "most_pgs": 118}, {"balance": about(0.81, 0.01)}, id="S5-unbalanced"),
        pytest.param("S5", {"pgs_per_osd": 96, "most_pgs": 99}, {"balance": about(0.97, 0.01)}, id="S5-upmap"),
        pytest.param("S5", {"pgs_per_osd": 50}, {"balance": about(0.91, 0.01)}, id="S5-50"),
        pytest.param("S5", {"pgs_per_osd": 200}, {"balance": about(0.976)}, id="S5-200"),
        # Held 138.24 / 3 = 46.08; without the large one 92.16 / 3 = 30.72: 0.9 x 2/3.
        pytest.param("S3-unequal", {"capacities_tb": [23.04] * 4 + [46.08], "osds_per_host": 6}, {"fill_limit": about(0.6), "usable_tb": about(27.648)}, id="S3-four-old-one-new"),
        pytest.param("S3-unequal", {"capacities_tb": [10, 10, 20], "osds_per_host": 10}, {"fill_limit": about(0.81), "held_tb": 10, "stranded_tb": 10}, id="S3-as-many-hosts-as-copies"),
        pytest.param("S3-unequal", {"capacities_tb": [100, 100, 100, 10], "osds_per_host": 50}, {"fill_limit": 0.85, "usable_tb": 85, "left_out": 1}, id="S3-one-too-small"),
        pytest.param("S6", {"capacities_tb": [10, 10, 20]}, {"held_tb": 10, "unusable_raw_tb": 10}, id="S6-three"),
        pytest.param("S6", {"capacities_tb": [10, 10, 20, 20]}, {"held_tb": 20}, id="S6-four"),
        pytest.param("S6", {"capacities_tb": [30, 20, 20, 10], "size": 2}, {"held_tb": 40}, id="S6-two-copies"),
        pytest.param("S8", {"stored_tb": 40, "thin_share": 0.6, "fill_limit": 0.825}, {"written_tb": about(26.4), "raw_needed_tb": about(98.0)}, id="S8-500"),
        pytest.param("S8", {"stored_tb": 300, "thin_share": 0.65, "fill_limit": 0.72}, {"written_tb": about(214.5), "raw_needed_tb": about(912.0)}, id="S8-2000"),
        pytest.param("S9", {"drive_tb": 16, "db_percent": 2}, {"db_gb_per_osd": 320}, id="S9-2"),
        pytest.param("S9", {"drive_tb": 16, "db_percent": 4}, {"db_gb_per_osd": 640}, id="S9-4"),
        pytest.param("S9", {"drive_tb": 1, "db_percent": 4}, {"db_gb_per_osd": 40}, id="S9-1TB"),
        pytest.param("S9", {"drive_tb": 20, "db_percent": 4, "drives_per_host": 24, "db_devices": 4}, {"db_device_tb": 4.8, "osds_per_db_device": 6, "is_within_advice": True}, id="S9-24x20"),
        pytest.param("S10", {"osds": 12, "colocated_gib": 7}, {"ram_gib": 103}, id="S10-12"),
        pytest.param("S10", {"ram_gib": 128, "daemons": {"osd": 10, "crash": 1, "node-exporter": 1, "mon": 1, "mgr": 1}}, {"osd_memory_target_gib": about(8.35)}, id="S10-with-mon"),
        pytest.param("S10", {"ram_gib": 64, "daemons": {"osd": 12, "mon": 1, "mgr": 1}}, {"osd_memory_target_gib": about(3.316), "is_enough": False}, id="S10-too-small"),
        pytest.param("S11", {"osds": 12, "media": "nvme"}, {"minimum": 48, "recommended": 80}, id="S11-nvme"),
        pytest.param("S11", {"osds": 24, "media": "hdd"}, {"minimum": 24, "recommended": 80}, id="S11-hdd"),
        pytest.param("S12", {"hosts": 3, "osds": 36}, {"monitors": 3}, id="S12-3"),
        pytest.param("S12", {"hosts": 12, "osds": 288}, {"monitors": 5, "monitor_host_ram_gib": 64}, id="S12-12"),
        pytest.param("S13-autoscaler", {"osds": 30, "pools": [{"name": "a", "capacity_ratio": 0.9, "bulk": True}]}, {"a": 1024}, id="S13-one-bulk-pool"),
        pytest.param("S13-autoscaler", {"osds": 6, "pools": [{"name": "a", "capacity_ratio": 0.9, "bulk": True}]}, {"a": 256}, id="S13-six-osds"),
        pytest.param("P1", {"osds": 36, "media": "nvme"}, {"read_iops": 774_000, "write_iops": 258_000, "mixed_iops": about(483_750)}, id="P1-nvme"),
        pytest.param("P1", {"osds": 36, "media": "hdd"}, {"read_iops": 11_340, "write_iops": 3_780, "mixed_iops": about(7_088)}, id="P1-hdd"),
        pytest.param("P1", {"osds": 288, "media": "hdd", "k": 8, "m": 3}, {"write_iops": about(4_124)}, id="P1-8+3"),
        pytest.param("P1", {"osds": 288, "media": "hdd", "k": 8, "m": 3, "write_path": "erasure-optimised"}, {"write_iops": 11_340}, id="P1-optimised"),
        pytest.param("P2", {"osds": 36, "hosts": 3, "public_gbps": 50, "cluster_gbps": 50}, {"write_gb_per_second": about(9.4, 0.01), "write_gbps": 75, "read_gb_per_second": 18.75}, id="P2-rd-mid"),
        pytest.param("P2", {"osds": 288, "hosts": 12, "media": "hdd", "public_gbps": 50, "cluster_gbps": 50, "k": 8, "m": 3}, {"write_gb_per_second": about(32.9)}, id="P2-hdd"),
        pytest.param("P3", {"lost_tb": 27.648, "osds": 48, "hosts": 4, "nic_gbps": 50}, {"minutes": about(36, 0.02), "disk_gb_per_second": about(30.2), "network_gb_per_second": 17.5}, id="P3-5-hosts"),
        pytest.param("P3", {"lost_tb": 27.648, "osds": 48, "hosts": 4, "nic_gbps": 10}, {"hours": about(2.4, 0.02)}, id="P3-10-GbE"),
        pytest.param("P3", {"lost_tb": 396, "osds": 264, "hosts": 11, "media": "hdd", "nic_gbps": 50}, {"hours": about(5.5, 0.01), "disk_gb_per_second": about(20.8)}, id="P3-hdd"),
        pytest.param("P4", {"ceiling": 430_000, "survivors": 4, "total": 5}, {"ceiling_during_recovery": 172_000}, id="P4-nvme"),
        pytest.param("P4", {"ceiling": 4_124, "survivors": 11, "total": 12}, {"ceiling_during_recovery": about(1_890)}, id="P4-hdd"),
        pytest.param("H1", {"ram_gib": 512, "threads": 64, "osds": 8, "gib_per_osd": 5, "guest_mib": 4096}, {"guests_by_memory": 104, "reserved_host_memory_mb": 94_208, "cpu_allocation_ratio": 2}, id="H1-64-threads"),
        pytest.param("H1", {"ram_gib": 256, "threads": 56, "osds": 10, "gib_per_osd": 3, "threads_per_osd": 1, "guest_mib": 2048, "host_reserve_gib": 16}, {"guests_by_memory": 84}, id="H1-host-reserve"),
        pytest.param("H1", {"ram_gib": 512, "threads": 64, "osds": 8, "gib_per_osd": 5, "guest_mib": 4096, "host_reserve_gib": 16}, {"guests_by_memory": 101}, id="H1-host-reserve-64"),
        pytest.param("H1", {"ram_gib": 128, "threads": 64, "osds": 24, "gib_per_osd": 5, "threads_per_osd": 1, "guest_mib": 2048}, {"is_enough": False}, id="H1-not-enough"),
        pytest.param("H1", {"ram_gib": 512, "threads": 128, "osds": 6, "guest_mib": 8192, "host_reserve_gib": 16, "control_gib": 48}, {"guests_by_memory": 47}, id="H1-rd-starter"),
        pytest.param("H2", {"osds": 10, "gib_per_osd": 3, "guests": 90}, {"reserved_host_memory_mb": 76_800}, id="H2"),
        pytest.param("H3", {"threads": 56, "osds": 10, "threads_per_osd": 1, "guest_cpu_util_pct": 10}, {"cpu_allocation_ratio": about(8.21), "verdict": "usable"}, id="H3"),
        pytest.param("H4", {"reserved_gib": 120, "ram_gib": 128}, {"is_enough": False}, id="H4"),
        pytest.param("N1", {"vms": 58, "iops": 300}, {"gbps": about(1.14)}, id="N1-58"),
        pytest.param("N1", {"vms": 30, "iops": 500, "block_kib": 16}, {"gbps": about(1.97)}, id="N1-30"),
        pytest.param("N2", {"hosts": 3, "public_gbps": 50, "cluster_gbps": 50, "osds": 36}, {"write_gbps": 75}, id="N2-split"),
        pytest.param("N2", {"hosts": 3, "public_gbps": 50, "osds": 36}, {"write_gbps": 50}, id="N2-shared"),
        pytest.param("N2", {"hosts": 3, "public_gbps": 10, "osds": 36}, {"write_gbps": 10}, id="N2-10-GbE"),
        pytest.param("N3", {"drives": 12, "nic_gbps": 100}, {"ratio": about(1.21), "is_balanced": True}, id="N3-100"),
        pytest.param("N3", {"drives": 12, "nic_gbps": 20}, {"ratio": about(6.04), "is_balanced": False}, id="N3-20"),
        pytest.param("N3", {"drives": 12, "nic_gbps": 50, "media": "hdd"}, {"ratio": about(0.30, 0.01), "is_balanced": True}, id="N3-hdd"),
        pytest.param("N4", {"down_gbps": 1200, "up_gbps": 800}, {"ratio": 1.5}, id="N4-48x25"),
        pytest.param("N5", {"leaves": 12, "uplinks_per_leaf": 4, "spines": 2}, {"ports": 24}, id="N5-12"),
        pytest.param("N5", {"leaves": 6, "uplinks_per_leaf": 2, "spines": 2}, {"ports": 6}, id="N5-6"),
        pytest.param("N6", {"servers": 6, "switches": 3}, {"ports": 12}, id="N6-6"),
        pytest.param("N6", {"servers": 40, "switches": 2}, {"ports": 45}, id="N6-40"),
        pytest.param("N8", {"hosts": 400}, {"prefix": 22}, id="N8-400"),
        pytest.param("N9", {"vms": 500, "routers": 50, "load_balancers": 20}, {"addresses": 176, "prefix": 24}, id="N9-500"),
        pytest.param("N9", {"vms": 2000, "routers": 200, "load_balancers": 100}, {"addresses": 706, "prefix": 22}, id="N9-2000"),
        pytest.param("N10", {"ram_gib": 16, "gbps": 10}, {"seconds": about(19.9, 0.005)}, id="N10-16"),
        pytest.param("N10", {"ram_gib": 464, "gbps": 25}, {"seconds": about(230)}, id="N10-464"),
        pytest.param("R1", {"parts": [{"count": 1, "rack_units": 1}, {"count": 4, "rack_units": 1}, {"rack_units": 2}, {"count": 2, "rack_units": 1}, {"rack_units": 1}, {"rack_units": 1}]}, {"used_units": 11, "usable_units": 40, "fits": True}, id="R1-rd-mid"),
        pytest.param("R1", {"parts": [{"count": 4, "rack_units": 4}, {"count": 2, "rack_units": 1}, {"rack_units": 1}]}, {"used_units": 19}, id="R1-hdd"),
        pytest.param("R2", {"volt": 400, "amp": 63, "phases": 3}, {"watts": about(34_920)}, id="R2-63A"),
        pytest.param("R3", {"parts": [{"max_watts": 350}, {"count": 4, "max_watts": 850}, {"max_watts": 700}, {"count": 2, "max_watts": 400}, {"max_watts": 600}, {"max_watts": 80}], "feed_watts": 8868}, {"max_watts": 5930, "share_of_feed": about(0.67, 0.01), "fits": True, "warns": False}, id="R3-rd-mid"),
        pytest.param("R3", {"parts": [{"count": 2, "max_watts": 10_200}, {"count": 2, "max_watts": 600}, {"max_watts": 80}], "feed_watts": 17_736}, {"max_watts": 21_680, "fits": False}, id="R3-gpu"),
        pytest.param("R4", {"parts": [{"weight_kg": 17}, {"count": 4, "weight_kg": 18}, {"weight_kg": 27}, {"count": 2, "weight_kg": 10}, {"weight_kg": 11}, {"weight_kg": 6}]}, {"equipment_kg": 153, "fits": True}, id="R4-rd-mid"),
        pytest.param("R4", {"parts": [{"count": 2, "weight_kg": 130}, {"count": 2, "weight_kg": 11}, {"weight_kg": 6}]}, {"equipment_kg": 288}, id="R4-gpu"),
        pytest.param("R5", {"watts": 12_000}, {"btu_per_hour": 40_944, "cooling_tons": about(3.41), "airflow_cfm": about(1_896)}, id="R5-12kW"),
        pytest.param("R6", {"rack_units": 30, "watts": 15_490, "kg": 412, "leaf_ports": 38, "feed_watts": 8868, "failure_domains": 3}, {"racks": 3}, id="R6-rd-mid"),
        pytest.param("R6", {"rack_units": 64, "watts": 81_600, "kg": 1040, "feed_watts": 34_918}, {"racks": 3}, id="R6-gpu"),
        pytest.param("R7", {"members": 3, "racks": 3}, {"members_by_rack": [1, 1, 1], "single_points_of_failure": []}, id="R7-3-in-3"),
        pytest.param("R7", {"members": 5, "racks": 3}, {"members_by_rack": [2, 2, 1], "single_points_of_failure": []}, id="R7-5-in-3"),
        pytest.param("R7", {"members": 3, "racks": 2}, {"members_by_rack": [2, 1], "single_points_of_failure": [1]}, id="R7-3-in-2"),
        pytest.param("R8", {"idle_watts": 5130, "max_watts": 15_490, "load": 0.5, "pue": 1.5}, {"kwh_per_year": about(135_473)}, id="R8-rd-mid"),
        pytest.param("R8", {"idle_watts": 10_000, "max_watts": 10_000}, {"kwh_per_year": 131_400}, id="R8-flat"),
    ],
)  # fmt: skip
def test_a_worked_number_comes_out(formula, inputs, expected):
    answer = FORMULARY.calculate({"formula": f"sizing.{formula}", "inputs": inputs})

    assert {name: answer["results"][name] for name in expected} == expected


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.id)
def test_every_formula_tells_its_source_its_grade_and_its_working(formula):
    answer = FORMULARY.calculate({"formula": formula.id, "inputs": formula.example})

    assert answer["source"]
    assert answer["grade"] in "ABC"
    assert answer["steps"] or formula.id in {"sizing.S7", "sizing.S14", "sizing.N7"}  # lists of cases


def test_every_formula_of_the_notes_stands_alone():
    expected = [f"C{n}" for n in range(1, 11)] + [f"CP{n}" for n in range(1, 9)]
    expected += [f"S{n}" for n in range(1, 15)] + [f"P{n}" for n in range(1, 5)]
    expected += [f"H{n}" for n in range(1, 5)] + [f"N{n}" for n in range(1, 11)]
    expected += [f"R{n}" for n in range(1, 9)]

    assert {formula.id.removeprefix("sizing.") for formula in FORMULAS} >= set(expected)


@pytest.mark.parametrize(
    ("formula", "inputs", "field"),
    [
        pytest.param("C4", {}, "inputs.vms", id="C4-nothing-to-count"),
        pytest.param("C6", HOST_512 | {"vms": [{"count": 1, "vcpus": 2}]}, "inputs.vms[0].ram_gib", id="C6-no-RAM"),
        pytest.param("C6", HOST_512 | {"vms": [{"count": 1, "vcpus": 200, "ram_gib": 4}]}, "inputs.workload.profiles[0].vcpus", id="C6-too-large"),
        pytest.param("C8", {"cells": 2}, "inputs.vcpus", id="C8-nothing"),
        pytest.param("C8", {"cells": 2, "threads_per_cell": 8, "vcpus": [2, 4], "numa_nodes": [1]}, "inputs.numa_nodes", id="C8-too-few-cells"),
        pytest.param("CP1", {}, "inputs.members", id="CP1-nothing"),
        pytest.param("CP1", {"cases": [[2, 3]]}, "inputs.cases[0]", id="CP1-more-lost"),
        pytest.param("S4", {"hosts": 3, "drives_per_host": 1, "drive_tb": 1, "failure_domains": 3, "k": 2}, "inputs.m", id="S4-half-a-profile"),
        pytest.param("S3-unequal", {"capacities_tb": []}, "inputs.capacities_tb", id="S3-none"),
        pytest.param("S6", {"capacities_tb": []}, "inputs.capacities_tb", id="S6-none"),
        pytest.param("S10", {"ram_gib": 64, "daemons": {"mon": 1}}, "inputs.daemons", id="S10-no-osd"),
        pytest.param("S10", {"ram_gib": 64, "daemons": [1]}, "inputs.daemons", id="S10-no-object"),
        pytest.param("S13-autoscaler", {"osds": 3, "pools": [{"name": "a", "capacity_ratio": 1}, {"name": "a", "capacity_ratio": 1}]}, "inputs.pools[1].name", id="S13-twice"),
        pytest.param("P4", {"ceiling": 1, "survivors": 3, "total": 2}, "inputs.survivors", id="P4-more-survive"),
        pytest.param("H1", {"ram_gib": 64, "threads": 8, "osds": 8, "guest_mib": 1024}, "inputs.osds", id="H1-no-threads-left"),
        pytest.param("N5", {"leaves": 4, "uplinks_per_leaf": 3}, "inputs.uplinks_per_leaf", id="N5-uneven"),
        pytest.param("R1", {"parts": [{"count": 1}]}, "inputs.parts[0].rack_units", id="R1-no-units"),
    ],
)  # fmt: skip
def test_what_cannot_be_calculated_is_named(formula, inputs, field):
    with pytest.raises(InvalidDocument) as caught:
        FORMULARY.calculate({"formula": f"sizing.{formula}", "inputs": inputs})

    assert caught.value.problems[0].field == field
    assert caught.value.problems[0].remedy


@given(st.lists(st.integers(1, 500), min_size=1, max_size=12), st.integers(1, 6))
def test_unequal_domains_hold_the_largest_amount_that_fits(capacities, size):
    found = storage.held_by_unequal_domains([D(c) for c in capacities], size=size)

    def room(amount: D) -> D:
        return sum((min(D(c), amount) for c in capacities), D(0)) - size * amount

    assert room(found) >= D("-1e-9")
    assert len(capacities) < size or room(found + D("0.01")) < 0 or found >= max(capacities) == found


@given(st.integers(1, 1000), st.integers(1, 64))
def test_equal_domains_lose_nothing(capacity, domains):
    size = min(3, domains)

    found = storage.held_by_unequal_domains([D(capacity)] * domains, size=size)

    assert found == D(capacity * domains) / size


@given(st.integers(1, 8), st.integers(1, 128), st.integers(1, 256), st.integers(1, 8))
def test_pinned_vms_never_take_more_than_there_is(cells, threads, vcpus, guest_cells):
    found = numa.pinned_vms(cells=cells, threads_per_cell=threads, vcpus=vcpus, numa_nodes=guest_cells)

    assert found * vcpus <= cells * threads


@given(
    st.lists(st.tuples(st.integers(1, 100), st.booleans()), min_size=1, max_size=8),
    st.integers(1, 2000),
)
def test_the_autoscaler_gives_every_pool_a_power_of_two(pools, osds):
    total = sum(ratio for ratio, _ in pools)
    asked = [
        storage.AutoscaledPool(name=str(i), size=3, capacity_ratio=D(ratio) / total, bulk=bulk)
        for i, (ratio, bulk) in enumerate(pools)
    ]

    found = storage.autoscaled_pg_nums(asked, osds=osds)

    assert list(found) == [pool.name for pool in asked]
    assert all(value >= 32 and value & (value - 1) == 0 for value in found.values())


@given(st.integers(1, 10_000), st.integers(2, 500), st.integers(1, 400))
def test_recovery_is_faster_with_more_survivors(lost, hosts, gbps):
    def hours(survivors: int) -> D:
        return performance.recovery(
            lost_tb=D(lost), osds=12 * survivors, mb_per_second=D(1258), hosts=survivors, nic_gbps=D(gbps)
        ).hours

    assert hours(hosts) <= hours(hosts - 1)
    assert hours(hosts) > D(performance.OUT_AFTER_SECONDS) / 3600


@given(st.integers(1, 5000), st.integers(0, 100))
def test_a_mix_lies_between_writes_and_reads(osds, percent):
    ceilings = performance.client_iops(osds=osds, iops_per_osd=315, protection=REPLICATED)

    mixed = performance.mixed_iops(ceilings, read_share=D(percent) / 100)

    assert ceilings.write - D("0.001") <= mixed <= ceilings.read + D("0.001")


@given(st.integers(1, 200), st.integers(1, 60))
def test_dealing_loses_nobody_and_is_even(count, racks):
    dealt = power.dealt(count, racks)

    assert sum(dealt) == count
    assert max(dealt) - min(dealt) <= 1


def test_pools_are_protected_by_copies_or_by_shards():
    with pytest.raises(ValueError, match="either replicas"):
        performance.Protection(replicas=3, k=2, m=1)
