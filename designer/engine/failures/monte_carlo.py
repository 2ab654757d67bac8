"""Availability by letting components fail and be repaired for many years: a second opinion beside the cut sets.

Each component is up for an exponential time and in repair for another, on its own. Wherever repairs overlap, the whole
simulation says what is down. One seed, one answer: every component draws from a generator of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from designer.engine.failures.availability import HOURS_PER_YEAR, shown_percent
from designer.engine.failures.model import SimulatedAvailability

SEED = 7
"""Any number: the same one each time, so that two people get the same answer."""
BATCHES = 20
"""Independent runs; how far they differ gives the interval."""
STUDENT_95 = 2.093
"""Two-sided 95 % quantile of Student's t with 19 degrees of freedom."""
MOST_YEARS = 1_000_000
MOST_WORK = 100_000_000
"""Years x failures a year x components: larger clouds fail more often, and need fewer years. House value."""
NONE_SEEN = Decimal(3)
"""Rule of three: with no event in n years, fewer than 3 / n a year with 95 % confidence."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Down = Callable[[frozenset[str]], frozenset[str]]
"""From what has failed at the same moment to the events that it brings about."""
Report = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Something that fails by itself."""

    name: str
    failures_per_year: Decimal
    repair_hours: Decimal


def years_for(components: Sequence[Component]) -> int:
    """Return how many years are simulated, all batches together."""
    rate = float(sum((c.failures_per_year for c in components), Decimal(0)))
    most = MOST_WORK / (rate * len(components)) if rate else MOST_YEARS
    return max(BATCHES, int(min(MOST_YEARS, most)) // BATCHES * BATCHES)


def simulate_years(
    components: Sequence[Component],
    down: Down,
    events: Sequence[str],
    *,
    years: int | None = None,
    seed: int = SEED,
    report: Report = lambda share, text: None,
) -> tuple[SimulatedAvailability, ...]:
    """Return how much of the simulated time each of `events` takes, with a 95 % interval by batch means."""
    ordered = sorted(components, key=lambda component: component.name)
    total = years or years_for(ordered)
    each = total / BATCHES
    known: dict[frozenset[str], frozenset[str]] = {}
    hours = {event: np.zeros(BATCHES) for event in events}
    outages = dict.fromkeys(events, 0)
    for batch in range(BATCHES):
        report(batch / BATCHES, f"{batch * total // BATCHES:,} of {total:,} simulated years")
        for event, length in _outages(ordered, each * HOURS_PER_YEAR, (seed, batch), down, known):
            hours[event][batch] += length
            outages[event] += 1
    longest = max((component.repair_hours for component in ordered), default=Decimal(0))
    return tuple(
        _measured(event, hours[event] / (each * HOURS_PER_YEAR), outages[event], total, seed, longest)
        for event in events
    )


def _measured(
    event: str, shares: Floats, outages: int, years: int, seed: int, longest: Decimal
) -> SimulatedAvailability:
    mean = float(shares.mean())
    margin = STUDENT_95 * float(shares.std(ddof=1)) / math.sqrt(BATCHES)
    low, high = max(0.0, mean - margin), mean + margin
    if not outages:
        high = float(NONE_SEEN * longest / (years * HOURS_PER_YEAR))

    def minutes(share: float) -> Decimal:
        return Decimal(repr(share)) * HOURS_PER_YEAR * 60

    return SimulatedAvailability(
        event=event, years=years, seed=seed, outages=outages, unavailability=Decimal(repr(mean)),
        minutes_per_year=minutes(mean), minutes_low=minutes(low), minutes_high=minutes(high),
        percent=shown_percent(1 - Decimal(repr(mean))),
    )  # fmt: skip


# Time passes --------------------------------------------------------------------------------------------------
def _outages(
    components: Sequence[Component],
    hours: float,
    seed: tuple[int, int],
    down: Down,
    known: dict[frozenset[str], frozenset[str]],
) -> Iterator[tuple[str, float]]:
    """Every outage within `hours`: its event and its length in hours."""
    starts, ends, who = _repairs(components, hours, seed)
    if not len(starts):
        return
    # A repair that begins after all before it have ended is the first of a new group; most groups are one repair.
    latest = np.maximum.accumulate(ends)
    first = np.flatnonzero(np.concatenate(([True], starts[1:] > latest[:-1])))
    size = np.diff(np.append(first, len(starts)))
    alone = first[size == 1]
    names = [component.name for component in components]
    for index in np.unique(who[alone]).tolist():
        stopped = _known(frozenset((names[index],)), down, known)
        if stopped:
            mine = alone[who[alone] == index]
            for length in (ends[mine] - starts[mine]).tolist():
                yield from ((event, length) for event in stopped)
    for begin, count in zip(first[size > 1].tolist(), size[size > 1].tolist(), strict=True):
        part = slice(begin, begin + count)
        yield from _group(starts[part], ends[part], [names[i] for i in who[part].tolist()], down, known)


def _repairs(
    components: Sequence[Component], hours: float, seed: tuple[int, int]
) -> tuple[Floats, Floats, Integers]:
    """Begin and end of every repair within `hours`, and whose it is, by begin."""
    starts, ends, who = [], [], []
    for index, component in enumerate(components):
        if not component.failures_per_year or not component.repair_hours:
            continue
        chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(index,))))
        up, repair = float(HOURS_PER_YEAR / component.failures_per_year), float(component.repair_hours)
        expected = hours / (up + repair)
        count = int(expected + 10 * math.sqrt(expected) + 10)
        times = np.empty(2 * count)
        times[0::2] = chance.exponential(up, count)
        times[1::2] = chance.exponential(repair, count)
        at = np.cumsum(times)
        mine = at[0::2] < hours
        starts.append(at[0::2][mine])
        ends.append(np.minimum(at[1::2][mine], hours))
        who.append(np.full(int(mine.sum()), index))
    if not starts:
        return np.empty(0), np.empty(0), np.empty(0, np.int64)
    begin = np.concatenate(starts)
    order = np.argsort(begin, kind="stable")
    return begin[order], np.concatenate(ends)[order], np.concatenate(who)[order].astype(np.int64)


def _group(
    starts: Floats,
    ends: Floats,
    names: Sequence[str],
    down: Down,
    known: dict[frozenset[str], frozenset[str]],
) -> Iterator[tuple[str, float]]:
    """Outages of repairs that overlap: what is down between one change and the next."""
    changes = sorted(
        [(at, True, name) for at, name in zip(starts.tolist(), names, strict=True)]
        + [(at, False, name) for at, name in zip(ends.tolist(), names, strict=True)]
    )
    failed: set[str] = set()
    since: dict[str, float] = {}
    for at, is_failure, name in changes:
        (failed.add if is_failure else failed.discard)(name)
        now = _known(frozenset(failed), down, known) if failed else frozenset()
        for event in [event for event in since if event not in now]:
            yield event, at - since.pop(event)
        for event in now:
            since.setdefault(event, at)


def _known(failed: frozenset[str], down: Down, known: dict[frozenset[str], frozenset[str]]) -> frozenset[str]:
    if failed not in known:
        known[failed] = down(failed)
    return known[failed]
