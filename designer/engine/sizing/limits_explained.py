"""The figures of what a sized cloud can do at most, how it heals, and what the next node would change."""

from __future__ import annotations

from decimal import Decimal

from catalog.engine.figures import Grade, Input, Step, Value
from designer.engine.sizing import control_plane, network, performance
from designer.engine.sizing.ceilings import READ_SHARE, Ceilings
from designer.engine.sizing.figures import FigureBook, plain
from designer.engine.sizing.model import ControlSizing, SizingRequest
from designer.engine.sizing.parts import (
    Computed,
    Spread,
    Stored,
    amphorae_of,
    is_hyper_converged,
    is_mixed,
    is_on,
    most_nodes_lost,
    vms_short_after,
)
from designer.engine.workload import FailureDomain

BLOCK_KIB = Decimal(8)
"""Of one operation of a VM. House value (N1)."""
CEILING = "A ceiling of the drives: CPU and network may bind before. Promise 50 to 70 % of it."


def _house(name: str, label: str, value: Value, unit: str = "", symbol: str = "") -> Input:
    return Input(
        name=name, label=label, value=value, unit=unit, symbol=symbol, source="House value", grade=Grade.C
    )


def explain_ceilings(
    book: FigureBook, request: SizingRequest, computed: Computed, stored: Stored, found: Ceilings
) -> None:
    """IOPS, throughput, recovery, and what the VMs of a node ask of the network."""
    sizing, spec, loss = stored.sizing, found.spec, found.loss
    each, each_mb = performance.IOPS_PER_OSD[found.media], performance.MB_PER_SECOND_PER_OSD[found.media]
    per_write = found.protection.operations_per_write()
    osds = Input(name="osds", label="OSDs", value=sizing.osds, unit="OSDs", symbol="O")
    iops = Input(
        name="iops_per_osd",
        label="IOPS of an OSD",
        value=each,
        unit="IOPS",
        symbol="i",
        source="mClock default of Ceph",
        grade=Grade.A,
    )
    book.add(
        "storage.read_iops", "Ceiling of read IOPS", found.iops.read, "IOPS", "sizing.P1", "O x i", inputs=(osds, iops),
        steps=(Step(label="Reads", working=f"{sizing.osds} x {each}", value=found.iops.read, unit="IOPS"),), note=CEILING,
    )  # fmt: skip
    book.add(
        "storage.write_iops", "Ceiling of write IOPS", found.iops.write, "IOPS", "sizing.P1",
        "O x i / n, with erasure coding O x i / (2 (k + m))", inputs=(osds, iops),
        steps=(
            Step(label="Writes", working=f"{plain(found.iops.read)} / {plain(per_write)}", value=found.iops.write, unit="IOPS"),
        ),
        note="A ceiling as that of reads. Of the largest pool.",
    )  # fmt: skip
    asked = sum(
        profile.count * profile.disk_iops
        for profile in request.workload.profiles
        if is_on(request, stored, profile.device_class)
    )
    book.add(
        "storage.mixed_iops", "Ceiling of 70 % reads and 30 % writes", found.mixed_iops, "IOPS", "sizing.P1",
        "1 / (r / R + (1 - r) / W)",
        inputs=(
            _house("read_share", "Share of reads", READ_SHARE, "share", "r"),
            Input(name="asked_iops", label="All VMs at their limit at once", value=asked, unit="IOPS", source="Workload of this design"),
        ),
        steps=(
            Step(
                label="Mix",
                working=f"1 / ({plain(READ_SHARE)} / {plain(found.iops.read)} + {plain(1 - READ_SHARE)} / {plain(found.iops.write)})",
                value=found.mixed_iops, unit="IOPS",
            ),
        ),
        note="A ceiling as that of reads.",
    )  # fmt: skip
    bandwidth = Input(
        name="mb_per_second",
        label="Bandwidth of an OSD",
        value=each_mb,
        unit="MB/s",
        symbol="w",
        source="mClock default of Ceph; of a SATA SSD a house value",
        grade=Grade.A,
    )
    public = Input(
        name="public_gbps",
        label="Public network",
        value=found.public_gbps,
        unit="Gb/s",
        source=f"Catalog: {spec.name}",
    )
    split = (
        f"{plain(found.cluster_gbps)} Gb/s for the cluster network"
        if found.cluster_gbps is not None
        else "shared by public and cluster network"
    )
    book.add(
        "storage.write_gb_per_second", "Ceiling of writes", found.write.gb_per_second, "GB/s", "sizing.P2",
        "min(O x w / n, H x NIC_pub, H x NIC_clu / (n - 1)); shared: H x NIC / n",
        inputs=(osds, bandwidth, public), bound_by=found.write.bound_by,
        steps=(
            Step(
                label="Drives", working=f"{sizing.osds} x {plain(each_mb)} / 1000 / {plain(found.protection.raw_bytes_per_byte)}",
                value=sizing.osds * each_mb / 1000 / found.protection.raw_bytes_per_byte, unit="GB/s",
            ),
            Step(label="Network of a node", working=split, value=found.public_gbps, unit="Gb/s"),
            Step(label="The least", working="of both", value=found.write.gb_per_second, unit="GB/s"),
        ),
    )  # fmt: skip
    book.add(
        "storage.read_gb_per_second", "Ceiling of reads", found.read.gb_per_second, "GB/s", "sizing.P2",
        "min(O x w, H x NIC_pub)", inputs=(osds, bandwidth, public), bound_by=found.read.bound_by,
        steps=(
            Step(label="Drives", working=f"{sizing.osds} x {plain(each_mb)} / 1000", value=sizing.osds * each_mb / 1000, unit="GB/s"),
            Step(label="Network", working=f"{sizing.hosts} x {plain(found.public_gbps)} / 8", value=sizing.hosts * found.public_gbps / 8, unit="GB/s"),
        ),
    )  # fmt: skip
    healed = found.recovery
    slower = min(healed.disk_gb_per_second, healed.network_gb_per_second)
    book.add(
        "storage.recovery_hours", f"Time to rebuild {loss.what}", healed.hours, "h", "sizing.P3",
        "t_out + D_lost / min(O_s x w x rho, H_s x NIC x eta)",
        inputs=(
            Input(name="lost_tb", label="Raw data on it at the fill limit", value=loss.lost_tb, unit="TB", symbol="D_lost"),
            _house("recovery_share", "Kept for recovery (mClock balanced)", performance.RECOVERY_SHARES["balanced"], "share", "rho"),
            _house("nic_efficiency", "Of the network", performance.NIC_EFFICIENCY, "share", "eta"),
            Input(name="recovery_gbps", label="Network of a node for it: half of its ports", value=found.recovery_gbps, unit="Gb/s"),
        ),
        steps=(
            Step(label="Drives", working=f"{loss.osds} x {plain(each_mb)} / 1000 x 0.5", value=healed.disk_gb_per_second, unit="GB/s"),
            Step(label="Network", working=f"{loss.hosts} x {plain(found.recovery_gbps)} / 8 x 0.7", value=healed.network_gb_per_second, unit="GB/s"),
            Step(label="Time", working=f"(600 + {plain(loss.lost_tb * 1000)} / {plain(slower)}) / 3600", value=healed.hours, unit="h"),
        ),
        bound_by=healed.bound_by,
        note=_recovery_note(stored),
    )  # fmt: skip
    book.add(
        "storage.write_iops_during_recovery", "Write IOPS left to clients meanwhile", found.write_iops_during_recovery,
        "IOPS", "sizing.P4", "P1 x (1 - rho) x survivors / total",
        inputs=(
            Input(name="write_iops", label="Ceiling of write IOPS", value=found.iops.write, unit="IOPS", symbol="P1"),
            Input(name="survivors", label="What may take part after the loss", value=loss.survivors),
            Input(name="total", label="Of all", value=loss.total),
        ),
        steps=(
            Step(
                label="Left for clients", working=f"{plain(found.iops.write)} x 0.5 x {loss.survivors} / {loss.total}",
                value=found.write_iops_during_recovery, unit="IOPS",
            ),
        ),
    )  # fmt: skip
    book.add(
        "storage.drive_to_nic", "Drives over network of a storage node", found.drive_to_nic, ": 1", "sizing.N3",
        "D x w x 8 / NIC", inputs=(bandwidth,),
        steps=(
            Step(
                label="Ratio", working=f"{spec.osds} x {plain(each_mb)} x 8 / 1000 / {plain(2 * found.recovery_gbps)}",
                value=found.drive_to_nic,
            ),
        ),
        note="Above 4 (flash) or 1.5 (HDD) more drives bring little.",
    )  # fmt: skip
    if spec.db_devices:
        _explain_db(book, found)
    _explain_guest_traffic(book, request, computed)


