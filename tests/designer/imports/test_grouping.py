"""Profiles of an inventory: nobody gets less than they have, disks keep their sum, and what rounding adds is told."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from designer.engine.workload import Workload
from designer.imports.grouping import find_outliers, group
from designer.imports.inventory import Basis, SizedVm, Switches, sized
from designer.imports.rows import InventoryVm


def a_vm(name="vm", *, vcpus=2, ram_mib=4096, disk_mib=40960, **more):
    return InventoryVm(name=name, row=1, vcpus=vcpus, ram_mib=ram_mib, disk_mib=disk_mib, **more)


def as_is(vm):
    return sized(vm, Switches())


VMS = st.lists(
    st.builds(
        lambda vcpus, ram, disk, count, row: SizedVm(
            vm=InventoryVm(name=f"vm{row}", row=row, vcpus=vcpus, ram_mib=ram, disk_mib=disk, count=count),
            vcpus=vcpus,
            ram_mib=ram,
            disk_mib=disk,
        ),
        st.integers(1, 1024),
        st.integers(64, 24_576 * 1024),
        st.integers(0, 10**8),
        st.integers(1, 50),
        st.integers(1, 10**6),
    ),
    min_size=1,
    max_size=60,
)


@given(VMS, st.integers(1, 30), st.booleans())
def test_sums_never_shrink_and_what_is_added_is_told(vms, most, apart):
    grouped = group(vms, max_profiles=most, outliers_apart=apart)

    workload = Workload(profiles=grouped.profiles)
    assert len(grouped.profiles) <= most
    assert workload.vms == sum(v.vm.count for v in vms)
    vcpus = sum(p.count * p.vcpus for p in grouped.profiles)
    assert vcpus == sum(v.vcpus * v.vm.count for v in vms) + grouped.added_vcpus
    assert grouped.added_vcpus >= 0
    assert grouped.added_ram_mib >= 0
    ram_mib = sum(p.count * p.ram_gib for p in grouped.profiles) * 1024
    assert ram_mib >= sum(v.ram_mib * v.vm.count for v in vms)
    disk_gb = sum(p.count * p.disk_gb for p in grouped.profiles)
    exact = Decimal(sum(v.disk_mib * v.vm.count for v in vms)) * 2**20 / 10**9
    assert exact <= disk_gb <= exact + Decimal("0.001") * workload.vms


def test_equal_sizes_are_one_profile_with_their_mean_disk():
    vms = [as_is(a_vm("a", disk_mib=10_000)), as_is(a_vm("b", disk_mib=30_000)), as_is(a_vm("c", vcpus=4))]

    grouped = group(vms, max_profiles=20, outliers_apart=True)

    first, second = grouped.profiles
    assert (first.id, first.count, first.vcpus, first.ram_gib, first.disk_gb) == (
        "2-4",
        2,
        2,
        4,
        Decimal("20.972"),
    )
    assert (second.count, grouped.added_vcpus, grouped.sizes) == (1, 0, 2)


def test_the_cheapest_two_sizes_are_joined_first():
    vms = [
        as_is(a_vm(str(n), vcpus=v, ram_mib=r))
        for n, (v, r) in enumerate([(2, 4096), (2, 4608), (16, 65536)])
    ]

    grouped = group(vms, max_profiles=2, outliers_apart=False)

    assert [(p.vcpus, p.ram_gib) for p in grouped.profiles] == [(2, Decimal("4.5")), (16, 64)]
    assert (grouped.added_vcpus, grouped.added_ram_mib) == (0, 512)


def test_a_vm_beyond_the_outer_fence_is_shown_with_the_limit_and_keeps_a_profile_of_its_own():
    usual = [as_is(a_vm(f"web-{n}", disk_mib=40_000 + 100 * n)) for n in range(12)]
    huge = as_is(a_vm("archive", disk_mib=5_000_000))

    (outlier,) = find_outliers([*usual, huge])
    apart = group([*usual, huge], max_profiles=20, outliers_apart=True)
    together = group([*usual, huge], max_profiles=20, outliers_apart=False)

    # Quartiles of 0..11 and one more, by the inclusive method: 40,300 and 40,900; 40,900 + 3 x 600.
    assert (outlier.name, outlier.what, outlier.value, outlier.limit) == (
        "archive",
        "disk",
        5_000_000,
        42_700,
    )
    assert [(p.id, p.count) for p in apart.profiles] == [("2-4", 12), ("large-2-4", 1)]
    assert [p.count for p in together.profiles] == [13]


def test_right_sizing_multiplies_what_was_measured_and_leaves_the_rest():
    """tco.M8: size = requested x measured x comfort factor; only where it was measured."""
    measured = a_vm(
        vcpus=8,
        ram_mib=16384,
        cpu_used_ratio=0.25,
        cpu_peak_ratio=0.5,
        ram_used_mib=4000,
        ram_peak_mib=8000,
        disk_used_mib=9,
    )
    unknown = a_vm(vcpus=8, ram_mib=16384)

    used, peak = (Switches(basis=basis, disk_basis=basis) for basis in (Basis.USED, Basis.PEAK))

    assert (sized(measured, used).vcpus, sized(measured, used).ram_mib) == (
        3,
        5376,
    )  # 8 x 0.25 x 1.3; 5,200 up to 256
    assert (sized(measured, peak).vcpus, sized(measured, peak).ram_mib) == (
        6,
        10496,
    )  # 5.2 up; 10,400 up to 256
    assert sized(measured, used).disk_mib == 9
    assert (sized(unknown, used).vcpus, sized(unknown, peak).ram_mib, sized(unknown, peak).disk_mib) == (
        8,
        16384,
        40960,
    )
    assert (as_is(measured).vcpus, as_is(measured).ram_mib) == (8, 16384)


def test_hours_of_a_bill_become_shares_of_the_profile():
    vms = [as_is(a_vm(str(n), hours_share=share)) for n, share in enumerate([1.0, 0.96, 0.5, 0.3])]

    (profile,) = group(vms, max_profiles=20, outliers_apart=True).profiles

    assert (profile.always_on_share, profile.on_hours_share) == (Decimal("0.5"), Decimal("0.4"))


def test_loose_volumes_and_the_load_of_hosts_are_spread_over_all_vms_alike():
    vms = [as_is(a_vm(str(n), disk_mib=0)) for n in range(4)]

    (profile,) = group(
        vms, max_profiles=1, outliers_apart=True, loose_disk_mib=4 * 1000, estate_iops=1000
    ).profiles

    assert (profile.disk_gb, profile.disk_iops) == (Decimal("1.049"), 250)


def test_no_vms_make_no_profiles():
    assert group([], max_profiles=5, outliers_apart=True).profiles == ()
