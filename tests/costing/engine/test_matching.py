"""Matching machines to instances: the worked example W18, every rule M1 to M8, and what holds for any input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.engine import instance_names
from catalog.engine.hardware import Basis
from catalog.engine.offers import Architecture, Category, InstancePrice, Offer, Term
from costing.engine import offer_index
from costing.engine.matching import (
    Matcher,
    MatchPolicy,
    MatchRequest,
    category_of,
    cpu_floor,
    match,
    percentile,
    request_of,
    right_sized,
)
from costing.engine.offer_index import OfferColumns, OfferIndex
from designer.engine.workload import VmProfile


def an_offer(name="m6a.xlarge", vcpus=4, memory="16", price="0.1728", **fields):
    memory_gib = Decimal(memory)
    defaults = {
        "provider": "aws",
        "region": "us-east-1",
        "family": name.partition(".")[0],
        "category": category_of(vcpus, memory_gib),
        "generation": 6,
        "prices": (a_price(price),),
    }
    return Offer(instance_type=name, vcpus=vcpus, memory_gib=memory_gib, **defaults | fields)


def a_price(usd_per_hour, term=Term.ON_DEMAND):
    return InstancePrice(
        term=term,
        price_model=term.value,
        usd_per_hour=Decimal(usd_per_hour),
        basis=Basis.OBSERVED,
        as_of=date(2026, 7, 20),
        source="domain notes, tco W18",
    )


def a_request(vcpus=4, memory="14", **fields):
    return MatchRequest(**{"name": "vm", "vcpus": vcpus, "memory_gib": Decimal(memory)} | fields)


def chosen(request, offers, **policy):
    (found,) = match([request], offers, MatchPolicy(**policy)).matches
    return found.offer.instance_type if found.offer else None


W18 = (
    an_offer("t3.xlarge", 4, "16", "0.1664", generation=3, is_burstable=True),
    an_offer("m5.xlarge", 4, "16", "0.1920", generation=5, is_current=False),
    an_offer("m6a.xlarge", 4, "16", "0.1728", generation=6),
    an_offer("m7i.xlarge", 4, "16", "0.2016", generation=7),
    an_offer("m7g.xlarge", 4, "16", "0.1632", generation=7, architecture=Architecture.ARM64, is_core_based=True),
    an_offer("c7i.2xlarge", 8, "16", "0.3570", generation=7),
    an_offer("r7i.large", 2, "16", "0.1323", generation=7),
)  # fmt: skip
BOTH = (Architecture.X86_64, Architecture.ARM64)


@pytest.mark.parametrize(
    ("request_fields", "minimum_generation", "instance", "usd_per_hour", "against_reference"),
    [
        pytest.param({}, 6, "m6a.xlarge", "0.1728", "0.000", id="W18-reference"),
        pytest.param({}, None, "m6a.xlarge", "0.1728", "0.000", id="W18-reference-by-the-two-newest"),
        pytest.param({}, 7, "m7i.xlarge", "0.2016", "0.167", id="W18-generation-7"),
        pytest.param({"architectures": BOTH}, 6, "m7g.xlarge", "0.1632", "-0.056", id="W18-arm-allowed"),
        pytest.param({"allows_burstable": True}, 6, "t3.xlarge", "0.1664", "-0.037", id="W18-burstable-allowed"),
        pytest.param({"cpu_factor": Decimal("0.5")}, 6, "r7i.large", "0.1323", "-0.234", id="W18-right-sized"),
    ],
)  # fmt: skip
def test_one_machine_has_five_defensible_answers(
    request_fields, minimum_generation, instance, usd_per_hour, against_reference
):
    policy = MatchPolicy(minimum_generation=minimum_generation)

    (found,) = match([a_request(**request_fields)], W18, policy).matches

    assert (found.offer.instance_type, found.usd_per_hour) == (instance, Decimal(usd_per_hour))
    assert round(found.usd_per_hour / Decimal("0.1728") - 1, 3) == Decimal(against_reference)


def test_w18_15_vcpu_have_no_instance_and_the_report_says_so():
    report = match([a_request(15, name="odd", count=3)], W18, MatchPolicy(minimum_generation=6))

    (found,) = report.matches
    assert found.offer is None
    assert found.usd_per_hour is None
    assert found.why == (
        "No allowed instance has 15 vCPU and 14 GiB. Nearest: c7i.2xlarge with 8 vCPU and 16 GiB."
    )
    assert report.quality.unmatched == ("odd",)
    assert (report.quality.vms, report.quality.matched_vms) == (3, 0)


# M1


@pytest.mark.parametrize(
    ("vcpus", "memory", "instance"),
    [
        pytest.param(4, "16", "fits", id="M1-exactly"),
        pytest.param(5, "16", None, id="M1-one-vcpu-more"),
        pytest.param(4, "16.001", None, id="M1-a-mib-more"),
    ],
)
def test_an_instance_must_be_large_enough_both_ways(vcpus, memory, instance):
    assert chosen(a_request(vcpus, memory), [an_offer("fits", 4, "16")]) == instance


def test_m1_memory_forces_a_larger_size():
    sizes = [an_offer("xlarge", 4, "16", "0.2"), an_offer("2xlarge", 8, "32", "0.4")]

    assert chosen(a_request(4, "17"), sizes) == "2xlarge"


def test_m1_gpus_are_asked_for_by_number():
    offers = [an_offer("m6a", price="0.1"), an_offer("g5", price="1", gpus=1), an_offer("g5.12", price="4", gpus=4)]  # fmt: skip

    assert chosen(a_request(gpus=0), offers) == "m6a"
    assert chosen(a_request(gpus=1), offers) == "g5"
    assert chosen(a_request(gpus=2), offers) == "g5.12"


def test_m1_the_operating_system_must_be_the_one_that_is_priced():
    offers = [an_offer("a", price="0.1"), an_offer("b", price="0.2", operating_system="windows")]

    assert chosen(a_request(operating_system="windows"), offers) == "b"


# M2


def test_m2_arm_is_left_out_of_the_choice_and_shown_as_an_extra_column():
    (found,) = match([a_request()], W18, MatchPolicy(minimum_generation=6)).matches

    assert found.offer.instance_type == "m6a.xlarge"
    assert (found.arm.instance_type, found.arm_usd_per_hour) == ("m7g.xlarge", Decimal("0.1632"))


def test_m2_what_is_not_current_is_named_when_only_it_would_do():
    offers = [an_offer("m5.24xlarge", 96, "384", is_current=False), an_offer("m7i.large", 2, "8")]

    (found,) = match([a_request(90, "300")], offers, MatchPolicy()).matches

    assert found.why == (
        "No allowed instance has 90 vCPU and 300 GiB. Nearest: m7i.large with 2 vCPU and 8 GiB."
        " m5.24xlarge is large enough, but is not of the two newest generations of its line."
    )


def test_m2_a_generation_that_no_name_tells_is_not_newer_than_any():
    assert chosen(a_request(), [an_offer(generation=0)]) == "m6a.xlarge"
    assert chosen(a_request(), [an_offer(generation=0)], minimum_generation=1) is None


@pytest.mark.parametrize(
    ("vcpus", "memory", "category"),
    [
        pytest.param(4, "11.9", Category.COMPUTE, id="M2-below-3"),
        pytest.param(4, "12", Category.GENERAL, id="M2-3"),
        pytest.param(4, "23.9", Category.GENERAL, id="M2-below-6"),
        pytest.param(4, "24", Category.MEMORY, id="M2-6"),
        pytest.param(4, "48", Category.MEMORY, id="M2-12"),
        pytest.param(4, "48.1", Category.HIGH_MEMORY, id="M2-above-12"),
    ],
)
def test_m2_a_category_is_told_by_memory_per_vcpu(vcpus, memory, category):
    assert category_of(vcpus, Decimal(memory)) == category
    assert instance_names.category(vcpus, Decimal(memory)) == category  # as price lists are read


def test_m2_the_category_counts_only_when_asked():
    offers = [an_offer("r7i", 4, "32", "0.1"), an_offer("m7i", 4, "16", "0.2")]

    assert chosen(a_request(4, "16"), offers) == "r7i"
    assert chosen(a_request(4, "16", category_parity=True), offers) == "m7i"


def test_m2_the_policy_is_printed():
    policy = MatchPolicy(minimum_generation=7, core_based_factor=Decimal("1.3"))

    words = " | ".join(policy.words)

    assert "generation 7 or newer" in words
    assert "burstable only where the request allows it" in words
    assert "counts as 1.3" in words


# M3


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        pytest.param(
            {"name": "a", "price": "0.1"}, {"name": "b", "price": "0.2"},
            "Lowest price; next is b at 0.2, 100.0% dearer.", id="M3-price",
        ),
        pytest.param(
            {"name": "z", "generation": 7}, {"name": "a", "generation": 6},
            "Same price as a; newer generation (7 against 6).", id="M3-generation",
        ),
        pytest.param(
            {"name": "z", "vcpus": 4, "memory": "32"}, {"name": "a", "vcpus": 8, "memory": "16"},
            "Same price as a; fewer spare vCPU (4 against 8).", id="M3-vcpus-before-memory",
        ),
        pytest.param(
            {"name": "z", "memory": "16"}, {"name": "a", "memory": "32"},
            "Same price as a; less spare memory (16 against 32 GiB).", id="M3-memory",
        ),
        pytest.param({"name": "a"}, {"name": "b"}, "Same price and size as b; first by name.", id="M3-name"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_reversed", [False, True])
def test_m3_ties_are_broken_in_this_order(first, second, why, is_reversed):
    offers = [an_offer(**first), an_offer(**second)]

    (found,) = match([a_request()], offers[::-1] if is_reversed else offers, MatchPolicy()).matches

    assert (found.offer, found.runner_up) == tuple(offers)
    assert found.why == why


def test_m3_a_licence_that_the_price_leaves_out_counts_by_vcpu():
    offers = [an_offer("few", 4, "16", "0.30"), an_offer("many", 8, "16", "0.25")]

    (found,) = match([a_request()], offers, MatchPolicy(licence_usd_per_vcpu_hour=Decimal("0.02"))).matches

    assert (found.offer.instance_type, found.usd_per_hour) == ("few", Decimal("0.38"))
    assert found.runner_up_usd_per_hour == Decimal("0.41")


def test_m3_a_price_that_differs_in_the_last_digit_decides():
    offers = [an_offer("a", price="0.100000000002"), an_offer("b", price="0.100000000001")]

    assert chosen(a_request(), offers) == "b"


def test_a_month_is_730_hours_of_all_machines():
    (found,) = match([a_request(count=10)], W18, MatchPolicy()).matches

    assert found.usd_per_month == Decimal("0.1728") * 730 * 10


# M4


def test_m4_a_commitment_tied_to_a_family_is_matched_on_its_own_price():
    offers = [
        an_offer("a", prices=(a_price("0.2"), a_price("0.15", Term.ONE_YEAR))),
        an_offer("b", prices=(a_price("0.19"), a_price("0.16", Term.ONE_YEAR))),
        an_offer("c", prices=(a_price("0.01"),)),
    ]

    assert chosen(a_request(), offers[:2]) == "b"
    assert chosen(a_request(), offers, term=Term.ONE_YEAR) == "a"


def test_m4_without_a_price_at_the_term_nothing_is_chosen():
    (found,) = match([a_request()], [an_offer()], MatchPolicy(term=Term.THREE_YEARS)).matches

    assert found.offer is None
    assert "m6a.xlarge is large enough, but has no 3-years price." in found.why


# M5


@pytest.mark.parametrize(("ratio", "floor"), [("0.5", "1"), ("1", "1"), ("4", "0.25")])
def test_m5_a_private_vcpu_is_sure_of_its_share_of_a_thread(ratio, floor):
    assert cpu_floor(Decimal(ratio)) == Decimal(floor)


@pytest.mark.parametrize(
    ("ratio", "instance"),
    [
        pytest.param("1", "m6a.xlarge", id="M5-private-1.00-is-above-0.30"),
        pytest.param("3", "m6a.xlarge", id="M5-private-0.33-is-above-0.30"),
        pytest.param("4", "t3.xlarge", id="M5-private-0.25-is-below-0.30"),
    ],
)
def test_m5_an_equally_shared_class_is_allowed_only_above_the_private_floor(ratio, instance):
    floor = cpu_floor(Decimal(ratio))

    assert chosen(a_request(), W18, private_cpu_floor=floor, allows_equally_shared=True) == instance
    assert chosen(a_request(), W18, private_cpu_floor=floor) == "m6a.xlarge"


def test_m5_a_lower_floor_that_the_request_allows_is_reported():
    (found,) = match([a_request(allows_burstable=True)], W18, MatchPolicy()).matches

    assert (found.cpu_floor, found.private_cpu_floor) == (Decimal("0.30"), 1)
    assert found.why.endswith(
        "Its vCPU is sure of 0.3 thread, less than the 1 of the private side; the request allows it."
    )


def test_m5_a_whole_core_is_worth_one_thread_unless_a_benchmark_says_more():
    request = a_request(6, architectures=BOTH)
    m7g = [an_offer("m7g", 4, "16", is_core_based=True, architecture=Architecture.ARM64)]

    assert chosen(request, m7g) is None
    assert chosen(request, m7g, core_based_factor=Decimal("1.5")) == "m7g"


# M6


def test_m6_regions_are_never_mixed():
    with pytest.raises(ValueError, match="of several regions: aws eu-west-1, aws us-east-1"):
        match([a_request()], [an_offer(), an_offer(region="eu-west-1")], MatchPolicy())


# M7


def test_m7_over_provision_is_spare_over_requested_weighted_by_count():
    offers = [an_offer("xlarge", 4, "16", "0.2"), an_offer("2xlarge", 8, "32", "0.4")]
    requests = [a_request(4, "15", count=3), a_request(5, "20", count=1), a_request(99, "1", name="giant", count=4)]  # fmt: skip

    quality = match(requests, offers, MatchPolicy()).quality

    assert quality.vcpu_over_provision_ratio == Decimal(3 * 0 + 3) / (3 * 4 + 5)
    assert quality.memory_over_provision_ratio == Decimal(3 * 1 + 12) / (3 * 15 + 20)
    assert quality.close_match_ratio == Decimal(3) / 8
    assert quality.unmatched == ("giant",)


@pytest.mark.parametrize(
    ("memory", "is_close"),
    [pytest.param("14.6", True, id="M7-9.6-percent"), pytest.param("14.5", False, id="M7-10.3-percent")],
)
def test_m7_up_to_a_tenth_is_close(memory, is_close):
    (found,) = match([a_request(4, memory)], W18, MatchPolicy()).matches

    assert found.is_close is is_close


def test_m7_no_machines_have_no_ratio():
    quality = match([], W18, MatchPolicy()).quality

    assert quality.vcpu_over_provision_ratio is None
    assert quality.close_match_ratio is None


# M8


def test_m8_size_is_requested_times_percentile_times_comfort():
    samples = [Decimal(n) / 100 for n in range(1, 101)]  # 95th percentile, type 7: 0.9505

    sized = right_sized(a_request(8, "32"), cpu_utilisation=samples, memory_utilisation=[Decimal("0.4")])

    assert sized.vcpus_needed == 8 * Decimal("0.9505") * Decimal("1.3")
    assert sized.memory_gib_needed == 32 * Decimal("0.4") * Decimal("1.3")


def test_m8_without_measurement_nothing_is_right_sized():
    request = a_request()

    assert right_sized(request, cpu_utilisation=[], memory_utilisation=[]) == request
    with pytest.raises(ValueError, match="at least one sample"):
        percentile([], Decimal(95))


def test_a_profile_is_matched_as_it_is():
    profile = VmProfile(id="web", name="Web", count=7, vcpus=2, ram_gib=Decimal(8))

    request = request_of(profile)

    assert (request.vcpus_needed, request.memory_gib_needed, request.count) == (2, 8, 7)
    assert not request.allows_burstable


def test_an_empty_price_list_is_named():
    (found,) = match([a_request()], [], MatchPolicy()).matches

    assert found.why == "No instance has 4 vCPU and 14 GiB: the price list is empty."


# What holds for any input

sizes = st.sampled_from([1, 2, 4, 8, 16])
memories = st.sampled_from(["0.5", "3.75", "4", "8", "16", "32"])
few_prices = st.sampled_from(["0.1", "0.2", "0.3"])
offers_strategy = st.lists(
    st.builds(
        an_offer,
        name=st.sampled_from([f"type{n}" for n in range(8)]),
        vcpus=sizes,
        memory=memories,
        price=few_prices,
        generation=st.integers(0, 3),
        is_current=st.booleans(),
        is_burstable=st.booleans(),
        is_core_based=st.booleans(),
        architecture=st.sampled_from(Architecture),
        gpus=st.integers(0, 1),
        operating_system=st.sampled_from(["linux", "windows"]),
    ),
    max_size=25,
)
requests_strategy = st.builds(
    a_request,
    vcpus=sizes,
    memory=memories,
    architectures=st.sampled_from([BOTH[:1], BOTH[1:], BOTH]),
    gpus=st.integers(0, 1),
    allows_burstable=st.booleans(),
    category_parity=st.booleans(),
    cpu_factor=st.sampled_from([Decimal("0.3"), Decimal(1), Decimal("1.3")]),
)
policies = st.builds(
    MatchPolicy,
    minimum_generation=st.sampled_from([None, 1, 2]),
    private_cpu_floor=st.sampled_from([Decimal(1), Decimal("0.25")]),
    allows_equally_shared=st.booleans(),
    core_based_factor=st.sampled_from([Decimal(1), Decimal("1.5")]),
)


def by_brute_force(request, offers, policy):
    """M1 to M5 read once more, one offer after the other."""
    feasible = []
    for offer in offers:
        factor = policy.core_based_factor if offer.is_core_based else 1
        is_shared_equally = (
            policy.allows_equally_shared and Decimal("0.30") * factor >= policy.private_cpu_floor
        )
        is_new = (
            offer.is_current
            if policy.minimum_generation is None or offer.is_burstable
            else offer.generation >= policy.minimum_generation
        )
        if (
            offer.vcpus * factor >= request.vcpus * request.cpu_factor
            and offer.memory_gib >= request.memory_gib
            and offer.architecture in request.architectures
            and offer.gpus >= request.gpus
            and offer.operating_system == request.operating_system
            and (not offer.is_burstable or request.allows_burstable or is_shared_equally)
            and is_new
            and (
                not request.category_parity
                or offer.category == category_of(request.vcpus_needed, request.memory_gib)
            )
        ):
            key = (offer.prices[0].usd_per_hour, -offer.generation, offer.vcpus * factor, offer.memory_gib, offer.instance_type)  # fmt: skip
            feasible.append(key)
    return sorted(feasible)


def key_of(offer, policy):
    if offer is None:
        return None
    factor = policy.core_based_factor if offer.is_core_based else 1
    return (offer.prices[0].usd_per_hour, -offer.generation, offer.vcpus * factor, offer.memory_gib, offer.instance_type)  # fmt: skip


@given(st.lists(requests_strategy, max_size=4), offers_strategy, policies)
def test_the_answer_is_that_of_brute_force(requests, offers, policy):
    report = match(requests, offers, policy)

    for request, found in zip(requests, report.matches, strict=True):
        expected = [*by_brute_force(request, offers, policy), None, None]
        assert key_of(found.offer, policy) == expected[0]
        assert key_of(found.runner_up, policy) == expected[1]


@given(st.lists(requests_strategy, max_size=3), offers_strategy, policies, st.randoms(use_true_random=False))
def test_the_order_of_the_catalogue_does_not_matter(requests, offers, policy, random):
    shuffled = list(offers)
    random.shuffle(shuffled)

    assert match(requests, shuffled, policy) == match(requests, offers, policy)


@given(requests_strategy, offers_strategy, offers_strategy, policies)
def test_more_offers_are_never_dearer(request, offers, others, policy):
    few, many = (match([request], some, policy).matches[0] for some in (offers, offers + others))

    if few.usd_per_hour is not None:
        assert many.usd_per_hour <= few.usd_per_hour


@given(requests_strategy, offers_strategy, policies, st.integers(0, 4), st.integers(0, 8))
def test_a_larger_machine_is_never_cheaper(request, offers, policy, vcpus, memory_gib):
    request = replace(request, category_parity=False)  # another category may be cheaper: that is its point
    larger = replace(request, vcpus=request.vcpus + vcpus, memory_gib=request.memory_gib + memory_gib)

    small, large = match([request, larger], offers, policy).matches

    if large.usd_per_hour is not None:
        assert small.usd_per_hour <= large.usd_per_hour


@given(offers_strategy, st.lists(requests_strategy, min_size=1, max_size=3))
def test_an_instance_that_won_is_never_too_small_or_objected_to(offers, requests):
    matcher = Matcher(offers, MatchPolicy())

    for found in matcher.match(requests).matches:
        if found.offer is not None:
            assert matcher.fits(found.request, found.offer)
            assert matcher.objections(found.request, found.offer) == ()
            assert min(found.spare_vcpus, found.spare_memory_gib) >= 0


@st.composite
def columns(draw):
    count = draw(st.integers(0, 40))

    def whole(most):
        return np.array(draw(st.lists(st.integers(0, most), min_size=count, max_size=count)), dtype=np.int64)

    return OfferColumns(
        group=whole(2),
        vcpus=whole(4),
        memory=whole(4) if draw(st.booleans()) else whole(4) / 4,
        price=whole(3) if draw(st.booleans()) else whole(3) / 8,
        generation=whole(2),
        name=whole(2),
    )


def answers_by_brute_force(offers, group, vcpus, memory):
    rows = [
        r
        for r in range(len(offers))
        if offers.group[r] in group and offers.vcpus[r] >= vcpus and offers.memory[r] >= memory
    ]
    return sorted(
        (offers.price[r], -offers.generation[r], offers.vcpus[r], offers.memory[r], offers.name[r])
        for r in rows
    )[:2]


@pytest.mark.parametrize("is_scanned", [False, True], ids=["grid", "scan"])
@given(offers=columns())
def test_an_index_answers_as_brute_force_for_groups_and_their_unions(is_scanned, offers):
    limit = offer_index.MAX_CELLS
    offer_index.MAX_CELLS = 0 if is_scanned else limit
    index = OfferIndex(offers, places=2)
    offer_index.MAX_CELLS = limit
    union = index.union([range(index.groups), (), *([number] for number in range(index.groups))])
    members = [range(index.groups), (), *([number] for number in range(index.groups))]
    questions = [(g, v, m) for g in range(union.groups) for v in range(6) for m in (0, 0.25, 1, 3, 5)]

    first, second = union.cheapest(
        group=np.array([g for g, _, _ in questions], dtype=np.int64),
        vcpus=np.array([v for _, v, _ in questions]),
        memory=np.array([m for _, _, m in questions]),
    )

    for (g, v, m), *rows in zip(questions, first, second, strict=True):
        found = [
            (offers.price[r], -offers.generation[r], offers.vcpus[r], offers.memory[r], offers.name[r])
            for r in rows
            if r >= 0
        ]
        assert found == answers_by_brute_force(offers, members[g], v, m)


def test_an_index_of_one_place_gives_the_first_of_two():
    generator = np.random.default_rng(11)
    offers = OfferColumns(
        group=generator.integers(0, 3, 500),
        vcpus=generator.integers(1, 9, 500),
        memory=generator.integers(1, 33, 500),
        price=generator.integers(1, 50, 500),
        generation=generator.integers(0, 3, 500),
        name=generator.permutation(500),
    )
    asked = {"group": generator.integers(0, 3, 200), "vcpus": generator.integers(1, 10, 200), "memory": generator.integers(1, 34, 200)}  # fmt: skip

    (alone,) = OfferIndex(offers).cheapest(**asked)
    first, _ = OfferIndex(offers, places=2).cheapest(**asked)

    assert alone.tolist() == first.tolist()
