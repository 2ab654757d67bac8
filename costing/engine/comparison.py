"""One design next to public clouds: plans from the workload, the ledgers, and the cases that a reviewer asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from catalog.engine.documents import InvalidDocument
from catalog.engine.offers import CloudPrices, Offer, Term
from costing.engine.assumptions import ASSUMPTIONS, Chosen, chosen
from costing.engine.matching import Match, MatchReport
from costing.engine.model import (
    Conventions,
    CostNotice,
    Currency,
    TcoRequest,
    TcoResult,
)
from costing.engine.plan import (
    PrivateGrowth,
    private_growth,
    public_plan,
    shared_demand,
)
from costing.engine.tco import tco
from designer.engine.bill import BillLine
from designer.engine.growth import CapacityMonth, Shelf
from designer.engine.sizing.model import SizingRequest

Report = Callable[[float, str], None]

STRESS_MULTIPLIER = "node_price_multiplier"
"""The assumption whose high case is run by itself while memory prices move (tco.FR22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRequest:
    """A design to be compared. Sizing holds workload, policies and hardware; clouds their prices in one region each."""

    sizing: SizingRequest
    clouds: tuple[CloudPrices, ...]
    assumptions: Mapping[str, Decimal] = field(default_factory=dict)
    conventions: Conventions = field(default_factory=Conventions)
    currency: Currency = field(default_factory=Currency)
    priced_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceChoice:
    """The instance that carries one profile in one cloud, the runner-up, and why (tco.M3, tco.M7)."""

    profile: str
    name: str
    count: int
    vcpus: int
    memory_gib: Decimal
    instance_type: str
    """Empty: no instance is feasible."""
    instance_vcpus: int = 0
    instance_memory_gib: Decimal = Decimal(0)
    usd_per_hour: Decimal | None = None
    one_year_usd_per_hour: Decimal | None = None
    three_years_usd_per_hour: Decimal | None = None
    as_of: date | None = None
    basis: str = ""
    source: str = ""
    is_core_based: bool = False
    why: str
    runner_up: str = ""
    runner_up_usd_per_hour: Decimal | None = None
    arm: str = ""
    arm_usd_per_hour: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudMatch:
    """How the workload fits one cloud."""

    option: str
    provider: str
    name: str
    region: str
    region_name: str
    price_book: str
    as_of: date
    is_compared: bool
    """False: a profile has no feasible instance, so this cloud is left out, and said so."""
    choices: tuple[InstanceChoice, ...]
    spare_vcpus_share: Decimal | None
    spare_memory_share: Decimal | None
    close_share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The private side under another premise, in cents: what a reviewer asks for (tco.FR3, tco.FR22)."""

    key: str
    label: str
    rule: str
    total_cents: int
    present_value_cents: int
    nodes: int
    """Servers in month 1."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The whole answer, with the priced question that rebuilds it."""

    request: TcoRequest
    tco: TcoResult
    months: tuple[CapacityMonth, ...]
    bill: tuple[BillLine, ...]
    matches: tuple[CloudMatch, ...]
    variants: tuple[Variant, ...]
    headline: str
    """The answer in one sentence."""


def compare(
    request: ComparisonRequest, shelf: Shelf, *, report: Report = lambda share, message: None
) -> Comparison:
    """Return the design of `request` next to its clouds.

    Raises:
        InvalidDocument: the workload cannot be sized, an assumption is impossible, or no cloud can carry the workload.
    """
    picked = chosen(request.assumptions)
    horizon = picked.whole("horizon_months")
    report(0.05, f"Sizing {horizon} months of growth")
    growth = private_growth(
        request.sizing, shelf, horizon_months=horizon, shape=request.conventions.growth,
        report=lambda share: report(0.05 + 0.5 * share, f"Sizing month {round(share * horizon)} of {horizon}"),
    )  # fmt: skip
    plans, matches = [], []
    for number, prices in enumerate(request.clouds):
        report(0.55 + 0.1 * number / len(request.clouds), f"Matching instances of {prices.provider_name}")
        plan, found = public_plan(prices, request.sizing)
        matches.append(_cloud_match(prices, found, request, is_compared=plan is not None))
        if plan is not None:
            plans.append(plan)
    question = TcoRequest(
        demand=shared_demand(request.sizing),
        private=growth.plan,
        public=tuple(plans),
        assumptions=request.assumptions,
        conventions=request.conventions,
        currency=request.currency,
        priced_on=request.priced_on,
    )
    report(0.7, "Posting the ledgers")
    answer = tco(question)
    answer = replace(answer, notices=(*_unmatched(matches), *answer.notices))
    report(0.8, "Checking the cases that a reviewer asks for")
    variants = tuple(_variants(request, shelf, question, picked, growth))
    return Comparison(
        request=question,
        tco=answer,
        months=growth.months,
        bill=growth.bill,
        matches=tuple(matches),
        variants=variants,
        headline=headline(answer),
    )


def headline(result: TcoResult) -> str:
    """Return the answer in one sentence, as plain when the public cloud wins (tco.FR18, section 7)."""
    months, money = result.horizon_months, result.currency.code
    private = result.private
    if len(result.options) == 1:
        return f"The private cloud costs {_millions(private.total_cents, money)} over {months} months."
    best = min(result.options[1:], key=lambda option: (option.total_cents, option.id))
    versus = next(item for item in result.versus if item.option == best.id)
    costs = f"{_millions(private.total_cents, money)} against {_millions(best.total_cents, money)}"
    where = f"{best.name} ({best.region})"
    if versus.saving_cents == 0:
        return f"Over {months} months the private cloud and {where} cost the same: {_millions(private.total_cents, money)}."
    if versus.saving_cents < 0:
        share = (
            "" if versus.saving_share is None else f" ({_percent(-versus.saving_share)} of the public cost)"
        )
        return (
            f"Public cloud is cheaper for this workload under the stated assumptions: over {months} months the private "
            f"cloud costs {costs} on {where}, the cheapest of those compared, {_millions(-versus.saving_cents, money)} more{share}."
        )
    share = "" if versus.saving_share is None else f" ({_percent(versus.saving_share)} of the public cost)"
    even = versus.break_even.durable
    when = (
        f"break-even is reached in month {even}" if even is not None else "no lasting break-even is reached"
    )
    return (
        f"The private cloud is cheaper for this workload under the stated assumptions: over {months} months it costs "
        f"{costs} on {where}, the cheapest of those compared, {_millions(versus.saving_cents, money)} less{share}; {when}."
    )


def _millions(cents: int, money: str) -> str:
    amount = Decimal(cents).scaleb(-2)
    if abs(amount) >= 10**6:
        return f"{money} {amount / 10**6:,.2f} million"
    return f"{money} {amount:,.0f}"


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f}%"


