"""Family G: a design that a rule is content with, and designs that it is not, by rule."""

from __future__ import annotations

from designer.engine.deployment import CinderBackend, HostSystem, NeutronAgent
from tests.designer.engine.validation.build import a_design, unplaced, without

MID = a_design()
ONE_VIP = {"internal_vip": "10.10.3.250", "external_vip": "10.10.3.250"}

CASES = {
    "V170": (MID, [
        (a_design(nodes=unplaced("haproxy")), "error"),
        (a_design(nodes=without(lambda node: node.id.startswith("cmp"))), "error"),
    ]),
    "V172": (MID, [(a_design(deployment={"neutron_agent": NeutronAgent.OPENVSWITCH}), "error")]),
    "V173": (a_design(deployment={"internal_vip": "10.10.3.250", "host_addresses": {"ctl01": "10.10.0.11"}}), [
        (a_design(deployment={"internal_vip": "10.20.0.250"}), "error"),
        (a_design(deployment={"internal_vip": "10.10.0.11", "host_addresses": {"ctl01": "10.10.0.11"}}), "error"),
        (a_design(deployment={"internal_vip": "vip"}), "error"),
    ]),
    "V174": (a_design(deployment={"internal_vip": "10.10.3.250", "external_vip": "203.0.113.10"}), [
        (a_design(deployment=ONE_VIP), "error"),
        (a_design(deployment=ONE_VIP | {"has_certificate_plan": True}), "warning"),
    ]),
    "V177": (a_design(deployment={"cinder_backends": (CinderBackend.CEPH, CinderBackend.LVM)}), [
        (a_design(nodes=unplaced("cinder-volume"), deployment={"cinder_backends": (CinderBackend.LVM,)}), "warning"),
    ]),
    "V178": (a_design(deployment={"host_system": HostSystem.DEBIAN_13}), [
        (a_design(deployment={"host_system": HostSystem.UBUNTU_22_04}), "warning"),
    ]),
}  # fmt: skip
