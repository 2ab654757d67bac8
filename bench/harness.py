"""How a benchmark measures: ours and a floor side by side, and the ratio, because the machine changes and it does not.

Rules: quality notes, performance section 2. Order ABBA in at least five rounds; processor time with children for
what the processor bounds, wall time for what waits; a noise guard on the floor's own spread; memory in a fresh child.
"""

from __future__ import annotations

import gc
import hashlib
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench"
"""Where scratch databases and results go; git ignores it."""

ROUNDS = 5
MAXIMUM_SPREAD = 1.25
"""Of the floor's own times, slowest over fastest; above it a measurement is noise."""
ATTEMPTS = 3
SAMPLE_SECONDS = 0.02
"""A shorter action is repeated within one sample until it takes this long."""

Action = Callable[[], Any]


class Clock(StrEnum):
    """What bounds the work: the processor, or waiting."""

    CPU = "cpu"
    WALL = "wall"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of one sample, on both clocks."""

    cpu: float
    wall: float

    def on(self, clock: Clock) -> float:
        return self.cpu if clock is Clock.CPU else self.wall


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One measured ratio, ours over floor, with what it is held against."""

    name: str
    ours: float
    """The fastest, in `unit`."""
    floor: float
    ratio: float
    """The median of the rounds."""
    unit: str = "s"
    clock: Clock = Clock.CPU
    goal: str = ""
    is_met: bool | None = None
    """None: nothing to hold it against, or too noisy to compare."""
    is_noisy: bool = False
    other_clock: Mapping[str, float] = field(default_factory=dict)
    """The fastest of both on the clock that does not decide."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that is kept of one benchmark at one size: a line of the results file."""

    benchmark: str
    version: int
    size: str
    n: int
    checksum: str
    """Of what the generator made: another checksum is another benchmark."""
    correctness: str
    """What was compared with the reference before anything was timed."""
    comparisons: tuple[Comparison, ...]
    memory_mb: Mapping[str, float] = field(default_factory=dict)
    """Peak above an idle child of the same interpreter with the same imports."""
    user_numbers: Mapping[str, float] = field(default_factory=dict)
    """What it feels like; the unit is part of the name."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Times that the exponents are fitted to."""


class Void(Exception):
    """Ours and the reference answer differently: nothing is measured."""


def processor_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def sample(action: Action, times: int = 1) -> Times:
    """Return the seconds that one `action` takes, as the mean of `times` in a row.

    Garbage is collected before, so that none of it is billed to the side that comes after.
    """
    gc.collect()
    cpu, wall = processor_seconds(), time.perf_counter()
    for _ in range(times):
        action()
    return Times((processor_seconds() - cpu) / times, (time.perf_counter() - wall) / times)


def repetitions(seconds: float) -> int:
    """Return how often an action of `seconds` is repeated within a sample, so that the clock can tell it."""
    return max(1, math.ceil(SAMPLE_SECONDS / max(seconds, 1e-7)))


def spread(values: Sequence[float]) -> float:
    """Return slowest over fastest; infinite where the fastest took no measurable time."""
    return max(values) / min(values) if min(values) > 0 else math.inf


def round_ratio(ours: Sequence[float], floor: Sequence[float]) -> float:
    """Return ours over floor of one ABBA round."""
    return sum(ours) / sum(floor) if sum(floor) > 0 else math.inf


def compare(
    name: str,
    ours: Action,
    floor: Action,
    *,
    clock: Clock = Clock.CPU,
    rounds: int = ROUNDS,
    at_most: float | None = None,
    note: str = "",
) -> Comparison:
    """Time `ours` against `floor` in ABBA rounds. `at_most` is the goal for the ratio.

    When the floor itself varies by more than a quarter the whole is measured again, up to three times; then the
    result is marked noisy and held against nothing.
    """
    ours_times, floor_times = (repetitions(_fastest(action).on(clock)) for action in (ours, floor))
    for attempt in range(ATTEMPTS):
        pairs = []
        for _ in range(rounds):
            first = sample(ours, ours_times)
            floors = [sample(floor, floor_times), sample(floor, floor_times)]
            pairs.append(([first, sample(ours, ours_times)], floors))
        is_noisy = spread([t.on(clock) for _, floors in pairs for t in floors]) > MAXIMUM_SPREAD
        if not is_noisy or attempt == ATTEMPTS - 1:
            break
    ratio = statistics.median(
        round_ratio([t.on(clock) for t in mine], [t.on(clock) for t in theirs]) for mine, theirs in pairs
    )
    other = Clock.WALL if clock is Clock.CPU else Clock.CPU
    return Comparison(
        name=name,
        ours=min(t.on(clock) for mine, _ in pairs for t in mine),
        floor=min(t.on(clock) for _, theirs in pairs for t in theirs),
        ratio=ratio,
        clock=clock,
        goal=f"<= {at_most:g}" if at_most is not None else "",
        is_met=None if at_most is None or is_noisy else ratio <= at_most,
        is_noisy=is_noisy,
        other_clock={
            f"ours_{other}_seconds": min(t.on(other) for mine, _ in pairs for t in mine),
            f"floor_{other}_seconds": min(t.on(other) for _, theirs in pairs for t in theirs),
        },
        note=note,
    )


