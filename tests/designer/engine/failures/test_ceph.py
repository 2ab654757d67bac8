"""Copies of placement groups, recovery and fill: the arithmetic of section 4, the real clusters, and real CRUSH."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.engine.failures.ceph import Domain, lost_copies, recovery, shares
from designer.engine.topology import StoragePool

WHOLE, NOTHING = Fraction(1), Fraction(0)


def lost(size, domains, whole):
    return lost_copies(size, [WHOLE] * whole + [NOTHING] * (domains - whole))


def a_recovery(domains=5, dead=1, size=3, fill="0.6", osds=12, tb="46.08", **fields):
    every = [
        Domain(
            id=f"host-{n}", osds=osds, tb=Decimal(tb), dead_osds=osds if n < dead else 0,
            live_hosts=0 if n < dead else 1,
        )
        for n in range(domains)
    ]  # fmt: skip
    values = {
        "domains": every, "size": size, "fill": Decimal(fill), "rule": "host", "has_monitors": True,
        "whole_rack": False, "mb_per_second": Decimal("1258.3"), "gbps_per_host": Decimal(50),
    }  # fmt: skip
    return recovery(**values | fields)


@pytest.mark.parametrize(
    ("size", "domains", "whole", "copies", "percent"),
    [
        # failure_model.md section 4
        pytest.param(3, 6, 2, 2, 20.0, id="2 given hosts of 6"),
        pytest.param(3, 12, 2, 2, 4.5, id="2 given hosts of 12"),
        pytest.param(3, 5, 2, 2, 30.0, id="2 given hosts of 5"),
        pytest.param(3, 12, 4, 2, 21.8, id="rack of 4 of 12 hosts: exactly 2"),
        pytest.param(3, 12, 4, 3, 1.8, id="rack of 4 of 12 hosts: all 3"),
        # E3 and E4: 6 hosts, real Ceph 20.2.4, theory
        pytest.param(4, 6, 2, 2, 40.0, id="E3 EC 2+2: 40 % inactive"),
    ],
)
def test_the_share_of_placement_groups_that_lose_copies(size, domains, whole, copies, percent):
    assert float(lost(size, domains, whole)[copies] * 100) == pytest.approx(percent, abs=0.05)


def of(kind, size, smallest, parity=0):
    return StoragePool(id="p", name="p", kind=kind, size=size, min_size=smallest, coding_chunks=parity)


@pytest.mark.parametrize(
    ("pool", "dead", "inactive", "unavailable"),
    [
        # Experiments E2 to E4: 6 hosts of one OSD, real Ceph 20.2.4; the theory that stands beside the count.
        pytest.param(of("replicated", 2, 1), 1, 0, 0, id="E2 size 2: all active"),
        pytest.param(of("replicated", 3, 2), 1, 0, 0, id="E2 size 3: all active"),
        pytest.param(of("erasure", 3, 2, 1), 1, 0, 0, id="E2 2+1: all active"),
        pytest.param(of("erasure", 4, 3, 2), 1, 0, 0, id="E2 2+2: all active"),
        pytest.param(of("erasure", 6, 5, 2), 1, 0, 0, id="E2 4+2: all active"),
        pytest.param(of("replicated", 3, 2), 2, "0.2", 0, id="E3 size 3: 20 % inactive"),
        pytest.param(of("replicated", 4, 2), 2, 0, 0, id="E3 size 4: all active"),
        pytest.param(of("erasure", 3, 2, 1), 2, 0, "0.2", id="E3 2+1: down, data unavailable"),
        pytest.param(of("erasure", 4, 3, 2), 2, "0.4", 0, id="E3 2+2: 40 % inactive, none unavailable"),
        pytest.param(of("erasure", 4, 3, 1), 2, 0, "0.4", id="the same size and min_size as 3+1: unavailable"),
        pytest.param(of("erasure", 6, 5, 2), 2, 1, 0, id="E3 4+2: all inactive"),
        pytest.param(of("replicated", 4, 2), 3, "0.2", 0, id="E4 size 4: 20 % inactive"),
        pytest.param(of("erasure", 6, 5, 2), 3, 0, 1, id="E4 4+2: all down"),
    ],
)  # fmt: skip
def test_real_clusters_lose_what_the_placement_says(pool, dead, inactive, unavailable):
    gone = [WHOLE] * dead + [NOTHING] * (6 - dead)

    found = shares(
        size=pool.size, min_size=pool.min_size, readable_from=pool.readable_from, unreachable=gone, dead=gone
    )

    assert (found.inactive, found.lost) == (Fraction(inactive), Fraction(unavailable))


@pytest.mark.parametrize(
    ("size", "smallest", "parity"),
    # sizing.S14, of a real monitor; where m is not drawn it follows from min_size, unless m is 1 and k above 2.
    [(3, 2, 1), (4, 3, 2), (6, 5, 2), (7, 5, 3), (11, 9, 3), (12, 9, 4)],
)
def test_parity_that_is_not_drawn_follows_from_the_default_min_size(size, smallest, parity):
    assert of("erasure", size, smallest).parity == parity
    assert of("erasure", size, smallest, parity).readable_from == size - parity


def test_e4_half_of_the_groups_are_inactive_with_three_of_six_hosts_dead():
    found = shares(size=3, min_size=2, readable_from=1, unreachable=[WHOLE] * 3 + [NOTHING] * 3, dead=[WHOLE] * 3 + [NOTHING] * 3)  # fmt: skip

    assert found.inactive + found.lost == Fraction(1, 2)


def test_e9_with_a_rule_by_rack_a_lost_rack_leaves_every_group_active():
    found = shares(size=3, min_size=2, readable_from=1, unreachable=[WHOLE, NOTHING, NOTHING], dead=[WHOLE, NOTHING, NOTHING])  # fmt: skip

    assert (found.degraded, found.inactive, found.lost) == (1, 0, 0)


def test_two_of_ten_osds_share_twice_the_groups_that_ceph_says():
    # 10 OSDs, 512 groups of size 3. Ceph's text and section 4 count 150 / 9, about 17, for one other copy of a group;
    # a group has two others, so two given OSDs share 512 x C(8, 1) / C(10, 3) of them.
    shared = lost(3, 10, 2)[2] * 512

    assert shared == Fraction(512 * 8, 120)
    assert float(shared) == pytest.approx(2 * 512 * 3 / 10 / 9)


@given(size=st.integers(1, 6), domains=st.integers(6, 20), dead=st.integers(0, 6))
def test_losing_size_less_min_size_domains_keeps_all_groups_active_and_one_more_does_not(size, domains, dead):
    min_size = size - size // 2
    survivable = size - min_size

    def inactive(count):
        gone = [WHOLE] * count + [NOTHING] * (domains - count)
        found = shares(size=size, min_size=min_size, readable_from=1, unreachable=gone, dead=gone)
        return found.inactive + found.lost

    assert inactive(min(dead, survivable)) == 0
    assert inactive(survivable + 1) > 0


@given(
    size=st.integers(1, 5),
    gone=st.lists(st.fractions(0, 1, max_denominator=12), min_size=5, max_size=12),
    index=st.integers(0, 4),
)
def test_shares_add_up_and_losing_more_never_helps(size, gone, index):
    found = lost_copies(size, gone)
    worse = lost_copies(size, [*gone[:index], WHOLE, *gone[index + 1 :]])

    assert sum(found) == 1
    for copies in range(size + 1):
        assert sum(worse[copies:]) >= sum(found[copies:])


def test_p3_one_of_five_hosts_is_rebuilt_in_36_minutes():
    found = a_recovery()

    # sizing.P3: 5 hosts x 12 x 3.84 TB, 60 % full, 2 x 25 Gb/s.
    assert found.tb == pytest.approx(Decimal("27.6"), abs=Decimal("0.1"))
    assert found.hours * 60 == pytest.approx(Decimal(36), abs=Decimal("0.5"))


def test_p3_over_10_gbps_it_takes_2_4_hours():
    assert a_recovery(gbps_per_host=Decimal(10)).hours == pytest.approx(Decimal("2.4"), abs=Decimal("0.05"))


def test_p3_twelve_hosts_of_24_large_drives_take_5_5_hours():
    found = a_recovery(
        domains=12, osds=24, tb="480", fill="0.825", mb_per_second=Decimal("157.3"), gbps_per_host=Decimal(50)
    )

    assert found.hours == pytest.approx(Decimal("5.5"), abs=Decimal("0.05"))


@pytest.mark.parametrize(
    ("domains", "fill", "after", "heals"),
    [
        # Section 4: new fill after a host loss, u x N / (N - 1).
        pytest.param(5, "0.72", "0.9", True, id="5 hosts at 72 %: exactly the limit of S3"),
        pytest.param(4, "0.70", "0.933", False, id="4 hosts at 70 %: backfill stops"),
        pytest.param(12, "0.825", "0.9", True, id="12 hosts at 82.5 %"),
    ],
)
def test_the_fill_after_a_host_loss(domains, fill, after, heals):
    # Four hosts: one is 25 %, just not below the 75 % that must be in.
    found = a_recovery(domains=domains, fill=fill)

    assert found.fill_after == pytest.approx(Decimal(after), abs=Decimal("0.001"))
    assert found.heals_itself is heals


def test_e12_the_sibling_in_a_rack_takes_half_as_much_again():
    racks = [Domain(id=f"rack-{n}", osds=24, tb=Decimal(100), dead_osds=12 if n == 0 else 0, hosts=2, live_hosts=1 if n == 0 else 2) for n in range(4)]  # fmt: skip

    found = recovery(
        domains=racks, size=3, fill=Decimal("0.5"), rule="rack", has_monitors=True, whole_rack=False,
        mb_per_second=Decimal("1258.3"), gbps_per_host=Decimal(50),
    )  # fmt: skip

    assert found.fill_after / Decimal("0.5") == Decimal("1.5")  # sizing.S3: formula 1.50, measured x1.44


def test_e7_a_whole_rack_is_not_marked_out():
    found = a_recovery(domains=8, whole_rack=True)

    assert not found.heals_itself
    assert "subtree_limit" in found.reason


def test_nothing_is_marked_out_once_fewer_than_three_quarters_are_in():
    found = a_recovery(domains=6, dead=2)

    assert not found.heals_itself
    assert "75 %" in found.reason


def test_e6_without_a_third_host_three_copies_stay_degraded_for_good():
    assert "N = z" in a_recovery(domains=3).reason


def test_without_a_majority_of_monitors_nothing_is_rebuilt():
    assert "majority of monitors" in a_recovery(has_monitors=False).reason


# Real CRUSH -------------------------------------------------------------------------------------------------
CRUSHTOOL = shutil.which("crushtool")
needs_crush = pytest.mark.skipif(CRUSHTOOL is None, reason="crushtool (package ceph-base) is not installed")


def real_mappings(tmp_path, hosts, size, groups=4096):
    """What real CRUSH maps: for each placement group its OSDs, one OSD in each of `hosts` hosts."""
    path = tmp_path / "map"
    build = [CRUSHTOOL, "-o", str(path), "--build", "--num_osds", str(hosts), "host", "straw2", "1", "root", "straw2", "0"]  # fmt: skip
    subprocess.run(build, check=True, capture_output=True)
    command = [CRUSHTOOL, "-i", str(path), "--test", "--rule", "0", "--num-rep", str(size), "--min-x", "0", "--max-x", str(groups - 1), "--show-mappings"]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    lines = re.findall(r"\[([\d,]*)\]", done.stdout + done.stderr)
    return [{int(osd) for osd in line.split(",") if osd} for line in lines if line]


@needs_crush
@pytest.mark.parametrize(("hosts", "size", "dead"), [(6, 3, 2), (6, 3, 3), (6, 4, 3), (12, 3, 4), (5, 3, 2)])
def test_real_crush_loses_what_the_hypergeometric_distribution_says(tmp_path, hosts, size, dead):
    mappings = real_mappings(tmp_path, hosts, size)
    assert len(mappings) == 4096

    expected = lost(size, hosts, dead)
    for copies in range(size + 1):
        measured = sum(1 for osds in mappings if len(osds & set(range(dead))) == copies) / len(mappings)
        spread = math.sqrt(float(expected[copies] * (1 - expected[copies])) / len(mappings))
        # CRUSH is not quite even over few hosts: three points, as golden case GO-014 allows.
        assert measured == pytest.approx(float(expected[copies]), abs=0.03 + 3 * spread)
