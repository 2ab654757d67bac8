"""What sizing and layout plan has no error in production: of any workload, by the rules of any reference design."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument
from designer.engine.layout import lay_out
from designer.engine.sizing import control_plane
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import SizingRequest
from designer.engine.starting import document_of_reference
from designer.engine.workload import FailureDomain, VmProfile
from tests.designer.engine.test_large_layouts import errors
from tests.designer.engine.validation.build import LIBRARY, facts_of

REFERENCES = list(LIBRARY.reference_designs)
profiles = st.builds(
    VmProfile,
    id=st.just("p"), name=st.just("VM"), count=st.integers(1, 3_000), vcpus=st.sampled_from([1, 2, 4, 8, 16, 24]),
    ram_gib=st.sampled_from([1, 2, 4, 8, 16, 64, 128]).map(Decimal), disk_gb=st.integers(0, 1_000).map(Decimal),
)  # fmt: skip
workloads = st.fixed_dictionaries(
    {"profiles": st.lists(profiles, min_size=1, max_size=4)},
    optional={
        "object_storage_tb": st.integers(0, 500).map(Decimal),
        "load_balancers": st.integers(0, 100),
        "annual_growth_rate": st.sampled_from([Decimal(0), Decimal("0.2")]),
    },
)
rules = st.fixed_dictionaries(
    {"racks": st.none()},
    optional={
        "controllers": st.sampled_from([3, 5]),
        "failure_unit": st.sampled_from([FailureDomain.HOST, FailureDomain.RACK]),
        "storage_failure_domain": st.sampled_from([FailureDomain.HOST, FailureDomain.RACK]),
        "monitors_on_control": st.booleans(),
        "replicas": st.sampled_from([3, 4]),
        "pools": st.just(()),
    },
)


def sized(reference, workload, policies):
    document = document_of_reference(LIBRARY.reference_designs[reference], LIBRARY)
    found = [
        replace(p, id=f"p{n}") for n, p in enumerate(workload.pop("profiles", document.workload.profiles))
    ]
    document = replace(
        document,
        workload=replace(document.workload, profiles=tuple(found), **workload),
        policies=replace(document.policies, **policies),
    )
    request = SizingRequest(
        workload=document.workload, policies=document.policies, hardware=LIBRARY.selection_for(reference)
    )
    try:
        result = size(request)
    except InvalidDocument as refusal:
        assert all(problem.remedy for problem in refusal.problems)
        reject()
    cells = control_plane.cells(result.counts.compute)  # as the notice of sizing.CP6 says
    return replace(
        document,
        topology=lay_out(request, result, LIBRARY.services, LIBRARY.networks),
        deployment=replace(document.deployment, nova_cells=cells),
    )


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_design_sized_by_its_own_rules_has_no_error(reference):
    assert errors(sized(reference, {}, {})) == []


@pytest.mark.parametrize("reference", REFERENCES)
@settings(max_examples=12, deadline=None)
@given(workload=workloads, policies=rules)
def test_no_workload_is_sized_to_a_design_with_an_error(reference, workload, policies):
    assert errors(sized(reference, dict(workload), policies)) == []


def test_two_copies_still_take_three_storage_nodes():
    document = sized("rd-mid", {}, {"replicas": 2})

    assert sum(node.id.startswith("sto") for node in document.topology.nodes) == 3
    assert {error[:4] for error in errors(document)} == {"V077"}  # two copies are what somebody asked for


def test_every_hyper_converged_node_keeps_the_share_that_the_sizing_set_aside():
    found = [
        VmProfile(id="p", name="Wide", count=63, vcpus=1, ram_gib=Decimal(64), disk_gb=Decimal(0)),
        VmProfile(id="p", name="Busy", count=328, vcpus=16, ram_gib=Decimal(4), disk_gb=Decimal(0)),
    ]

    facts = facts_of(sized("rd-edge", {"profiles": found}, {"racks": None}))

    assert len({facts.reserves(spec, node.roles) for node, spec in facts.specs_of_nodes}) == 1
    assert facts.short_of() == 0


def test_where_racks_and_nodes_ask_for_each_other_in_turn_a_count_is_kept_that_both_can_live_with():
    found = [VmProfile(id="p", name="VM", count=1_501, vcpus=1, ram_gib=Decimal(1), disk_gb=Decimal(311))]

    document = sized("rd-mid", {"profiles": found}, {"storage_failure_domain": FailureDomain.RACK})

    hosts = Counter(node.rack for node in document.topology.nodes if "storage" in node.roles)
    assert set(hosts.values()) == {6}
    assert errors(document) == []