def _recovery_note(stored: Stored) -> str:
    layout = stored.layout
    if layout.domains == layout.size:
        return "As many failure domains as copies: a lost domain is not rebuilt elsewhere until it is back."
    if layout.hosts_per_domain > 1:
        return (
            "Ceph does not mark a whole rack or zone out by itself: this is the time after somebody decides."
        )
    return ""


def _explain_db(book: FigureBook, found: Ceilings) -> None:
    """DB and WAL devices of a hybrid node."""
    spec = found.spec
    each = spec.db_devices * spec.db_tb * 1000 / spec.osds
    book.add(
        "storage.db_percent", "DB and WAL space of an OSD", each / (spec.osd_tb * 1000) * 100, "%", "sizing.S9",
        "devices x size / OSDs / S",
        inputs=(
            Input(name="db_devices", label="DB devices of a node", value=spec.db_devices, source=f"Catalog: {spec.name}"),
            Input(name="db_tb", label="Size of each", value=spec.db_tb, unit="TB", source=f"Catalog: {spec.name}"),
        ),
        steps=(
            Step(label="DB of an OSD", working=f"{spec.db_devices} x {plain(spec.db_tb * 1000)} / {spec.osds}", value=each, unit="GB"),
            Step(label="Of the drive", working=f"{plain(each)} / {plain(spec.osd_tb * 1000)}", value=each / (spec.osd_tb * 1000) * 100, unit="%"),
            Step(label="OSDs lost with a DB device", working=f"{spec.osds} / {spec.db_devices}", value=Decimal(spec.osds) / spec.db_devices, unit="OSDs"),
        ),
        note="1 to 2 % for block storage, 4 % and more for object storage.",
    )  # fmt: skip


