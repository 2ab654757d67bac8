"""The form for the choices of the deployment: grouped, each with what it means and the rules that read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from catalog.engine.documents import write
from designer.engine.deployment import (
    CinderBackend,
    Deployment,
    FabricMode,
    GlanceBackend,
    HostSystem,
    NeutronAgent,
    OctaviaProvider,
    OctaviaTopology,
)
from designer.engine.validation.rules import RULE_BY_ID
from designer.engine.workload import Workload
from designer.forms import FormState, as_typed, typed

UNDECIDED = ("", "Not decided")


class Kind(StrEnum):
    """How a choice is asked."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    TEXT = "text"
    NUMBERS = "numbers"
    """Whole numbers with commas or spaces between."""
    CHECKS = "checks"
    """Any of several."""
    DOCUMENT = "document"
    """A text of many lines, as it is."""
    LINES = "lines"
    """One `name = value` a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One choice as people see it; `name` is that of `Deployment`."""

    name: str
    kind: Kind
    label: str
    help: str
    rules: tuple[str, ...]
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_optional: bool = False
    """It may stay undecided: its rules then say nothing."""
    is_percent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    key: str
    title: str
    about: str
    questions: tuple[Question, ...]


GROUPS = (
    Group(
        key="hosts", title="Hosts and addresses",
        about="What runs on the nodes, and the addresses that people and services reach them by.",
        questions=(
            Question(
                name="host_system", kind=Kind.CHOICE, label="Operating system of the nodes", rules=("V178",),
                help="Kolla-Ansible for OpenStack 2026.1 accepts Ubuntu 24.04, Rocky 10 and Debian 13",
                choices=(
                    (HostSystem.UBUNTU_24_04, "Ubuntu 24.04"), (HostSystem.DEBIAN_13, "Debian 13"), (HostSystem.ROCKY_10, "Rocky Linux 10"),
                    (HostSystem.UBUNTU_22_04, "Ubuntu 22.04"), (HostSystem.DEBIAN_12, "Debian 12"), (HostSystem.ROCKY_9, "Rocky Linux 9"),
                ),
            ),
            Question(
                name="internal_vip", kind=Kind.TEXT, label="Internal VIP", rules=("V173", "V174"), is_optional=True,
                help="A free address of the management network, as 10.10.3.250. Empty: the export takes one",
            ),
            Question(
                name="external_vip", kind=Kind.TEXT, label="External VIP", rules=("V174",), is_optional=True,
                help="Where users reach the API. Empty: the export takes one",
            ),
            Question(
                name="host_addresses", kind=Kind.LINES, label="Management addresses that are fixed", rules=("V173",),
                help="One a line, as ctl01 = 10.10.0.11. Others are given out by the export",
            ),
            Question(
                name="virtual_router_id", kind=Kind.NUMBER, label="Virtual router id of keepalived", rules=("V134",), is_optional=True,
                help="0 to 255; must differ from those of other clouds on the same layer 2",
            ),
            Question(
                name="taken_virtual_router_ids", kind=Kind.NUMBERS, label="Virtual router ids that are taken", rules=("V134",),
                help="Of other clouds on the same layer 2, with commas between",
            ),
        ),
    ),
    Group(
        key="certificates", title="Certificates", about="What is encrypted, and who renews it.",
        questions=(
            Question(
                name="has_external_tls", kind=Kind.YES_NO, label="TLS on the external VIP", rules=("V174",),
                help="With TLS outside, internal and external VIP must differ",
            ),
            Question(
                name="has_certificate_plan", kind=Kind.YES_NO, label="Plan for certificates", rules=("V174",), is_optional=True,
                help="Who issues and renews certificates inside and outside",
            ),
        ),
    ),
    Group(
        key="network", title="Network", about="How tenants' packets travel, and what keeps loops between switches harmless.",
        questions=(
            Question(
                name="neutron_agent", kind=Kind.CHOICE, label="Agent of Neutron", rules=("V172",),
                help="Drawings use OVN; Kolla's own default is Open vSwitch",
                choices=((NeutronAgent.OVN, "OVN"), (NeutronAgent.OPENVSWITCH, "Open vSwitch")),
            ),
            Question(
                name="has_distributed_floating_ips", kind=Kind.YES_NO, label="Distributed floating IPs", rules=("V128",),
                help="Each compute node carries the outside traffic of its VMs, and needs the external network",
            ),
            Question(
                name="fabric", kind=Kind.CHOICE, label="Fabric of the switches", rules=("V133",), is_optional=True,
                help="Plain layer 2 with several paths is a loop",
                choices=(
                    (FabricMode.ROUTED, "Routed to the leaves, EVPN above"), (FabricMode.MLAG, "MLAG"),
                    (FabricMode.SPANNING_TREE, "Spanning tree"), (FabricMode.PLAIN, "Plain layer 2"),
                ),
            ),
        ),
    ),
    Group(
        key="balancers", title="Load balancers", about="How Octavia makes the load balancers of tenants.",
        questions=(
            Question(
                name="octavia_provider", kind=Kind.CHOICE, label="Provider", rules=("V036", "V037", "V038"),
                help="Amphorae are VMs on the compute nodes; OVN balances on layer 4 without them",
                choices=((OctaviaProvider.AMPHORA, "Amphora"), (OctaviaProvider.OVN, "OVN")),
            ),
            Question(
                name="octavia_topology", kind=Kind.CHOICE, label="Amphorae of a load balancer", rules=("V036", "V037"),
                help="A single one stops while it is rebuilt",
                choices=((OctaviaTopology.ACTIVE_STANDBY, "Active and standby"), (OctaviaTopology.SINGLE, "Single")),
            ),
        ),
    ),
    Group(
        key="images", title="Images and volumes", about="Where Glance and Cinder keep what they are given.",
        questions=(
            Question(
                name="glance_backend", kind=Kind.CHOICE, label="Images are kept in", rules=("V040",),
                help="Files are on one control node only",
                choices=((GlanceBackend.RBD, "Ceph (RBD)"), (GlanceBackend.FILE, "Files")),
            ),
            Question(
                name="cinder_backends", kind=Kind.CHECKS, label="Volumes are kept in", rules=("V038", "V039", "V177"),
                help="LVM and iSCSI need nodes that run cinder-volume",
                choices=((CinderBackend.CEPH, "Ceph"), (CinderBackend.LVM, "LVM"), (CinderBackend.ISCSI, "iSCSI")),
            ),
            Question(
                name="cinder_cluster_name", kind=Kind.TEXT, label="Cluster name of cinder-volume", rules=("V039",),
                help="One name for all, so that one takes over from another",
            ),
        ),
    ),
    Group(
        key="compute", title="Compute", about="How Nova is divided, and which VMs have CPUs to themselves.",
        questions=(
            Question(
                name="nova_cells", kind=Kind.NUMBER, label="Cells of Nova", rules=("V034",),
                help="One up to about 300 compute nodes (sizing.CP6)",
            ),
            Question(
                name="pinned_profiles", kind=Kind.CHECKS, label="Profiles with dedicated CPUs or huge pages", rules=("V057",),
                help="Only asked by V057, of profiles whose own CPU column says nothing: each VM must fit into one NUMA cell",
            ),
        ),
    ),
    Group(
        key="ceph", title="Ceph", about="What the cluster decides by itself, and how long it may take to heal.",
        questions=(
            Question(
                name="ceph_stretch_mode", kind=Kind.YES_NO, label="Stretch mode", rules=("V080",),
                help="Two sites and a tie-breaker",
            ),
            Question(
                name="pg_autoscaler", kind=Kind.YES_NO, label="pg_autoscaler", rules=("V094",), is_optional=True,
                help="On, it changes the numbers of placement groups that are planned here",
            ),
            Question(
                name="osd_memory_autotune_ratio", kind=Kind.NUMBER, label="Memory that cephadm tunes OSDs to", rules=("V063",), unit="% of RAM",
                is_percent=True, help="Empty: osd_memory_target is set by hand. Hyper-converged nodes: 20 (sizing.H4)",
            ),
            Question(
                name="recovery_hours", kind=Kind.NUMBER, label="A rebuild may take", rules=("V098",), unit="hours",
                help="Empty: 4 on flash, 24 on HDD (house values)",
            ),
        ),
    ),
    Group(
        key="exports", title="Files of your own", about="What exports take over as it is, beside what they write themselves.",
        questions=(
            Question(
                name="globals_overrides", kind=Kind.DOCUMENT, label="Lines for globals.yml", rules=("V171",),
                help="YAML, one variable of Kolla-Ansible a line: enable_heat: false",
            ),
            Question(
                name="ceph_specifications", kind=Kind.DOCUMENT, label="Specifications of cephadm", rules=("V175", "V176"),
                help="YAML documents as ceph orch apply takes them. Empty: the export writes them",
            ),
        ),
    ),
    Group(
        key="site", title="Site", about="What the room gives. Only who runs it knows.",
        questions=(
            Question(
                name="cooling_watts_per_rack", kind=Kind.NUMBER, label="Cooling of a rack", rules=("V155",), unit="W", is_optional=True,
                help="What the room takes away of one rack's heat",
            ),
            Question(
                name="floor_load_kg_per_rack", kind=Kind.NUMBER, label="Floor under a rack", rules=("V154",), unit="kg", is_optional=True,
                help="What it carries, equipment and rack together",
            ),
            Question(
                name="utility_feeds", kind=Kind.NUMBER, label="Independent supplies of the site", rules=("V160",), is_optional=True,
                help="Those that feeds A and B come from",
            ),
        ),
    ),
)  # fmt: skip

