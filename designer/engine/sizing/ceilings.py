"""What the storage of a sized cloud can do at most, and how long it takes to heal (sizing.P1 to P4, N2, N3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.hardware import Media, NodeSpec
from designer.engine.sizing import network, performance
from designer.engine.sizing.parts import Stored
from designer.engine.sizing.uneven import UnevenLayout

READ_SHARE = Decimal("0.7")
"""Of the mixed ceiling: 70 reads to 30 writes, as the notes work it."""
QUOTED_SHARE = Decimal("0.7")
"""Of a ceiling, above which it is no longer promised. House value: 50 to 70 % (P1)."""
PORTS_FOR_TWO_BONDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The largest loss that Ceph heals by itself: what is gone, and what may receive its data."""

    what: str
    lost_tb: Decimal
    osds: int
    hosts: int
    survivors: int
    total: int
    """Hosts, or failure domains of one host's OSDs, after and before: for what clients keep (P4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """Ceilings of one cluster."""

    spec: NodeSpec
    media: Media
    protection: performance.Protection
    public_gbps: Decimal
    cluster_gbps: Decimal | None
    """None: public and cluster network share one bond."""
    recovery_gbps: Decimal
    """What one node has for recovery: half of its fast ports."""
    iops: performance.Iops
    mixed_iops: Decimal
    write: performance.Throughput
    read: performance.Throughput
    loss: Loss
    recovery: performance.Recovery
    write_iops_during_recovery: Decimal
    drive_to_nic: Decimal


def ceilings_of(stored: Stored) -> Ceilings:
    """Return what the storage of a device class can do, by its largest pool and by the slowest network of its nodes."""
    sizing = stored.sizing
    spec = min((kind.spec for kind in stored.kinds), key=_network_for_each_drive)
    media = spec.osd_media or Media.NVME
    largest = max(stored.pools, key=lambda pool: pool.share)
    protection = largest.protection
    ports = spec.fast_ports
    fast = ports.count * ports.gbps if ports else Decimal(1)
    is_split = ports is not None and ports.count >= PORTS_FOR_TWO_BONDS
    public, cluster = (fast / 2, fast / 2) if is_split else (fast, None)
    each_mb = performance.MB_PER_SECOND_PER_OSD[media]
    iops = performance.client_iops(
        osds=sizing.osds, iops_per_osd=performance.IOPS_PER_OSD[media], protection=protection
    )
    loss = largest_loss(stored)
    recovery = performance.recovery(
        lost_tb=loss.lost_tb, osds=loss.osds, mb_per_second=each_mb, hosts=loss.hosts, nic_gbps=fast / 2
    )
    return Ceilings(
        spec=spec,
        media=media,
        protection=protection,
        public_gbps=public,
        cluster_gbps=cluster,
        recovery_gbps=fast / 2,
        iops=iops,
        mixed_iops=performance.mixed_iops(iops, read_share=READ_SHARE),
        write=performance.write_throughput(
            osds=sizing.osds,
            mb_per_second=each_mb,
            protection=protection,
            hosts=sizing.hosts,
            public_gbps=public,
            cluster_gbps=cluster,
        ),
        read=performance.read_throughput(
            osds=sizing.osds, mb_per_second=each_mb, hosts=sizing.hosts, public_gbps=public
        ),
        loss=loss,
        recovery=recovery,
        write_iops_during_recovery=performance.during_recovery(
            iops.write, survivors=loss.survivors, total=loss.total
        ),
        drive_to_nic=network.drive_to_nic_ratio(drives=spec.osds, drive_mb_per_second=each_mb, nic_gbps=fast),
    )


def _network_for_each_drive(spec: NodeSpec) -> Decimal:
    ports = spec.fast_ports
    return ports.count * ports.gbps / max(1, spec.osds) if ports else Decimal(0)


def largest_loss(stored: Stored) -> Loss:
    """Return what S3 keeps room for: a failure domain; with as many domains as copies a host in one, or an OSD."""
    layout, fill = stored.layout, stored.sizing.fill_limit
    if isinstance(layout, UnevenLayout):
        return _uneven_loss(layout, fill)
    host_tb = layout.drives_per_host * layout.drive_tb
    domains, per_domain = layout.domains, layout.hosts_per_domain
    hosts = layout.hosts
    if domains > layout.size:
        left = hosts - per_domain
        return Loss(
            what="one failure domain",
            lost_tb=per_domain * host_tb * fill,
            osds=left * layout.drives_per_host,
            hosts=left,
            survivors=left,
            total=hosts,
        )
    if per_domain > 1:
        return Loss(
            what="one host inside its failure domain",
            lost_tb=host_tb * fill,
            osds=(per_domain - 1) * layout.drives_per_host,
            hosts=per_domain - 1,
            survivors=hosts - 1,
            total=hosts,
        )
    osds = hosts * layout.drives_per_host
    return Loss(
        what="one OSD inside its host",
        lost_tb=layout.drive_tb * fill,
        osds=max(1, layout.drives_per_host - 1),
        hosts=1,
        survivors=osds - 1,
        total=osds,
    )


def _uneven_loss(layout: UnevenLayout, fill: Decimal) -> Loss:
    """The largest loss where failure domains differ: that of the largest domain, of its largest host, or of an OSD."""
    largest = layout.kinds[0][1]
    held = max(layout.held_tb, Decimal(0))
    if layout.domains > layout.size:
        return Loss(
            what="the largest failure domain",
            lost_tb=min(largest.tb, held) * fill,
            osds=layout.osds - largest.osds,
            hosts=layout.hosts - largest.host_count,
            survivors=layout.hosts - largest.host_count,
            total=layout.hosts,
        )
    if largest.host_count > 1:
        host = max(largest.hosts, key=lambda hosts: hosts.host_tb)
        return Loss(
            what="the largest host inside its failure domain",
            lost_tb=host.host_tb * fill,
            osds=largest.osds - host.drives,
            hosts=largest.host_count - 1,
            survivors=layout.hosts - 1,
            total=layout.hosts,
        )
    drives = largest.hosts[0].drives
    return Loss(
        what="one OSD inside its host",
        lost_tb=largest.hosts[0].drive_tb * fill,
        osds=max(1, drives - 1),
        hosts=1,
        survivors=layout.osds - 1,
        total=layout.osds,
    )
