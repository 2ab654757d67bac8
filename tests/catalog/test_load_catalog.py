"""The starter catalog: complete, checked, loaded once, and what the engines expect."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from catalog import services
from catalog.library import load_library
from catalog.models import CatalogEntry
from config.errors import Invalid
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import SizingRequest
from designer.engine.workload import VmProfile, Workload
from tests.designer.engine.sizing import specs

LIBRARY = load_library()


@pytest.fixture(autouse=True)
def fresh_library():
    services.forget_library()
    yield
    services.forget_library()


def without_looks(spec):
    """A spec as the sizing sees it: ports, sizes, power."""
    return replace(
        spec,
        name="",
        manufacturer="",
        model="",
        price=None,
        **({"cpu_model": ""} if hasattr(spec, "cpu_model") else {}),
    )


@pytest.mark.parametrize("role", ["control", "compute", "storage", "leaf", "spine", "oob", "rack"])
@pytest.mark.parametrize(("design", "expected"), [("rd-mid", specs.MID), ("rd-large-2000", specs.LARGE)])
def test_the_hardware_of_a_reference_design_is_that_of_the_domain(design, expected, role):
    chosen = without_looks(getattr(LIBRARY.selection_for(design), role))
    wanted = without_looks(getattr(expected, role))

    assert {**_numbers(chosen)} == {**_numbers(wanted)}


def _numbers(spec):
    fields = (
        "id",
        "roles",
        "rack_units",
        "sockets",
        "cores_per_socket",
        "ram_gib",
        "osds",
        "osd_tb",
        "idle_watts",
        "max_watts",
        "weight_kg",
        "max_load_kg",
        "role",
    )
    found = {name: getattr(spec, name) for name in fields if hasattr(spec, name)}
    if hasattr(spec, "ports"):
        found["ports"] = [(group.name, group.count, group.gbps) for group in spec.ports]
    return found


# domain/reference_designs.yaml, `computed`: hosts, racks, usable TB (one decimal), watts.
@pytest.mark.parametrize(
    ("design", "vms", "expected"),
    [
        pytest.param("rd-mid", 522, (10, 3, 37.3, 15_490), id="rd-mid"),
    ],
)
def test_the_loaded_hardware_sizes_to_the_published_cloud(design, vms, expected):
    definition = LIBRARY.reference_designs[design]
    profile = VmProfile(
        id="vm", name="VM", count=vms, vcpus=definition.flavor.vcpus, ram_gib=definition.flavor.ram_gib
    )
    request = SizingRequest(workload=Workload(profiles=(profile,)), hardware=LIBRARY.selection_for(design))

    result = size(request)

    sized = (
        result.counts.compute,
        result.counts.racks,
        round(float(result.storage.usable_tb), 1),
        result.facility.max_watts,
    )
    assert sized == expected
    assert definition.vms_with_spare == vms


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    first, second = services.load_catalog(), services.load_catalog()

    assert len(first.added) == CatalogEntry.objects.count()
    assert (second.added, second.changed) == ((), ())
    assert second.unchanged == len(first.added)


@pytest.mark.django_db
def test_a_changed_entry_is_changed_and_the_library_follows():
    services.load_catalog()
    before = services.library().node_specs["cmp-512"].ram_gib
    document = dict(CatalogEntry.objects.get(kind="node-spec", slug="cmp-512").document, ram_gib=768)

    loaded = services.load_catalog([("node-spec", document)])

    assert loaded.changed == ("node-spec cmp-512",)
    assert (before, services.library().node_specs["cmp-512"].ram_gib) == (512, 768)


@pytest.mark.django_db
def test_an_impossible_entry_changes_nothing_and_names_the_field():
    services.load_catalog()
    document = dict(CatalogEntry.objects.get(kind="node-spec", slug="cmp-512").document, ram_gib=-1)

    with pytest.raises(Invalid) as error:
        services.load_catalog([("node-spec", document)])

    assert "node-spec.cmp-512.ram_gib" in [problem.field for problem in error.value.problems]
    assert CatalogEntry.objects.get(kind="node-spec", slug="cmp-512").document["ram_gib"] == 512


@pytest.mark.django_db
def test_a_selection_names_what_is_not_in_the_catalog():
    services.load_catalog()
    choice = dict(LIBRARY.reference_designs["rd-mid"].hardware, leaf="cmp-512", rack="shelf")

    with pytest.raises(Invalid) as error:
        services.selection(choice)

    assert [(p.field, p.value) for p in error.value.problems] == [
        ("hardware.leaf", "cmp-512"),
        ("hardware.rack", "shelf"),
    ]


def test_every_service_of_the_architecture_is_there_with_its_processes():
    expected = {"keystone", "placement", "nova-api", "neutron-server", "ovn-db", "cinder-api", "glance", "horizon", "heat", "octavia", "mariadb", "rabbitmq", "memcached", "haproxy", "ironic", "ceph-mon", "ceph-mgr", "ceph-osd", "ceph-rgw", "ceph-mds"}  # fmt: skip

    assert expected <= set(LIBRARY.services)
    assert all(service.processes for service in LIBRARY.services.values())


def test_every_price_says_where_it_comes_from():
    priced: list[Any] = [
        *LIBRARY.node_specs.values(),
        *LIBRARY.switches.values(),
        *LIBRARY.racks.values(),
        *LIBRARY.pdus.values(),
        *LIBRARY.parts.values(),
    ]

    assert all(
        item.price and item.price.source and 0 < item.price.low <= item.price.typical <= item.price.high
        for item in priced
    )


def placed_hardware():
    """Node specs, switches, racks and PDUs of the starter catalog."""
    return LIBRARY.hardware_by_id.values()


def test_every_piece_of_hardware_says_where_its_facts_are_from():
    origins = ("device type library", "general knowledge", "No make is named")

    silent = [spec.id for spec in placed_hardware() if not any(o in spec.facts_source for o in origins)]

    assert silent == []


def test_what_the_make_does_not_tell_is_called_a_planning_or_house_value():
    computing = [*LIBRARY.node_specs.values(), *LIBRARY.switches.values()]

    assert [spec.id for spec in computing if "planning values" not in spec.facts_source] == []
    assert "planning value" in LIBRARY.racks["rack-42u"].facts_source
    assert "house value" in LIBRARY.pdus["pdu-400v-63a"].facts_source


# hardware facts of 2026-08-31: cores, base GHz, boost GHz, thermal design power in W.
CPUS = {
    "AMD EPYC 9115": (16, "2.6", "4.1", 125),
    "AMD EPYC 9255": (24, "3.2", "4.3", 200),
    "AMD EPYC 9335": (32, "3.0", "4.4", 210),
    "AMD EPYC 9455": (48, "3.15", "4.4", 300),
    "AMD EPYC 9455P": (48, "3.15", "4.4", 300),
}


@pytest.mark.parametrize("spec", LIBRARY.node_specs.values(), ids=lambda spec: spec.id)
def test_a_server_has_the_clock_and_power_of_its_cpu_and_says_that_clocks_are_recalled(spec):
    cores, base, boost, watts = CPUS[spec.cpu_model]

    facts = (spec.cores_per_socket, spec.base_ghz, spec.boost_ghz, spec.cpu_tdp_watts)
    assert facts == (cores, Decimal(base), Decimal(boost), watts)
    assert "2026-08-31" in spec.cpu_source
    assert "Clock speeds: from general knowledge" in spec.cpu_source


def test_a_cpu_for_one_socket_stands_in_servers_with_one_socket_only():
    single = [spec for spec in LIBRARY.node_specs.values() if spec.cpu_model.endswith("P")]

    assert {spec.sockets for spec in single} == {1}
    for spec in LIBRARY.node_specs.values():
        working = spec.price.working if spec.price else ""
        assert f"{spec.sockets} x {spec.cpu_model} " in working


def test_a_pdu_carries_what_its_rating_says():
    # The makers' own ratings where the device type library has them: 11 kVA, 22 kW (32 A x 400 V, three phases).
    kva = {
        key: pdu.volts * pdu.amps * (3**0.5 if pdu.phases == 3 else 1) / 1000
        for key, pdu in LIBRARY.pdus.items()
    }

    assert kva["pdu-400v-16a"] == pytest.approx(11, rel=0.02)
    assert kva["pdu-400v-32a"] == pytest.approx(22, rel=0.02)


def test_the_out_of_band_switch_has_ports_towards_the_leaves():
    up = LIBRARY.switches["oob-48x1"].port_group("up")

    assert up is not None
    assert (up.count, up.gbps, up.media) == (4, 100, "QSFP28")
