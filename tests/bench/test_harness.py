"""The arithmetic of the benchmarks. What they measure is never part of the tests, which run on busy machines."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from bench import harness, job_latency, list_api, price_matching
from bench.__main__ import main
from bench.harness import Clock, Comparison, Result, Times, compare, exponent, percentile, repetitions
from bench.probe import bare


def a_comparison(**fields):
    return Comparison(**{"name": "cold", "ours": 0.002, "floor": 0.001, "ratio": 2.0} | fields)


def a_result(**fields):
    defaults = {
        "benchmark": "B0",
        "version": 1,
        "size": "s",
        "n": 1000,
        "checksum": "abc",
        "correctness": "equal",
        "comparisons": (a_comparison(),),
        "seconds": {"query": 0.5},
    }
    return Result(**defaults | fields)


@pytest.mark.parametrize(
    ("points", "k"),
    [
        pytest.param([(10, 3), (100, 30), (1000, 300)], 1, id="linear"),
        pytest.param([(10, 2), (100, 200)], 2, id="square"),
        pytest.param([(10, 2), (1000, 2)], 0, id="constant"),
    ],
)
def test_an_exponent_is_the_slope_of_the_logarithms(points, k):
    assert exponent(points) == pytest.approx(k)


@pytest.mark.parametrize("points", [[], [(10, 1)], [(10, 1), (10, 2)], [(10, 0), (100, 1)]])
def test_one_size_has_no_exponent(points):
    assert exponent(points) is None


def test_a_round_compares_sums_so_that_a_drift_hits_both():
    assert harness.round_ratio([1.0, 1.3], [1.1, 1.2]) == pytest.approx(
        1
    )  # A B B A, each slower than the last


def test_a_floor_without_measurable_time_gives_no_finite_ratio():
    assert harness.round_ratio([1.0], [0.0]) == math.inf
    assert harness.spread([0.0, 1.0]) == math.inf


@pytest.mark.parametrize(
    ("seconds", "times"), [(1.0, 1), (0.02, 1), (0.01, 2), (0.0001, 200), (0.0, 200_000)]
)
def test_a_short_action_is_repeated_until_a_clock_can_tell_it(seconds, times):
    assert repetitions(seconds) == times


def test_percentiles_are_interpolated():
    assert percentile([4, 1, 3, 2, 5], 50) == 3
    assert percentile([0, 10], 95) == pytest.approx(9.5)


class Samples:
    """Stands in for the clock: each action takes what the test says, and the order is remembered."""

    def __init__(self, ours, floor):
        self.seconds = {"ours": iter(ours), "floor": iter(floor)}
        self.order = []

    def action(self, name):
        return lambda: name

    def __call__(self, action, times=1):
        name = action()
        self.order.append(name)
        seconds = next(self.seconds[name])
        return Times(cpu=seconds, wall=2 * seconds)


def measured(monkeypatch, ours, floor, **options):
    samples = Samples([1.0, *ours], [1.0, *floor])  # the first of each only tells how often to repeat
    monkeypatch.setattr(harness, "sample", samples)
    found = compare("x", samples.action("ours"), samples.action("floor"), **options)
    return found, samples.order[2:]


def test_the_order_is_ours_floor_floor_ours(monkeypatch):
    found, order = measured(monkeypatch, [2.0] * 4, [1.0] * 4, rounds=2)

    assert order == ["ours", "floor", "floor", "ours"] * 2
    assert found.ratio == 2
    assert found.other_clock == {"ours_wall_seconds": 4.0, "floor_wall_seconds": 2.0}


def test_the_ratio_is_the_median_of_the_rounds_and_the_times_are_the_fastest(monkeypatch):
    ours = [1.0, 1.0, 2.0, 2.0, 9.0, 9.0]

    found, _ = measured(monkeypatch, ours, [1.0] * 6, rounds=3, at_most=2.5)

    assert (found.ratio, found.ours, found.floor) == (2.0, 1.0, 1.0)
    assert found.is_met is True


def test_a_goal_that_is_missed_is_said_to_be(monkeypatch):
    found, _ = measured(monkeypatch, [3.0] * 2, [1.0] * 2, rounds=1, at_most=2.5)

    assert found.is_met is False
    assert found.goal == "<= 2.5"


def test_a_noisy_floor_is_measured_three_times_and_then_held_against_nothing(monkeypatch):
    found, order = measured(monkeypatch, [1.0] * 6, [1.0, 1.3] * 3, rounds=1, at_most=1.0)

    assert len(order) == 3 * 4
    assert found.is_noisy
    assert found.is_met is None


def test_a_floor_that_calms_down_is_believed(monkeypatch):
    found, order = measured(monkeypatch, [1.0] * 4, [1.0, 1.3, 1.0, 1.0], rounds=1, at_most=1.0)

    assert len(order) == 2 * 4
    assert not found.is_noisy
    assert found.is_met is True


def test_wall_time_decides_where_work_waits(monkeypatch):
    found, _ = measured(monkeypatch, [2.0] * 2, [1.0] * 2, rounds=1, clock=Clock.WALL)

    assert (found.ours, found.floor) == (4.0, 2.0)


def test_each_result_is_one_line_with_machine_commit_and_exponents(tmp_path):
    results = [a_result(), a_result(size="m", n=100_000, seconds={"query": 50.0})]

    harness.keep(results, tmp_path / "results.jsonl")
    harness.keep(results[:1], tmp_path / "results.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert [line["size"] for line in lines] == ["s", "m", "s"]
    assert lines[0]["exponents"] == {"query": pytest.approx(1)}
    assert lines[2]["exponents"] == {}
    assert all(line["commit"] and line["machine"] for line in lines)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        pytest.param({"is_met": True, "goal": "<= 3"}, "met", id="met"),
        pytest.param({"is_met": False, "goal": "<= 1"}, "MISSED", id="missed"),
        pytest.param({"is_noisy": True, "goal": "<= 1"}, "noisy", id="noisy"),
    ],
)
def test_the_table_says_how_each_goal_stands(fields, word):
    text = harness.table([a_result(comparisons=(a_comparison(**fields),))])

    assert text.splitlines()[1].endswith(word)


def test_a_child_that_takes_memory_is_seen_to_take_it():
    taken = harness.peak_memory_mb("tests.bench.test_harness:take_64_mb")

    assert 60 < taken < 100


def take_64_mb():
    assert len(bytearray(b"x") * 64_000_000) == 64_000_000


def test_all_three_ways_of_b3_choose_the_same_offers():
    f = price_matching.fixture(300)

    expected, ruled = price_matching.plain_brute(f), price_matching.ruled_brute(f)

    assert (expected >= 0).any()
    assert (expected < 0).any()
    assert np.array_equal(price_matching.plain_reference(f), expected)
    assert np.array_equal(price_matching.plain_query(f, price_matching.plain_index(f)), expected)
    assert np.array_equal(price_matching.ruled_reference(f), ruled)
    assert np.array_equal(price_matching.ruled_query(f, price_matching.ruled_index(f)), ruled)


def test_the_generator_of_b3_is_the_one_that_was_measured():
    assert price_matching.fixture(3_000).checksum == "d40395fcc6e6b64c"


def test_a_wrong_answer_voids_the_run(monkeypatch):
    monkeypatch.setattr(price_matching, "plain_query", lambda f, index: np.zeros(price_matching.VMS, int))

    with pytest.raises(harness.Void, match="ours chose other offers than brute force"):
        price_matching.measure("s", 1)


def test_the_list_names_each_benchmark_and_its_sizes(capsys):
    main(["list"])

    assert "B3   Cheapest-fit price matching" in capsys.readouterr().out


def test_a_size_that_there_is_not_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["run", "B3", "--sizes", "xxl"])

    assert "B3 has no size xxl; it has s, m, l" in capsys.readouterr().err


def test_values_are_compared_in_the_same_order_by_their_medians():
    order = []
    ours, floors = iter([10.0, 30.0, 20.0, 40.0]), iter([5.0, 5.0, 10.0, 10.0])

    def own():
        order.append("ours")
        return next(ours)

    def other():
        order.append("floor")
        return next(floors)

    found = harness.compare_values("x", own, other, unit="ms", rounds=2, added=20)

    assert order == ["ours", "floor", "floor", "ours"] * 2
    assert (found.ours, found.floor, found.ratio) == (25.0, 7.5, (40 / 10 + 60 / 20) / 2)
    assert (found.goal, found.is_met) == ("floor + 20 ms", True)


@pytest.mark.parametrize(("least", "is_met"), [(0.5, True), (0.7, False)])
def test_a_throughput_has_a_goal_from_below(least, is_met):
    found = harness.compare_values("x", lambda: 60.0, lambda: 100.0, unit="/s", rounds=1, at_least=least)

    assert found.is_met is is_met
    assert found.goal == f">= {least:g}"


def test_a_probe_is_read_as_it_grows_and_a_double_start_is_seen(tmp_path):
    started = job_latency.Started(tmp_path / "probe.txt")

    bare.touch(str(started.file), 1, 0)
    started.look()
    with started.file.open("a") as half_written:
        half_written.write("2 17")
    started.look()
    with started.file.open("a") as rest:
        rest.write("00.5\n1 1700.5\n")
    started.look()

    assert set(started.at) == {1, 2}
    assert started.at[2] == 1700.5
    assert started.doubles == 1


def test_jobs_that_never_start_void_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(job_latency, "PATIENCE_SECONDS", 0.01)

    with pytest.raises(harness.Void, match="3 jobs sent, 0 started"):
        job_latency.Started(tmp_path / "probe.txt").wait_for(range(3))


def test_timestamps_do_not_count_when_rows_are_compared():
    row = {"id": "1", "created_at": "now", "name": "a"}

    assert list_api.without_times(row) == {"id": "1", "name": "a"}