def _explain_guest_traffic(book: FigureBook, request: SizingRequest, computed: Computed) -> None:
    """What the VMs of one node ask of the storage network, and how long it takes to empty the node."""
    profiles = [profile for profile in request.workload.profiles if profile.count]
    spec, vms = request.hardware.compute, computed.most_vms_per_host
    count = sum(profile.count for profile in profiles)
    mean = (
        Decimal(sum(profile.count * profile.disk_iops for profile in profiles)) / count
        if count
        else Decimal(0)
    )
    traffic = network.guest_storage_gbps(vms=vms, iops=mean, block_kib=BLOCK_KIB)
    book.add(
        "compute.storage_gbps", "Storage traffic of a full node", traffic, "Gb/s", "sizing.N1", "VMs x iops x block x 8 / 10^9",
        inputs=(
            Input(name="vms_per_host", label="VMs of a node", value=vms, unit="VMs"),
            Input(name="iops", label="IOPS of a VM at its limit, on average", value=mean, unit="IOPS", source="Workload of this design"),
            _house("block_kib", "Block", BLOCK_KIB, "KiB"),
        ),
        steps=(
            Step(label="Traffic", working=f"{vms} x {plain(mean)} x {plain(BLOCK_KIB)} x 1024 x 8 / 10^9", value=traffic, unit="Gb/s"),
        ),
    )  # fmt: skip
    ports, ram = spec.fast_ports, computed.sizing.ram_gib_per_host
    if ports is None:
        return
    seconds = network.migration_seconds(ram_gib=ram, gbps=ports.gbps)
    book.add(
        "compute.drain_seconds", "Time to empty a full node", seconds, "s", "sizing.N10", "GiB x 1.3 x 8.59 / (Gb/s x 0.9)",
        inputs=(
            Input(name="port_gbps", label="One port: a migration uses one member of a bond", value=ports.gbps, unit="Gb/s", source=f"Catalog: {spec.name}"),
        ),
        steps=(
            Step(label="Migration", working=f"{plain(ram)} x 1.3 x 8.59 / ({plain(ports.gbps)} x 0.9)", value=seconds, unit="s"),
        ),
        note="One VM after the other, all memory in use.",
    )  # fmt: skip


