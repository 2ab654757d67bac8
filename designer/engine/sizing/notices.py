"""What the reader of a sizing must know: checks that failed or only just hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from catalog.engine.hardware import HardwareSelection, Media, NodeRole, NodeSpec
from designer.engine.sizing import control_plane, hyperconverged, network, power
from designer.engine.sizing.ceilings import QUOTED_SHARE, Ceilings
from designer.engine.sizing.figures import plain
from designer.engine.sizing.model import ControlSizing, NetworkSizing, Notice, SizingRequest, StorageSizing
from designer.engine.sizing.parts import (
    Computed,
    Spread,
    Stored,
    control_nodes,
    is_hyper_converged,
    is_mixed,
    is_on,
    most_nodes_lost,
    vms_short_after,
)
from designer.engine.sizing.racking import MORE_RACKS
from designer.engine.sizing.uneven import UnevenLayout
from designer.engine.workload import FailureDomain

STRANDED = Decimal("0.02")
"""Of the raw capacity, from which what no copy can use is spoken of. House value."""
NEARLY_FULL = Decimal("0.8")
"""Of the usable capacity, from which the next node is spoken of. House value of the starter design."""


def notices_of(
    request: SizingRequest,
    computed: Computed,
    control: ControlSizing,
    stored: Sequence[Stored],
    fabric: NetworkSizing,
    ceilings: Sequence[Ceilings],
    spread: Spread,
) -> list[Notice]:
    """Return what must be said about a sizing."""
    hardware, found = request.hardware, []

    def tell(severity: str, formula: str, message: str, remedy: str = "") -> None:
        found.append(Notice(severity=severity, formula=formula, message=message, remedy=remedy))

    nodes = [kind.spec for kind in control_nodes(request)]
    node = min(nodes, key=lambda spec: spec.ram_gib, default=None)
    if node is not None and node.ram_gib < control.ram_needed_gib:
        step = control_plane.ram_step_gib(control.ram_needed_gib)
        tell(
            "error", "sizing.CP2",
            f"A controller needs {plain(control.ram_needed_gib, 1)} GiB and {node.name} has {node.ram_gib}.",
            f"Use control nodes with {step or 'more than 512'} GiB.",
        )  # fmt: skip
    node = min(nodes, key=lambda spec: spec.sockets * spec.cores_per_socket, default=None)
    cores = node.sockets * node.cores_per_socket if node else 0
    if node is not None and cores < control.cores_needed:
        message = f"A controller needs {control.cores_needed} cores and {node.name} has {cores}."
        tell("error", "sizing.CP3", message, f"Use control nodes with at least {control.cores_needed} cores.")
    racks = len(spread.contents)
    if spread.for_nodes and spread.fabric and racks > MORE_RACKS * spread.for_nodes:
        spine = spread.fabric.spine
        message = (
            f"{racks} racks are planned where nodes and leaves alone would fill {spread.for_nodes}: a spine of "
            f"{plain(spine.max_watts)} W ({spine.name}) must stand beside them, and a feed carries "
            f"{plain(power.feed_watts(hardware.pdu, power_factor=request.policies.power_factor), 0)} W."
        )
        tell(
            "warning",
            "sizing.R6",
            message,
            "Choose a larger PDU, or place the spines in racks of their own by hand.",
        )
    if control.nodes < 3:
        message = f"{control.nodes} controllers: the loss of one stops the API."
        tell("warning", "sizing.CP1", message, "Use 3 controllers.")
    elif control.nodes % 2 == 0:
        message = f"{control.nodes} controllers tolerate no more losses than {control.nodes - 1}."
        tell("warning", "sizing.CP1", message, f"Use {control.nodes - 1} or {control.nodes + 1}.")
    if is_hyper_converged(hardware):
        usual = hyperconverged.usual_control_share(hardware.compute.ram_gib)
        kept = computed.reserves.control_gib, computed.reserves.control_threads
        if kept != usual:
            message = (
                f"Each node keeps {plain(kept[0])} GiB and {kept[1]} threads for the control plane by a planning rule of this "
                f"design, instead of the house values {plain(usual[0])} GiB and {usual[1]} threads."
            )
            remedy = "Empty the planning rule to return to them."
            tell("info", "sizing.H1", message, remedy)
        _tell_of_shares(tell, request, computed, control, stored[0])
        if len(spread.contents) == 1:
            message = (
                "All nodes stand in one rack: rack, its two feeds and its row are single points of failure."
            )
            tell("info", "sizing.R7", message, "Use three racks where the cloud must outlive one.")
    for one, limits in zip(stored, ceilings, strict=True):
        _tell_of_storage(tell, request, one, limits, is_only=len(stored) == 1)
    hosts = computed.sizing.hosts
    if hosts > control_plane.MOST_HOSTS_IN_ONE_CELL:
        message = f"{hosts} compute nodes are more than one Nova cell was ever tested with."
        tell("error", "sizing.CP6", message, f"Enable {control_plane.cells(hosts)} cells.")
    elif hosts > control_plane.HOSTS_PER_CELL:
        message = (
            f"{hosts} compute nodes in one Nova cell: {control_plane.HOSTS_PER_CELL} are its usual bound."
        )
        tell("warning", "sizing.CP6", message, f"Plan {control_plane.cells(hosts)} cells.")
    if racks_short := _short_after_a_rack(request, computed, spread):
        tell("info", "sizing.C7", racks_short, "Let VMs survive a rack, where they must.")
    if fabric.oversubscription > 3:
        message = f"The busiest rack is oversubscribed {plain(fabric.oversubscription, 2)} to 1."
        tell("warning", "sizing.N4", message, "Use leaves with more uplinks.")
    _tell_of_spines(tell, hardware, spread)
    needed_hosts = computed.needed
    if needed_hosts.bound > needed_hosts.packed:
        tell(
            "info", "sizing.C6",
            f"The VMs pack into {needed_hosts.packed} hosts; {needed_hosts.bound} is the safe figure if sizes shift.",
        )  # fmt: skip
    return found


def _tell_of_spines(tell: Callable[..., None], hardware: HardwareSelection, spread: Spread) -> None:
    """Say where the chosen spine is too small, and where one stage of spines is."""
    joined = spread.fabric
    if joined is None:
        return
    if joined.spine.id != hardware.spine.id:
        message = f"{hardware.spine.name} has too few ports for {len(spread.contents)} racks: {joined.spine.name} stands in its place."
        tell("info", "sizing.N5", message, "Choose another with more ports, if you prefer one.")
    if len(joined.pods) > 1:
        message = (
            f"{len(spread.contents)} racks are joined in {len(joined.pods)} pods of at most {max(joined.pods)} racks by "
            f"{joined.super_spines} super-spines: traffic between pods is oversubscribed "
            f"{plain(joined.oversubscription * joined.spine_oversubscription, 2)} to 1."
        )
        tell(
            "info",
            "sizing.N5",
            message,
            "Keep what talks much, such as a storage pool and its clients, in one pod.",
        )


def _tell_of_storage(
    tell: Callable[..., None], request: SizingRequest, stored: Stored, ceilings: Ceilings, *, is_only: bool
) -> None:
    """Say where the nodes of a device class are small, uneven, slow or nearly full."""
    sizing, layout = stored.sizing, stored.layout
    on = "" if is_only else f" on {stored.device_class.value}"
    for spec in {kind.spec.id: kind.spec for kind in stored.kinds if kind.role is NodeRole.STORAGE}.values():
        _tell_of_daemons(tell, spec, sizing)
    if layout.domains == layout.size:
        tell(
            "info", "sizing.S7",
            f"{layout.domains} failure domains hold {layout.size} copies{on}: a lost one cannot be rebuilt "
            "elsewhere until it is back; data stays available.",
            f"One more, {layout.domains + 1}, lets Ceph heal by itself.",
        )  # fmt: skip
    if stored.left_out:
        message = (
            f"{stored.left_out} of {layout.domains} failure domains{on} are too small to rebuild on: with them less "
            "could be stored, so they are counted as left out."
        )
        tell(
            "warning",
            "sizing.S6",
            message,
            "Move drives between hosts, or use these hosts for something else.",
        )
    elif stored.stranded_tb > STRANDED * sizing.raw_tb:
        message = (
            f"{plain(stored.stranded_tb, 1)} of {plain(sizing.raw_tb, 1)} TB raw{on} cannot hold a copy: the largest "
            "failure domains are larger than the others can match."
        )
        tell("warning", "sizing.S6", message, "Spread drives more evenly over the failure domains.")
    if isinstance(layout, UnevenLayout) and sizing.usable_tb:
        message = (
            f"Hosts{on} differ: CRUSH reaches their capacity with its balancer (upmap) on. Measured with osdmaptool it "
            "then holds 89 to 100 % of it, and 73 to 95 % without."
        )
        tell(
            "info",
            "sizing.S5",
            message,
            "Leave the balancer on, and keep hosts of a class as equal as you can.",
        )
    profiles = [p for p in request.workload.profiles if is_on(request, stored, p.device_class)]
    asked = sum(profile.count * profile.disk_iops for profile in profiles)
    if asked > QUOTED_SHARE * ceilings.mixed_iops:
        tell(
            "warning", "sizing.P1",
            f"All VMs{on} at their limit at once ask for {asked:,} IOPS; the drives give at most "
            f"{plain(ceilings.mixed_iops, 0)} at 70 % reads.",
            f"Promise fewer IOPS a VM, or use more or faster drives: {plain(100 * QUOTED_SHARE)} % of a ceiling is quoted.",
        )  # fmt: skip
    most = network.MOST_HDD_TO_NIC if ceilings.media is Media.HDD else network.MOST_FLASH_TO_NIC
    if ceilings.drive_to_nic > most:
        message = f"The drives of {ceilings.spec.name} are {plain(ceilings.drive_to_nic, 2)} times as fast as its network."
        tell("warning", "sizing.N3", message, "Use faster network ports, or fewer drives a node.")
    if sizing.usable_tb >= stored.written_tb > NEARLY_FULL * sizing.usable_tb:
        free = plain(sizing.usable_tb - stored.written_tb, 1)
        added, add = (
            ("one node", "adds") if stored.nodes_in_step == 1 else (f"{stored.nodes_in_step} nodes", "add")
        )
        message = f"{free} TB of usable storage{on} are left; {added} more {add} {plain(stored.next_node_tb, 1)} TB."
        tell("info", "sizing.S8", message)


def _tell_of_daemons(tell: Callable[..., None], drives: NodeSpec, sizing: StorageSizing) -> None:
    """Say where a storage node is too small for what runs on it (S10, S11)."""
    if drives.ram_gib < sizing.ram_needed_gib:
        needed = plain(sizing.ram_needed_gib)
        tell(
            "error", "sizing.S10", f"A storage node needs {needed} GiB and {drives.name} has {drives.ram_gib}.",
            f"Use storage nodes with at least {needed} GiB.",
        )  # fmt: skip
    if drives.threads < sizing.threads_minimum:
        message = f"The OSDs of a node need {sizing.threads_minimum} threads and {drives.name} has {drives.threads}."
        tell("error", "sizing.S11", message, f"Use storage nodes with {sizing.threads_minimum} threads.")
    elif drives.threads < sizing.threads_recommended:
        wanted = sizing.threads_recommended
        message = f"{drives.name} has {drives.threads} threads; {wanted} are recommended for its OSDs."
        tell("warning", "sizing.S11", message, f"Use storage nodes with {wanted} threads.")


def _short_after_a_rack(request: SizingRequest, computed: Computed, spread: Spread) -> str:
    """What a lost rack leaves, where more than one rack stands and that loss is not planned for."""
    policies = request.policies
    if policies.failure_unit is not FailureDomain.HOST or len(spread.contents) < 2:
        return ""
    if is_mixed(computed):
        short = vms_short_after(FailureDomain.RACK, computed, policies, len(spread.contents))
        return f"The loss of the worst rack leaves {short:,} VMs without a place." if short else ""
    left = computed.sizing.hosts - most_nodes_lost(FailureDomain.RACK, policies, spread)
    needed = computed.sizing.hosts_for_load
    if left >= needed:
        return ""
    return f"The loss of a rack leaves {left} of the {needed} compute nodes that the VMs need; that of a node is planned for."


def _tell_of_shares(
    tell: Callable[..., None],
    request: SizingRequest,
    computed: Computed,
    control: ControlSizing,
    stored: Stored,
) -> None:
    """Say where the shares of a hyper-converged host are tight: control plane, OSDs, memory."""
    spec, kept = request.hardware.compute, computed.reserves
    if kept.control_gib < control.ram_needed_gib:
        needed = plain(control.ram_needed_gib, 1)
        message = f"The control plane's share of {spec.name} is {plain(kept.control_gib)} GiB; {needed} are its rule."
        tell("warning", "sizing.CP2", message, "Use larger nodes, or control nodes of their own.")
    if kept.control_threads < control.cores_needed:
        message = (
            f"The control plane's share of {spec.name} is {kept.control_threads} threads; a controller of its own "
            f"would have {control.cores_needed} cores."
        )
        tell("warning", "sizing.CP3", message, "Watch its load, or use control nodes of their own.")
    if kept.threads < stored.sizing.threads_recommended:
        message = (
            f"{spec.name} keeps {kept.threads} threads from guests; {stored.sizing.threads_recommended} are "
            "recommended for its OSDs, MON, MGR and host."
        )
        tell("warning", "sizing.S11", message, "Use nodes with more cores, or fewer OSDs each.")
    overhead = computed.most_vms_per_host * request.policies.vm_overhead_gib
    reserved = kept.ram_gib + overhead
    if not hyperconverged.is_enough(reserved_gib=reserved, ram_gib=Decimal(spec.ram_gib)):
        message = f"{plain(reserved)} of {spec.ram_gib} GiB are kept from guests: more than 80 %."
        tell("error", "sizing.H4", message, "Use nodes with more memory, or fewer OSDs each.")
