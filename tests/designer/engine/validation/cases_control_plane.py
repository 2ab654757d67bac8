"""Family B: a design that a rule is content with, and designs that it is not, by rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from catalog.engine.hardware import Media, NodeRole
from designer.engine.deployment import GlanceBackend, OctaviaTopology
from tests.designer.engine.validation.build import (
    a_design,
    each,
    named,
    network,
    of,
    off_network,
    only_on,
    unplaced,
)

MID, BARE, STARTER = a_design(), a_design("rd-baremetal"), a_design("rd-starter-hci3")


def controllers(count):
    """The control nodes, or `count` of them: the last one repeated."""

    def changed(nodes):
        control = [node for node in nodes if NodeRole.CONTROL in node.roles]
        more = [
            replace(control[-1], id=f"ctl{n:02d}", name=f"ctl{n:02d}", unit=None) for n in range(4, count + 1)
        ]
        return [*control[:count], *more, *(node for node in nodes if NodeRole.CONTROL not in node.roles)]

    return changed


def hosts(count):
    """Compute nodes in place of all others of that role."""

    def changed(nodes):
        model = next(node for node in nodes if NodeRole.COMPUTE in node.roles)
        more = [replace(model, id=f"cmp{n}", name=f"cmp{n}", unit=None) for n in range(count)]
        return [*(node for node in nodes if NodeRole.COMPUTE not in node.roles), *more]

    return changed


def racked(**racks):
    return each(lambda node: node.id in racks, rack=lambda node: racks[node.id], unit=None)


TWO_RACKS = racked(ctl03="rack-1", sto03="rack-1", cmp08="rack-1", cmp09="rack-1", cmp10="rack-2")

CASES = {
    "V020": (MID, [(a_design(nodes=controllers(2)), "error")]),
    "V021": (MID, [(a_design(nodes=controllers(1)), "error")]),
    "V022": (a_design(nodes=controllers(5)), [(a_design(nodes=controllers(4)), "warning")]),
    "V023": (a_design(nodes=controllers(5)), [(a_design(nodes=controllers(7)), "info")]),
    "V024": (MID, [
        (a_design(nodes=only_on({"ctl01", "ctl02"}, "rabbitmq")), "error"),
        (a_design(nodes=only_on({"ctl01"}, "ovn-nb-db", "ovn-db")), "error"),
    ]),
    "V025": (MID, [(a_design(nodes=racked(ctl02="rack-1")), "error")]),
    "V026": (MID, [(a_design(nodes=TWO_RACKS), "warning")]),
    "V027": (MID, [(STARTER, "warning")]),
    "V028": (MID, [(a_design(specs={"ctl_s": {"ram_gib": 24}}), "error")]),
    "V029": (MID, [
        (a_design(specs={"ctl_s": {"ram_gib": 32}}), "warning"),
        (a_design(policies={"control_extra_ram_gib": Decimal(40)}), "warning"),
    ]),
    "V030": (MID, [(a_design(specs={"ctl_s": {"cores_per_socket": 8}}), "warning"), (STARTER, "warning")]),
    "V031": (MID, [
        (a_design(specs={"ctl_s": {"system_drive_media": Media.HDD}}), "error"),
        (a_design(specs={"ctl_s": {"system_drive_gb": Decimal(200)}}), "error"),
    ]),
    "V032": (MID, [
        (a_design(policies={"log_days": 365, "log_gb_per_host_day": Decimal("0.38")}), "warning"),
    ]),
    "V033": (MID, [(a_design(nodes=only_on({"ctl01"}, "glance")), "warning")]),
    "V034": (a_design(nodes=hosts(300)), [
        (a_design(nodes=hosts(301)), "warning"),
        (a_design(nodes=hosts(701)), "error"),
        (a_design(nodes=hosts(701), deployment={"nova_cells": 2}), "warning"),
    ]),
    "V035": (STARTER, [
        (a_design(nodes=each(named("ctl01"), roles=(NodeRole.CONTROL, NodeRole.COMPUTE))), "warning"),
    ]),
    "V036": (MID, [(a_design(deployment={"octavia_topology": OctaviaTopology.SINGLE}), "warning")]),
    "V037": (MID, [
        (a_design(links=off_network("octavia_mgmt", of("ctl02"))), "error"),
        (a_design(workload={"load_balancers": 124}, networks=network(octavia_mgmt={"cidr": "10.70.0.0/24"})), "error"),
    ]),
    "V038": (MID, [
        (a_design(nodes=unplaced("valkey")), "error"),
        (a_design(nodes=unplaced("valkey", "octavia")), "error"),
    ]),
    "V039": (MID, [(a_design(deployment={"cinder_cluster_name": ""}), "error")]),
    "V040": (MID, [(a_design(deployment={"glance_backend": GlanceBackend.FILE}), "warning")]),
    "V041": (BARE, [
        (a_design("rd-baremetal", nodes=only_on({"ctl01"}, "ironic")), "warning"),
        (a_design("rd-baremetal", nodes=unplaced("ironic")), "warning"),
    ]),
    "V042": (BARE, [
        (a_design("rd-baremetal", links=off_network("provisioning", of("bm07"))), "error"),
        (a_design("rd-baremetal", links=off_network("oob", lambda link: link.a.element == "ctl02" and "fast" in link.a.port)), "error"),
    ]),
}  # fmt: skip