QUESTIONS: Mapping[str, Question] = {q.name: q for group in GROUPS for q in group.questions}
PAIR = re.compile(r"\s*([^\s=:]+)\s*[=:\s]\s*(\S+)\s*")


def choices_of(question: Question, workload: Workload) -> tuple[tuple[str, str], ...]:
    """Return what may be picked: of a question about profiles, those of the design."""
    if question.name == "pinned_profiles":
        return tuple((profile.id, profile.name) for profile in workload.profiles)
    if question.kind is Kind.YES_NO:
        chosen: tuple[tuple[str, str], ...] = (("yes", "Yes"), ("no", "No"))
    else:
        chosen = question.choices
    return (UNDECIDED, *chosen) if chosen and question.is_optional else chosen


def posted(data: Any) -> dict[str, Any]:
    """Return a posted form as a document of `Deployment`, mistakes included; what is empty is left to its default."""
    found: dict[str, Any] = {}
    for question in QUESTIONS.values():
        if question.kind is Kind.CHECKS:
            found[question.name] = data.getlist(question.name)
            continue
        raw = str(data.get(question.name, "")).strip()
        if raw or question.kind in (Kind.TEXT, Kind.NUMBERS, Kind.LINES, Kind.DOCUMENT):
            found[question.name] = _value(question, raw)
    return found


