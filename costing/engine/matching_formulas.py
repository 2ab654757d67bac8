"""The matching formulas on their own, for programs, tests and the curious."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.engine.documents import InvalidDocument, Problem, number
from catalog.engine.figures import Answer, Formula, Parameter, Step
from catalog.engine.hardware import Basis
from catalog.engine.offers import Architecture, InstancePrice, Offer, Term
from costing.engine.matching import (
    COMFORT_FACTOR,
    UTILISATION_PERCENTILE,
    Match,
    Matcher,
    MatchPolicy,
    MatchRequest,
    category_of,
    percentile,
    quality,
    right_sized,
)
from costing.engine.matching_documents import M1, M3, M7, SOURCES

ARCHITECTURES = tuple(member.value for member in Architecture)

EXAMPLE_OFFERS = (
    {"name": "t3.xlarge", "vcpus": 4, "memory_gib": 16, "usd_per_hour": Decimal("0.1664"), "generation": 3, "is_burstable": True},
    {"name": "m5.xlarge", "vcpus": 4, "memory_gib": 16, "usd_per_hour": Decimal("0.1920"), "generation": 5},
    {"name": "m6a.xlarge", "vcpus": 4, "memory_gib": 16, "usd_per_hour": Decimal("0.1728"), "generation": 6},
    {"name": "m7i.xlarge", "vcpus": 4, "memory_gib": 16, "usd_per_hour": Decimal("0.2016"), "generation": 7},
    {"name": "m7g.xlarge", "vcpus": 4, "memory_gib": 16, "usd_per_hour": Decimal("0.1632"), "generation": 7, "architecture": "arm64"},
    {"name": "c7i.2xlarge", "vcpus": 8, "memory_gib": 16, "usd_per_hour": Decimal("0.3570"), "generation": 7},
    {"name": "r7i.large", "vcpus": 2, "memory_gib": 16, "usd_per_hour": Decimal("0.1323"), "generation": 7},
)  # fmt: skip
"""The catalogue of W18: us-east-1 on demand, 2026-07-20."""

EXAMPLE = {
    "vcpus": 4,
    "memory_gib": 14,
    "minimum_generation": 6,
    "offers": EXAMPLE_OFFERS,
}


def _request(
    vcpus: int,
    memory_gib: Decimal,
    cpu_factor: Decimal,
    memory_factor: Decimal,
    architectures: Sequence[str],
    allows_burstable: bool,
) -> MatchRequest:
    unknown = [name for name in architectures if name not in ARCHITECTURES]
    if unknown or not architectures:
        remedy = f"Use: {', '.join(ARCHITECTURES)}."
        raise InvalidDocument([Problem("architectures", list(architectures), "are not known", remedy)])
    return MatchRequest(
        name="the machine",
        vcpus=vcpus,
        memory_gib=Decimal(memory_gib),
        architectures=tuple(Architecture(name) for name in architectures),
        allows_burstable=allows_burstable,
        cpu_factor=Decimal(cpu_factor),
        memory_factor=Decimal(memory_factor),
    )


def _rows(field: str, rows: Any, numbers: Mapping[str, bool]) -> list[Mapping[str, Any]]:
    """Return `rows` as objects whose `numbers` (name: is required) are numbers that are not negative."""
    problems = []
    if not isinstance(rows, tuple) or not all(isinstance(row, Mapping) for row in rows):
        remedy = f"Send a list of objects with: {', '.join(numbers)}."
        raise InvalidDocument([Problem(field, None, "is not a list of objects", remedy)])
    for index, row in enumerate(rows):
        for name, is_required in numbers.items():
            if name not in row and not is_required:
                continue
            value = number(row.get(name))
            if value is None or not 0 <= value <= 10**9:
                problems.append(
                    Problem(
                        f"{field}[{index}].{name}",
                        row.get(name),
                        "is not a number in range",
                        "Send a number from 0 to 1,000,000,000.",
                    )
                )
    if problems:
        raise InvalidDocument(problems)
    return list(rows)


def _offers(rows: Any) -> list[Offer]:
    sizes = {"vcpus": True, "memory_gib": True, "usd_per_hour": True, "generation": False}
    found = []
    for index, row in enumerate(_rows("offers", rows, sizes)):
        path, architecture = f"offers[{index}]", row.get("architecture", "x86_64")
        if architecture not in ARCHITECTURES:
            remedy = f"Use one of: {', '.join(ARCHITECTURES)}."
            raise InvalidDocument([Problem(f"{path}.architecture", architecture, "is not known", remedy)])
        name, is_burstable = row.get("name"), row.get("is_burstable", False)
        if not isinstance(name, str) or not name.strip():
            raise InvalidDocument([Problem(f"{path}.name", name, "is not a name", "Send its name.")])
        if not isinstance(is_burstable, bool):
            remedy = "Send true or false."
            raise InvalidDocument(
                [Problem(f"{path}.is_burstable", is_burstable, "is not true or false", remedy)]
            )
        vcpus, generation = Decimal(row["vcpus"]), Decimal(row.get("generation", 0))
        if vcpus < 1 or vcpus != int(vcpus) or generation != int(generation):
            remedy = "Send whole numbers, at least 1 vCPU."
            raise InvalidDocument([Problem(f"{path}.vcpus", row["vcpus"], "is not a whole number", remedy)])
        memory_gib = Decimal(row["memory_gib"])
        price = InstancePrice(
            term=Term.ON_DEMAND,
            price_model="given",
            usd_per_hour=Decimal(row["usd_per_hour"]),
            basis=Basis.HOUSE,
            as_of=date.min,
            source="given by who asked",
        )
        found.append(
            Offer(
                provider="given",
                region="given",
                instance_type=name,
                family="given",
                category=category_of(vcpus, memory_gib),
                generation=int(generation),
                vcpus=int(vcpus),
                memory_gib=memory_gib,
                architecture=Architecture(architecture),
                is_burstable=is_burstable,
                prices=(price,),
            )
        )
    return found


def _needed(request: MatchRequest) -> tuple[Step, Step]:
    return (
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
    )


def _feasible(
    vcpus: int,
    memory_gib: Decimal,
    offers: Any,
    cpu_factor: Decimal,
    memory_factor: Decimal,
    architectures: Sequence[str],
    allows_burstable: bool,
    minimum_generation: int | None = None,
) -> Answer:
    request = _request(vcpus, memory_gib, cpu_factor, memory_factor, architectures, allows_burstable)
    matcher = Matcher(_offers(offers), MatchPolicy(minimum_generation=minimum_generation))
    feasible, refused = [], {}
    for offer in _offers(offers):
        objections = list(matcher.objections(request, offer))
        if not matcher.fits(request, offer):
            objections.append("is too small")
        if objections:
            refused[offer.instance_type] = " and ".join(objections)
        else:
            feasible.append(offer.instance_type)
    return Answer(results={"feasible": tuple(feasible), "refused": refused}, steps=_needed(request))


def _cheapest(
    vcpus: int,
    memory_gib: Decimal,
    offers: Any,
    cpu_factor: Decimal,
    memory_factor: Decimal,
    architectures: Sequence[str],
    allows_burstable: bool,
    licence_usd_per_vcpu_hour: Decimal,
    minimum_generation: int | None = None,
) -> Answer:
    request = _request(vcpus, memory_gib, cpu_factor, memory_factor, architectures, allows_burstable)
    policy = MatchPolicy(
        minimum_generation=minimum_generation,
        licence_usd_per_vcpu_hour=Decimal(licence_usd_per_vcpu_hour),
    )
    (match,) = Matcher(_offers(offers), policy).match([request]).matches
    steps: tuple[Step, ...] = _needed(request)
    if match.offer is not None:
        price = match.offer.prices[0].usd_per_hour
        working = f"{price} + {licence_usd_per_vcpu_hour} x {match.offer.vcpus}"
        steps += (Step(label="Effective price", working=working, value=match.usd_per_hour, unit="USD/h"),)
    return Answer(
        results={
            "instance": match.offer.instance_type if match.offer else None,
            "usd_per_hour": match.usd_per_hour,
            "why": match.why,
            "runner_up": match.runner_up.instance_type if match.runner_up else None,
            "spare_vcpus": match.spare_vcpus,
            "spare_memory_gib": match.spare_memory_gib,
        },
        units={"usd_per_hour": "USD/h", "spare_vcpus": "vCPU", "spare_memory_gib": "GiB"},
        steps=steps,
    )


def _quality(machines: Any) -> Answer:
    sizes = {
        "vcpus": True,
        "memory_gib": True,
        "count": False,
        "instance_vcpus": False,
        "instance_memory_gib": False,
    }
    matches = []
    for index, row in enumerate(_rows("machines", machines, sizes)):
        count, vcpus, memory_gib = row.get("count", 1), row["vcpus"], Decimal(row["memory_gib"])
        if int(count) != count or int(vcpus) != vcpus or vcpus < 1 or memory_gib <= 0:
            remedy = "Send a whole count, at least 1 vCPU and more than 0 GiB."
            raise InvalidDocument([Problem(f"machines[{index}]", None, "is not a machine", remedy)])
        request = MatchRequest(
            name=f"machine {index + 1}", vcpus=int(vcpus), memory_gib=memory_gib, count=int(count)
        )
        instance_vcpus, instance_memory = row.get("instance_vcpus"), row.get("instance_memory_gib")
        offer = None
        if instance_vcpus is not None and instance_memory is not None:
            if instance_vcpus < vcpus or instance_memory < memory_gib:
                remedy = "Leave both instance sizes out where no instance is large enough."
                problem = Problem(f"machines[{index}]", None, "has an instance that is too small", remedy)
                raise InvalidDocument([problem])
            given = {"name": "the instance", "vcpus": instance_vcpus, "memory_gib": instance_memory}
            (offer,) = _offers(({**given, "usd_per_hour": 0},))
        matches.append(
            Match(
                request=request,
                offer=offer,
                usd_per_hour=None,
                why="",
                runner_up=None,
                runner_up_usd_per_hour=None,
                arm=None,
                arm_usd_per_hour=None,
                spare_vcpus=offer.vcpus - request.vcpus_needed if offer else None,
                spare_memory_gib=offer.memory_gib - memory_gib if offer else None,
                cpu_floor=None,
                private_cpu_floor=Decimal(1),
            )
        )
    found = quality(matches)
    return Answer(
        results={
            "vcpu_over_provision_ratio": found.vcpu_over_provision_ratio,
            "memory_over_provision_ratio": found.memory_over_provision_ratio,
            "close_match_ratio": found.close_match_ratio,
            "matched_vms": found.matched_vms,
            "unmatched_vms": found.vms - found.matched_vms,
        },
        units={"matched_vms": "VMs", "unmatched_vms": "VMs"},
        steps=(
            Step(
                label="vCPU",
                working=f"{found.spare_vcpus} / {found.requested_vcpus}",
                value=found.vcpu_over_provision_ratio,
            ),
            Step(
                label="Memory",
                working=f"{found.spare_memory_gib} / {found.requested_memory_gib}",
                value=found.memory_over_provision_ratio,
            ),
        ),
    )


def _right_size(
    vcpus: int,
    memory_gib: Decimal,
    percent: Decimal,
    comfort: Decimal,
    cpu_utilisation: Sequence[Decimal] = (),
    memory_utilisation: Sequence[Decimal] = (),
) -> Answer:
    samples = {
        "CPU": tuple(Decimal(value) for value in cpu_utilisation),
        "Memory": tuple(Decimal(value) for value in memory_utilisation),
    }
    request = right_sized(
        MatchRequest(name="the machine", vcpus=vcpus, memory_gib=Decimal(memory_gib)),
        cpu_utilisation=samples["CPU"],
        memory_utilisation=samples["Memory"],
        percent=Decimal(percent),
        comfort=Decimal(comfort),
    )
    percentiles = tuple(
        Step(label=f"{name}, percentile {percent}", working=f"of {len(values)} samples", value=percentile(values, Decimal(percent)))
        for name, values in samples.items()
        if values
    )  # fmt: skip
    return Answer(
        results={"vcpus": request.vcpus_needed, "memory_gib": request.memory_gib_needed},
        units={"vcpus": "vCPU", "memory_gib": "GiB"},
        steps=(*percentiles, *_needed(request)),
    )


def _parameter(name: str, label: str, unit: str = "", kind: str = "number", **rest: Any) -> Parameter:
    return Parameter(name=name, label=label, unit=unit, kind=kind, **rest)


VCPUS = _parameter("vcpus", "vCPU of the machine", "vCPU", "integer", minimum=1, maximum=1024)
MEMORY = _parameter("memory_gib", "Memory of the machine", "GiB", minimum=Decimal("0.0625"), maximum=24_576)
OFFERS = _parameter(
    "offers",
    "Offers: name, vcpus, memory_gib, usd_per_hour, generation, architecture, is_burstable",
    kind="rows",
)
RULES = (
    _parameter("cpu_factor", "Measured CPU x comfort", minimum=Decimal("0.01"), maximum=10, default=Decimal(1)),
    _parameter("memory_factor", "Measured memory x comfort", minimum=Decimal("0.01"), maximum=10, default=Decimal(1)),
    _parameter("architectures", "Architectures that the image runs on", kind="texts", default=("x86_64",)),
    _parameter("allows_burstable", "Burstable instances too", kind="boolean", default=False),
    _parameter("minimum_generation", "Oldest generation", kind="integer", minimum=0, maximum=100, is_required=False),
)  # fmt: skip


def _formula(
    formula_id: str, title: str, expression: str, parameters: tuple[Parameter, ...], **rest: Any
) -> Formula:
    source, grade = SOURCES[formula_id]
    return Formula(
        id=formula_id,
        title=title,
        expression=expression,
        parameters=parameters,
        source=source,
        grade=grade,
        **rest,
    )


FORMULAS: tuple[Formula, ...] = (
    _formula(
        "tco.M1",
        "Instances that can carry a machine",
        M1,
        (VCPUS, MEMORY, OFFERS, *RULES),
        calculate=_feasible,
        example=EXAMPLE,
    ),
    _formula(
        "tco.M3",
        "The cheapest instance for a machine",
        M3,
        (
            VCPUS,
            MEMORY,
            OFFERS,
            *RULES,
            _parameter(
                "licence_usd_per_vcpu_hour",
                "Licence beside the price",
                "USD per vCPU-hour",
                minimum=0,
                maximum=10**6,
                default=Decimal(0),
            ),
        ),
        calculate=_cheapest,
        example=EXAMPLE,
    ),
    _formula(
        "tco.M7",
        "How well instances fit",
        M7,
        (
            _parameter(
                "machines",
                "Machines: vcpus, memory_gib, count, instance_vcpus, instance_memory_gib",
                kind="rows",
            ),
        ),
        calculate=_quality,
        example={
            "machines": (
                {"vcpus": 4, "memory_gib": 15, "count": 3, "instance_vcpus": 4, "instance_memory_gib": 16},
                {"vcpus": 5, "memory_gib": 20, "count": 1, "instance_vcpus": 8, "instance_memory_gib": 32},
                {"vcpus": 200, "memory_gib": 20, "count": 1},
            )
        },
    ),
    _formula(
        "tco.M8",
        "Right-sizing from measurement",
        "requested x percentile(utilisation) x comfort factor",
        (
            VCPUS,
            MEMORY,
            _parameter(
                "cpu_utilisation",
                "Samples of CPU load",
                "share",
                "numbers",
                minimum=0,
                maximum=1,
                is_required=False,
            ),
            _parameter(
                "memory_utilisation",
                "Samples of memory in use",
                "share",
                "numbers",
                minimum=0,
                maximum=1,
                is_required=False,
            ),
            _parameter("percent", "Percentile", "%", minimum=0, maximum=100, default=UTILISATION_PERCENTILE),
            _parameter("comfort", "Comfort factor", minimum=1, maximum=10, default=COMFORT_FACTOR),
        ),
        calculate=_right_size,
        example={
            "vcpus": 8,
            "memory_gib": 32,
            "cpu_utilisation": (Decimal("0.2"), Decimal("0.3"), Decimal("0.5")),
            "memory_utilisation": (Decimal("0.6"),),
        },
    ),
)
