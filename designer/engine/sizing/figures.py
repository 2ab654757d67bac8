"""Collects the explained figures of one sizing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from catalog.engine.figures import Figure, Grade, Input, Step, Value
from designer.engine.sizing.model import Override

SOURCES = {
    "sizing.C1": ("Logical CPUs as the operating system counts them", Grade.A),
    "sizing.C2": ("domain notes, sizing section 1; Nova reserves none by default", Grade.C),
    "sizing.C3": (
        "openstack/placement placement/objects/inventory.py; openstack/nova nova/conf/compute.py",
        Grade.A,
    ),
    "sizing.C4": (
        "openstack/nova nova/conf/compute.py; Red Hat hyper-converged guide for the overhead of a VM",
        Grade.B,
    ),
    "sizing.C5": ("domain notes, sizing section 1: the scarcest of vCPU, RAM and local disk", Grade.C),
    "sizing.C6": (
        "domain notes, sizing section 1: bound and first-fit decreasing; host by host: Panigrahy et al. 2011, dot product",
        Grade.C,
    ),
    "sizing.C7": ("domain notes, sizing section 1: N + k", Grade.C),
    "sizing.C8": ("openstack/nova nova/virt/hardware.py: one guest cell on one host cell", Grade.A),
    "sizing.C9": ("domain notes, sizing section 1: GPUs of a host, one host spare", Grade.C),
    "sizing.C10": (
        "openstack/operations-guide doc/source/ops-capacity-planning-scaling.rst, with its old ratio of 16",
        Grade.A,
    ),
    "sizing.CP1": (
        "Majority quorum of Galera, RabbitMQ and Ceph MON; Kolla-Ansible: 3 or 5 controllers",
        Grade.A,
    ),
    "sizing.CP2": ("Calibrated on the reference architecture and openstack/performance-docs", Grade.C),
    "sizing.CP3": ("openstack/performance-docs, 1,000 compute hosts", Grade.B),
    "sizing.CP4": ("domain notes, sizing section 2; Kolla log volumes", Grade.C),
    "sizing.CP5": ("openstack/kolla-ansible group_vars/all/ovn.yml", Grade.A),
    "sizing.CP6": ("House value; Red Hat tested 700 hosts in one cell, 250 with its release 18", Grade.C),
    "sizing.CP7": ("openstack/ironic refarch/common.rst; older documents say 100 a conductor", Grade.A),
    "sizing.CP8": (
        "domain notes, sizing section 2; openstack/octavia topologies and amphora flavor",
        Grade.C,
    ),
    "sizing.S1": ("Drives as sold, 1 TB = 10^12 bytes", Grade.A),
    "sizing.S2": ("https://docs.ceph.com/en/latest/rados/operations/erasure-code/", Grade.A),
    "sizing.S3": ("Ceph 20.2.4 option defaults; rebuild measured with crushtool and osdmaptool", Grade.A),
    "sizing.S3-unequal": (
        "domain notes, sizing section 3 (S3 with S6): what the loss of any one domain leaves must hold all",
        Grade.C,
    ),
    "sizing.S4": ("domain notes, sizing section 3", Grade.C),
    "sizing.S5": ("upmap balancer of Ceph 20.2.4, measured with osdmaptool", Grade.A),
    "sizing.S6": (
        "CRUSH puts at most one copy into a failure domain; domain notes, sizing section 3",
        Grade.A,
    ),
    "sizing.S7": ("https://docs.ceph.com/en/latest/rados/operations/erasure-code/", Grade.A),
    "sizing.S8": ("domain notes, sizing section 3: thin provisioning and snapshots", Grade.C),
    "sizing.S9": ("https://docs.ceph.com/en/latest/rados/configuration/bluestore-config-ref/", Grade.A),
    "sizing.S10": ("https://docs.ceph.com/en/latest/start/hardware-recommendations/", Grade.A),
    "sizing.S11": (
        "https://docs.ceph.com/en/latest/start/hardware-recommendations/; TripleO for SATA SSD",
        Grade.A,
    ),
    "sizing.S12": ("https://docs.ceph.com/en/latest/start/hardware-recommendations/", Grade.A),
    "sizing.S13": ("Ceph PG calculator of Ceph 20.2.4", Grade.A),
    "sizing.S13-autoscaler": ("Ceph 20.2.4 src/pybind/mgr/pg_autoscaler/module.py", Grade.A),
    "sizing.S14": ("Ceph src/mon/OSDMonitor.cc; checked with a real MON of 20.2.4", Grade.A),
    "sizing.P1": (
        "osd_mclock_max_capacity_iops of Ceph 20.2.4; a SATA SSD under writes is a house value",
        Grade.A,
    ),
    "sizing.P2": ("osd_mclock_max_sequential_bandwidth of Ceph 20.2.4; domain notes, networks", Grade.A),
    "sizing.P3": (
        "mClock profiles of Ceph 20.2.4; the share of the network is fitted to Ceph's own statement",
        Grade.B,
    ),
    "sizing.P4": ("mClock profiles of Ceph 20.2.4; domain notes, sizing section 5", Grade.C),
    "sizing.H1": (
        "openstack/tripleo-ansible tripleo_derive_hci_parameters.py; reserves of host and control are ours",
        Grade.B,
    ),
    "sizing.H2": ("openstack/tripleo-ansible tripleo_derive_hci_parameters.py; nova counts MiB", Grade.B),
    "sizing.H3": ("openstack/tripleo-ansible tripleo_derive_hci_parameters.py", Grade.B),
    "sizing.H4": (
        "openstack/tripleo-ansible tripleo_derive_hci_parameters.py; 80 % is a house value",
        Grade.C,
    ),
    "sizing.N1": ("domain notes, networks", Grade.C),
    "sizing.N2": ("domain notes, networks: one byte in, n - 1 bytes to the other copies", Grade.C),
    "sizing.N3": ("domain notes, networks; bandwidth of an OSD as mClock counts it", Grade.C),
    "sizing.N4": ("domain notes, networks", Grade.C),
    "sizing.N5": ("domain notes, networks", Grade.C),
    "sizing.N6": ("domain notes, networks", Grade.C),
    "sizing.N7": ("Neutron type drivers of Debian 13, get_mtu()", Grade.A),
    "sizing.N8": ("domain notes, networks", Grade.C),
    "sizing.N9": ("domain notes, networks: 0.2 floating IPs a VM is a house value", Grade.C),
    "sizing.N10": ("1 GiB = 8.59 Gb; 90 % of the line and 30 % sent again are house values", Grade.C),
    "sizing.R1": ("domain notes, sizing section 8", Grade.C),
    "sizing.R2": ("Electrical codes: 80 % of the breaker for continuous load", Grade.B),
    "sizing.R3": ("domain notes, sizing section 8: each feed alone carries the rack", Grade.C),
    "sizing.R4": ("Weights of the catalog", Grade.C),
    "sizing.R5": ("1 W = 3.412 BTU/h; 1 ton = 12,000 BTU/h", Grade.A),
    "sizing.R6": ("domain notes, sizing section 8", Grade.C),
    "sizing.R7": ("Majority of Galera, RabbitMQ and MON; domain notes, sizing section 8", Grade.C),
    "sizing.R8": ("domain notes, sizing section 8", Grade.C),
}


class FigureBook:
    """The figures of one sizing by key."""

    def __init__(self) -> None:
        self.figures: dict[str, Figure] = {}

    def add(
        self,
        key: str,
        label: str,
        value: Value,
        unit: str,
        formula: str,
        expression: str,
        *,
        inputs: tuple[Input, ...] = (),
        steps: tuple[Step, ...] = (),
        bound_by: str = "",
        note: str = "",
    ) -> None:
        """Keep one figure, with the source and grade of its formula."""
        source, grade = SOURCES[formula]
        self.keep(
            Figure(
                key=key, label=label, value=value, unit=unit, formula=formula, expression=expression, inputs=inputs,
                steps=steps, bound_by=bound_by, source=source, grade=grade, note=note,
            )
        )  # fmt: skip

    def keep(self, figure: Figure) -> None:
        """Keep a figure under its key."""
        self.figures[figure.key] = figure

    def set_by_hand(self, override: Override) -> None:
        """Turn a figure that the rules gave into one that a person set, with the other beside it."""
        found = self.figures[override.figure]
        rule = Step(
            label="By the rules", working=found.expression, value=override.computed, unit=override.unit
        )
        self.figures[override.figure] = replace(
            found,
            steps=(rule, Step(label="Set by hand", working="", value=override.chosen, unit=override.unit)),
            bound_by="set by hand",
            source="A person set it in this design",
            grade=Grade.C,
            note=f"Set by hand; the rules give {override.computed}.",
        )

    def of_class(self, device_class: str) -> FigureBook:
        """Return a view whose storage figures are those of one device class: `storage.hdd.raw_tb`."""
        return _ClassBook(self.figures, device_class)


class _ClassBook(FigureBook):
    def __init__(self, figures: dict[str, Figure], device_class: str) -> None:
        self.figures = figures
        self.device_class = device_class

    def keep(self, figure: Figure) -> None:
        head, _, rest = figure.key.partition(".")
        if head == "storage":
            key, label = f"{head}.{self.device_class}.{rest}", f"{figure.label} ({self.device_class})"
            figure = replace(figure, key=key, label=label)
        super().keep(figure)


def plain(value: int | Decimal, digits: int = 3) -> str:
    """Return a number as it stands in a working: grouped, without trailing zeros."""
    rounded = round(Decimal(value), digits)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
