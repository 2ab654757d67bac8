"""What the reader of a sizing must know: checks that failed or only just hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from designer.engine.sizing import control_plane, hyperconverged
from designer.engine.sizing.figures import plain
from designer.engine.sizing.model import ControlSizing, NetworkSizing, Notice, SizingRequest
from designer.engine.sizing.parts import Computed, Stored, is_hyper_converged


def notices_of(
    request: SizingRequest,
    computed: Computed,
    control: ControlSizing,
    stored: Stored,
    fabric: NetworkSizing,
    racks: int,
) -> list[Notice]:
    """Return what must be said about a sizing."""
    hardware, found = request.hardware, []

    def tell(severity: str, formula: str, message: str, remedy: str = "") -> None:
        found.append(Notice(severity=severity, formula=formula, message=message, remedy=remedy))

    node = hardware.control
    if node is not None and node.ram_gib < control.ram_needed_gib:
        step = control_plane.ram_step_gib(control.ram_needed_gib)
        tell(
            "error", "sizing.CP2",
            f"A controller needs {plain(control.ram_needed_gib, 1)} GiB and {node.name} has {node.ram_gib}.",
            f"Use control nodes with {step or 'more than 512'} GiB.",
        )  # fmt: skip
    cores = node.sockets * node.cores_per_socket if node else 0
    if node is not None and cores < control.cores_needed:
        message = f"A controller needs {control.cores_needed} cores and {node.name} has {cores}."
        tell("error", "sizing.CP3", message, f"Use control nodes with at least {control.cores_needed} cores.")
    if control.nodes < 3:
        message = f"{control.nodes} controllers: the loss of one stops the API."
        tell("warning", "sizing.CP1", message, "Use 3 controllers.")
    elif control.nodes % 2 == 0:
        message = f"{control.nodes} controllers tolerate no more losses than {control.nodes - 1}."
        tell("warning", "sizing.CP1", message, f"Use {control.nodes - 1} or {control.nodes + 1}.")
    drives = hardware.storage
    if drives is not None:
        if drives.ram_gib < stored.sizing.ram_needed_gib:
            needed = plain(stored.sizing.ram_needed_gib)
            tell(
                "error", "sizing.S10", f"A storage node needs {needed} GiB and {drives.name} has {drives.ram_gib}.",
                f"Use storage nodes with at least {needed} GiB.",
            )  # fmt: skip
        if drives.threads < stored.sizing.threads_minimum:
            needed_threads = stored.sizing.threads_minimum
            message = (
                f"The OSDs of a node need {needed_threads} threads and {drives.name} has {drives.threads}."
            )
            tell("error", "sizing.S11", message, f"Use storage nodes with {needed_threads} threads.")
        elif drives.threads < stored.sizing.threads_recommended:
            wanted = stored.sizing.threads_recommended
            message = f"{drives.name} has {drives.threads} threads; {wanted} are recommended for its OSDs."
            tell("warning", "sizing.S11", message, f"Use storage nodes with {wanted} threads.")
    if is_hyper_converged(hardware):
        _tell_of_shares(tell, request, computed, control, stored)
        if racks == 1:
            message = (
                "All nodes stand in one rack: rack, its two feeds and its row are single points of failure."
            )
            tell("info", "sizing.R7", message, "Use three racks where the cloud must outlive one.")
    if stored.layout.domains == stored.layout.size:
        tell(
            "info", "sizing.S7",
            f"{stored.layout.domains} failure domains hold {stored.layout.size} copies: a lost one cannot be rebuilt "
            "elsewhere until it is back; data stays available.",
            f"One more, {stored.layout.domains + 1}, lets Ceph heal by itself.",
        )  # fmt: skip
    if fabric.oversubscription > 3:
        message = f"The busiest rack is oversubscribed {plain(fabric.oversubscription, 2)} to 1."
        tell("warning", "sizing.N4", message, "Use leaves with more uplinks.")
    needed_hosts = computed.needed
    if needed_hosts.bound > needed_hosts.packed:
        tell(
            "info", "sizing.C6",
            f"The VMs pack into {needed_hosts.packed} hosts; {needed_hosts.bound} is the safe figure if sizes shift.",
        )  # fmt: skip
    return found


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
