"""Edits of a drawing: what they touch is checked as the whole would be, and stored edits replay to the same bytes."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument, read, write
from catalog.library import load_library
from designer.engine.change_set import (
    Drawing,
    Operation,
    OperationKind,
    operations_between,
    replay,
)
from designer.engine.layout import topology_of_reference
from designer.engine.topology import Topology, check

LIBRARY = load_library()
TOPOLOGY = topology_of_reference(LIBRARY.reference_designs["rd-mid"], LIBRARY)
PLAIN = write(TOPOLOGY)
SPECS = LIBRARY.hardware_by_id
NODE = PLAIN["nodes"][0]["id"]


def drawing():
    return Drawing(copy.deepcopy(PLAIN))


def operation(kind, collection, key, at=None, **fields):
    return Operation(kind=OperationKind(kind), collection=collection, id=key, fields=fields, at=at)


def refusal(*operations):
    with pytest.raises(InvalidDocument) as refused:
        drawing().plan(operations, SPECS)
    return [(p.field, p.message) for p in refused.value.problems]


def test_an_edit_says_what_it_changes_and_changes_nothing_before_it_is_made():
    edited = drawing()

    plan = edited.plan([operation("set", "nodes", NODE, name="First")], SPECS)

    assert [change.text for change in plan.changes] == ["Changed name of node First"]
    assert edited.data == PLAIN
    edited.apply(plan.operations)
    assert edited.data["nodes"][0] == {**PLAIN["nodes"][0], "name": "First"}


def test_what_is_not_there_cannot_be_changed_and_what_is_there_not_added():
    assert refusal(operation("set", "nodes", "nobody", name="x"), operation("remove", "links", "none")) == [
        ("operations[0].id", "is not in the drawing"),
        ("operations[1].id", "is not in the drawing"),
    ]
    assert refusal(operation("add", "nodes", NODE)) == [("operations[0].id", "is in the drawing already")]


def test_each_operation_that_is_wrong_is_named_with_its_field():
    assert (
        refusal(
            operation("set", "nodes", NODE, unit=-3),
            operation("set", "planets", "mars"),
            operation("set", "nodes", PLAIN["nodes"][1]["id"], rack="nowhere"),
        )[0][0]
        == "operations[0].fields.unit"
    )
    assert refusal(operation("set", "nodes", NODE, rack="nowhere")) == [
        ("operations[0].fields.rack", "is not a rack of this drawing")
    ]
    assert refusal(operation("set", "nodes", NODE, id="other"))[0][0] == "operations[0].fields.id"


def test_a_rack_with_things_in_it_stays_and_so_does_a_node_with_cables():
    rack = PLAIN["racks"][0]["id"]

    assert {message for _, message in refusal(operation("remove", "racks", rack))} == {
        "is not a rack of this drawing"
    }
    assert {message for _, message in refusal(operation("remove", "nodes", NODE))} == {
        "is not in this drawing"
    }


def test_a_unit_that_is_filled_and_a_port_that_is_used_are_refused_though_their_owner_is_not_touched():
    first, second = PLAIN["nodes"][0], PLAIN["nodes"][1]
    link, other = PLAIN["links"][0], PLAIN["links"][1]

    taken = refusal(operation("set", "nodes", second["id"], rack=first["rack"], unit=first["unit"]))
    used = refusal(operation("set", "links", other["id"], a=link["a"]))

    assert taken == [("operations[0].fields.unit", f"is filled by {first['id']} already")] or (
        taken[0][0] == f"nodes.{first['id']}.unit"
    )
    assert any(message.startswith("is used by link") for _, message in used)


def test_what_is_removed_comes_back_at_its_place():
    edited = drawing()
    pool = PLAIN["pools"][1] if PLAIN["pools"] else None
    network = PLAIN["networks"][2]
    links = [link for link in PLAIN["links"] if network["id"] in link["networks"]]
    without = [
        operation("set", "links", link["id"], networks=[n for n in link["networks"] if n != network["id"]])
        for link in links
    ]
    back = [operation("set", "links", link["id"], networks=link["networks"]) for link in links]
    gone = operation("remove", "networks", network["id"])

    edited.apply(edited.plan([*without, gone], SPECS).operations)
    assert network["id"] not in {n["id"] for n in edited.data["networks"]}
    edited.apply(
        edited.plan([operation("add", "networks", network["id"], at=2, **network), *back], SPECS).operations
    )

    assert json.dumps(edited.data) == json.dumps(PLAIN)
    assert pool is None or pool in edited.data["pools"]


def test_operations_between_two_drawings_lead_from_one_to_the_other():
    after = replace(
        TOPOLOGY,
        nodes=(replace(TOPOLOGY.nodes[0], name="Renamed"), *TOPOLOGY.nodes[1:]),
        pools=TOPOLOGY.pools[:1],
        external_routers=(),
        links=tuple(link for link in TOPOLOGY.links if not link.b.element.startswith("ext")),
    )

    found = operations_between(TOPOLOGY, after)

    assert replay(copy.deepcopy(PLAIN), found) == write(after)


NODES = [node["id"] for node in PLAIN["nodes"]]
RACKS = [rack["id"] for rack in PLAIN["racks"]]
LINKS = [link["id"] for link in PLAIN["links"]]
SWITCHES = [switch["id"] for switch in PLAIN["switches"]]
OPERATIONS = st.one_of(
    st.builds(
        lambda key, rack, unit: operation("set", "nodes", key, rack=rack, unit=unit),
        st.sampled_from(NODES), st.sampled_from([*RACKS, "", "ghost"]), st.none() | st.integers(1, 44),
    ),
    st.builds(lambda key: operation("remove", "nodes", key), st.sampled_from(NODES)),
    st.builds(lambda key: operation("remove", "links", key), st.sampled_from(LINKS)),
    st.builds(lambda key: operation("remove", "racks", key), st.sampled_from(RACKS)),
    st.builds(
        lambda key, to, port: operation("set", "links", key, b={"element": to, "port": port}),
        st.sampled_from(LINKS), st.sampled_from([*SWITCHES, *NODES, "ghost"]), st.sampled_from(["down-1", "down-47", "up-1", "fast-1", "x"]),
    ),
    st.builds(
        lambda key, spec: operation("set", "nodes", key, spec=spec),
        st.sampled_from(NODES), st.sampled_from([*LIBRARY.node_specs, "ghost"]),
    ),
    st.builds(
        lambda key, rack, unit: operation("add", "nodes", key, id=key, name=key, spec="cmp-512", roles=["compute"], rack=rack, unit=unit),
        st.sampled_from(["new-1", "new-2", SWITCHES[0]]), st.sampled_from([*RACKS, ""]), st.none() | st.integers(1, 42),
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(OPERATIONS, min_size=1, max_size=6))
def test_a_part_is_refused_when_and_only_when_the_whole_would_be(operations):
    edited = drawing()
    try:
        plan = edited.plan(operations, SPECS)
    except InvalidDocument as error:
        if all(p.message in ("is not in the drawing", "is in the drawing already") for p in error.problems):
            return  # said of the edit, not of the drawing it would make
        whole = drawing()
        whole.apply(operations)
        assert check(read(Topology, whole.data), SPECS)
        return
    edited.apply(plan.operations)
    assert check(read(Topology, edited.data), SPECS) == []
    rebuilt = Drawing(copy.deepcopy(edited.data))
    assert {k: v for k, v in edited._users.items() if v} == {k: v for k, v in rebuilt._users.items() if v}