def compare_values(
    name: str,
    ours: Callable[[], float],
    floor: Callable[[], float],
    *,
    unit: str = "s",
    clock: Clock = Clock.WALL,
    rounds: int = ROUNDS,
    at_most: float | None = None,
    at_least: float | None = None,
    added: float | None = None,
    note: str = "",
) -> Comparison:
    """Compare what `ours` and `floor` measure themselves, in ABBA rounds; the values shown are medians.

    The goal is a ratio (`at_most`, `at_least`), or `floor + added` in `unit`. Waiting varies more than working:
    the guard of `compare` would call nearly all of it noise, so none is applied, and medians are compared.
    """
    mine: list[float] = []
    theirs: list[float] = []
    ratios = []
    for _ in range(rounds):
        first = ours()
        floors = [floor(), floor()]
        both = [first, ours()]
        mine += both
        theirs += floors
        ratios.append(round_ratio(both, floors))
    own, other, ratio = statistics.median(mine), statistics.median(theirs), statistics.median(ratios)
    goal, is_met = "", None
    if at_most is not None:
        goal, is_met = f"<= {at_most:g}", ratio <= at_most
    elif at_least is not None:
        goal, is_met = f">= {at_least:g}", ratio >= at_least
    elif added is not None:
        goal, is_met = f"floor + {added:g} {unit}", own <= other + added
    return Comparison(
        name=name,
        ours=own,
        floor=other,
        ratio=ratio,
        unit=unit,
        clock=clock,
        goal=goal,
        is_met=is_met,
        note=note,
    )


def _fastest(action: Action) -> Times:
    """Warm up, then return a first idea of how long `action` takes."""
    action()
    return sample(action)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of `values` do not exceed, interpolated (type 7)."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def exponent(points: Iterable[tuple[float, float]]) -> float | None:
    """Return k of time ~ n^k by least squares on the logarithms; None for fewer than two sizes."""
    logs = [(math.log(n), math.log(seconds)) for n, seconds in points if n > 0 and seconds > 0]
    if len({n for n, _ in logs}) < 2:
        return None
    mean_n = statistics.fmean(n for n, _ in logs)
    mean_t = statistics.fmean(t for _, t in logs)
    return sum((n - mean_n) * (t - mean_t) for n, t in logs) / sum((n - mean_n) ** 2 for n, _ in logs)


def checksum(*parts: bytes) -> str:
    """Return what tells one generated fixture from another."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:16]


def peak_memory_mb(task: str, *arguments: str) -> float:
    """Return how much more memory a fresh child takes at its peak for `task` than for nothing, in MB (10**6).

    `task` is `module:function`, called with `arguments`. The idle child imports the same module.
    """
    return (_child_peak(task, *arguments) - _child_peak(task.partition(":")[0])) / 1e6


def _child_peak(task: str, *arguments: str) -> int:
    command = [sys.executable, "-m", "bench.child", task, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


def machine() -> str:
    """Return what the numbers were measured on, without its name."""
    model = platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}"


def commit() -> str:
    """Return the commit that was measured; `+` when files differ from it."""
    try:
        head = _git("rev-parse", "--short=10", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def exponents(results: Sequence[Result]) -> dict[str, float]:
    """Return the exponent of every time that was taken at several sizes."""
    names = {name for result in results for name in result.seconds}
    found = {
        name: exponent((r.n, r.seconds[name]) for r in results if name in r.seconds) for name in sorted(names)
    }
    return {name: k for name, k in found.items() if k is not None}


def keep(results: Sequence[Result], file: Path) -> None:
    """Append one JSON line for each of `results`, all of one benchmark, to `file`."""
    fitted, where, what = exponents(results), machine(), commit()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        for result in results:
            line = {
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "commit": what,
                "machine": where,
                **asdict(result),
                "exponents": fitted,
            }
            lines.write(json.dumps(line) + "\n")


def table(results: Sequence[Result]) -> str:
    """Return `results` as the table that people read."""
    rows = [("", "size", "what", "ours", "floor", "ratio", "goal", "")]
    for result in results:
        for c in result.comparisons:
            verdict = "noisy" if c.is_noisy else {True: "met", False: "MISSED", None: ""}[c.is_met]
            rows.append(
                (
                    result.benchmark,
                    f"{result.size} {result.n:,}",
                    c.name,
                    shown(c.ours, c.unit),
                    shown(c.floor, c.unit),
                    f"{c.ratio:.3g}",
                    c.goal,
                    verdict,
                )
            )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    for result in results:
        facts = [f"{name} {value:.1f} MB" for name, value in result.memory_mb.items()]
        facts += [f"{name} {value:.4g}" for name, value in result.user_numbers.items()]
        lines.append(f"{result.benchmark} {result.size}: {result.correctness}; checksum {result.checksum}")
        lines += [f"    {fact}" for fact in facts]
    if fitted := exponents(results):
        lines.append("time ~ n^k: " + ", ".join(f"{name} k = {k:.2f}" for name, k in fitted.items()))
    return "\n".join(line.rstrip() for line in lines)


def shown(value: float, unit: str) -> str:
    """Return `value` with a unit that keeps it short."""
    if unit != "s":
        return f"{value:.4g} {unit}"
    if value < 1e-3:
        return f"{value * 1e6:.0f} us"
    return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.2f} s"