def shown(deployment: Deployment, state: FormState, workload: Workload) -> dict[str, dict[str, Any]]:
    """Return every question as a template shows it, by name: as typed where somebody typed, else as decided."""
    document = write(deployment)
    usual = write(Deployment())
    return {
        name: {
            "question": question,
            "choices": choices_of(question, workload),
            "rules": [RULE_BY_ID[rule] for rule in question.rules],
            "value": state.values.get(name, _as_shown(question, document[name])),
            "error": next(
                (text for key, text in state.errors.items() if key == name or key.startswith(f"{name}-")), ""
            ),
            "is_undecided": question.is_optional and document[name] in (None, "", [], {}),
            "is_changed": document[name] != usual[name],
        }
        for name, question in QUESTIONS.items()
    }


def _value(question: Question, raw: str) -> Any:
    if question.kind is Kind.YES_NO:
        return {"yes": True, "no": False}.get(raw, raw)
    if question.kind is Kind.NUMBER:
        return typed(raw, percent=question.is_percent)
    if question.kind is Kind.NUMBERS:
        return [typed(part) for part in re.split(r"[,\s]+", raw) if part]
    if question.kind is Kind.DOCUMENT:
        return raw.replace("\r\n", "\n")  # as browsers send lines
    if question.kind is Kind.LINES:
        return dict(_pair(line) for line in raw.splitlines() if line.strip())
    return raw


def _pair(line: str) -> tuple[str, str]:
    found = PAIR.fullmatch(line)
    return (found[1], found[2]) if found else (line.strip(), "")


def _as_shown(question: Question, value: Any) -> Any:
    if question.kind is Kind.YES_NO:
        return {True: "yes", False: "no", None: ""}[value]
    if question.kind is Kind.NUMBERS:
        return ", ".join(str(part) for part in value)
    if question.kind is Kind.LINES:
        return "\n".join(f"{name} = {held}" for name, held in value.items())
    if question.kind is Kind.NUMBER:
        return as_typed(Decimal(str(value)) if value is not None else None, percent=question.is_percent)
    return value
