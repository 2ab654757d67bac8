"""Which cloud instance carries a virtual machine at the lowest price, by a printed policy (tco.M1 to tco.M8).

Prices are USD an hour of one instance without tax, memory is GiB (2**30 bytes) on both sides. What an offer does
not say is not checked: GPU model, local NVMe, network and volume bandwidth (tco.M1 "when known").
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, TypeVar

import numpy as np

from catalog.engine.documents import Bounds, Count, Name, Share, Slug, UnitPrice
from catalog.engine.offers import Architecture, Category, Offer, Term
from catalog.engine.units import HOURS_PER_MONTH
from costing.engine.offer_index import IntArray, NumberArray, OfferColumns, OfferIndex
from designer.engine.workload import VmProfile

BURSTABLE_CPU_FLOOR = Decimal("0.30")
"""Threads per vCPU that a burstable instance is sure of: the baseline of t3.large (tco.FR3)."""

CLOSE_MATCH = Decimal("0.10")
"""Spare up to this share of what was asked counts as a close match (tco.M7)."""

COMFORT_FACTOR = Decimal("1.3")
UTILISATION_PERCENTILE = Decimal(95)
"""Both as Azure Migrate has them (tco.M8)."""

Factor = Annotated[Decimal, Bounds(Decimal("0.01"), 10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRequest:
    """One kind of virtual machine that needs an instance."""

    name: Name
    vcpus: Annotated[int, Bounds(1, 1024)]
    memory_gib: Annotated[Decimal, Bounds(Decimal("0.0625"), 24_576, "GiB")]
    count: Count = 1
    """How many there are: their weight in the quality report."""
    architectures: Annotated[tuple[Architecture, ...], Bounds(1, 2)] = (Architecture.X86_64,)
    """That its image runs on; existing images are x86 (tco.M2)."""
    gpus: Annotated[int, Bounds(0, 64)] = 0
    allows_burstable: bool = False
    """For development and test whose mean load is below the baseline (tco.M2); lowers the CPU floor (tco.M5)."""
    operating_system: Slug = "linux"
    category_parity: bool = False
    """True: only instances of the category that its own GiB per vCPU falls in (tco.M2 family parity)."""
    cpu_factor: Factor = Decimal(1)
    """Measured utilisation x comfort, if it was measured (tco.M8); 1 is as it is."""
    memory_factor: Factor = Decimal(1)

    @property
    def vcpus_needed(self) -> Decimal:
        return self.vcpus * self.cpu_factor

    @property
    def memory_gib_needed(self) -> Decimal:
        return self.memory_gib * self.memory_factor


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPolicy:
    """By which rules instances are chosen; printed beside every result."""

    term: Term = Term.ON_DEMAND
    """Whose price is compared: a commitment only when it is tied to a family (tco.M4)."""
    minimum_generation: Annotated[int | None, Bounds(0, 100)] = None
    """None: the two newest generations of each line. A burstable line counts for itself, so that never bars it."""
    private_cpu_floor: Share = Decimal(1)
    """Threads that a private vCPU is sure of: min(1, 1/rho), see `cpu_floor` (tco.M5)."""
    allows_equally_shared: bool = False
    """True: burstable instances too, where their floor is not below the private one (tco.FR3)."""
    core_based_factor: Annotated[Decimal, Bounds(1, 4, "threads per core-based vCPU")] = Decimal(1)
    """1 in the headline; a benchmark may say more (tco.M5)."""
    licence_usd_per_vcpu_hour: UnitPrice = Decimal(0)
    """Of an operating system that the price does not include (tco.M3, tco.U12)."""

    @property
    def words(self) -> tuple[str, ...]:
        """The policy as it is printed."""
        generation = (
            "the two newest generations of each line"
            if self.minimum_generation is None
            else f"generation {self.minimum_generation} or newer (burstable lines: their two newest)"
        )
        shared = (
            "burstable where the request allows it, or where the CPU floor is not below the private one"
            if self.allows_equally_shared
            else "burstable only where the request allows it"
        )
        words = [
            f"lowest price {'on demand' if self.term is Term.ON_DEMAND else f'of a {self.term} commitment'}",
            generation,
            shared,
            f"CPU floor: private {_plain(self.private_cpu_floor)}, burstable {_plain(BURSTABLE_CPU_FLOOR)},"
            " other instances 1 thread per vCPU",
            "ties: newer generation, fewer vCPU, less memory, name",
            "not checked: GPU model, local disks, network and volume bandwidth",
        ]
        if self.core_based_factor != 1:
            words.append(f"a vCPU that is a whole core counts as {_plain(self.core_based_factor)}")
        if self.licence_usd_per_vcpu_hour:
            words.append(f"licence {_plain(self.licence_usd_per_vcpu_hour)} USD per vCPU-hour added")
        return tuple(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The instance for one request, or why there is none."""

    request: MatchRequest
    offer: Offer | None
    usd_per_hour: Decimal | None
    """Of one machine, licence included."""
    why: str
    """Why it won; without an offer, what stands in the way and what comes nearest."""
    runner_up: Offer | None
    runner_up_usd_per_hour: Decimal | None
    arm: Offer | None
    """The extra column of M2: what would win if ARM images existed, where that is another instance."""
    arm_usd_per_hour: Decimal | None
    spare_vcpus: Decimal | None
    spare_memory_gib: Decimal | None
    cpu_floor: Decimal | None
    """Threads per vCPU that the instance is sure of (tco.M5)."""
    private_cpu_floor: Decimal

    @property
    def usd_per_month(self) -> Decimal | None:
        """Of all machines of the request, running all hours."""
        if self.usd_per_hour is None:
            return None
        return self.usd_per_hour * HOURS_PER_MONTH * self.request.count

    @property
    def is_close(self) -> bool:
        """True when neither vCPU nor memory exceeds what was asked by more than a tenth (tco.M7)."""
        if self.spare_vcpus is None or self.spare_memory_gib is None:
            return False
        return (
            self.spare_vcpus <= CLOSE_MATCH * self.request.vcpus_needed
            and self.spare_memory_gib <= CLOSE_MATCH * self.request.memory_gib_needed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuality:
    """How well the instances fit, weighted by the count of machines (tco.M7). None: no machine to say it of."""

    vms: int
    matched_vms: int
    requested_vcpus: Decimal
    """Of the matched machines, after their factors."""
    requested_memory_gib: Decimal
    spare_vcpus: Decimal
    spare_memory_gib: Decimal
    vcpu_over_provision_ratio: Decimal | None
    """Sum of spare over sum of requested."""
    memory_over_provision_ratio: Decimal | None
    close_match_ratio: Decimal | None
    """Machines whose vCPU and memory exceed the request by up to a tenth, of all machines asked for."""
    unmatched: tuple[str, ...]
    """Names of the requests without an instance: to leave out on both sides, or to price by a substitute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchReport:
    """The instances for all requests, with the policy they were chosen by."""

    policy: MatchPolicy
    matches: tuple[Match, ...]
    quality: MatchQuality

    @property
    def usd_per_hour(self) -> Decimal:
        """Of all matched machines."""
        prices = ((match.usd_per_hour, match.request.count) for match in self.matches)
        return sum((price * count for price, count in prices if price is not None), Decimal(0))


def cpu_floor(cpu_allocation_ratio: Decimal) -> Decimal:
    """Return the threads that a vCPU is sure of when `cpu_allocation_ratio` vCPU share one: min(1, 1/rho) (tco.M5)."""
    return min(Decimal(1), 1 / cpu_allocation_ratio)


def category_of(vcpus: Decimal | int, memory_gib: Decimal) -> Category:
    """Return the category by GiB per vCPU: below 3 compute, below 6 general, to 12 memory, else high-memory (tco.M2)."""
    ratio = memory_gib / vcpus
    if ratio < 3:
        return Category.COMPUTE
    if ratio < 6:
        return Category.GENERAL
    return Category.MEMORY if ratio <= 12 else Category.HIGH_MEMORY


def request_of(profile: VmProfile) -> MatchRequest:
    """Return what to match for `profile`: as it is, not burstable."""
    return MatchRequest(
        name=profile.name,
        vcpus=profile.vcpus,
        memory_gib=profile.ram_gib,
        gpus=profile.gpus,
        count=profile.count,
    )


def percentile(samples: Sequence[Decimal], percent: Decimal) -> Decimal:
    """Return the value that `percent` of `samples` do not exceed, interpolated between neighbours (type 7)."""
    if not samples:
        raise ValueError("a percentile needs at least one sample")
    ordered = sorted(samples)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def right_sized(
    request: MatchRequest,
    *,
    cpu_utilisation: Sequence[Decimal],
    memory_utilisation: Sequence[Decimal],
    percent: Decimal = UTILISATION_PERCENTILE,
    comfort: Decimal = COMFORT_FACTOR,
) -> MatchRequest:
    """Return `request` at the size that its measured utilisation, as shares of the request, asks for (tco.M8).

    The same size goes to the private side. Without samples of a resource that resource stays as requested.
    """
    cpu_factor, memory_factor = (
        percentile(samples, percent) * comfort if samples else factor
        for samples, factor in (
            (cpu_utilisation, request.cpu_factor),
            (memory_utilisation, request.memory_factor),
        )
    )
    return replace(request, cpu_factor=cpu_factor, memory_factor=memory_factor)


def match(requests: Iterable[MatchRequest], offers: Iterable[Offer], policy: MatchPolicy) -> MatchReport:
    """Return the cheapest allowed instance for each of `requests` (M1 to M5), and how well they fit (M7).

    The order of `offers` makes no difference.

    Raises:
        ValueError: the offers are of several providers or regions, which no comparison mixes (tco.M6).
    """
    return Matcher(offers, policy).match(requests)


_Ordered = TypeVar("_Ordered", Decimal, tuple[str | int | Decimal, ...])

_Profile = tuple[frozenset[Architecture], int, bool, str, Category | None]
"""What a request demands beside its size; requests with the same profile see the same offers."""


class Matcher:
    """The offers of one region made ready for many questions by one policy."""

    def __init__(self, offers: Iterable[Offer], policy: MatchPolicy) -> None:
        self.policy = policy
        self._offers = sorted(offers, key=_identity)
        places = {(offer.provider, offer.region) for offer in self._offers}
        if len(places) > 1:
            listed = ", ".join(sorted(" ".join(place) for place in places))
            raise ValueError(f"the offers are of several regions: {listed}")
        self._priced = [(offer, self.usd_per_hour(offer)) for offer in self._offers]
        self._allowed = [
            (offer, price)
            for offer, price in self._priced
            if price is not None and not self._policy_objection(offer)
        ]
        keys = sorted({_group(offer) for offer, _ in self._allowed})
        self._groups = {key: number for number, key in enumerate(keys)}
        self._index = OfferIndex(self._columns(), places=2)
        self._objections: dict[_Profile, tuple[tuple[str, ...], ...]] = {}
        self._sizes = (
            np.array([float(self._vcpus(offer)) for offer in self._offers]),
            np.array([float(offer.memory_gib) or 1e-9 for offer in self._offers]),
        )

    def match(self, requests: Iterable[MatchRequest]) -> MatchReport:
        """Return the instance for each of `requests`, in their order."""
        asked = tuple(requests)
        profiles = [_profile(request) for request in asked]
        first, second = self._cheapest(asked, profiles)
        with_arm = [(profile[0] | {Architecture.ARM64}, *profile[1:]) for profile in profiles]
        arm, _ = self._cheapest(asked, with_arm)
        matches = tuple(
            self._match(request, profile, *(None if row < 0 else self._allowed[row] for row in rows))
            for request, profile, *rows in zip(
                asked, profiles, first.tolist(), second.tolist(), arm.tolist(), strict=True
            )
        )
        return MatchReport(policy=self.policy, matches=matches, quality=quality(matches))

    def usd_per_hour(self, offer: Offer) -> Decimal | None:
        """Return the effective price of `offer`, licence included; None when it has none at the term (M3, M4)."""
        price = offer.price(self.policy.term)
        if price is None:
            return None
        return price.usd_per_hour + self.policy.licence_usd_per_vcpu_hour * offer.vcpus

    def cpu_floor(self, offer: Offer) -> Decimal:
        """Return the threads per vCPU that `offer` is sure of (M5)."""
        factor = self.policy.core_based_factor if offer.is_core_based else Decimal(1)
        return factor * (BURSTABLE_CPU_FLOOR if offer.is_burstable else 1)

    def objections(self, request: MatchRequest, offer: Offer) -> tuple[str, ...]:
        """Return every rule, size apart, by which `offer` is refused for `request`, in words."""
        return self._profile_objections(_profile(request), offer)

    def fits(self, request: MatchRequest, offer: Offer) -> bool:
        """Return whether `offer` is large enough for `request` (M1)."""
        return self._vcpus(offer) >= request.vcpus_needed and offer.memory_gib >= request.memory_gib_needed

    def _vcpus(self, offer: Offer) -> Decimal:
        return offer.vcpus * (self.policy.core_based_factor if offer.is_core_based else Decimal(1))

    def _columns(self) -> OfferColumns:
        offers = [offer for offer, _ in self._allowed]
        return OfferColumns(
            group=np.array([self._groups[_group(offer)] for offer in offers], dtype=np.int64),
            vcpus=np.array([self._vcpus(offer) for offer in offers], dtype=object),
            memory=np.array([offer.memory_gib for offer in offers], dtype=object),
            price=_ranks([price for _, price in self._allowed]),
            generation=np.array([offer.generation for offer in offers], dtype=np.int64),
            name=_ranks([_identity(offer) for offer in offers]),
        )

    def _cheapest(
        self, requests: Sequence[MatchRequest], profiles: Sequence[_Profile]
    ) -> tuple[IntArray, IntArray]:
        numbers = {profile: number for number, profile in enumerate(dict.fromkeys(profiles))}
        sets = [
            [n for key, n in self._groups.items() if not self._group_objections(profile, *key)]
            for profile in numbers
        ]
        first, second = self._index.union(sets).cheapest(
            group=np.array([numbers[profile] for profile in profiles], dtype=np.int64),
            vcpus=_objects([request.vcpus_needed for request in requests]),
            memory=_objects([request.memory_gib_needed for request in requests]),
        )
        return first, second

    def _match(
        self,
        request: MatchRequest,
        profile: _Profile,
        best: tuple[Offer, Decimal] | None,
        runner_up: tuple[Offer, Decimal] | None,
        arm: tuple[Offer, Decimal] | None,
    ) -> Match:
        if arm == best:
            arm = None
        if best is None:
            why = self._why_none(request, profile)
            spare_vcpus = spare_memory_gib = floor = None
        else:
            why = _why_won(*best, *(runner_up or (None, None)))
            spare_vcpus = self._vcpus(best[0]) - request.vcpus_needed
            spare_memory_gib = best[0].memory_gib - request.memory_gib_needed
            floor = self.cpu_floor(best[0])
            if floor < self.policy.private_cpu_floor:
                why += (
                    f" Its vCPU is sure of {_plain(floor)} thread, less than the"
                    f" {_plain(self.policy.private_cpu_floor)} of the private side; the request allows it."
                )
        return Match(
            request=request,
            offer=best[0] if best else None,
            usd_per_hour=best[1] if best else None,
            why=why,
            runner_up=runner_up[0] if runner_up else None,
            runner_up_usd_per_hour=runner_up[1] if runner_up else None,
            arm=arm[0] if arm else None,
            arm_usd_per_hour=arm[1] if arm else None,
            spare_vcpus=spare_vcpus,
            spare_memory_gib=spare_memory_gib,
            cpu_floor=floor,
            private_cpu_floor=self.policy.private_cpu_floor,
        )

    def _policy_objection(self, offer: Offer) -> str:
        minimum = self.policy.minimum_generation
        if minimum is None or offer.is_burstable:
            return "" if offer.is_current else "is not of the two newest generations of its line"
        if offer.generation >= minimum:
            return ""
        return f"is of generation {offer.generation or 'unknown'}, not {minimum} or newer"

    def _profile_objections(self, profile: _Profile, offer: Offer) -> tuple[str, ...]:
        found = list(self._group_objections(profile, *_group(offer)))
        if objection := self._policy_objection(offer):
            found.append(objection)
        if offer.price(self.policy.term) is None:
            found.append(f"has no {self.policy.term} price")
        return tuple(found)

    def _group_objections(
        self,
        profile: _Profile,
        operating_system: str,
        architecture: str,
        gpus: int,
        category: str,
        is_burstable: bool,
        is_core_based: bool,
    ) -> tuple[str, ...]:
        architectures, gpus_needed, allows_burstable, system, parity = profile
        found = []
        if operating_system != system:
            found.append(f"is priced with {operating_system}, not {system}")
        if architecture not in architectures:
            found.append(f"is {architecture}")
        if gpus < gpus_needed:
            found.append(f"has {gpus} GPUs of {gpus_needed}")
        if parity is not None and category != parity:
            found.append(f"is of the {category} category, not {parity}")
        if is_burstable and not allows_burstable:
            factor = self.policy.core_based_factor if is_core_based else Decimal(1)
            if not self.policy.allows_equally_shared:
                found.append("is burstable")
            elif BURSTABLE_CPU_FLOOR * factor < self.policy.private_cpu_floor:
                found.append("is burstable with a CPU floor below the private one")
        return tuple(found)

    def _why_none(self, request: MatchRequest, profile: _Profile) -> str:
        """Say what stands in the way: no offer that the rules allow, or none large enough; and what comes nearest."""
        wanted = f"{_plain(request.vcpus_needed)} vCPU and {_plain(request.memory_gib_needed)} GiB"
        if not self._offers:
            return f"No instance has {wanted}: the price list is empty."
        if profile not in self._objections:
            self._objections[profile] = tuple(
                self._profile_objections(profile, offer) for offer in self._offers
            )
        objections = self._objections[profile]
        counts = np.array([len(found) for found in objections])
        vcpus, memory = self._sizes
        lack = np.maximum(float(request.vcpus_needed) / vcpus, float(request.memory_gib_needed) / memory)
        words = f"No allowed instance has {wanted}."
        if (counts == 0).any():
            nearest = self._offers[int(np.where(counts == 0, lack, math.inf).argmin())]
            words += (
                f" Nearest: {nearest.instance_type} with {nearest.vcpus} vCPU"
                f" and {_plain(nearest.memory_gib)} GiB."
            )
        enough = [i for i in np.flatnonzero(lack <= 1 + 1e-9).tolist() if self.fits(request, self._offers[i])]
        if enough:
            nearest_row = min(enough, key=lambda i: (counts[i], i))
            refused = " and ".join(objections[nearest_row])
            words += f" {self._offers[nearest_row].instance_type} is large enough, but {refused}."
        return words


def quality(matches: Sequence[Match]) -> MatchQuality:
    """Return how well `matches` fit, weighted by the count of machines (tco.M7)."""
    vms = sum(match.request.count for match in matches)
    found = [match for match in matches if match.offer is not None]
    sums = [Decimal(0)] * 4
    for match in found:
        request = match.request
        for i, amount in enumerate(
            (request.vcpus_needed, request.memory_gib_needed, match.spare_vcpus, match.spare_memory_gib)
        ):
            sums[i] += (amount or 0) * request.count
    close = sum(match.request.count for match in found if match.is_close)
    vcpus, memory_gib, spare_vcpus, spare_memory_gib = sums
    return MatchQuality(
        vms=vms,
        matched_vms=sum(match.request.count for match in found),
        requested_vcpus=vcpus,
        requested_memory_gib=memory_gib,
        spare_vcpus=spare_vcpus,
        spare_memory_gib=spare_memory_gib,
        vcpu_over_provision_ratio=spare_vcpus / vcpus if vcpus else None,
        memory_over_provision_ratio=spare_memory_gib / memory_gib if memory_gib else None,
        close_match_ratio=Decimal(close) / vms if vms else None,
        unmatched=tuple(match.request.name for match in matches if match.offer is None),
    )


def _profile(request: MatchRequest) -> _Profile:
    category = (
        category_of(request.vcpus_needed, request.memory_gib_needed) if request.category_parity else None
    )
    return (
        frozenset(request.architectures),
        request.gpus,
        request.allows_burstable,
        request.operating_system,
        category,
    )


def _group(offer: Offer) -> tuple[str, str, int, str, bool, bool]:
    """Return all of `offer` that a profile may object to."""
    return (
        offer.operating_system,
        offer.architecture,
        offer.gpus,
        offer.category,
        offer.is_burstable,
        offer.is_burstable and offer.is_core_based,
    )


def _identity(offer: Offer) -> tuple[str | int | Decimal, ...]:
    """Return what orders offers whatever order they came in: the name, and all that could still differ."""
    return (
        offer.instance_type,
        *_group(offer),
        offer.family,
        offer.is_core_based,
        offer.generation,
        offer.vcpus,
        offer.memory_gib,
        *(f"{price.term} {price.usd_per_hour}" for price in offer.prices),
    )


def _why_won(offer: Offer, price: Decimal, other: Offer | None, other_price: Decimal | None) -> str:
    if other is None or other_price is None:
        return "The only allowed instance that is large enough."
    if price < other_price:
        dearer = f", {(other_price / price - 1):.1%} dearer" if price else ""
        return f"Lowest price; next is {other.instance_type} at {_plain(other_price)}{dearer}."
    for name, won in (
        (
            f"newer generation ({offer.generation} against {other.generation})",
            offer.generation != other.generation,
        ),
        (f"fewer spare vCPU ({offer.vcpus} against {other.vcpus})", offer.vcpus != other.vcpus),
        (
            f"less spare memory ({_plain(offer.memory_gib)} against {_plain(other.memory_gib)} GiB)",
            offer.memory_gib != other.memory_gib,
        ),
    ):
        if won:
            return f"Same price as {other.instance_type}; {name}."
    return f"Same price and size as {other.instance_type}; first by name."


def _ranks(values: Sequence[_Ordered]) -> IntArray:
    """Return for each of `values` its place among the different ones in order: exact whatever their digits."""
    places = {value: place for place, value in enumerate(sorted(set(values)))}
    return np.array([places[value] for value in values], dtype=np.int64)


def _objects(values: Sequence[Decimal]) -> NumberArray:
    return np.array(values, dtype=object)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
