"""Each format of inventory comes to the totals that its rows add up to, in any order of columns."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from designer.imports.inventory import Reason, Switches, select
from designer.imports.rows import Inventory
from designer.imports.run import Unreadable
from tests.designer.imports.files import TOTALS, VINFO, an_estate, csv_bytes, read, workbook

SAMPLES = os.environ.get("INVENTORY_SAMPLES", "")
"""Folder with sample files of the real tools; what they hold in kind, the other tests of this module generate."""


def kept(inventory: Inventory):
    return select(inventory, Switches())[1].kept


def totals(inventory: Inventory):
    sums = kept(inventory)
    return {name: getattr(sums, name) for name in TOTALS}


def dropped(inventory: Inventory):
    return {d.reason.value: d.sums.vms for d in select(inventory, Switches())[1].dropped}


EACH_ONCE = {
    "placeholder": 1, "template": 1, "service_vm": 1, "duplicate": 1, "empty": 1, "powered_off": 1, "suspended": 1,
}  # fmt: skip


def test_a_workbook_of_rvtools_comes_to_its_totals_and_loses_each_row_for_its_reason():
    inventory = read(("export.xlsx", workbook({"vInfo": an_estate()})))

    assert inventory.format == "rvtools"
    assert totals(inventory) == TOTALS
    assert dropped(inventory) == EACH_ONCE


def test_rows_read_are_those_kept_and_those_dropped():
    rows = an_estate()
    inventory = read(("tabvInfo.csv", csv_bytes([*rows, [""] * len(VINFO), [""] * len(VINFO)])))

    report = select(inventory, Switches())[1]
    assert (report.rows_read, report.blank_rows) == (len(rows) - 1 + 2, 2)
    assert report.rows_read == report.blank_rows + report.kept.vms + sum(d.sums.vms for d in report.dropped)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_any_order_of_columns_with_old_headers_is_the_same(seed, delimiter):
    order = list(range(len(VINFO)))
    random.Random(seed).shuffle(order)
    rows = [[row[i] for i in order] for row in an_estate()]
    rows[0] = [name.replace("MiB", "MB") for name in rows[0]]

    inventory = read(("RVTools_tabvInfo.csv", csv_bytes(rows, delimiter, encoding="utf-8-sig")))

    assert (totals(inventory), dropped(inventory)) == (TOTALS, EACH_ONCE)


def test_numbers_with_thousands_separators_are_whole():
    rows = [
        VINFO,
        (
            "größe",
            "poweredOn",
            "False",
            "False",
            "4",
            "16.384",
            "1.234.567",
            "345.678",
            "DC1",
            "c",
            "h",
            "u",
            "",
        ),
    ]

    inventory = read(("a.csv", csv_bytes(rows, ";")))

    (vm,) = inventory.vms
    assert inventory.notes[0] == "3 numbers like “16.384” are read as 16384: their signs separate thousands."
    assert (vm.name, vm.vcpus, vm.ram_mib, vm.disk_mib, vm.disk_used_mib) == (
        "größe", 4, 16384, 1_234_567 - 16384, 345_678 - 16384,
    )  # fmt: skip


def test_one_name_in_two_datacenters_is_two_vms_without_identifiers():
    header = ("VM", "Powerstate", "CPUs", "Memory", "Datacenter")
    rows = [
        header,
        ("app", "poweredOn", 2, 4096, "DC1"),
        ("app", "poweredOn", 2, 4096, "DC2"),
        ("app", "poweredOff", 2, 4096, "DC2"),
    ]

    inventory = read(("a.csv", csv_bytes(rows)))

    assert (kept(inventory).vms, dropped(inventory)) == (2, {"duplicate": 1})


def test_disks_come_from_vdisk_and_a_disk_that_two_vms_share_counts_once():
    disks = [
        ("VM", "Disk", "Disk Path", "Capacity MB", "Datacenter", "Cluster", "Host"),
        ("web-1", "Hard disk 1", "[ds] web-1.vmdk", 1000, "DC1", "cl-prod", "esx01"),
        ("web-2", "Hard disk 1", "[ds] web-2.vmdk", 2000, "DC1", "cl-prod", "esx01"),
        ("web-2", "Hard disk 2", "[ds] quorum.vmdk", 500, "DC1", "cl-prod", "esx01"),
        ("web-3", "Hard disk 2", "[ds] quorum.vmdk", 500, "DC1", "cl-prod", "esx01"),
    ]
    inventory = read(("export.xlsx", workbook({"vInfo": an_estate()[:4], "vDisk": disks})))

    assert [vm.disk_mib for vm in inventory.vms] == [1000, 2500, 0]
    assert (inventory.shared_disks, inventory.shared_disk_mib) == (1, 500)


def test_a_memory_reservation_leaves_less_swap_file_to_subtract():
    memory = [("VM", "Size MiB", "Reservation", "Consumed", "Active"), ("web-1", 8192, 8192, 6000, 1000)]

    (vm,) = read(("export.xlsx", workbook({"vInfo": an_estate()[:2], "vMemory": memory}))).vms

    assert (vm.disk_mib, vm.ram_used_mib) == (61440 + 8192, 6000)


def test_datastores_that_sites_share_count_once():
    stores = [
        ("Name", "Type", "Capacity MiB", "Address"),
        ("ds1", "NFS", 100, "a"),
        ("ds1", "NFS", 100, "a"),
        ("ds2", "VMFS", 100, ""),
    ]

    inventory = read(("export.xlsx", workbook({"vInfo": an_estate()[:2], "vDatastore": stores})))

    assert (inventory.datastores, inventory.datastores_repeated) == (2, 1)


def test_live_optics_keeps_provisioned_used_and_load_of_hosts_apart():
    vms = [
        ("VM Name", "Power State", "Template", "Virtual CPU", "Provisioned Memory (MiB)", "Consumed Memory (MiB)", "Virtual Disk Size (MiB)", "Virtual Disk Used (MiB)", "InstanceUUID"),
        ("a", "poweredOn", False, 2, 4096, 3000, 40960, 20000, "1"),
        ("b", "poweredOff", False, 2, 4096, 0, 40960, 20000, "2"),
        ("t", "poweredOff", True, 2, 4096, 0, 40960, 20000, "3"),
    ]  # fmt: skip
    load = [("Host", "Average IOPS", "Peak IOPS", "95% IOPS"), ("h1", 100, 900, 400), ("h2", 50, 300, 200)]

    inventory = read(("lo.xlsx", workbook({"VMs": vms, "ESX Performance": load})))

    sums = kept(inventory)
    assert (inventory.format, sums.vms, sums.ram_mib, sums.ram_used_mib) == ("live-optics", 1, 4096, 3000)
    assert (sums.disk_mib, sums.disk_used_mib) == (40960, 20000)
    assert (inventory.estate_iops, inventory.estate_p95_iops, inventory.estate_peak_iops) == (150, 600, 1200)


def test_azure_migrate_adds_its_numbered_disks():
    rows = [
        ("*Server Name", "*Cores", "*Memory (In MB)", "*OS name", "CPU utilization percentage", "Memory utilization percentage", "Disk 1 size (In GB)", "Disk 1 read ops (operations per second)", "Disk 1 write ops (operations per second)", "Disk 2 size (In GB)"),
        ("web", 2, 4096, "Linux", 13, 50, 40, 49, 32, 60),
    ]  # fmt: skip

    inventory = read(("azure.csv", csv_bytes(rows)))

    (vm,) = inventory.vms
    assert (inventory.format, vm.vcpus, vm.ram_mib, vm.ram_used_mib) == ("azure-migrate", 2, 4096, 2048)
    assert (vm.disk_mib, vm.iops, vm.cpu_used_ratio) == (100 * 1024, 81, 0.13)


def test_aws_migration_hub_has_average_and_peak_and_says_that_disks_are_missing():
    rows = [
        ("ExternalId", "CPU.NumberOfLogicalCores", "RAM.TotalSizeInMB", "CPU.UsagePct.Avg", "CPU.UsagePct.Max", "RAM.UsedSizeInMB.Avg", "RAM.UsedSizeInMB.Max", "DiskReadOpsPerSecond.Avg", "DiskWriteOpsPerSecond.Avg", "VMware.VMName"),
        ("e-1", 2, 4096, 13.4, 29.5, 1640, 1886, 49, 32, "web-01"),
        ("e-1", 2, 4096, 13.4, 29.5, 1640, 1886, 49, 32, "web-01"),
    ]  # fmt: skip

    inventory = read(("hub.csv", csv_bytes(rows)))

    vm = inventory.vms[0]
    assert (inventory.format, kept(inventory).vms, dropped(inventory)) == (
        "aws-migration-hub",
        1,
        {"duplicate": 1},
    )
    assert (vm.cpu_used_ratio, vm.cpu_peak_ratio, vm.ram_used_mib, vm.ram_peak_mib) == (
        0.134,
        0.295,
        1640,
        1886,
    )
    assert (vm.disk_mib, vm.iops) == (None, 81)
    assert any("no disk sizes" in note for note in inventory.notes)


SERVERS = [
    {"ID": "s1", "Name": "web", "Status": "ACTIVE", "Image Name": "ubuntu", "Flavor": "c2", "Networks": {}},
    {"ID": "s2", "Name": "db", "Status": "ACTIVE", "Image Name": "N/A (booted from volume)", "Flavor": "c2", "Networks": {}},
    {"ID": "s3", "Name": "off", "Status": "SHUTOFF", "Image Name": "ubuntu", "Flavor": "c2", "Networks": {}},
]  # fmt: skip
FLAVORS = [{"ID": "f", "Name": "c2", "RAM": 4096, "Disk": 40, "Ephemeral": 5, "VCPUs": 2}]
VOLUMES = [
    {"ID": "v", "Name": "root", "Size": 100, "Bootable": "true", "Attached to": [{"server_id": "s2"}]},
    {"ID": "w", "Name": "left", "Size": 7, "Bootable": "false", "Attached to": []},
]


def test_openstack_lists_are_joined_by_flavor_and_volume():
    files = [
        (f"{name}.json", json.dumps(d).encode())
        for name, d in (("s", SERVERS), ("f", FLAVORS), ("v", VOLUMES))
    ]

    inventory = read(*files)

    assert [vm.disk_mib for vm in inventory.vms] == [45 * 1024, 105 * 1024, 45 * 1024]
    assert (kept(inventory).vcpus, kept(inventory).ram_mib, dropped(inventory)) == (
        4,
        8192,
        {"powered_off": 1},
    )
    assert any("7 GiB, are attached to no server" in note for note in inventory.notes)


def test_a_server_list_without_flavors_says_what_to_add():
    inventory = read(("s.json", json.dumps(SERVERS).encode()))

    assert dropped(inventory) == {"unknown_size": 3}
    assert "openstack flavor list" in inventory.notes[0]


def test_flavors_alone_are_no_inventory():
    with pytest.raises(Unreadable, match="openstack server list"):
        read(("f.json", json.dumps(FLAVORS).encode()))


def test_nova_answers_hold_the_flavor_themselves():
    server = {"id": "1", "name": "a", "status": "ACTIVE", "image": {"id": "i"}, "flavor": {"vcpus": 2, "ram": 512, "disk": 1, "ephemeral": 0, "original_name": "m1"}}  # fmt: skip

    (vm,) = read(("servers.json", json.dumps({"servers": [server]}).encode())).vms

    assert (vm.vcpus, vm.ram_mib, vm.disk_mib) == (2, 512, 1024)


@pytest.mark.parametrize("new_names", [False, True])
def test_an_aws_report_counts_use_only(new_names):
    header = [
        "lineItem/LineItemType",
        "lineItem/UsageType",
        "lineItem/UsageAmount",
        "lineItem/UsageStartDate",
        "lineItem/UsageEndDate",
        "lineItem/ResourceId",
        "lineItem/ProductCode",
        "product/instanceType",
        "product/vcpu",
        "product/memory",
    ]
    if new_names:
        header = [
            "line_item_line_item_type",
            "line_item_usage_type",
            "line_item_usage_amount",
            "line_item_usage_start_date",
            "line_item_usage_end_date",
            "line_item_resource_id",
            "line_item_product_code",
            "product_instance_type",
            "product_vcpu",
            "product_memory",
        ]
    start, end = "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z"
    rows = [
        header,
        ("SavingsPlanCoveredUsage", "EUC1-BoxUsage:r4.large", 24, start, end, "i-1", "AmazonEC2", "r4.large", 2, "15.25 GiB"),
        ("SavingsPlanNegation", "EUC1-BoxUsage:r4.large", 24, start, end, "i-1", "AmazonEC2", "r4.large", 2, "15.25 GiB"),
        ("Usage", "EUC1-DataTransfer-Out-Bytes", 5, start, end, "i-1", "AmazonEC2", "", "", ""),
    ]  # fmt: skip

    inventory = read(("cur.csv", csv_bytes(rows)))

    (vm,) = inventory.vms
    assert (inventory.format, vm.vcpus, vm.ram_mib, vm.hours_share) == ("aws-cur", 2, 15616, 1.0)


def test_a_plain_table_is_read_by_its_names_when_they_say_the_units():
    rows = [
        ("Server", "vCPU", "RAM (GB)", "Disk (GB)", "State"),
        ("a", 2, "0,5", 100, "running"),
        ("b", 4, 16, 200, "stopped"),
    ]

    inventory = read(("mine.csv", csv_bytes(rows, ";")))

    a = inventory.vms[0]
    assert (a.ram_mib, a.disk_mib, dropped(inventory)) == (512, 95367, {"powered_off": 1})
    assert "RAM in GiB, disk in GB" in inventory.notes[0]


def test_a_plain_table_says_which_sign_it_took_for_the_decimal_mark():
    inventory = read(("mine.csv", csv_bytes([("vm", "vcpus", "ram gib"), ("a", 2, "1.024")])))

    assert inventory.vms[0].ram_mib == 1049
    assert inventory.notes[1] == "1 numbers like “1.024” are read as 1.024: the sign is the decimal mark."


def test_a_plain_table_of_unknown_names_waits_for_a_mapping_and_then_is_read():
    table = ("mine.csv", csv_bytes([("Maschine", "Kerne", "Speicher", "n"), ("a", 2, 4, 3)]))

    asked = read(table)
    answered = read(
        table,
        mapping={"name": "Maschine", "vcpus": "Kerne", "ram": "Speicher", "ram_unit": "GiB", "count": "n"},
    )

    assert (asked.vms, asked.columns) == ((), ("Maschine", "Kerne", "Speicher", "n"))
    sums = kept(answered)
    assert (sums.vms, sums.vcpus, sums.ram_mib) == (3, 6, 12288)


def test_an_inventory_survives_being_stored_as_json():
    inventory = read(("export.xlsx", workbook({"vInfo": an_estate()})))

    assert Inventory.from_data(json.loads(json.dumps(inventory.to_data()))) == inventory


def test_switches_bring_rows_back_but_never_those_without_a_size():
    inventory = read(("export.xlsx", workbook({"vInfo": an_estate()})))

    vms, report = select(inventory, Switches(include=tuple(Reason)))

    assert (len(vms), [d.reason for d in report.dropped]) == (12, [Reason.EMPTY])
    assert report.included_after_all == {reason: 1 for reason in EACH_ONCE if reason != "empty"}


@pytest.mark.skipif(not SAMPLES, reason="INVENTORY_SAMPLES names no folder; equivalents are generated above")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("rvtools/SYNTHETIC_rvtools_4x.xlsx", (40, 192, 1_040_384, 20_049_920, 10_879_686)),
        ("rvtools/SYNTHETIC_RVTools_tabvInfo.csv", (40, 192, 1_040_384, 20_049_920, 10_879_686)),
        ("liveoptics/SYNTHETIC_liveoptics_vmware.xlsx", (40, 192, 1_040_384, 20_049_920, 10_879_686)),
        ("azure_migrate/SYNTHETIC_azure_migrate_import.csv", (40, 192, 1_040_384, 20_049_920, 0)),
        ("aws_migration_hub/SYNTHETIC_migration_hub_import.csv", (40, 192, 1_040_384, 0, 0)),
        # Two servers of the sample have flavors with 20 GiB less than their VMs: its own lists add up to this.
        ("openstack/SYNTHETIC_openstack_*.json", (40, 192, 1_040_384, 20_008_960, 0)),
    ],
)
def test_the_sample_files_come_to_the_totals_that_stand_beside_them(pattern, expected):
    files = [(path.name, path.read_bytes()) for path in sorted(Path(SAMPLES).glob(pattern))]
    stated = json.loads((Path(SAMPLES) / "SYNTHETIC_expected_totals.json").read_text())

    sums = kept(read(*files))

    assert (sums.vms, sums.vcpus, sums.ram_mib, sums.disk_mib, sums.disk_used_mib) == expected
    assert (sums.vms, sums.vcpus, sums.ram_mib) == (stated["vms"], stated["vcpus"], stated["memory_mib"])


@pytest.mark.skipif(not SAMPLES, reason="INVENTORY_SAMPLES names no folder; equivalents are generated above")
def test_the_public_workbooks_come_to_what_is_written_of_them():
    def of(name):
        return read((name, (Path(SAMPLES) / "rvtools" / name).read_bytes()))

    large, small = of("PUBLIC_MIT_SizingWorkshop-RVTools.xlsx"), of("PUBLIC_MIT_rvtools-small-complete.xlsx")
    assert (len(large.vms), large.partitions, large.hosts) == (805, 1618, 34)
    assert dropped(large) == {"template": 10, "powered_off": 32}
    assert len(small.vms) == 3
    assert of("SYNTHETIC_rvtools_4x.xlsx").hosts == 6
    edges, variants = (
        of("SYNTHETIC_RVTools_tabvInfo_edge_cases.csv"),
        of("PUBLIC_MIT_vcf-migration-test-rvtools.xlsx"),
    )
    # Thousands separators, MB that are MiB, and less the swap file of VMs that run:
    disks, used = 1_234_567 + 163_840 + 40_960, 345_678 + 65_536 + 20_480
    swap = 16_384 + 16_384 + 4_096
    sums = kept(edges)
    assert (sums.vms, sums.vcpus, sums.ram_mib) == (3, 10, swap)
    assert (sums.disk_mib, sums.disk_used_mib) == (disks - swap, used - swap)
    assert dropped(edges) == {"placeholder": 1, "template": 1, "service_vm": 1, "suspended": 1, "empty": 1}
    assert (kept(variants).vms, dropped(variants)) == (3, {})


@pytest.mark.parametrize(
    ("header", "whose"),
    [
        (("Date", "MeterCategory", "MeterName", "Quantity", "ChargeType"), "Azure"),
        (("sku.description", "usage_start_time", "usage.amount"), "Google Cloud"),
    ],
)
def test_cost_exports_in_a_providers_own_format_are_refused_with_what_is_read(header, whose):
    with pytest.raises(Unreadable, match=f"cost export of {whose}.*FOCUS"):
        read(("bill.csv", csv_bytes([header, ["x"] * len(header)])))


def every_tab():
    owner = ("DC1", "cl-prod", "esx01")
    return {
        "vInfo": [(*VINFO, "Annotation"), *((*row, "a note") for row in an_estate()[1:])],
        "vDisk": [
            ("VM", "Disk", "Disk Path", "Capacity MiB", "Datacenter", "Cluster", "Host"),
            *(("web-1", f"Hard disk {n}", f"[ds] web-1_{n}.vmdk", 1000 * n, *owner) for n in (1, 2)),
        ],
        "vMemory": [
            ("VM", "Size MiB", "Reservation", "Consumed", "Active", "Datacenter", "Cluster", "Host"),
            ("web-2", 8192, 4096, 6000, 1000, *owner),
            ("web-3", 8192, 0, "", 2000, *owner),
        ],
        "vCPU": [
            ("VM", "CPUs", "Max", "Overall", "Datacenter", "Cluster", "Host"),
            ("db-1", 8, 10000, 2500, *owner),
        ],
        "vPartition": [("VM", "Disk", "Capacity MiB", "Consumed MiB"), ("web-4", "/", 900, 450)],
        "vHost": [("Host", "CPU Model", "# CPU"), ("esx01", "some", 2)],
        "vDatastore": [("Name", "Type", "Capacity MiB", "Address"), ("ds", "NFS", 100, "a")],
    }


def test_a_workbook_of_which_only_some_columns_are_read_says_what_the_whole_tabs_say():
    tabs = every_tab()
    files = [(f"RVTools_tab{name}.csv", csv_bytes(rows)) for name, rows in tabs.items()]

    of_workbook, of_csv = read(("export.xlsx", workbook(tabs))), read(*files)

    assert of_workbook.vms == of_csv.vms
    by_name = {vm.name: vm for vm in of_workbook.vms}
    assert (by_name["web-1"].disk_mib, by_name["db-1"].cpu_used_ratio) == (3000, 0.25)
    assert (by_name["web-2"].ram_used_mib, by_name["web-3"].ram_used_mib) == (6000, 2000)
    assert by_name["web-2"].disk_mib == 61440 + 4096
    assert (of_workbook.hosts, of_workbook.partitions, of_workbook.datastores) == (1, 1, 1)


def test_rows_have_the_numbers_that_people_see_also_below_empty_lines():
    inventory = read(("export.xlsx", workbook({"vInfo": [(), (), *an_estate()[:3]]})))

    assert [(vm.name, vm.row) for vm in inventory.vms] == [("web-1", 4), ("web-2", 5)]


def test_disks_of_one_path_in_two_vcenters_are_two():
    info = [("VM", "Powerstate", "CPUs", "Memory", "VI SDK Server"), ("a", "poweredOn", 2, 4096, "vc1"), ("b", "poweredOn", 2, 4096, "vc2")]  # fmt: skip
    disks = [("VM", "Disk Path", "Capacity MiB", "VI SDK Server"), ("a", "[ds1] x.vmdk", 100, "vc1"), ("b", "[ds1] x.vmdk", 200, "vc2")]  # fmt: skip

    inventory = read(("export.xlsx", workbook({"vInfo": info, "vDisk": disks})))

    assert ([vm.disk_mib for vm in inventory.vms], inventory.shared_disks) == ([100, 200], 0)


def test_rows_of_other_tabs_that_name_no_vm_belong_to_none():
    info = [("VM", "Powerstate", "CPUs", "Memory", "VM UUID", "Total disk capacity MiB"), ("a", "poweredOn", 2, 4096, "", 7)]  # fmt: skip
    disks = [("VM", "VM UUID", "Disk Path", "Capacity MiB"), ("a", "", "[ds1] x.vmdk", 100)]

    (vm,) = read(("export.xlsx", workbook({"vInfo": info, "vDisk": disks}))).vms

    assert vm.disk_mib == 7


def test_a_vm_that_is_listed_twice_shares_no_disk_with_itself():
    header = ("VM", "Powerstate", "CPUs", "Memory", "VM UUID")
    info = [header, *(("a", power, 2, 4096, "u1") for power in ("poweredOff", "poweredOn"))]
    disks = [("VM", "VM UUID", "Disk Path", "Capacity MiB"), ("a", "u1", "[ds1] x.vmdk", 100)]

    inventory = read(("export.xlsx", workbook({"vInfo": info, "vDisk": disks})))

    assert (kept(inventory).disk_mib, inventory.shared_disks) == (100, 0)
