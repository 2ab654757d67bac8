"""What a person fixed by hand: beside what the rules give, and with a word where it is less than is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from catalog.engine.documents import InvalidDocument
from designer.engine.sizing import compute, packing
from designer.engine.sizing.figures import FigureBook, plain
from designer.engine.sizing.model import Notice, Override, SizingRequest
from designer.engine.sizing.parts import Computed, Spread, Stored, is_hyper_converged
from designer.engine.sizing.racking import limits_exceeded, spread_over_racks
from designer.engine.workload import Policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """One fixed count, and what must be said of it."""

    override: Override
    notice: Notice | None = None


def fixed_counts(
    request: SizingRequest, computed: Computed, stored: Sequence[Stored], spread: Spread
) -> tuple[Fixed, ...]:
    """Return every count that a person fixed, with what the rules give instead."""
    return (
        *_compute_nodes(request, computed),
        *(found for one in stored for found in _storage_nodes(request, one, is_only=len(stored) == 1)),
        *_spare_hosts(request, computed),
        *_controllers(request),
        *_racks(request, spread),
    )


def show(book: FigureBook, fixed: Sequence[Fixed]) -> None:
    """Say in each figure of a fixed count that a person set it, and what the rules give."""
    for one in fixed:
        book.set_by_hand(one.override)


def _compute_nodes(request: SizingRequest, computed: Computed) -> Iterator[Fixed]:
    chosen = request.overrides.compute
    if chosen is None:
        return
    together = is_hyper_converged(request.hardware)
    override = Override(
        field="hardware.overrides.compute",
        figure="compute.hosts",
        label="Hyper-converged nodes" if together else "Compute nodes",
        unit="nodes",
        computed=computed.computed_hosts,
        chosen=chosen,
        formula="sizing.C7",
    )
    left = packing.pack(computed.host, computed.demands, computed.groups, may_add=False).left
    notice = None
    if left:
        message = (
            f"{chosen} compute nodes are set by hand; {left:,} of {computed.sizing.vms:,} VMs find no place on them. "
            f"The load needs {computed.sizing.hosts_for_load}, with spare {computed.computed_hosts}."
        )
        notice = _notice("error", override, message)
    elif chosen < computed.computed_hosts:
        message = (
            f"{chosen} compute nodes are set by hand: they carry all VMs, but not after the loss that is planned for. "
            f"The rules give {computed.computed_hosts}."
        )
        notice = _notice("warning", override, message)
    yield Fixed(override=override, notice=notice)


def _storage_nodes(request: SizingRequest, stored: Stored, *, is_only: bool) -> Iterator[Fixed]:
    device_class = stored.device_class.value
    chosen = request.overrides.storage(stored.device_class)
    if chosen is None or stored.sizing.hosts != chosen:
        return
    override = Override(
        field=f"hardware.overrides.storage_{device_class}",
        figure="storage.hosts" if is_only else f"storage.{device_class}.hosts",
        label="Storage nodes" if is_only else f"Storage nodes ({device_class})",
        unit="nodes",
        computed=stored.computed_hosts,
        chosen=chosen,
        formula="sizing.S8",
    )
    sizing, notice = stored.sizing, None
    if not sizing.usable_tb:
        size = stored.layout.size
        message = (
            f"{chosen} storage nodes with {device_class} drives are set by hand; {size} copies or shards in different "
            f"failure domains need {size} of these, and there are {stored.layout.domains}: nothing can be stored."
        )
        notice = _notice("error", override, message)
    elif sizing.usable_tb < sizing.needed_usable_tb:
        message = (
            f"{chosen} storage nodes with {device_class} drives are set by hand: {plain(sizing.usable_tb, 1)} TB usable, "
            f"and {plain(sizing.needed_usable_tb, 1)} TB are written. The rules give {stored.computed_hosts}."
        )
        notice = _notice("error", override, message)
    yield Fixed(override=override, notice=notice)


def _spare_hosts(request: SizingRequest, computed: Computed) -> Iterator[Fixed]:
    chosen = request.policies.spare_hosts
    if chosen is None:
        return
    rule = compute.spare_hosts(computed.sizing.hosts_for_load)
    override = Override(
        field="policies.spare_hosts",
        figure="compute.spare_hosts",
        label="Spare compute nodes",
        unit="nodes",
        computed=rule,
        chosen=chosen,
        formula="sizing.C7",
    )
    notice = None
    if chosen < rule:
        lost = "no loss of a node is planned for" if not chosen else f"more than {chosen} lost nodes stop VMs"
        message = f"{chosen} spare compute nodes are set by hand, and the rule gives {rule}: {lost}."
        notice = _notice("warning", override, message)
    yield Fixed(override=override, notice=notice)


def _controllers(request: SizingRequest) -> Iterator[Fixed]:
    rule, chosen = Policies().controllers, request.policies.controllers
    if chosen == rule:
        return
    yield Fixed(  # what few or even controllers mean is told with the control plane
        override=Override(
            field="policies.controllers",
            figure="control.nodes",
            label="Control nodes",
            unit="nodes",
            computed=rule,
            chosen=chosen,
            formula="sizing.CP1",
        )
    )


def _racks(request: SizingRequest, spread: Spread) -> Iterator[Fixed]:
    chosen = request.policies.racks
    if chosen is None:
        return
    try:
        free = spread_over_racks(
            replace(request, policies=replace(request.policies, racks=None)), spread.kinds
        )
    except InvalidDocument:
        return  # no rack holds one node of each kind: its number changes nothing
    rule = len(free.contents)
    override = Override(
        field="policies.racks",
        figure="facility.racks",
        label="Racks",
        unit="racks",
        computed=rule,
        chosen=chosen,
        formula="sizing.R6",
    )
    over = limits_exceeded(request, spread)
    notice = None
    if over:
        message = (
            f"{chosen} {'rack is' if chosen == 1 else 'racks are'} set by hand, and the fullest holds more than its "
            f"{' and '.join(over)} allow. The rules give {rule}."
        )
        notice = _notice("error", override, message)
    yield Fixed(override=override, notice=notice)


def _notice(severity: str, override: Override, message: str) -> Notice:
    remedy = f"Set {override.computed}, or remove the number and let the rules count."
    return Notice(severity=severity, formula=override.formula, message=message, remedy=remedy)
