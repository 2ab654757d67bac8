"""Matching as a document in and an answer with its working out (calculation kind `matching`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from catalog.engine.documents import Bounds, InvalidDocument, Problem, read, write
from catalog.engine.figures import Figure, Grade, Input, Step
from catalog.engine.offers import Offer
from costing.engine.matching import Match, Matcher, MatchPolicy, MatchQuality, MatchReport, MatchRequest

SOURCES = {
    "tco.M1": (
        "domain notes, tco section 3; https://docs.aws.amazon.com/migrationhub/latest/ug/ec2-recommendations.html",
        Grade.A,
    ),
    "tco.M3": ("domain notes, tco section 3: lowest effective price, ties by a rule of this house", Grade.C),
    "tco.M5": ("domain notes, tco section 3 and FR3", Grade.C),
    "tco.M7": ("domain notes, tco section 3", Grade.C),
    "tco.M8": (
        "Azure Migrate: percentile of utilisation x comfort factor,"
        " https://learn.microsoft.com/azure/migrate/assessment-properties",
        Grade.A,
    ),
}

M1 = "instance vCPU >= vCPU x cpu_factor; instance GiB >= GiB x memory_factor; architecture, GPUs, system as asked"
M3 = "lowest price + licence x vCPU; ties: newer generation, fewer vCPU, less memory, name"
M5 = "min(1, 1/rho) private; 0.30 burstable, 1 other instances"
M7 = "sum(spare x count) / sum(requested x count)"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDocument:
    """Machines, the offers of one region, and the policy to choose by."""

    requests: Annotated[tuple[MatchRequest, ...], Bounds(1, 2_000)]
    offers: Annotated[tuple[Offer, ...], Bounds(0, 10_000)]
    policy: MatchPolicy = field(default_factory=MatchPolicy)

    def __post_init__(self) -> None:
        places = sorted({f"{offer.provider} {offer.region}" for offer in self.offers})
        if len(places) > 1:
            remedy = "Send the offers of one provider and region; ask once for each region."
            message = "are of several regions, which no comparison mixes"
            raise InvalidDocument([Problem("offers", ", ".join(places[:5]), message, remedy)])


def answer_matching(document: Any) -> dict[str, Any]:
    """Answer a MatchDocument: the instance of each request, the quality of all, the policy in words, the figures.

    Raises:
        InvalidDocument: with every mistake by field, value and remedy.
    """
    asked = read(MatchDocument, document)
    matcher = Matcher(asked.offers, asked.policy)
    report = matcher.match(asked.requests)
    return {
        "policy": write(report.policy),
        "policy_words": list(report.policy.words),
        "matches": [_row(match) for match in report.matches],
        "quality": write(report.quality),
        "usd_per_hour": write(report.usd_per_hour),
        "figures": write(figures(report)),
    }


def _row(match: Match) -> dict[str, Any]:
    request = match.request
    return {
        "name": request.name,
        "count": request.count,
        "vcpus_needed": write(request.vcpus_needed),
        "memory_gib_needed": write(request.memory_gib_needed),
        "offer": _facts(match.offer),
        "usd_per_hour": write(match.usd_per_hour),
        "usd_per_month": write(match.usd_per_month),
        "why": match.why,
        "runner_up": _facts(match.runner_up),
        "runner_up_usd_per_hour": write(match.runner_up_usd_per_hour),
        "arm": _facts(match.arm),
        "arm_usd_per_hour": write(match.arm_usd_per_hour),
        "spare_vcpus": write(match.spare_vcpus),
        "spare_memory_gib": write(match.spare_memory_gib),
        "is_close": match.is_close,
        "cpu_floor": write(match.cpu_floor),
        "private_cpu_floor": write(match.private_cpu_floor),
    }


def _facts(offer: Offer | None) -> dict[str, Any] | None:
    if offer is None:
        return None
    names = ("instance_type", "vcpus", "memory_gib", "architecture", "generation", "category", "is_burstable")
    return {name: write(getattr(offer, name)) for name in names}


def figures(report: MatchReport) -> Mapping[str, Figure]:
    """Return the explained results by key: `matching.N.need`, `.price`, `.floor` of request N, `matching.quality...`."""
    found = [
        figure
        for number, match in enumerate(report.matches, 1)
        for figure in match_figures(match, report.policy, key=f"matching.{number}")
    ]
    found += quality_figures(report.quality)
    return {figure.key: figure for figure in found}


def match_figures(match: Match, policy: MatchPolicy, *, key: str) -> tuple[Figure, ...]:
    """Return the working of one match: what it needs (M1), what it costs (M3), which CPU it is sure of (M5)."""
    request = match.request
    need = _figure(
        f"{key}.need",
        f"Instance for {request.name}",
        match.offer.instance_type if match.offer else None,
        "",
        "tco.M1",
        M1,
        inputs=(
            Input(name="vcpus", label="vCPU asked for", value=request.vcpus, unit="vCPU"),
            Input(name="cpu_factor", label="CPU factor", value=request.cpu_factor),
            Input(name="memory_gib", label="Memory asked for", value=request.memory_gib, unit="GiB"),
            Input(name="memory_factor", label="Memory factor", value=request.memory_factor),
            Input(name="architectures", label="Architectures", value=tuple(request.architectures)),
            Input(name="operating_system", label="Operating system", value=request.operating_system),
        ),
        steps=(
            Step(
                label="vCPU needed",
                working=f"{request.vcpus} x {request.cpu_factor}",
                value=request.vcpus_needed,
                unit="vCPU",
            ),
            Step(
                label="Memory needed",
                working=f"{request.memory_gib} x {request.memory_factor}",
                value=request.memory_gib_needed,
                unit="GiB",
            ),
        ),
        note=match.why if match.offer is None else "",
    )
    price = match.offer.price(policy.term) if match.offer else None
    if match.offer is None or price is None:
        return (need,)
    licence = policy.licence_usd_per_vcpu_hour
    cost = _figure(
        f"{key}.price",
        f"Price of {match.offer.instance_type} for {request.name}",
        match.usd_per_hour,
        "USD/h",
        "tco.M3",
        M3,
        inputs=(
            Input(
                name="usd_per_hour",
                label=f"{match.offer.instance_type}, {price.price_model}",
                value=price.usd_per_hour,
                unit="USD/h",
                source=f"{price.source}, {price.as_of.isoformat()}, {price.basis}",
            ),
            Input(
                name="licence_usd_per_vcpu_hour",
                label="Licence beside the price",
                value=licence,
                unit="USD per vCPU-hour",
            ),
        ),
        steps=(
            Step(
                label="Effective price",
                working=f"{price.usd_per_hour} + {licence} x {match.offer.vcpus}",
                value=match.usd_per_hour,
                unit="USD/h",
            ),
        ),
        note=match.why,
    )
    floor = _figure(
        f"{key}.floor",
        f"CPU floor of {match.offer.instance_type}",
        match.cpu_floor,
        "threads per vCPU",
        "tco.M5",
        M5,
        inputs=(
            Input(
                name="private_cpu_floor",
                label="CPU floor of the private side",
                value=match.private_cpu_floor,
                unit="threads per vCPU",
            ),
        ),
    )
    return need, cost, floor


def quality_figures(quality: MatchQuality) -> tuple[Figure, ...]:
    """Return the quality report as figures (M7). A ratio without a machine behind it is None."""
    return (
        _over_provision("vcpu", "vCPU", quality.requested_vcpus, quality.spare_vcpus, quality),
        _over_provision("memory", "GiB", quality.requested_memory_gib, quality.spare_memory_gib, quality),
        _figure(
            "matching.quality.close",
            "Machines matched within 10 %",
            quality.close_match_ratio,
            "",
            "tco.M7",
            "machines with at most 10 % spare vCPU and memory / machines asked for",
            inputs=(
                Input(name="vms", label="Machines asked for", value=quality.vms),
                Input(name="matched_vms", label="Machines with an instance", value=quality.matched_vms),
                Input(name="unmatched", label="Requests without an instance", value=quality.unmatched),
            ),
        ),
    )


def _over_provision(name: str, unit: str, requested: object, spare: object, quality: MatchQuality) -> Figure:
    value = quality.vcpu_over_provision_ratio if name == "vcpu" else quality.memory_over_provision_ratio
    return _figure(
        f"matching.quality.{name}_over_provision",
        f"Over-provision of {unit}",
        value,
        "",
        "tco.M7",
        M7,
        steps=(Step(label="Spare over requested", working=f"{spare} / {requested}", value=value),),
    )


def _figure(
    key: str,
    label: str,
    value: Any,
    unit: str,
    formula: str,
    expression: str,
    *,
    inputs: tuple[Input, ...] = (),
    steps: tuple[Step, ...] = (),
    note: str = "",
) -> Figure:
    source, grade = SOURCES[formula]
    return Figure(
        key=key,
        label=label,
        value=value,
        unit=unit,
        formula=formula,
        expression=expression,
        inputs=inputs,
        steps=steps,
        source=source,
        grade=grade,
        note=note,
    )
