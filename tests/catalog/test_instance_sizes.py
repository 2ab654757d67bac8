"""The shipped sizes of instance types say what the price books say of the types that both have."""

from __future__ import annotations

from catalog.instance_sizes import instance_sizes
from catalog.models import CloudOffer


def test_sizes_are_those_of_the_price_books(price_books):
    sizes = instance_sizes()
    offers = CloudOffer.objects.filter(vcpus__isnull=False, memory_mib__isnull=False)
    listed = offers.values_list("version__book__provider", "instance_type", "vcpus", "memory_mib").distinct()

    found = {(p, name): (vcpus, mib) for p, name, vcpus, mib in listed if (p, name.lower()) in sizes}

    assert len(found) > 600
    assert {key: sizes[key[0], key[1].lower()] for key in found} == found


def test_types_that_are_no_longer_sold_have_a_size_too():
    sizes = instance_sizes()

    assert sizes["aws", "m4.10xlarge"] == (40, 160 * 1024)
    assert sizes["azure", "standard_d2s_v3"] == (2, 8 * 1024)
    assert sizes["gcp", "n1-standard-1"] == (1, 3840)
