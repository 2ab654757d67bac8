"""Failures as a stateless question: a document in, a report or a ranking out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from catalog.engine.documents import InvalidDocument, Problem, write
from designer.engine.failures.load import load_of
from designer.engine.failures.model import FailureSet, Load
from designer.engine.failures.rank import rank
from designer.engine.failures.simulate import plant_of, simulate
from designer.engine.layout import topology_of_reference
from designer.engine.topology import Topology, check
from designer.engine.workload import Policies, VmProfile, Workload

if TYPE_CHECKING:
    from catalog.library import Library


class Ask(StrEnum):
    """What is asked."""

    EVENT = "event"
    """What is left when everything in `failed` fails at once."""
    SINGLES = "singles"
    """Every single failure, the worst first."""
    PAIRS = "pairs"
    """Singles, pairs, cut sets and availability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureQuestion:
    """One question: a drawing or a reference design, its load, and what fails."""

    ask: Ask = Ask.EVENT
    reference_design: str = ""
    """Id of a reference design to take the drawing from; leave it out and send a topology instead."""
    topology: Topology | None = None
    workload: Workload | None = None
    """What runs; None: the flavor and number of VMs that the reference design is measured in."""
    policies: Policies = field(default_factory=Policies)
    load: Load | None = None
    """VMs and VMs a host as numbers, instead of a workload."""
    failed: FailureSet = field(default_factory=FailureSet)


def answer(question: FailureQuestion, library: Library) -> dict[str, Any]:
    """Return the report or the ranking that `question` asks for, as plain data.

    Raises:
        InvalidDocument: no drawing, an impossible drawing, no load, or something fails that is not drawn.
    """
    topology, load = _drawn(question, library)
    plant = plant_of(topology, library.hardware_by_id, library.services, library.networks, load)
    if question.ask is Ask.EVENT:
        report: dict[str, Any] = write(simulate(plant, question.failed))
        return report
    ranking: dict[str, Any] = write(rank(plant, with_pairs=question.ask is Ask.PAIRS))
    return ranking


def _drawn(question: FailureQuestion, library: Library) -> tuple[Topology, Load]:
    reference = library.reference_designs.get(question.reference_design)
    if (question.topology is None) == (not question.reference_design):
        remedy = "Send a topology, or the id of a reference design."
        raise InvalidDocument(
            [Problem("topology", None, "give either a topology or a reference design", remedy)]
        )
    if question.reference_design and reference is None:
        known = ", ".join(library.reference_designs)
        problem = Problem(
            "reference_design",
            question.reference_design,
            "is not a reference design",
            f"Use one of: {known}.",
        )
        raise InvalidDocument([problem])
    topology = question.topology
    if topology is None:
        assert reference is not None  # noqa: S101 - one of the two is given
        topology = topology_of_reference(reference, library)
    else:
        names = {p.name.split(" ")[0] for s in library.services.values() for p in s.processes}
        problems = check(topology, library.hardware_by_id, {*library.services, *names})
        if problems:
            raise InvalidDocument([replace(p, field=f"topology.{p.field}") for p in problems])
    if question.load is not None:
        return topology, question.load
    workload, policies = question.workload, question.policies
    if workload is None:
        if reference is None:
            remedy = "Send the VMs: a workload, or a load with vms and vms_per_host."
            raise InvalidDocument([Problem("workload", None, "is missing", remedy)])
        flavor = reference.flavor
        profile = VmProfile(
            id="standard",
            name="Standard",
            count=reference.vms_with_spare,
            vcpus=flavor.vcpus,
            ram_gib=flavor.ram_gib,
            disk_gb=flavor.disk_gb,
        )
        workload = Workload(profiles=(profile,), growth_years=Decimal(0))
        policies = replace(policies, cpu_allocation_ratio=flavor.cpu_allocation_ratio)
    return topology, load_of(topology, workload, policies, library.hardware_by_id)
