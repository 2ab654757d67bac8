"""The bounds of B6, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.vm_packing import VARIANTS, demands_of, fixture, ours, stronger_bound, vms_of, volume_bound


@pytest.mark.parametrize(
    ("ram", "volume", "stronger"),
    [
        ([400, 400, 400], 2, 3),  # none shares a host of 768 with another
        ([500, 500, 268, 268], 2, 2),
        ([300, 300, 300, 300, 300], 2, 3),  # two on a host: floor(3 x 300 / 768) / 2 is half a host
        ([768], 1, 1),
    ],
)
def test_what_does_not_share_a_host_counts_whole(ram, volume, stronger):
    vms = np.array([[1] * len(ram), ram], dtype=np.int32)

    assert (volume_bound(vms), stronger_bound(vms)) == (volume, stronger)


def test_the_generator_makes_the_same_vms_again():
    vms = fixture(1_000)

    assert vms[:2].sum(axis=1).tolist() == [4634, 20621]
    assert (vms.min(axis=1) >= [1, 1, 10, 0]).all()


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_each_variant_packs_what_it_says(variant):
    demands = demands_of(vms_of(1_000, variant), variant)

    assert sum(vm.count for vm in demands) == 1_000
    # 17 blocks of 60 begin with three VMs of a group; every tenth VM has cells.
    assert sum(vm.count for vm in demands if vm.group_size) == (51 if variant.has_groups else 0)
    assert sum(vm.count for vm in demands if vm.guest_cells) == (100 if variant.has_numa else 0)
    assert any(vm.gpus for vm in demands) == (variant.resources > 2)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_no_packing_is_below_the_bound(variant):
    vms = vms_of(1_000, variant)

    assert ours(vms, variant) >= stronger_bound(vms)