def _cloud_match(
    prices: CloudPrices, found: MatchReport, request: ComparisonRequest, *, is_compared: bool
) -> CloudMatch:
    profiles = request.sizing.workload.profiles
    quality = found.quality
    return CloudMatch(
        option=f"{prices.provider}-{prices.region}",
        provider=prices.provider,
        name=prices.provider_name,
        region=prices.region,
        region_name=prices.region_name,
        price_book=prices.price_book,
        as_of=prices.as_of,
        is_compared=is_compared,
        choices=tuple(
            _choice(profile.id, match) for profile, match in zip(profiles, found.matches, strict=True)
        ),
        spare_vcpus_share=quality.vcpu_over_provision_ratio,
        spare_memory_share=quality.memory_over_provision_ratio,
        close_share=quality.close_match_ratio,
    )


def _choice(profile: str, match: Match) -> InstanceChoice:
    asked, offer = match.request, match.offer
    common = {"profile": profile, "name": asked.name, "count": asked.count, "vcpus": asked.vcpus}
    if offer is None:
        return InstanceChoice(**common, memory_gib=asked.memory_gib, instance_type="", why=match.why)  # type: ignore[arg-type]  # names and counts
    price = offer.price(Term.ON_DEMAND)
    return InstanceChoice(
        **common,  # type: ignore[arg-type]  # likewise
        memory_gib=asked.memory_gib,
        instance_type=offer.instance_type,
        instance_vcpus=offer.vcpus,
        instance_memory_gib=offer.memory_gib,
        usd_per_hour=match.usd_per_hour,
        one_year_usd_per_hour=_hourly(offer, Term.ONE_YEAR),
        three_years_usd_per_hour=_hourly(offer, Term.THREE_YEARS),
        as_of=price.as_of if price else None,
        basis=price.basis.value if price else "",
        source=price.source if price else "",
        is_core_based=offer.is_core_based,
        why=match.why,
        runner_up=match.runner_up.instance_type if match.runner_up else "",
        runner_up_usd_per_hour=match.runner_up_usd_per_hour,
        arm=match.arm.instance_type if match.arm else "",
        arm_usd_per_hour=match.arm_usd_per_hour,
    )


