"""Designs to validate: a reference design, and small changes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from catalog.engine.hardware import NodeRole
from catalog.library import load_library
from designer.engine.document import DesignDocument, HardwareChoice
from designer.engine.layout import topology_of_reference
from designer.engine.topology import Topology
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import Finding
from designer.engine.validation.rules import findings
from designer.engine.workload import Policies, VmProfile, Workload

LIBRARY = load_library()


@lru_cache
def a_document(reference="rd-mid") -> DesignDocument:
    """The document of a design that starts from a reference design."""
    definition = LIBRARY.reference_designs[reference]
    flavor = definition.flavor
    profile = VmProfile(
        id="vm", name="VM", count=definition.vms_with_spare, vcpus=flavor.vcpus, ram_gib=flavor.ram_gib, disk_gb=flavor.disk_gb
    )  # fmt: skip
    hardware = {"control": None, "storage": None, **definition.hardware}
    return DesignDocument(
        workload=Workload(profiles=(profile,)),
        policies=Policies(cpu_allocation_ratio=flavor.cpu_allocation_ratio),
        hardware=HardwareChoice(**hardware),
        topology=topology_of_reference(definition, LIBRARY),
    )


def facts_of(document: DesignDocument, **specs: Any) -> Facts:
    """The facts of `document`, by the starter catalog with `specs` (id -> changed fields) changed."""
    hardware = dict(LIBRARY.hardware_by_id)
    for key, fields in specs.items():
        slug = key.replace("_", "-")
        hardware[slug] = replace(hardware[slug], **fields)
    return Facts(document=document, specs=hardware, services=LIBRARY.services, networks=LIBRARY.networks)


def a_design(
    reference="rd-mid", *, specs=None, workload=None, policies=None, deployment=None, profile=None, **topology
):
    """The facts of a reference design with parts of it changed: fields of its workload, policies, deployment, and
    whole lists of its topology, or functions of them."""
    document = a_document(reference)
    changes: dict[str, Any] = {}
    for name, fields in (("workload", workload), ("policies", policies), ("deployment", deployment)):
        if fields:
            changes[name] = replace(getattr(document, name), **fields)
    if profile:
        changes["profile"] = profile
    lists = {
        name: tuple(value(getattr(document.topology, name)) if callable(value) else value)
        for name, value in topology.items()
    }
    changes["topology"] = replace(document.topology, **lists)
    return facts_of(replace(document, **changes), **(specs or {}))


def empty(**parts):
    """A document with nothing drawn."""
    return facts_of(replace(a_document(), topology=Topology(), **parts))


def vms(count=1, vcpus=4, ram_gib=8, disk_gb=60, disk_iops=300, disk_mb=20, **more):
    """Workload fields with one profile."""
    profile = VmProfile(
        id="vm", name="VM", count=count, vcpus=vcpus, ram_gib=Decimal(ram_gib), disk_gb=Decimal(disk_gb),
        disk_iops=disk_iops, disk_mb_per_second=Decimal(disk_mb), **more,
    )  # fmt: skip
    return {"profiles": (profile,)}


def each(picks: Callable[[Any], bool], **fields):
    """A function that changes `fields` of the elements that `picks` says; a field may be a function of the element."""

    def changed(elements):
        for element in elements:
            if picks(element):
                values = {k: v(element) if callable(v) else v for k, v in fields.items()}
                yield replace(element, **values)
            else:
                yield element

    return changed


def without(picks: Callable[[Any], bool]):
    """A function that leaves out the elements that `picks` says."""
    return lambda elements: (element for element in elements if not picks(element))


def first(count):
    return lambda elements: elements[:count]


def named(*ids):
    return lambda element: element.id in ids


def having(role: NodeRole):
    return lambda node: role in node.roles


def of(node_id):
    """Links of a node."""
    return lambda link: link.a.element == node_id or link.b.element == node_id


def carrying(*networks):
    return lambda link: bool(set(networks) & set(link.networks))


def off_network(network, picks=lambda link: True):
    """A function that takes `network` off the links that `picks` says."""
    return each(
        lambda link: picks(link) and network in link.networks,
        networks=lambda link: tuple(n for n in link.networks if n != network),
    )


def unplaced(*services, picks=lambda node: True):
    """A function that takes services off the nodes that `picks` says."""
    return each(picks, services=lambda node: tuple(s for s in node.services if s not in services))


def only_on(ids, *services):
    """A function that leaves services on the nodes of `ids` alone."""
    return unplaced(*services, picks=lambda node: node.id not in ids)


def network(**fields):
    """A function that changes networks: id -> fields."""

    def changed(networks):
        for found in networks:
            yield replace(found, **fields.get(found.id, {}))

    return changed


def of_rule(facts: Facts, rule: str, **options: Any) -> list[Finding]:
    """What one rule finds."""
    return [finding for finding in findings(facts, **options) if finding.rule == rule]


def severities(facts: Facts, rule: str) -> set[str]:
    return {finding.severity.value for finding in of_rule(facts, rule)}
