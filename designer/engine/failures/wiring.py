"""How much bandwidth and power is left after an event: bonds, uplinks, storage nodes, pools, feeds (F3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from catalog.engine.hardware import Media, NodeRole, NodeSpec, PduSpec, SwitchRole, SwitchSpec
from designer.engine.failures.model import Bandwidth, RackPower, State, WriteCeiling
from designer.engine.sizing import network
from designer.engine.sizing.performance import MB_PER_SECOND_PER_OSD, write_throughput
from designer.engine.sizing.power import feed_watts
from designer.engine.topology import MANAGEMENT_PORTS, Link, NetworkPlane, StoragePool
from designer.engine.validation.network import (
    DRIVES_TO_NIC,
    STORAGE_OVERSUBSCRIPTION,
    USUAL_OVERSUBSCRIPTION,
)
from designer.engine.validation.storage import protection_of

if TYPE_CHECKING:
    from designer.engine.failures.graph import Dead, Plant


class Wiring:
    """The links of a plant by what they carry."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant

    def is_live(self, link: Link, dead: Dead) -> bool:
        """Whether a link carries traffic: itself and both its ends alive."""
        return (
            link.id not in dead.links
            and link.a.element not in dead.devices
            and link.b.element not in dead.devices
        )

    def left(self, links: Iterable[Link], dead: Dead) -> Decimal:
        """Bandwidth of those of `links` that live, Gb/s."""
        return sum((link.gbps for link in links if self.is_live(link, dead)), Decimal(0))

    # Bonds ------------------------------------------------------------------------------------------------
    @cached_property
    def bonds(self) -> Mapping[str, tuple[Link, ...]]:
        """Bond id -> its links; a link without a bond is one by itself. Only those of nodes."""
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.plant.topology.links:
            if link.a.element in self.plant.nodes and not link.a.port.startswith(MANAGEMENT_PORTS):
                found[link.bond or link.id].append(link)
        return {key: tuple(links) for key, links in found.items()}

    def bandwidth(self, dead: Dead) -> Iterator[Bandwidth]:
        """Every bond, every storage node and every rack that lost bandwidth and still has a live owner."""
        touched = {self.plant.links[key] for key in dead.links}
        for device in dead.devices:
            touched.update(self.plant.links_of.get(device, ()))
        bonds, stores, racks = set(), set(), set()
        for link in touched:
            node = link.a.element
            if node in self.plant.nodes and node not in dead.devices:
                if not link.a.port.startswith(MANAGEMENT_PORTS):
                    bonds.add(link.bond or link.id)
                if link in self.storage_links.get(node, ()):
                    stores.add(node)
            elif rack := self._uplink_of(link):
                racks.add(rack)
        for key in sorted(bonds):
            yield self._bond_left(key, dead)
        for node in sorted(stores):
            yield self._drives_over_network(node, dead)
        for rack in sorted(racks - dead.racks.keys()):
            yield self._uplinks_left(rack, dead)

    def _bond_left(self, key: str, dead: Dead) -> Bandwidth:
        links = self.bonds[key]
        left = self.left(links, dead)
        networks = sorted({one for link in links for one in link.networks})
        catalog = self.plant.network_catalog
        least = {n: d.minimum_gbps for n in networks if (d := catalog.get(n)) and d.minimum_gbps}
        below = tuple(n for n, gbps in least.items() if left < gbps)
        return Bandwidth(
            id=key,
            kind="bond",
            gbps_before=sum((link.gbps for link in links), Decimal(0)),
            gbps_left=left,
            below_minimum=below,
            state=_state(left, is_enough=not below),
        )

    # Uplinks of racks (N4) --------------------------------------------------------------------------------
    def _uplink_of(self, link: Link) -> str:
        """The rack whose leaf has this link to a spine; empty for every other link."""
        switches = self.plant.switches
        a, b = switches.get(link.a.element), switches.get(link.b.element)
        if a is None or b is None or {a.role, b.role} != {SwitchRole.LEAF, SwitchRole.SPINE}:
            return ""
        return a.rack if a.role is SwitchRole.LEAF else b.rack

    @cached_property
    def uplinks(self) -> Mapping[str, tuple[Link, ...]]:
        """Rack -> links of its leaves to spines."""
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.plant.topology.links:
            if rack := self._uplink_of(link):
                found[rack].append(link)
        return {rack: tuple(links) for rack, links in found.items()}

    @cached_property
    def downlinks(self) -> Mapping[str, tuple[Link, ...]]:
        """Rack -> links of its servers, out-of-band ports aside."""
        found: dict[str, list[Link]] = defaultdict(list)
        for links in self.bonds.values():
            for link in links:
                found[self.plant.nodes[link.a.element].rack].append(link)
        return {rack: tuple(links) for rack, links in found.items()}

    @cached_property
    def most_oversubscribed(self) -> Mapping[str, Decimal]:
        """Rack -> the oversubscription that validation lets pass (V122): less where most servers store."""
        found = {}
        for rack in self.uplinks:
            nodes = [n for n in map(self.plant.nodes.get, self.plant.devices_in.get(rack, ())) if n]
            stores = sum(1 for node in nodes if NodeRole.STORAGE in node.roles)
            found[rack] = STORAGE_OVERSUBSCRIPTION if stores * 2 > len(nodes) else USUAL_OVERSUBSCRIPTION
        return found

    def _uplinks_left(self, rack: str, dead: Dead) -> Bandwidth:
        up = self.uplinks[rack]
        left = self.left(up, dead)
        down = self.left(self.downlinks.get(rack, ()), dead)
        ratio = network.oversubscription(down_gbps=down, up_gbps=left) if left else None
        most = self.most_oversubscribed[rack]
        return Bandwidth(
            id=rack,
            kind="uplinks",
            gbps_before=sum((link.gbps for link in up), Decimal(0)),
            gbps_left=left,
            oversubscription=ratio,
            most=most,
            state=_state(left, is_enough=ratio is not None and ratio <= most),
        )

    # Storage (N2, N3) -------------------------------------------------------------------------------------
    @cached_property
    def storage_links(self) -> Mapping[str, tuple[Link, ...]]:
        """Node with OSDs -> its links on the storage networks, public and cluster."""
        wanted = set(self._storage_networks)
        return {
            node: tuple(link for link in self.plant.links_of.get(node, ()) if wanted & set(link.networks))
            for node in self.plant.osd_hosts
        }

    @cached_property
    def _storage_networks(self) -> tuple[str, ...]:
        planes = (NetworkPlane.STORAGE_CLUSTER, NetworkPlane.STORAGE_PUBLIC)
        return tuple(found for plane in planes if (found := self.plant.network_by_plane.get(plane)))

    def _drives_over_network(self, node: str, dead: Dead) -> Bandwidth:
        spec, links = self.plant.osd_hosts[node], self.storage_links[node]
        left, media = self.left(links, dead), spec.osd_media or Media.HDD
        drives = max(0, spec.osds - dead.drives.get(node, 0))
        ratio = None
        if left:
            each = MB_PER_SECOND_PER_OSD[media]
            ratio = network.drive_to_nic_ratio(drives=drives, drive_mb_per_second=each, nic_gbps=left)
        most = DRIVES_TO_NIC[media is Media.HDD]
        return Bandwidth(
            id=node,
            kind="storage",
            gbps_before=sum((link.gbps for link in links), Decimal(0)),
            gbps_left=left,
            drives_over_network=ratio,
            most=most,
            state=_state(left, is_enough=ratio is not None and ratio <= most),
        )

    def writes(
        self, pool: StoragePool, hosts: Mapping[str, NodeSpec], unreachable: frozenset[str], dead: Dead
    ) -> WriteCeiling | None:
        """Return what clients may write to `pool` before and after an event (N2); None where it is on no network."""
        before = self._writes(pool, hosts, frozenset(), None)
        after = self._writes(pool, hosts, unreachable, dead)
        if before is None:
            return None
        bound_before, gbps_before = before
        bound, gbps = after or ("nothing is left", Decimal(0))
        return WriteCeiling(
            pool=pool.id, name=pool.name, gbps_before=gbps_before, gbps_left=gbps, bound_before=bound_before, bound_by=bound
        )  # fmt: skip

    def _writes(
        self, pool: StoragePool, hosts: Mapping[str, NodeSpec], unreachable: frozenset[str], dead: Dead | None
    ) -> tuple[str, Decimal] | None:
        """What binds, and client writes in Gb/s; None without a live host, drive or link."""
        networks = {
            plane: self.plant.network_by_plane.get(plane)
            for plane in (NetworkPlane.STORAGE_PUBLIC, NetworkPlane.STORAGE_CLUSTER)
        }
        gbps = dict.fromkeys(networks, Decimal(0))
        megabytes, is_shared = Decimal(0), True
        for node, spec in hosts.items():
            if node in unreachable:
                continue
            links = {
                plane: [link for link in self.storage_links[node] if name in link.networks]
                for plane, name in networks.items()
            }
            is_shared &= links[NetworkPlane.STORAGE_PUBLIC] == links[NetworkPlane.STORAGE_CLUSTER]
            for plane, carrying in links.items():
                gbps[plane] += (
                    sum((link.gbps for link in carrying), Decimal(0))
                    if dead is None
                    else self.left(carrying, dead)
                )
            drives = spec.osds - (dead.drives.get(node, 0) if dead is not None else 0)
            megabytes += drives * MB_PER_SECOND_PER_OSD[spec.osd_media or Media.HDD]
        public, cluster = gbps[NetworkPlane.STORAGE_PUBLIC], gbps[NetworkPlane.STORAGE_CLUSTER]
        if not megabytes or not public:
            return None
        found = write_throughput(
            osds=1, mb_per_second=megabytes, protection=protection_of(pool), hosts=1, public_gbps=public,
            cluster_gbps=cluster if cluster and not is_shared else None,
        )  # fmt: skip
        return found.bound_by, found.gb_per_second * 8

    @cached_property
    def recovery_links(self) -> Mapping[str, tuple[Link, ...]]:
        """Node with OSDs -> its links on the network that recovery uses: cluster, else public."""
        found = {}
        for node in self.plant.osd_hosts:
            links = self.storage_links[node]
            carrying = [
                tuple(link for link in links if name in link.networks) for name in self._storage_networks
            ]
            found[node] = next((links for links in carrying if links), ())
        return found

    @cached_property
    def recovery_gbps(self) -> Mapping[str, Decimal]:
        """The same as bandwidth while nothing has failed, Gb/s."""
        return {
            node: sum((link.gbps for link in links), Decimal(0))
            for node, links in self.recovery_links.items()
        }

    def storage_gbps(self, node: str, dead: Dead) -> Decimal:
        """Live bandwidth of a node with OSDs on the network that recovery uses, Gb/s."""
        links = self.recovery_links[node]
        if not dead.links and not any(link.b.element in dead.devices for link in links):
            return self.recovery_gbps[node]
        return self.left(links, dead)

    # Power ------------------------------------------------------------------------------------------------
    def power(self, dead: Dead) -> Iterator[RackPower]:
        """Racks that live on fewer feeds than planned."""
        plant = self.plant
        racks = {pdu.rack for pdu in plant.topology.pdus if pdu.id in dead.pdus} - dead.racks.keys()
        for rack in sorted(racks):
            left = [pdu for pdu in plant.topology.pdus if pdu.rack == rack and pdu.id not in dead.pdus]
            specs = [plant.hardware.get(plant.devices[key].spec) for key in plant.devices_in.get(rack, ())]  # type: ignore[union-attr]  # routers stand in no rack
            yield RackPower(
                rack=rack,
                watts=sum((s.max_watts for s in specs if isinstance(s, NodeSpec | SwitchSpec)), Decimal(0)),
                feed_watts=sum(
                    (
                        feed_watts(spec)
                        for pdu in left
                        if isinstance(spec := plant.hardware.get(pdu.spec), PduSpec)
                    ),
                    Decimal(0),
                ),
            )


def _state(left: Decimal, *, is_enough: bool) -> State:
    """Down without bandwidth, degraded below what validation asks for (F3)."""
    if not left:
        return State.DOWN
    return State.UP if is_enough else State.DEGRADED