def explain_scale(
    book: FigureBook, request: SizingRequest, computed: Computed, control: ControlSizing
) -> None:
    """Parts of the control plane that grow with the cloud."""
    hosts, balancers = computed.sizing.hosts, request.workload.load_balancers
    gateways = 0 if is_hyper_converged(request.hardware) else control.nodes
    relays, cells = control_plane.ovn_relays(hosts + gateways), control_plane.cells(hosts)
    book.add(
        "control.ovn_relays", "OVN southbound relays", relays, "relays", "sizing.CP5", "ceil((computes + gateways) / 50)",
        inputs=(
            Input(name="compute_hosts", label="Compute nodes", value=hosts, unit="nodes", symbol="C"),
            Input(name="gateways", label="Gateway nodes", value=gateways, unit="nodes"),
        ),
        steps=(Step(label="Relays", working=f"ceil(({hosts} + {gateways}) / 50)", value=relays),),
    )  # fmt: skip
    book.add(
        "control.cells", "Nova cells", cells, "cells", "sizing.CP6", "1 up to 300 compute nodes, else ceil(C / 300)",
        inputs=(Input(name="compute_hosts", label="Compute nodes", value=hosts, unit="nodes", symbol="C"),),
        steps=(Step(label="Cells", working=f"ceil({hosts} / {control_plane.HOSTS_PER_CELL}), at least 1", value=cells),),
        note="" if cells == 1 else f"Each has a trio of nodes of its own, which is not counted here: {3 * cells} nodes.",
    )  # fmt: skip
    vms = control_plane.amphorae(load_balancers=balancers)
    pair = control_plane.amphorae(load_balancers=balancers, has_standby=True)
    addresses = control_plane.amphora_addresses(amphora_vms=pair, controllers=control.nodes)
    book.add(
        "control.amphorae", "Amphorae of Octavia", vms, "VMs", "sizing.CP8", "load balancers x 1, or x 2 with standby",
        inputs=(
            Input(name="load_balancers", label="Load balancers", value=balancers, source="Workload of this design"),
        ),
        steps=(
            Step(label="Single", working=f"{balancers} x 1", value=vms, unit="VMs"),
            Step(label="With standby", working=f"{balancers} x 2", value=pair, unit="VMs"),
            Step(label="Subnet for those", working=f"{pair} + 1 + {control.nodes} + 5 addresses", value=f"/{network.prefix_for(addresses)}"),
        ),
        note=(
            f"{amphorae_of(request)} of them are planned on the compute nodes." if amphorae_of(request)
            else "Each has 1 vCPU, 1 GiB and 5 GB. None is in the count of VMs: a planning rule adds them."
        ),
    )  # fmt: skip


def explain_losses(book: FigureBook, request: SizingRequest, computed: Computed, spread: Spread) -> None:
    """Whether the load still runs after the loss of one host, rack or zone, whatever the policy asks for."""
    hosts, needed = computed.sizing.hosts, computed.sizing.hosts_for_load
    units = [FailureDomain.HOST, FailureDomain.RACK]
    if request.policies.zones:
        units.append(FailureDomain.ZONE)
    for unit in units:
        lost = most_nodes_lost(unit, request.policies, spread)
        left = hosts - lost
        short = max(0, needed - left)
        note = f"{short} too few for all VMs." if short else "Enough for all VMs, the largest included."
        if is_mixed(computed):
            homeless = vms_short_after(unit, computed, request.policies, len(spread.contents))
            note = (
                f"{homeless:,} VMs find no place."
                if homeless
                else "Enough for all VMs, the largest included."
            )
        book.add(
            f"compute.left_after_{unit.value}", f"Compute nodes left after the loss of one {unit.value}", left, "nodes",
            "sizing.C7", "n + k - the most nodes of one failure unit",
            inputs=(
                Input(name="hosts_for_load", label="Nodes for the load", value=needed, unit="nodes", symbol="n"),
                Input(name="lost", label=f"Nodes of the largest {unit.value}", value=lost, unit="nodes"),
            ),
            steps=(Step(label="Left", working=f"{hosts} - {lost}", value=left, unit="nodes"),),
            note=note,
        )  # fmt: skip
