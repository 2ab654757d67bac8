"""Pinned vCPUs, huge pages and NUMA cells in the count of hosts: worked cases, and what holds for every cloud."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument
from catalog.library import load_library
from designer.engine.failures.load import load_of
from designer.engine.layout import lay_out
from designer.engine.sizing import numa, packing
from designer.engine.sizing.engine import size
from designer.engine.sizing.guests import dedicated_threads
from designer.engine.sizing.model import SizingRequest
from designer.engine.workload import HugePage, Policies, VmProfile, Workload

LIBRARY = load_library()
MID = LIBRARY.selection_for("rd-mid")


def a_profile(name="pin", count=4, vcpus=8, ram_gib=16, **fields):
    return VmProfile(id=name, name=name, count=count, vcpus=vcpus, ram_gib=D(ram_gib), **fields)


def a_request(*profiles, hardware=MID, **policies):
    return SizingRequest(
        workload=Workload(profiles=profiles), policies=Policies(**policies), hardware=hardware
    )


def pinned(count=4, vcpus=8, ram_gib=16, **fields):
    return a_profile("pin", count, vcpus, ram_gib, has_pinned_cpus=True, **fields)


def a_host(pcpus=64, cells=2, cell_gib=120, **fields):
    values = {"threads": 128, "vcpus": 0, "ram_gib": D(cells * cell_gib), "pcpus": pcpus, "cells": cells, "cell_gib": D(cell_gib)}  # fmt: skip
    return packing.HostCapacity(**(values | fields))


def a_vm(vcpus=8, ram=8, cells=1, **fields):
    values = {"count": 1, "vcpus": vcpus, "ram_gib": D(ram), "is_pinned": True, "guest_cells": cells, "cell_gib": D(ram) / cells}  # fmt: skip
    return packing.VmDemand(**(values | fields))


@pytest.mark.parametrize(
    ("vcpus", "cells", "fits"),
    # domain notes sizing, C8, confirmed with Nova's own fitting code: 2 cells of 32 threads.
    [(8, 1, 8), (24, 1, 2), (48, 1, 0), (48, 2, 1)],
)
def test_pinned_vms_of_a_host_as_nova_fits_them(vcpus, cells, fits):
    assert packing.vms_of_one_size(a_host(), a_vm(vcpus, ram=1, cells=cells))[0] == fits


@pytest.mark.parametrize(
    ("ram_gib", "cells", "fits"),
    # Likewise: 2 x 120 pages of 1 GiB.
    [(16, 1, 14), (50, 1, 4), (100, 2, 2)],
)
def test_huge_page_vms_of_a_host_as_nova_fits_them(ram_gib, cells, fits):
    vm = a_vm(1, ram_gib, cells, is_pinned=False)

    assert packing.vms_of_one_size(a_host(vcpus=1000), vm)[0] == fits


@settings(max_examples=200, deadline=None)
@given(
    cells=st.sampled_from([1, 2, 4, 8]),
    threads=st.integers(1, 64),
    vcpus=st.integers(1, 96),
    guest_cells=st.sampled_from([1, 2, 4, 8]),
)
def test_equal_pinned_vms_fit_by_the_formula(cells, threads, vcpus, guest_cells):
    host = a_host(pcpus=cells * threads, cells=cells, cell_gib=1000)

    found, _ = packing.vms_of_one_size(host, a_vm(vcpus, ram=1, cells=guest_cells))

    # cells and guest cells are powers of two, so that the floor of cells / q strands no cell.
    expected = numa.pinned_vms(cells=cells, threads_per_cell=threads, vcpus=vcpus, numa_nodes=guest_cells)
    assert found == expected


def test_a_cloud_of_pinned_vms_alone_pins_every_thread():
    # cmp-512: 128 threads, 4 kept: 62 in each of two cells, so 7 VMs of 8 vCPU a cell, 14 a host.
    result = size(a_request(pinned(count=28, ram_gib=8)))

    assert (result.compute.pcpus_per_host, result.compute.vcpus_per_host) == (124, 0)
    assert result.figures["compute.numa.pin"].value == 14
    assert (result.compute.hosts_for_load, result.compute.bound_by) == (2, packing.NUMA)


def test_pinned_and_shared_vms_split_the_threads_by_what_they_ask_for():
    # 160 pinned vCPUs and 640 shared at 4 to a thread: half each of 124 threads, 31 in each cell; 62 x 4 shared vCPU.
    shared = a_profile("web", count=160, vcpus=4, ram_gib=1)
    result = size(a_request(pinned(count=20, ram_gib=1), shared))

    assert (result.compute.pcpus_per_host, result.compute.vcpus_per_host) == (62, 248)
    assert "62 PCPU and 248 VCPU" in next(n.message for n in result.notices if n.formula == "sizing.C8")
    # 3 VMs of 8 in 31 threads of a cell, 6 a host: 4 hosts for 20; 62 VMs of 4 a host: 3 hosts for 160.
    assert result.compute.hosts_for_load == 4
    assert result.compute.bound_by == packing.NUMA


def test_a_planning_rule_says_how_many_threads_are_pinned():
    result = size(a_request(pinned(count=4, ram_gib=1), a_profile("web", 10, 2, 4), pinned_threads=33))

    assert (result.compute.pcpus_per_host, result.compute.vcpus_per_host) == (32, (124 - 32) * 4)


def test_threads_pinned_for_nobody_are_warned_of():
    result = size(a_request(a_profile("web", 10, 2, 4), pinned_threads=16))

    assert [n.severity for n in result.notices if n.formula == "sizing.C8"] == ["info", "warning"]


def test_huge_pages_take_whole_pages_of_one_cell():
    # 512 - 16 GiB over two cells: 248 each; VMs of 100.5 GiB take 101 pages: 2 a cell, 4 a host.
    result = size(a_request(a_profile("db", 8, 4, "100.5", huge_pages=HugePage.GIB_1)))

    assert result.figures["compute.numa.db"].value == 4
    assert result.compute.hosts_for_load == 2


def test_without_numa_nothing_is_told_of_it():
    result = size(a_request(a_profile("web", 100, 4, 8)))

    assert result.compute.pcpus_per_host == 0
    assert not [key for key in result.figures if "numa" in key or "pcpus" in key]
    assert not [n for n in result.notices if n.formula == "sizing.C8"]


@pytest.mark.parametrize(
    ("profile", "policies", "field"),
    [
        pytest.param(pinned(vcpus=72, ram_gib=8), {}, "workload.profiles[0].vcpus", id="larger-than-a-cell"),
        pytest.param(pinned(vcpus=8, ram_gib=300), {}, "workload.profiles[0].ram_gib", id="more-ram-than-a-cell"),
        pytest.param(pinned(vcpus=9, numa_nodes=3), {}, "workload.profiles[0].numa_nodes", id="more-cells-than-a-host"),
        pytest.param(pinned(vcpus=8), {"pinned_threads": 8}, "workload.profiles[0].vcpus", id="too-few-threads-pinned"),
        pytest.param(a_profile(vcpus=64), {"pinned_threads": 110}, "workload.profiles[0].vcpus", id="too-few-threads-shared"),
    ],
)  # fmt: skip
def test_a_vm_that_fits_into_no_cells_is_refused(profile, policies, field):
    with pytest.raises(InvalidDocument) as caught:
        size(a_request(profile, **policies))

    assert caught.value.problems[0].field == field
    assert caught.value.problems[0].remedy


def test_guest_cells_must_divide_the_vcpus():
    with pytest.raises(InvalidDocument) as caught:
        pinned(vcpus=9, numa_nodes=2)

    assert caught.value.problems[0].field == "numa_nodes"


def test_failures_count_pinned_vms_as_the_sizing_does():
    request = a_request(pinned(count=28, ram_gib=8))
    result = size(request)
    drawing = lay_out(request, result, LIBRARY.services, LIBRARY.networks)

    load = load_of(drawing, request.workload, request.policies, LIBRARY.hardware_by_id)

    assert load.vms_per_host == {MID.compute.id: 14}


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 60),
    vcpus=st.sampled_from([2, 4, 6, 8, 16, 24]),
    ram_gib=st.integers(1, 120),
    page=st.sampled_from([None, *HugePage]),
    cells=st.sampled_from([None, 1, 2]),
    shared=st.integers(0, 200),
    is_pinned=st.booleans(),
)
def test_any_cloud_carries_its_vms_cell_by_cell(count, vcpus, ram_gib, page, cells, shared, is_pinned):
    topology = a_profile("one", count, vcpus, ram_gib, has_pinned_cpus=is_pinned, huge_pages=page, numa_nodes=cells)  # fmt: skip
    request = a_request(topology, a_profile("web", shared, 2, 4))

    result = size(request)
    more = size(
        replace(request, policies=replace(request.policies, spare_hosts=result.compute.spare_hosts + 1))
    )

    assert result.compute.vms_with_spare >= count + shared
    assert more.compute.vms_with_spare >= result.compute.vms_with_spare - 1
    cell_gib = (D(512) - 16) / 2
    per_host = -(-count // result.compute.hosts_for_load)
    if topology.guest_cells:
        assert per_host * ram_gib <= 2 * cell_gib
    threads = dedicated_threads(MID.compute, request.policies, request.workload, guest_threads=124)
    assert threads % 2 == 0
    if is_pinned:
        assert result.compute.hosts_for_load * threads >= count * vcpus
