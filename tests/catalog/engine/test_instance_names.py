"""What instance type names tell, by name: family, generation, kind; and which M2 lets a comparison choose."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.engine.instance_names import category, current_generations, is_current, traits
from catalog.engine.offers import Architecture, Category


def named(provider, name, *, arm=False):
    architecture = Architecture.ARM64 if arm else Architecture.X86_64
    return traits(provider, name, architecture=architecture)


@pytest.mark.parametrize(
    ("provider", "name", "arm", "family", "line", "generation"),
    [
        ("aws", "m7i.large", False, "m7i", "m intel", 7),
        ("aws", "m5.xlarge", False, "m5", "m intel", 5),
        ("aws", "m7i-flex.large", False, "m7i-flex", "m intel", 7),
        ("aws", "m6a.xlarge", False, "m6a", "m amd", 6),
        ("aws", "m8azn.large", False, "m8azn", "m amd", 8),
        ("aws", "c8gn.medium", True, "c8gn", "c arm", 8),
        ("aws", "r7iz.2xlarge", False, "r7iz", "r intel", 7),
        ("aws", "t4g.small", True, "t4g", "t arm", 4),
        ("aws", "u-6tb1.56xlarge", False, "u-6tb1", "u intel", 1),
        ("aws", "u7i-12tb.224xlarge", False, "u7i-12tb", "u intel", 7),
        ("azure", "Standard_D4s_v5", False, "Dsv5", "D intel", 5),
        ("azure", "Standard_D4as_v6", False, "Dasv6", "D amd", 6),
        ("azure", "Standard_D4pls_v6", True, "Dplsv6", "D arm", 6),
        ("azure", "Standard_DS3_v2", False, "DSv2", "D intel", 2),
        ("azure", "Standard_E8-4s_v5", False, "Esv5", "E intel", 5),
        ("azure", "Standard_F4s_v2", False, "Fsv2", "F intel", 2),
        ("azure", "Standard_B2ms", False, "Bms", "B intel", 1),
        ("azure", "Standard_M12s-6_v32", False, "Ms", "M intel", 0),
        ("gcp", "n2-standard-4", False, "n2", "n intel", 2),
        ("gcp", "n2d-highmem-8", False, "n2d", "n amd", 2),
        ("gcp", "e2-standard-2", False, "e2", "e intel", 2),
        ("gcp", "c3-standard-4-lssd", False, "c3", "c intel", 3),
        ("gcp", "c4a-highcpu-8", True, "c4a", "c arm", 4),
        ("gcp", "n4-standard-2", False, "n4", "n intel", 4),
    ],
)
def test_the_name_tells_family_line_and_generation(provider, name, arm, family, line, generation):
    found = named(provider, name, arm=arm)

    assert (found.family, found.line, found.generation) == (family, line, generation)


@pytest.mark.parametrize(
    ("provider", "name", "kind"),
    [
        ("aws", "m7i.metal-24xl", "metal"),
        ("aws", "c6gn.metal", "metal"),
        ("aws", "mac2.metal", "metal"),
        ("aws", "hpc7a.96xlarge", "hpc"),
        ("aws", "g5.xlarge", "accelerated"),
        ("aws", "p6-b200.48xlarge", "accelerated"),
        ("aws", "f2.6xlarge", "accelerated"),
        ("aws", "trn1n.32xlarge", "accelerated"),
        ("aws", "i4i.large", "storage-dense"),
        ("aws", "im4gn.large", "storage-dense"),
        ("aws", "d3en.xlarge", "storage-dense"),
        ("aws", "a1.large", "previous-generation"),
        ("aws", "m7i.large", ""),
        ("azure", "Standard_E104is_v5", "single-tenant"),
        ("azure", "Standard_E64is_v4_SPECIAL", "single-tenant"),
        ("azure", "Standard_NC24ads_A100_v4", "accelerated"),
        ("azure", "Standard_NP10s", "accelerated"),
        ("azure", "Standard_HB120rs_v3", "hpc"),
        ("azure", "Standard_L8s_v3", "storage-dense"),
        ("azure", "Standard_A2m_v2", "previous-generation"),
        ("azure", "Standard_D4as_v5_Promo", "previous-generation"),
        ("azure", "Basic_A1", "previous-generation"),
        ("azure", "Standard_D4s_v5", ""),
        ("gcp", "a2-highgpu-1g", "accelerated"),
        ("gcp", "g2-standard-4", "accelerated"),
        ("gcp", "h3-standard-88", "hpc"),
        ("gcp", "z3-highmem-88-highlssd", "storage-dense"),
        ("gcp", "c4-standard-288-metal", "metal"),
        ("gcp", "custom-2-10240-ext", "other"),
        ("gcp", "f1-micro", "previous-generation"),
        ("gcp", "n4-standard-2", ""),
    ],
)
def test_kinds_that_no_comparison_may_choose_are_named(provider, name, kind):
    found = named(provider, name)

    assert found.kind == kind


@pytest.mark.parametrize(
    ("provider", "name", "expected"),
    [
        ("aws", "t2.micro", True),
        ("aws", "t3a.large", True),
        ("aws", "m7i.large", False),
        ("azure", "Standard_B2s_v2", True),
        ("azure", "Standard_D2s_v5", False),
        ("gcp", "e2-micro", True),
        ("gcp", "e2-medium", True),
        ("gcp", "g1-small", True),
        ("gcp", "e2-standard-2", False),
    ],
)
def test_burstable_types_are_known(provider, name, expected):
    found = named(provider, name)

    assert found.is_burstable is expected


@pytest.mark.parametrize(
    ("provider", "name", "arm", "expected"),
    [
        ("aws", "m7g.large", True, True),
        ("aws", "m7a.large", False, True),
        ("aws", "m8a.large", False, True),
        ("aws", "m6a.large", False, False),
        ("aws", "m7i.large", False, False),
        ("azure", "Standard_D4ps_v6", True, True),
        ("azure", "Standard_D4as_v6", False, False),
        ("gcp", "t2d-standard-4", False, True),
        ("gcp", "t2a-standard-4", True, True),
        ("gcp", "c4a-standard-4", True, True),
        ("gcp", "n2d-standard-4", False, False),
    ],
)
def test_a_vcpu_is_a_core_on_arm_and_on_some_amd_families(provider, name, arm, expected):
    found = named(provider, name, arm=arm)

    assert found.is_core_based is expected


@pytest.mark.parametrize(
    ("vcpus", "memory_gib", "expected"),
    [
        (2, "4", Category.COMPUTE),
        (2, "5.99", Category.COMPUTE),
        (2, "6", Category.GENERAL),
        (2, "8", Category.GENERAL),
        (2, "12", Category.MEMORY),
        (2, "16", Category.MEMORY),
        (2, "24", Category.MEMORY),
        (2, "24.1", Category.HIGH_MEMORY),
    ],
)
def test_the_category_follows_memory_a_vcpu(vcpus, memory_gib, expected):
    found = category(vcpus, Decimal(memory_gib))

    assert found is expected


def test_the_two_newest_generations_of_a_line_are_current():
    names = [
        "m4.large",
        "m5.large",
        "m6i.large",
        "m7i.large",
        "m6a.large",
        "m7i.metal-24xl",
        "m9i.metal-48xl",
    ]
    found = {name: named("aws", name) for name in names}

    generations = current_generations(found.values())

    assert generations == {"m intel": {6, 7}, "m amd": {6}}
    assert [name for name in names if is_current(found[name], generations)] == [
        "m6i.large", "m7i.large", "m6a.large",
    ]  # fmt: skip


def test_a_new_arm_generation_makes_no_intel_generation_old():
    found = [
        named("aws", "m9g.large", arm=True),
        named("aws", "m8g.large", arm=True),
        named("aws", "m6i.large"),
    ]

    generations = current_generations(found)

    assert is_current(found[2], generations)


def test_types_of_an_unknown_provider_are_ordinary():
    found = traits("hetzner", "cx22", architecture=Architecture.X86_64, family="cx")

    assert (found.family, found.generation, is_current(found, {})) == ("cx", 0, True)
