"""B3: the cheapest instance for each of 10,000 machines, against up to a million offers in 30 regions.

Reference: the Pareto front of each region, then brute force on the front. Floor: NumPy brute force by region.
The line with rules adds family, operating system, term and currency to the question, for all sides alike.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.benchmark import Benchmark
from bench.harness import Comparison, Result, Void, checksum, compare, peak_memory_mb, sample
from costing.engine.offer_index import OfferColumns, OfferIndex

Array = npt.NDArray[Any]

SEED = 7
VERSION = 2
VMS = 10_000
REGIONS = 30
SYSTEMS = 2
FAMILIES = 3
"""By 2, 4 or 8 GiB a vCPU."""
SIZES = {"s": 3_000, "m": 100_000, "l": 1_000_000}
EUR_IN_USD = 1.08
CHUNK = 4_000_000


@dataclass(frozen=True)
class Fixture:
    """Machines and offers as columns; prices in USD an hour but where `currency` is 1, EUR."""

    vm_vcpus: Array
    vm_memory: Array
    vm_region: Array
    vm_system: Array
    vm_family: Array
    """The family it must come from; FAMILIES for any."""
    region: Array
    vcpus: Array
    memory: Array
    price: Array
    system: Array
    family: Array
    term: Array
    currency: Array

    @property
    def checksum(self) -> str:
        return checksum(*(getattr(self, f.name).tobytes() for f in dataclasses.fields(self)))


def fixture(offers: int) -> Fixture:
    """Return the machines and `offers` offers of seed 7; the columns that the rules need come from a second stream."""
    generator, rules = np.random.default_rng(SEED), np.random.default_rng([SEED, 1])
    vm_vcpus = np.round(np.clip(generator.lognormal(1.2, 0.8, VMS), 1, 128)).astype(np.int64)
    vm_memory = np.round(np.clip(vm_vcpus * generator.lognormal(1.2, 0.6, VMS), 1, 1000)).astype(np.int64)
    vm_region = generator.integers(0, REGIONS, VMS)
    vcpus = generator.choice(np.array([1, 2, 4, 8, 16, 32, 64, 96, 128]), offers)
    per_vcpu = generator.choice(np.array([2, 4, 8]), offers)
    region = generator.integers(0, REGIONS, offers)
    price = 0.02 * vcpus * generator.uniform(0.7, 1.6, offers) + 0.003 * vcpus * per_vcpu
    return Fixture(
        vm_vcpus=vm_vcpus,
        vm_memory=vm_memory,
        vm_region=vm_region,
        vm_system=(rules.random(VMS) < 0.2).astype(np.int64),
        vm_family=np.where(rules.random(VMS) < 0.2, rules.integers(0, FAMILIES, VMS), FAMILIES),
        region=region,
        vcpus=vcpus,
        memory=vcpus * per_vcpu,
        price=price,
        system=(rules.random(offers) < 0.3).astype(np.int64),
        family=np.log2(per_vcpu).astype(np.int64) - 1,
        term=rules.integers(0, 3, offers),
        currency=(rules.random(offers) < 0.25).astype(np.int64),
    )


def usd(f: Fixture, rows: Array) -> Array:
    """Return the prices of `rows` in USD."""
    return f.price[rows] * np.where(f.currency[rows] == 1, EUR_IN_USD, 1.0)


# Ours


def plain_index(f: Fixture) -> OfferIndex:
    """Build our index of all offers by region."""
    nothing = np.zeros(len(f.price), dtype=np.int64)
    return OfferIndex(
        OfferColumns(
            group=f.region, vcpus=f.vcpus, memory=f.memory, price=f.price, generation=nothing, name=nothing
        )
    )


def plain_query(f: Fixture, index: OfferIndex) -> Array:
    return index.cheapest(group=f.vm_region, vcpus=f.vm_vcpus, memory=f.vm_memory)[0]


def ruled_index(f: Fixture) -> tuple[OfferIndex, Array]:
    """Build our index of the on-demand offers by region, system and family, with any family as a union."""
    rows = np.flatnonzero(f.term == 0)
    group = (f.region[rows] * SYSTEMS + f.system[rows]) * FAMILIES + f.family[rows]
    nothing = np.zeros(len(rows), dtype=np.int64)
    index = OfferIndex(
        OfferColumns(
            group=group,
            vcpus=f.vcpus[rows],
            memory=f.memory[rows],
            price=usd(f, rows),
            generation=nothing,
            name=nothing,
        )
    )
    sets = [
        range(place * FAMILIES, (place + 1) * FAMILIES)
        if family == FAMILIES
        else (place * FAMILIES + family,)
        for place in range(REGIONS * SYSTEMS)
        for family in range(FAMILIES + 1)
    ]
    known = [[g for g in groups if g < index.groups] for groups in sets]
    return index.union(known), np.append(rows, -1)


def ruled_query(f: Fixture, built: tuple[OfferIndex, Array]) -> Array:
    index, rows = built
    group = (f.vm_region * SYSTEMS + f.vm_system) * (FAMILIES + 1) + f.vm_family
    return rows[index.cheapest(group=group, vcpus=f.vm_vcpus, memory=f.vm_memory)[0]]


# Brute force


def brute(f: Fixture, asked: Array, rows: Array, price: Array) -> Array:
    """Return for each of `asked` the cheapest of `rows` that is large enough, by comparing all with all."""
    answer = np.full(len(asked), -1, dtype=np.int64)
    if not len(rows):
        return answer
    step = max(1, CHUNK // len(rows))
    for start in range(0, len(asked), step):
        some = asked[start : start + step]
        fits = f.vcpus[rows] >= f.vm_vcpus[some, None]
        fits &= f.memory[rows] >= f.vm_memory[some, None]
        cost = np.where(fits, price, np.inf)
        best = cost.argmin(axis=1)
        answer[start : start + step] = np.where(np.isfinite(cost[np.arange(len(some)), best]), rows[best], -1)
    return answer


def plain_brute(f: Fixture) -> Array:
    answer = np.full(VMS, -1, dtype=np.int64)
    for region in range(REGIONS):
        asked, rows = np.flatnonzero(f.vm_region == region), np.flatnonzero(f.region == region)
        answer[asked] = brute(f, asked, rows, f.price[rows])
    return answer


def ruled_brute(f: Fixture) -> Array:
    """As `plain_brute`, with the rules: each machine sees the on-demand offers of its region, system and family."""
    answer = np.full(VMS, -1, dtype=np.int64)
    allowed = np.flatnonzero(f.term == 0)
    price = usd(f, allowed)
    place = f.region[allowed] * SYSTEMS + f.system[allowed]
    vm_place = f.vm_region * SYSTEMS + f.vm_system
    for number in range(REGIONS * SYSTEMS):
        here, asked_here = place == number, vm_place == number
        for family in range(FAMILIES + 1):
            asked = np.flatnonzero(asked_here & (f.vm_family == family))
            some = np.flatnonzero(here if family == FAMILIES else here & (f.family[allowed] == family))
            answer[asked] = brute(f, asked, allowed[some], price[some])
    return answer


# Reference: Pareto fronts


def front(f: Fixture, rows: Array, price: Array) -> Array:
    """Return the places in `rows` of the offers that no other beats in vCPU, memory and price at once."""
    order = np.argsort(price, kind="stable")
    _, first = np.unique(f.vcpus[rows][order] * 4096 + f.memory[rows][order], return_index=True)
    best = order[np.sort(first)]  # the cheapest of each size, by price
    vcpus, memory = f.vcpus[rows][best], f.memory[rows][best]
    larger = (vcpus[:, None] >= vcpus) & (memory[:, None] >= memory)
    is_beaten = np.triu(larger, 1).any(axis=0)  # by a cheaper one that is as large
    return best[~is_beaten]


def plain_reference(f: Fixture) -> Array:
    answer = np.full(VMS, -1, dtype=np.int64)
    for region in range(REGIONS):
        asked, rows = np.flatnonzero(f.vm_region == region), np.flatnonzero(f.region == region)
        best = rows[front(f, rows, f.price[rows])]
        answer[asked] = brute(f, asked, best, f.price[best])
    return answer


def ruled_reference(f: Fixture) -> Array:
    answer = np.full(VMS, -1, dtype=np.int64)
    allowed = np.flatnonzero(f.term == 0)
    price = usd(f, allowed)
    place = f.region[allowed] * SYSTEMS + f.system[allowed]
    vm_place = f.vm_region * SYSTEMS + f.vm_system
    for number in range(REGIONS * SYSTEMS):
        here, asked_here = np.flatnonzero(place == number), vm_place == number
        for family in range(FAMILIES + 1):
            asked = np.flatnonzero(asked_here & (f.vm_family == family))
            some = here if family == FAMILIES else here[f.family[allowed[here]] == family]
            best = some[front(f, allowed[some], price[some])]
            answer[asked] = brute(f, asked, allowed[best], price[best])
    return answer


# Measuring


def measure(size: str, rounds: int) -> Result:
    """Check all answers against each other, then time them."""
    n = SIZES[size]
    f = fixture(n)
    index, ruled = plain_index(f), ruled_index(f)
    expected, expected_ruled = plain_brute(f), ruled_brute(f)
    for name, answer, right in (
        ("reference", plain_reference(f), expected),
        ("ours", plain_query(f, index), expected),
        ("reference with rules", ruled_reference(f), expected_ruled),
        ("ours with rules", ruled_query(f, ruled), expected_ruled),
    ):
        if not np.array_equal(answer, right):
            raise Void(
                f"B3 {size}: {name} chose other offers than brute force for {(answer != right).sum()} VMs"
            )
    comparisons = [
        compare("cold, against Pareto fronts", lambda: plain_query(f, plain_index(f)), lambda: plain_reference(f), rounds=rounds, at_most=1.0),
        compare("cold with rules, against Pareto fronts", lambda: ruled_query(f, ruled_index(f)), lambda: ruled_reference(f), rounds=rounds, at_most=1.0),
        compare("warm, against brute force", lambda: plain_query(f, index), lambda: plain_brute(f), rounds=rounds, at_most=0.15 if size == "m" else None),
        compare("warm with rules, against brute force", lambda: ruled_query(f, ruled), lambda: ruled_brute(f), rounds=rounds, at_most=0.15 if size == "m" else None),
        compare("build, against one sort of the offers", lambda: plain_index(f), lambda: np.lexsort((f.price, f.region)), rounds=rounds, at_most=1.2),
        compare("build, against one sort of the bare prices", lambda: plain_index(f), lambda: np.argsort(f.price), rounds=rounds),
    ]  # fmt: skip
    users = {"cold answer for 10,000 VMs, ms": comparisons[0].ours * 1e3}
    if size == "s":
        users["whole match of 10,000 VMs x 3,000 offers with words and quality, s"] = match_seconds(f)
    return Result(
        benchmark="B3",
        version=VERSION,
        size=size,
        n=n,
        checksum=f.checksum,
        correctness=f"the same offer as brute force for all {VMS:,} VMs, with and without rules",
        comparisons=tuple(comparisons),
        memory_mb={
            "ours, data included": peak_memory_mb("bench.price_matching:ours_once", size),
            "reference, data included": peak_memory_mb("bench.price_matching:reference_once", size),
        },
        user_numbers=users,
        seconds={"build": comparisons[4].ours, "warm query": comparisons[2].ours},
    )


def finish(results: list[Result]) -> list[Result]:
    """Add how much longer a warm query takes for a million offers than for 100,000."""
    by_size = {result.size: result for result in results}
    if "m" not in by_size or "l" not in by_size:
        return results
    queries = {}
    for size in ("m", "l"):
        f = fixture(SIZES[size])
        index = plain_index(f)
        queries[size] = lambda f=f, index=index: plain_query(f, index)
    growth: Comparison = compare("warm, 1M offers against 100k", queries["l"], queries["m"], at_most=1.10)
    large = by_size["l"]
    grown = dataclasses.replace(large, comparisons=(*large.comparisons, growth))
    return [grown if result is large else result for result in results]


def match_seconds(f: Fixture) -> float:
    """Return how long `match` takes for all machines against 3,000 Offer objects of one region: the user's number."""
    from datetime import date

    from catalog.engine.hardware import Basis
    from catalog.engine.offers import InstancePrice, Offer, Term
    from costing.engine.matching import MatchPolicy, MatchRequest, category_of, match

    offers = [
        Offer(
            provider="bench", region="bench", instance_type=f"type-{row}", family="bench",
            category=category_of(int(f.vcpus[row]), Decimal(int(f.memory[row]))),
            vcpus=int(f.vcpus[row]), memory_gib=Decimal(int(f.memory[row])),
            prices=(
                InstancePrice(
                    term=Term.ON_DEMAND, price_model="on-demand", usd_per_hour=Decimal(str(round(f.price[row], 8))),
                    basis=Basis.HOUSE, as_of=date(2026, 1, 1), source="generated, seed 7",
                ),
            ),
        )
        for row in range(SIZES["s"])
    ]  # fmt: skip
    requests = [
        MatchRequest(name=f"vm-{i}", vcpus=int(v), memory_gib=Decimal(int(m)))
        for i, (v, m) in enumerate(zip(f.vm_vcpus, f.vm_memory, strict=True))
    ]
    return min(sample(lambda: match(requests, offers, MatchPolicy())).cpu for _ in range(3))


def ours_once(size: str) -> None:
    """For the memory of a fresh child."""
    f = fixture(SIZES[size])
    plain_query(f, plain_index(f))


def reference_once(size: str) -> None:
    """For the memory of a fresh child."""
    plain_reference(fixture(SIZES[size]))


B3 = Benchmark(
    name="B3",
    title="Cheapest-fit price matching: 10,000 machines against offers in 30 regions",
    sizes=SIZES,
    by_default=("s", "m", "l"),
    measure=measure,
    finish=finish,
)
