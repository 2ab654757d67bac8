"""Bills in FOCUS: what each provider calls a machine, and what the price books add."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from catalog.engine.instance_names import size_in_name, spellings
from designer.imports.inventory import Switches, select
from designer.imports.sizes import with_known_sizes
from tests.designer.imports.files import csv_bytes, read

BILLS = os.environ.get("BILLING_SAMPLES", "")
"""Folder with bills in the providers' formats; what they hold in kind, the other tests of this module generate."""
HEADER = (
    "ChargeCategory", "ServiceCategory", "BilledCost", "ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart",
    "BillingPeriodEnd", "ChargeDescription", "ConsumedQuantity", "ConsumedUnit", "ResourceType", "ResourceId", "ProviderName",
    "ServiceName", "RegionId", "CommitmentDiscountStatus", "x_SkuDetails", "x_SkuMeterName",
)  # fmt: skip
MONTH = ("2024-09-01 00:00:00", "2024-10-01 00:00:00")
"""720 hours."""


def a_line(**changed):
    """A line of use over the whole month; 720 hours of m5.large at Amazon, unless it is changed."""
    line = {
        "ChargeCategory": "Usage", "ServiceCategory": "Compute", "BilledCost": "1", "ChargePeriodStart": MONTH[0],
        "ChargePeriodEnd": MONTH[1], "BillingPeriodStart": MONTH[0], "BillingPeriodEnd": MONTH[1],
        "ChargeDescription": "$0.1 per On Demand Linux m5.large Instance Hour", "ConsumedQuantity": "720", "ConsumedUnit": "Hours",
        "ResourceType": "instance", "ResourceId": "i-1", "ProviderName": "AWS", "ServiceName": "EC2", "RegionId": "us-east-1",
        **changed,
    }  # fmt: skip
    return tuple(line.get(name, "NULL") for name in HEADER)


def a_bill(*lines, packed=False):
    data = csv_bytes([HEADER, *lines])
    return read(("focus.csv.gz" if packed else "focus.csv", gzip.compress(data) if packed else data))


def azure(description, **changed):
    return a_line(
        **{"ProviderName": "Microsoft", "ResourceType": "Virtual machine", "ResourceId": "/vm/1"}
        | {"ChargeDescription": description}
        | changed
    )


def oracle(description, quantity, unit, **changed):
    return a_line(
        **{"ProviderName": "Oracle", "ServiceName": "COMPUTE", "ResourceId": "ocid1.instance.1"}
        | {"ChargeDescription": description, "ConsumedQuantity": quantity, "ConsumedUnit": unit}
        | changed
    )


def google(description, quantity, unit, **changed):
    return a_line(
        **{"ProviderName": "Google Cloud", "ResourceType": "NULL", "ResourceId": "//compute/vm-1"}
        | {"ChargeDescription": description, "ConsumedQuantity": quantity, "ConsumedUnit": unit}
        | changed
    )