def _hourly(offer: Offer, term: Term) -> Decimal | None:
    price = offer.price(term)
    return price.usd_per_hour if price else None


def _unmatched(matches: list[CloudMatch]) -> list[CostNotice]:
    notices = []
    for found in matches:
        if found.is_compared:
            continue
        missing = [choice for choice in found.choices if not choice.instance_type]
        listed = "; ".join(f"{choice.name}: {choice.why}" for choice in missing)
        message = (
            f"{found.name} {found.region} is left out: no instance carries every profile there. {listed}"
        )
        notices.append(CostNotice(severity="warning", rule="tco.M7", message=message))
    return notices


def _variants(
    request: ComparisonRequest, shelf: Shelf, question: TcoRequest, picked: Chosen, growth: PrivateGrowth
) -> list[Variant]:
    """The private side at one vCPU a thread, and with servers as dear as a memory shock makes them."""
    variants = []
    alone = replace(question, public=())
    ratio = request.sizing.policies.cpu_allocation_ratio
    if ratio > 1:
        policies = replace(request.sizing.policies, cpu_allocation_ratio=Decimal(1))
        label = "No CPU sharing: 1 vCPU per thread"
        try:
            shared = private_growth(
                replace(request.sizing, policies=policies),
                shelf,
                horizon_months=picked.whole("horizon_months"),
                shape=request.conventions.growth,
            )
        except InvalidDocument as error:
            problem = error.problems[0]
            note = f"cannot be sized: {problem.message}"
            variants.append(Variant(key="no_sharing", label=label, rule="tco.FR3", total_cents=0, present_value_cents=0, nodes=0, note=note))  # fmt: skip
        else:
            note = (
                f"The design promises {ratio.normalize():f} vCPU a thread; most public instances promise 1."
            )
            variants.append(
                _variant("no_sharing", label, "tco.FR3", replace(alone, private=shared.plan), shared, note)
            )
    stress = ASSUMPTIONS[STRESS_MULTIPLIER].high
    assumptions = {**request.assumptions, STRESS_MULTIPLIER: stress}
    variants.append(
        _variant(
            "memory_shock", f"Servers at {stress.normalize():f} times their price", "tco.FR22",
            replace(alone, assumptions=assumptions), growth, "Memory and flash prices of 2026 and 2027.",
        )
    )  # fmt: skip
    return variants


def _variant(
    key: str, label: str, rule: str, question: TcoRequest, growth: PrivateGrowth, note: str
) -> Variant:
    option = tco(question).private
    first = growth.months[0]
    return Variant(
        key=key,
        label=label,
        rule=rule,
        total_cents=option.total_cents,
        present_value_cents=option.present_value_cents,
        nodes=first.control + first.compute + first.storage,
        note=note,
    )
