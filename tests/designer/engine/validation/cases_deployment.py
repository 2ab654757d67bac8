"""Family G: a design that a rule is content with, and designs that it is not, by rule."""

from __future__ import annotations

from designer.engine.deployment import CinderBackend, HostSystem, NeutronAgent
from tests.designer.engine.validation.build import a_design, unplaced, without

MID = a_design()
OSD = """
service_type: osd
service_id: nvme
placement: {label: osd}
spec:
  data_devices: {rotational: 0, size: '3T:8T'}
"""
HYBRID = """
service_type: osd
service_id: hdd
placement: {host_pattern: 'sto*'}
spec:
  data_devices: {rotational: 1}
  db_devices: {rotational: 0, limit: 4}
"""


def ceph(text, reference="rd-mid"):
    return a_design(reference, deployment={"ceph_specifications": text})


def kolla(text):
    return a_design(deployment={"globals_overrides": text})


ONE_VIP = {"internal_vip": "10.10.3.250", "external_vip": "10.10.3.250"}

CASES = {
    "V170": (MID, [
        (a_design(nodes=unplaced("haproxy")), "error"),
        (a_design(nodes=without(lambda node: node.id.startswith("cmp"))), "error"),
    ]),
    "V171": (kolla("enable_heat: false\nneutron_plugin_agent: ovn\nceph_rgw_hosts:\n- {host: sto01, ip: 10.30.0.31}"), [
        (kolla("enable_heet: false"), "error"),
        (kolla("- enable_heat"), "error"),
        (kolla("enable_heat: [false"), "error"),
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
    "V175": (ceph(OSD), [
        (ceph(OSD.replace("rotational: 0", "rotational: 1")), "error"),
        (ceph(OSD.replace("3T:8T", "4T:")), "error"),  # the drives have 3.84 TB
        (ceph(OSD.replace("label: osd", "label: disks")), "error"),
        (ceph(OSD.replace("size: '3T:8T'", "limit: 8")), "error"),
        (ceph("service_type: mon\nplacement: {count: 3}"), "error"),
        (ceph(OSD, "rd-capacity-object"), "error"),
        (ceph(HYBRID.replace("limit: 4", "limit: 2"), "rd-capacity-object"), "error"),
        (ceph("service_type: host\nhostname: sto01\nlabels: [mon]\n---" + OSD), "error"),
    ]),
    "V176": (ceph(OSD + "---\nservice_type: ingress\nservice_id: rgw.s3\nplacement: {count: 2, label: rgw}\nspec: {virtual_ip: 10.30.3.250/22, frontend_port: 443, monitor_port: 1967}"), [
        (ceph(OSD.replace("service_id: nvme\n", "")), "error"),
        (ceph(OSD.replace("{label: osd}", "{label: osd, hosts: [sto01]}")), "error"),
        (ceph(OSD.replace("3T:8T", "3X:8X")), "error"),
        (ceph(OSD.replace("3T:8T", "big")), "error"),
        (ceph(OSD.replace("rotational", "rotatinal")), "error"),
        (ceph(OSD.replace("data_devices", "db_devices")), "error"),
        (ceph(OSD + "---" + OSD), "error"),
        (ceph("service_type: rgw\nplacement: {label: rgw}"), "error"),
        (ceph("service_type: osdd\nservice_id: a"), "error"),
        (ceph("service_type: mgr\nplacement: {count: 0}"), "error"),
        (ceph("service_type: ingress\nservice_id: rgw.s3\nspec: {frontend_port: 443}"), "error"),
        (ceph("service_type: [osd"), "error"),
        (ceph("just words"), "error"),
    ]),
    "V177": (a_design(deployment={"cinder_backends": (CinderBackend.CEPH, CinderBackend.LVM)}), [
        (a_design(nodes=unplaced("cinder-volume"), deployment={"cinder_backends": (CinderBackend.LVM,)}), "warning"),
    ]),
    "V178": (a_design(deployment={"host_system": HostSystem.DEBIAN_13}), [
        (a_design(deployment={"host_system": HostSystem.UBUNTU_22_04}), "warning"),
    ]),
}  # fmt: skip