def test_amazon_machines_count_by_their_hours_and_volumes_by_their_average():
    inventory = a_bill(
        a_line(),
        a_line(ResourceId="i-2", ConsumedQuantity="360"),
        a_line(ChargeDescription="$0.08 per GB-month of provisioned storage", ConsumedQuantity="100", ConsumedUnit="GB-Months",
               ResourceType="volume", ResourceId="vol-1", ServiceCategory="Storage"),
        a_line(ChargeDescription="$0.09 per GB", ConsumedQuantity="5", ConsumedUnit="GB", ResourceType="NULL"),
        packed=True,
    )  # fmt: skip

    assert [(vm.instance_type, vm.hours_share, vm.count) for vm in inventory.vms] == [
        ("m5.large", 1.0, 1), ("m5.large", 0.5, 1),
    ]  # fmt: skip
    assert inventory.loose_disk_mib == -(-100 * 10**9 // 2**20)
    dropped = select(inventory, Switches())[1].dropped
    assert [(d.reason.value, d.sums.vms) for d in dropped] == [("unknown_size", 2)]


def test_azure_says_type_and_vcpus_in_its_details_and_the_type_in_its_meter():
    details = {"ServiceType": "Standard_DS2_v2", "VCPUs": 2, "VMName": None}
    inventory = a_bill(
        azure("Virtual Machines Dv2/DSv2 Series - D2 v2/DS2 v2 - US East", x_SkuDetails=json.dumps(details)),
        azure("Virtual Machines Dsv5 Series - D4s v5 - US East", ResourceId="/vm/2"),
        azure("something", ResourceId="/vm/3", x_SkuMeterName="B2s Spot"),
        azure("Virtual Machines Licenses - Windows Server - 2 vCPU VM License", ResourceId="/vm/2"),
    )

    assert [(vm.instance_type, vm.vcpus) for vm in inventory.vms] == [
        ("Standard_DS2_v2", 2), ("D4s v5", None), ("B2s Spot", None),
    ]  # fmt: skip


def test_machines_of_one_scale_set_are_told_apart_by_name_or_counted_by_hours():
    def member(name):
        return azure(
            "x - D2s v3 - y", ResourceId="/set", x_SkuDetails=json.dumps({"VMName": name, "ServiceType": "Standard_D2s_v3"})
        )  # fmt: skip

    named = a_bill(member("set_0"), member("set_1"))
    unnamed = a_bill(*[azure("Virtual Machines Dsv3 Series - D2s v3 - UK", ConsumedQuantity="900")] * 2)

    assert [(vm.name, vm.count) for vm in named.vms] == [("set_0", 1), ("set_1", 1)]
    assert [(vm.count, vm.hours_share) for vm in unnamed.vms] == [(3, round(1800 / 720 / 3, 4))]
    assert any("scale sets" in note for note in unnamed.notes)


def test_what_was_reserved_and_not_used_runs_no_machine():
    assert a_bill(a_line(CommitmentDiscountStatus="Unused")).vms == ()


def test_azure_disks_have_the_size_of_their_tier():
    inventory = a_bill(
        azure("x"),
        azure("Premium SSD Managed Disks - P10 LRS - US East", ConsumedQuantity="1", ConsumedUnit="Units/Month",
              ResourceType="Disk"),
    )  # fmt: skip

    month_hours, hours = 720, 720
    assert inventory.loose_disk_mib == round(128 * 1024 * month_hours / hours)


@pytest.mark.parametrize(("series", "vcpus"), [("E5", 16), ("A1", 8)])
def test_oracle_bills_cores_and_memory_by_the_hour(series, vcpus):
    hour = {"ChargePeriodEnd": "2024-09-01 01:00:00"}
    lines = [
        oracle(f"Standard - {series}", "8", "OCPU Hours", **hour),
        oracle(f"Standard - {series} - Memory", "64", "GB Hours", **hour),
        oracle("Standard - E4", "720", "OCPU Per Hour", ResourceId="ocid1.instance.2"),
    ]

    first, second = a_bill(*lines).vms

    assert (first.vcpus, first.ram_mib, first.hours_share) == (vcpus, 65536, round(1 / 720, 4))
    assert (second.vcpus, second.ram_mib, second.hours_share) == (2, None, 1.0)


@pytest.mark.parametrize(
    ("cpu", "cpu_unit", "ram", "ram_unit"),
    [
        ("2880", "hour", "11520", "gibibyte hour"),
        (str(2880 * 3600), "seconds", str(11520 * 3600 * 2**30), "byte-seconds"),
    ],
)
def test_google_bills_vcpus_and_memory_by_the_hour(cpu, cpu_unit, ram, ram_unit):
    inventory = a_bill(
        google("N2 Instance Core running in Americas", cpu, cpu_unit),
        google("N2 Instance Ram running in Americas", ram, ram_unit),
        google("Storage PD Capacity", "10", "gibibyte month"),
    )

    (vm,) = inventory.vms
    assert (vm.vcpus, vm.ram_mib, vm.hours_share) == (4, 16384, 1.0)
    assert inventory.loose_disk_mib == 10 * 1024


def test_google_labels_name_type_cores_and_memory():
    labels = [
        {"key": "compute.googleapis.com/machine_spec", "value": "n1-standard-1"},
        {"key": "compute.googleapis.com/cores", "value": "1"},
        {"key": "compute.googleapis.com/memory", "value": "3840"},
    ]
    header = [*HEADER[:-1], "x_SystemLabels"]
    row = [*google("N1 Predefined Instance Core running in X", "720", "hour")[:-1], json.dumps(labels)]

    (vm,) = read(("f.csv", csv_bytes([header, row]))).vms

    assert (vm.instance_type, vm.vcpus, vm.ram_mib) == ("n1-standard-1", 1, 3840)


@pytest.mark.parametrize(
    ("provider", "raw", "expected"),
    [
        ("azure", "D2 v3/D2s v3", ("standard_d2_v3", "standard_d2s_v3")),
        ("azure", "standard_ds2_V2", ("standard_ds2_v2",)),
        ("azure", "B2s Low Priority", ("standard_b2s",)),
        ("aws", "M5.large", ("m5.large",)),
    ],
)
def test_bills_and_price_lists_spell_a_type_in_several_ways(provider, raw, expected):
    assert spellings(provider, raw) == expected


@pytest.mark.parametrize(
    ("provider", "name", "size"),
    [
        ("gcp", "n2-custom-4-16384", (4, 16384)),
        ("gcp", "custom-2-13312-ext", (2, 13312)),
        ("gcp", "n2-standard-4", None),
        ("aws", "custom-2-4096", None),
    ],
)
def test_custom_types_say_their_size(provider, name, size):
    assert size_in_name(provider, name) == size


def test_the_catalog_knows_old_and_new_types_of_three_clouds_and_the_report_names_those_they_do_not(
    price_books,
):
    labels = json.dumps({"compute.googleapis.com/machine_spec": "n2-standard-8"})
    inventory = with_known_sizes(
        a_bill(
            a_line(),
            azure("Virtual Machines Dsv5 Series - D4s v5 - US East"),
            google("N2 Instance Core running in X", "5760", "hour", x_SkuDetails=labels),
            oracle("Standard - E5", "720", "OCPU Hours"),
            a_line(ResourceId="i-9", ChargeDescription="$1 per On Demand Linux zz9.huge Instance Hour"),
        )
    )

    assert [(vm.provider, vm.vcpus, vm.ram_mib) for vm in inventory.vms] == [
        ("aws", 2, 8192), ("azure", 4, 16384), ("gcp", 8, 32768), ("oci", 2, None), ("aws", None, None),
    ]  # fmt: skip
    assert inventory.notes[-1].startswith("2 machines are of types whose size neither")
    assert "zz9.huge 1" in inventory.notes[-1]
    assert "Standard - E5 1" in inventory.notes[-1]


@pytest.mark.skipif(not BILLS, reason="BILLING_SAMPLES names no folder; equivalents are generated above")
def test_the_public_sample_names_what_it_cannot_size(price_books):
    sample = "focus_1_0_sample.csv.gz"
    inventory = with_known_sizes(read((sample, (Path(BILLS) / sample).read_bytes())))

    report = select(inventory, Switches())[1]
    assert (len(inventory.vms), report.kept.vms) == (29, 26)
    assert {name for d in report.dropped for name in d.names} == {
        vm.name for vm in inventory.vms if vm.provider == "oci"
    }
