"""What is decided about the deployment beside hardware and drawing: the choices that validation and exports read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from catalog.engine.documents import Bounds, PositiveCount, PositiveQuantity, Share, Slug


class GlanceBackend(StrEnum):
    RBD = "rbd"
    FILE = "file"


class CinderBackend(StrEnum):
    CEPH = "ceph"
    LVM = "lvm"
    ISCSI = "iscsi"


class NeutronAgent(StrEnum):
    OVN = "ovn"
    OPENVSWITCH = "openvswitch"


class OctaviaProvider(StrEnum):
    AMPHORA = "amphora"
    OVN = "ovn"


class OctaviaTopology(StrEnum):
    SINGLE = "SINGLE"
    ACTIVE_STANDBY = "ACTIVE_STANDBY"


class HostSystem(StrEnum):
    """Operating systems of the nodes, as the release's support matrix names them."""

    UBUNTU_24_04 = "ubuntu-24.04"
    UBUNTU_22_04 = "ubuntu-22.04"
    ROCKY_10 = "rocky-10"
    ROCKY_9 = "rocky-9"
    DEBIAN_13 = "debian-13"
    DEBIAN_12 = "debian-12"


class FabricMode(StrEnum):
    """What keeps loops between switches harmless."""

    ROUTED = "routed"
    """Layer 3 to the leaves, EVPN above."""
    MLAG = "mlag"
    SPANNING_TREE = "spanning-tree"
    PLAIN = "plain"
    """Layer 2 with neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Choices of the deployment. Defaults are those of the tested export (domain notes, export section 3);
    None stands for not decided, and a rule that asks for it then says nothing."""

    host_system: HostSystem = HostSystem.UBUNTU_24_04
    neutron_agent: NeutronAgent = NeutronAgent.OVN
    has_distributed_floating_ips: bool = True
    glance_backend: GlanceBackend = GlanceBackend.RBD
    cinder_backends: Annotated[tuple[CinderBackend, ...], Bounds(0, 10)] = (CinderBackend.CEPH,)
    cinder_cluster_name: Annotated[str, Bounds(0, 80)] = "cloud1"
    octavia_provider: OctaviaProvider = OctaviaProvider.AMPHORA
    octavia_topology: OctaviaTopology = OctaviaTopology.ACTIVE_STANDBY
    nova_cells: PositiveCount = 1
    pinned_profiles: Annotated[tuple[Slug, ...], Bounds(0, 200)] = ()
    """Ids of VM profiles with dedicated CPUs or huge pages, each VM within one NUMA cell (sizing.C8)."""
    internal_vip: Annotated[str, Bounds(0, 45)] = ""
    """kolla_internal_vip_address; empty: the export takes a free one."""
    external_vip: Annotated[str, Bounds(0, 45)] = ""
    host_addresses: Mapping[str, str] = field(default_factory=dict)
    """Management address of a node by its id, where somebody fixed one."""
    has_external_tls: bool = True
    has_certificate_plan: bool | None = None
    virtual_router_id: Annotated[int | None, Bounds(0, 255)] = None
    """keepalived_virtual_router_id."""
    taken_virtual_router_ids: Annotated[tuple[int, ...], Bounds(0, 255)] = ()
    """Those of other clouds on the same layer 2."""
    fabric: FabricMode | None = None
    ceph_stretch_mode: bool = False
    pg_autoscaler: bool | None = None
    osd_memory_autotune_ratio: Share | None = None
    """mgr/cephadm/autotune_memory_target_ratio where osd_memory_target_autotune is on; None: it is off."""
    recovery_hours: Annotated[Decimal | None, Bounds(Decimal("0.1"), 1000, "hours")] = None
    """The longest that a rebuild may take; None: 4 h on flash, 24 h on HDD."""
    cooling_watts_per_rack: PositiveQuantity | None = None
    floor_load_kg_per_rack: PositiveQuantity | None = None
    """What the floor carries, equipment and rack together."""
    utility_feeds: PositiveCount | None = None
    """Independent supplies of the site that feeds A and B come from."""
    globals_overrides: Annotated[str, Bounds(0, 20_000)] = ""
    """Lines of globals.yml beside those that the export writes, as YAML."""
    ceph_specifications: Annotated[str, Bounds(0, 20_000)] = ""
    """What `ceph orch apply -i` is given, as YAML documents; empty: the export writes it."""
