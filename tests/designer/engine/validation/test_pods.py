"""V121 to V123 where pods stand under super-spines: what holds of a sized fabric, and what is told of a broken one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

import pytest

from tests.designer.engine.test_large_layouts import a_sized_document
from tests.designer.engine.validation.build import each, facts_of, of_rule, without

RULES = ("V121", "V122", "V123")


@lru_cache
def in_pods():
    document, result = a_sized_document("rd-mid", 12_800, racks=64)
    assert len(result.network.pods) == 2
    return document


def told(links=None, **specs):
    document = in_pods()
    if links:
        topology = replace(document.topology, links=tuple(links(document.topology.links)))
        document = replace(document, topology=topology)
    return {rule: [f.message for f in of_rule(facts_of(document, **specs), rule)] for rule in RULES}


def is_above(link):
    return link.a.element.startswith("spine") and link.b.element.startswith("super-spine")


def test_a_sized_fabric_of_pods_is_right():
    assert told() == {rule: [] for rule in RULES}


@pytest.mark.parametrize(
    ("links", "rule", "words"),
    [
        (without(is_above), "V121", "fall into 4 groups"),  # 2 pods and 2 lone super-spines
        (without(lambda k: is_above(k) and k.a.element == "spine-1" and k.a.port.endswith("0")), "V121", "different numbers of uplinks"),
        (without(lambda k: k.a.element == "leaf-40a" and k.b.element.startswith("spine-3")), "V121", "not the same to each spine"),
        (each(is_above, gbps=Decimal(40)), "V122", "oversubscribed 3.72 to 1, "),
        (each(is_above, gbps=Decimal(10)), "V122", "oversubscribed 14.88 to 1"),
    ],
)  # fmt: skip
def test_a_broken_fabric_of_pods_is_told(links, rule, words):
    assert any(words in message for message in told(links)[rule])


def test_spines_of_pods_with_too_few_ports_are_full():
    ports = (replace(facts_of(in_pods()).specs["spine-128x100"].ports[0], count=100),)

    found = told(spine_128x100={"ports": ports})["V123"]

    assert len(found) == 4  # 107 ports of each spine; a super-spine has 88
    assert "107 of 100 ports are needed" in found[0]
