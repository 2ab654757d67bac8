"""What holds for all rules together: published, complete, calm on proven designs, blind to order, never surprised."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument, read, write
from catalog.engine.hardware import NodeRole, SwitchRole
from designer import rules_page
from designer.engine.document import DesignDocument
from designer.engine.layout import lay_out
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import SizingRequest
from designer.engine.topology import (
    End,
    ExternalRouter,
    Link,
    Network,
    NetworkPlane,
    Node,
    Pdu,
    Rack,
    StoragePool,
    Switch,
    Topology,
)
from designer.engine.validation.profiles import Profile, Severity, Suppression
from designer.engine.validation.rules import RULES, findings
from tests.designer.engine.validation.build import (
    LIBRARY,
    a_design,
    a_document,
    empty,
    facts_of,
    of_rule,
    severities,
    unplaced,
    vms,
)

REFERENCES = list(LIBRARY.reference_designs)


def errors(facts, profile=None):
    return [f"{f.rule}: {f.message}" for f in findings(facts, profile) if f.severity is Severity.ERROR]


def test_there_are_the_124_rules_of_the_domain_notes():
    ids = [int(rule.id[1:]) for rule in RULES]

    assert len(ids) == 124
    assert ids == sorted(set(ids))
    assert [rule.id for rule in RULES if rule.check is None] == []


def test_the_page_of_rules_is_current():
    assert rules_page.PAGE.read_text(encoding="utf-8") == rules_page.page(), (
        "run python -m designer.rules_page"
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_can_be_read(rule):
    assert rule.title
    assert rule.severities
    assert rule.source
    assert rule.remedy.endswith(".")
    assert rule.missing if rule.check is None else rule.about.endswith(".")


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_design_has_no_error_in_production(reference):
    assert errors(a_design(reference), Profile.PRODUCTION) == []


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_sized_design_has_no_error_in_production(reference):
    document = a_document(reference)
    request = SizingRequest(
        workload=document.workload, policies=document.policies, hardware=LIBRARY.selection_for(reference)
    )
    drawing = lay_out(request, size(request), LIBRARY.services, LIBRARY.networks)

    assert errors(facts_of(replace(document, topology=drawing))) == []


def test_a_design_of_51_nodes_is_checked_in_200_ms():
    document = a_document("rd-large-2000")
    assert len(document.topology.nodes) == 51
    taken = []

    for _ in range(5):
        facts = facts_of(document)  # nothing that the last run worked out
        start = time.perf_counter()
        findings(facts)
        taken.append(time.perf_counter() - start)

    assert min(taken) < 0.2


def test_the_most_severe_come_first_and_accepted_ones_last():
    facts = a_design("rd-starter-hci3", nodes=unplaced("placement"))
    accepted = Suppression(rule="V003", reason="Runs elsewhere", author="Ada", at="2026-11-24T10:00:00+00:00")

    found = findings(facts, suppressions=[accepted])

    order = ["error", "warning", "info"]
    open_ones = [order.index(f.severity.value) for f in found if f.suppression is None]
    assert open_ones == sorted(open_ones)
    assert [f.rule for f in found if f.suppression] == ["V003"]
    assert found[-1].suppression == accepted


def test_a_suppression_for_some_elements_covers_no_other():
    facts = a_design(nodes=lambda nodes: (replace(node, name=node.name.upper()) for node in nodes[:2]))
    one = facts.topology.nodes[0].id
    accepted = Suppression(
        rule="V002", reason="Named so", author="Ada", at="2026-11-24T10:00:00+00:00", elements=(one,)
    )

    found = [f for f in findings(facts, suppressions=[accepted]) if f.rule == "V002"]

    assert [f.elements == (one,) for f in found if f.suppression] == [True]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("profile", "rule", "reference", "severity"),
    [
        pytest.param("lab", "V073", "rd-starter-hci3", "warning", id="lab-eases-redundancy"),
        pytest.param("lab", "V003", "rd-starter-hci3", "error", id="lab-eases-nothing-else"),
        pytest.param("edge", "V021", "rd-edge", "warning", id="edge-may-have-one-control-node"),
        pytest.param("edge", "V027", "rd-edge", "info", id="edge-has-one-rack"),
        pytest.param("edge", "V073", "rd-edge", "error", id="edge-needs-three-storage-hosts"),
    ],
)
def test_a_profile_eases_what_the_domain_notes_say(profile, rule, reference, severity):
    first = a_document(reference).topology.nodes[:1]
    facts = a_design(
        reference, nodes=tuple(replace(node, services=()) for node in first), profile=Profile(profile)
    )

    assert severities(facts, rule) == {severity}


def test_three_copies_on_three_hosts_are_usual_at_the_edge():
    assert severities(a_design("rd-edge", profile=Profile.EDGE), "V076") == {"info"}
    assert severities(a_design("rd-edge"), "V076") == {"warning"}


def test_an_empty_document_is_found_wanting():
    found = findings(empty())

    assert {"V003", "V110", "V127", "V170"} <= {finding.rule for finding in found}


def test_each_figure_of_a_message_follows_the_design():
    (short,) = of_rule(a_design(workload=vms(600)), "V050")

    assert short.message.startswith("20 of 600 VMs do not fit on 10 compute nodes")  # 10 x 58


@pytest.mark.parametrize("reference", REFERENCES)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=8)
def test_the_order_of_a_document_does_not_matter(reference, seed):
    document = a_document(reference)
    shuffled = random.Random(seed)

    def mixed(elements):
        return tuple(shuffled.sample(elements, len(elements)))

    topology = document.topology
    names = ("racks", "nodes", "switches", "pdus", "external_routers", "networks", "links", "pools")
    other = replace(
        document, topology=replace(topology, **{name: mixed(getattr(topology, name)) for name in names})
    )

    assert told(facts_of(other)) == told(facts_of(document))


def test_nodes_of_one_model_with_different_roles_are_told_apart_in_any_order():
    nodes = a_document("rd-starter-hci3").topology.nodes
    mixed = (*nodes[:2], replace(nodes[2], roles=(NodeRole.COMPUTE, NodeRole.STORAGE)))

    assert told(a_design("rd-starter-hci3", nodes=mixed)) == told(
        a_design("rd-starter-hci3", nodes=mixed[::-1])
    )


def told(facts):
    return sorted((f.rule, f.severity.value, sorted(f.elements)) for f in findings(facts))


SPECS = st.sampled_from([*LIBRARY.hardware_by_id, "unknown"])
IDS = st.sampled_from([f"e{n}" for n in range(9)])
RACK_IDS = st.sampled_from(["", "r0", "r1", "r2", "gone"])
UNITS = st.none() | st.integers(1, 60)
PORTS = st.builds("{}-{}".format, st.sampled_from(["fast", "bmc", "down", "up", "odd"]), st.integers(0, 60))
NETWORK_IDS = st.sampled_from(["n0", "n1", "n2", "gone"])
ENDS = st.builds(End, element=IDS | st.just("x0"), port=PORTS)
NODES = st.builds(
    Node, id=IDS, name=st.text("abcAB-1", min_size=1, max_size=8), spec=SPECS, rack=RACK_IDS, unit=UNITS,
    roles=st.lists(st.sampled_from(NodeRole), max_size=3).map(tuple),
    services=st.lists(st.sampled_from([*LIBRARY.services, "ovn-nb-db", "etcd", "odd"]), max_size=6).map(tuple),
)  # fmt: skip
LINKS = st.builds(
    Link, id=IDS, a=ENDS, b=ENDS, gbps=st.sampled_from([Decimal(0), Decimal(1), Decimal(25), Decimal(400)]),
    bond=st.sampled_from(["", "b0"]), networks=st.lists(NETWORK_IDS, max_size=3).map(tuple),
)  # fmt: skip
TOPOLOGIES = st.builds(
    Topology,
    racks=st.lists(st.builds(Rack, id=st.sampled_from(["r0", "r1", "r2"]), name=st.just("R"), spec=SPECS, zone=st.sampled_from(["", "z"])), max_size=3, unique_by=lambda r: r.id).map(tuple),
    nodes=st.lists(NODES, max_size=9).map(tuple),
    switches=st.lists(st.builds(Switch, id=IDS, name=st.just("S"), spec=SPECS, role=st.sampled_from(SwitchRole), rack=RACK_IDS, unit=UNITS), max_size=6).map(tuple),
    pdus=st.lists(st.builds(Pdu, id=IDS, name=st.just("P"), spec=SPECS, rack=RACK_IDS, feed=st.sampled_from(["feed-a", "feed-b"])), max_size=4).map(tuple),
    external_routers=st.lists(st.builds(ExternalRouter, id=st.just("x0"), name=st.just("X")), max_size=1).map(tuple),
    networks=st.lists(st.builds(Network, id=NETWORK_IDS, name=st.just("N"), plane=st.sampled_from(NetworkPlane), vlan=st.sampled_from(["", "1", "9-3", "0", "abc", "1-9", "99999"]), cidr=st.sampled_from(["", "10.1.0.0/29", "nonsense", "fd00::/64", "10.1.0.0/16"]), mtu=st.sampled_from([1500, 9000])), max_size=4).map(tuple),
    links=st.lists(LINKS, max_size=12).map(tuple),
    pools=st.lists(st.builds(StoragePool, id=IDS, name=st.just("V"), kind=st.sampled_from(["replicated", "erasure"]), size=st.integers(1, 14), min_size=st.integers(1, 14), share_of_raw=st.sampled_from([Decimal(0), Decimal(1)]), pg_num=st.integers(1, 5000), failure_domain=st.sampled_from(["host", "rack", "zone", "odd"]), media=st.sampled_from(["", "nvme", "hdd"]), coding_chunks=st.integers(0, 20)), max_size=4).map(tuple),
)  # fmt: skip


@given(topology=TOPOLOGIES, count=st.integers(0, 500), profile=st.sampled_from(Profile))
@settings(max_examples=150)
def test_no_drawing_surprises_a_rule(topology, count, profile):
    facts = facts_of(
        replace(a_document(), topology=topology, workload=replace(a_document().workload, **vms(count)))
    )

    found = findings(facts, profile)

    drawn = {
        e.id
        for name in ("racks", "nodes", "switches", "pdus", "external_routers", "networks", "links", "pools")
        for e in getattr(topology, name)
    }
    drawn |= {link.bond for link in topology.links} | {
        end.element for link in topology.links for end in (link.a, link.b)
    }
    for finding in found:
        assert finding.message
        assert set(finding.elements) <= drawn | {""}, finding


def test_the_document_keeps_profile_suppressions_and_deployment():
    accepted = Suppression(rule="V027", reason="One room", author="Ada", at="2026-11-24T10:00:00+00:00")
    document = replace(a_document(), profile=Profile.EDGE, suppressions=(accepted,))

    assert read(DesignDocument, write(document)) == document
    with pytest.raises(InvalidDocument):
        read(DesignDocument, write(document) | {"profile": "hobby"})


def test_a_document_from_before_is_one_for_production_with_nothing_accepted():
    data = write(a_document())
    for name in ("profile", "suppressions", "deployment"):
        del data[name]

    document = read(DesignDocument, data)

    assert (document.profile, document.suppressions) == (Profile.PRODUCTION, ())
