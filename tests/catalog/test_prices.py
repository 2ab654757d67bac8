"""Price books in the database: versions that never change, imported whole or not at all, read a region at a time."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command

from catalog import prices
from catalog.engine.hardware import Basis
from catalog.engine.offers import Term
from catalog.models import (
    CloudOffer,
    CloudServicePrice,
    Frozen,
    PriceBook,
    PriceBookVersion,
    PriceOrigin,
)
from config.errors import Invalid
from tests.builders import a_user
from tests.catalog.price_rows import a_service_file, a_service_line, an_instance_file, an_instance_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(tmp_path):
    """Imports the given lines as one file: `imported(line, …)`, services with `kind=a_service_file`."""

    def run(*lines, kind=an_instance_file, **options):
        path = tmp_path / f"{kind.__name__}.csv"
        path.write_text("".join(kind(*lines)))
        return prices.import_price_files([path], **options)

    return run


def test_an_import_makes_a_version_with_counts_and_dates(imported):
    (done,) = imported(
        an_instance_line(as_of="2026-07-20"),
        an_instance_line(price_model="reserved_1y_no_upfront", usd_per_hour="0.07", as_of="2025-12-18"),
        an_instance_line(region="eu-west-1"),
    )

    version = done.version
    assert str(version) == "AWS, version 1 of 2026-07-20"
    assert version.is_current
    assert version.oldest_as_of.isoformat() == "2025-12-18"
    assert (version.region_count, version.offer_count, version.price_count, version.service_count) == (
        2,
        2,
        3,
        0,
    )
    assert (done.difference.added, done.difference.changed, done.difference.removed) == (3, 0, 0)


def test_the_same_content_makes_no_new_version(imported):
    (first,) = imported(an_instance_line(), an_instance_line(region="eu-west-1"))
    (second,) = imported(an_instance_line(region="eu-west-1"), an_instance_line())

    assert (second.is_new, second.version) == (False, first.version)
    assert PriceBookVersion.objects.count() == 1


def test_a_change_makes_a_version_that_is_current_and_leaves_the_old_one_as_it_was(imported):
    (first,) = imported(an_instance_line(), an_instance_line(instance_type="m5.large"))
    (second,) = imported(an_instance_line(usd_per_hour="0.2"), an_instance_line(instance_type="m8i.large"))

    change = second.difference
    assert (change.added, change.changed, change.removed) == (1, 1, 1)
    assert list(PriceBookVersion.objects.current()) == [second.version]
    old = prices.cloud_prices_of(first.version.pk, "us-east-1")
    assert [offer.instance_type for offer in old.offers] == ["m5.large", "m7i.large"]
    assert old.offers[1].price(Term.ON_DEMAND).usd_per_hour == Decimal("0.1008")


def test_old_content_becomes_current_again_without_a_new_version(imported):
    (first,) = imported(an_instance_line())
    imported(an_instance_line(usd_per_hour="0.2"))
    (again,) = imported(an_instance_line())

    assert (again.is_new, again.version.pk, again.version.is_current) == (False, first.version.pk, True)
    assert prices.described(again).endswith("now current again")
    assert PriceBookVersion.objects.count() == 2


def test_a_file_of_services_keeps_the_instances(imported):
    imported(an_instance_line(), an_instance_line(price_model="spot", usd_per_hour="0.03"))
    (second,) = imported(a_service_line(), kind=a_service_file)

    found = prices.cloud_prices("aws", "us-east-1")
    assert (second.version.price_count, second.version.service_count) == (2, 1)
    assert [offer.instance_type for offer in found.offers] == ["m7i.large"]
    assert found.services["block-gb-month"].tiers[0].price == Decimal("0.08")


def test_stored_rows_read_back_as_they_were_imported(imported):
    imported(an_instance_line(), an_instance_line(price_model="spot", basis="observed_old", memory_gib="8"))
    (before,) = imported(a_service_line(tier_from="0", tier_to="51200"), kind=a_service_file)

    (after,) = imported(a_service_line(tier_from="0", tier_to="51200"), kind=a_service_file)

    assert after.version == before.version


def test_a_bad_row_changes_nothing(imported):
    imported(an_instance_line())

    with pytest.raises(Invalid) as refused:
        imported(an_instance_line(usd_per_hour="0.2"), an_instance_line(region="eu-west-1", basis="guessed"))

    assert refused.value.problems[0].field == "an_instance_file.csv line 3, basis"
    assert PriceBookVersion.objects.count() == 1


def test_a_file_without_rows_of_the_asked_provider_is_refused(imported):
    with pytest.raises(Invalid, match="no price"):
        imported(an_instance_line(), provider="gcp")


@pytest.mark.parametrize("model", [PriceBookVersion, PriceOrigin, CloudOffer, CloudServicePrice])
def test_a_version_never_changes(imported, model):
    imported(an_instance_line())
    imported(a_service_line(), kind=a_service_file)
    row = model.objects.order_by("pk").last()

    for change in (row.save, row.delete, model.objects.all().delete, lambda: model.objects.update(pk=9)):
        with pytest.raises(Frozen):
            change()

    assert model.objects.filter(pk=row.pk).exists()


def test_only_which_version_is_current_may_be_changed(imported):
    (done,) = imported(an_instance_line())

    done.version.is_current = False
    done.version.save(update_fields=["is_current"])
    done.version.origin = "elsewhere"

    with pytest.raises(Frozen):
        done.version.save(update_fields=["is_current", "origin"])


@pytest.mark.parametrize("model", [PriceBook, PriceBookVersion, CloudOffer, CloudServicePrice])
def test_who_is_signed_in_sees_prices_and_nobody_else(imported, model):
    imported(an_instance_line())
    imported(a_service_line(), kind=a_service_file)

    assert model.objects.all().visible_to(a_user()).exists()
    assert not model.objects.all().visible_to(AnonymousUser()).exists()


def test_an_offer_says_what_the_engines_need(imported):
    imported(
        an_instance_line(instance_type="m8g.large", arch="arm64"),
        an_instance_line(
            instance_type="m8g.large",
            arch="arm64",
            price_model="convertible_1y_no_upfront",
            usd_per_hour="0.075",
            basis="derived_family_discount",
            as_of="2025-12-18",
        ),
        an_instance_line(instance_type="m8g.large", arch="arm64", price_model="spot", usd_per_hour="0.01"),
    )

    (offer,) = prices.cloud_prices("aws", "us-east-1").offers

    assert (offer.family, offer.generation, offer.is_current, offer.is_core_based) == ("m8g", 8, True, True)
    assert (offer.vcpus, offer.memory_gib, offer.category) == (2, 8, "general")
    assert [price.term for price in offer.prices] == [Term.ON_DEMAND, Term.ONE_YEAR]
    price = offer.price(Term.ONE_YEAR)
    assert (price.usd_per_hour, price.basis, price.basis_note) == (
        Decimal("0.075"), Basis.DERIVED, "derived_family_discount",
    )  # fmt: skip
    assert offer.price(Term.THREE_YEARS) is None


def test_types_of_unknown_size_are_kept_but_not_offered(imported):
    imported(an_instance_line(instance_type="u-9tb1.112xlarge", vcpus="", memory_gib=""), an_instance_line())

    found = prices.cloud_prices("aws", "us-east-1")

    assert [offer.instance_type for offer in found.offers] == ["m7i.large"]
    assert CloudOffer.objects.get(instance_type="u-9tb1.112xlarge").category == ""


def test_operating_systems_are_read_apart(imported):
    imported(an_instance_line(), an_instance_line(os="windows", usd_per_hour="0.19"))

    linux = prices.cloud_prices("aws", "us-east-1").offers
    windows = prices.cloud_prices("aws", "us-east-1", "windows").offers

    assert [offer.price(Term.ON_DEMAND).usd_per_hour for offer in (*linux, *windows)] == [
        Decimal("0.1008"), Decimal("0.19"),
    ]  # fmt: skip


def test_a_region_is_read_once(imported, django_assert_num_queries):
    imported(an_instance_line())
    prices.cloud_prices("aws", "us-east-1")

    with django_assert_num_queries(1):
        prices.cloud_prices("aws", "us-east-1")


def test_regions_come_with_name_continent_and_country(imported):
    imported(an_instance_line(region="eu-central-1"), an_instance_line(), an_instance_line(region="xx-new-1"))

    found = prices.cloud_regions()

    assert [(r.region, r.region_name, r.continent, r.country) for r in found] == [
        ("us-east-1", "US East (N. Virginia)", "North America", "US"),
        ("eu-central-1", "Europe (Frankfurt)", "Europe", "DE"),
        ("xx-new-1", "xx-new-1", "", ""),
    ]


@pytest.mark.parametrize(
    ("country", "expected"),
    [("DE", "eu-central-1"), ("de", "eu-central-1"), ("PL", "eu-central-1"), ("AE", "me-central-1"),
     ("QA", "me-central-1"), ("VN", "ap-southeast-1"), ("KR", "ap-northeast-1"), ("IN", "me-central-1"),
     ("CL", "us-east-1"), ("NG", "us-east-1"), ("MX", "us-east-1"), ("", "us-east-1"), ("??", "us-east-1")],
)  # fmt: skip
def test_the_nearest_region_is_of_the_country_the_area_the_continent_or_the_default(
    imported, country, expected
):
    regions = ("ap-northeast-1", "ap-southeast-1", "me-central-1", "eu-central-1", "eu-west-1", "us-east-1")
    imported(*(an_instance_line(region=region) for region in regions))

    found = prices.nearest_region("aws", country)

    assert found == expected


def test_an_unknown_region_is_refused_with_near_matches(imported):
    imported(an_instance_line(), an_instance_line(region="eu-west-1"))

    with pytest.raises(Invalid) as refused:
        prices.cloud_prices("aws", "eu-wst-1")

    (problem,) = refused.value.problems
    assert (problem.field, problem.value) == ("region", "eu-wst-1")
    assert "eu-west-1" in problem.remedy


@pytest.mark.parametrize("call", [prices.cloud_prices, prices.nearest_region])
def test_an_unknown_provider_is_refused_with_those_there_are(imported, call):
    imported(an_instance_line())

    with pytest.raises(Invalid) as refused:
        call("awz", "US")

    assert refused.value.problems[0].remedy == "Did you mean: aws?"


def test_without_price_books_the_remedy_says_how_to_get_some():
    with pytest.raises(Invalid) as refused:
        prices.current_version("aws")

    assert "load_catalog" in refused.value.problems[0].remedy
    assert prices.cloud_regions() == []


def test_an_unknown_version_is_refused():
    with pytest.raises(Invalid, match="not a price book version"):
        prices.cloud_prices_of(99, "us-east-1")


def test_the_shipped_books_load_once(capsys):
    call_command("load_catalog")
    first = capsys.readouterr().out
    call_command("load_catalog")
    second = capsys.readouterr().out

    assert first.count("price book") == 3
    assert second.count("unchanged") == 4  # the entries, and three books
    assert PriceBookVersion.objects.current().count() == PriceBookVersion.objects.count() == 3


def test_a_shipped_book_does_not_push_a_newer_import_aside(imported):
    imported(an_instance_line(as_of="2026-11-20"))

    prices.load_price_books()

    assert prices.current_version("aws").as_of.isoformat() == "2026-11-20"
    assert PriceBookVersion.objects.filter(book__provider="aws").count() == 1


def test_a_shipped_book_pushes_an_older_import_aside(imported):
    imported(an_instance_line(as_of="2025-11-20"))

    prices.load_price_books()

    assert prices.current_version("aws").number == 2


def test_a_corrected_shipped_book_of_the_same_day_replaces_the_one_before(tmp_path):
    def ship(price):
        folder = tmp_path / "aws" / "2026-07-20"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "book.yaml").write_text("provider: aws\norigin: one region\nsources: {a: 'a price feed'}\n")
        (folder / "instances.csv").write_text(
            "".join(an_instance_file(an_instance_line(usd_per_hour=price, source="a")))
        )
        (folder / "services.csv").write_text("".join(a_service_file(a_service_line(source="a"))))
        return prices.load_price_books(tmp_path)[0]

    first, second, again = ship("0.2"), ship("0.1008"), ship("0.1008")

    assert (first.version.number, second.version.number, again.version.number) == (1, 2, 2)
    assert (second.difference.changed, again.is_new) == (1, False)
    assert second.version.origin == "shipped: one region"


def test_the_command_prints_progress_and_what_changes(tmp_path, capsys):
    path = tmp_path / "aws.csv"
    path.write_text("".join(an_instance_file(an_instance_line(), an_instance_line(region="eu-west-1"))))

    call_command("import_prices", str(path))
    call_command("import_prices", str(path))

    assert capsys.readouterr().out.splitlines() == [
        "aws.csv: 2 instance prices, 0 service prices",
        "aws: AWS, version 1 of 2026-07-20: 2 added, 0 changed, 0 removed",
        "aws.csv: 2 instance prices, 0 service prices",
        "aws: AWS, version 1 of 2026-07-20: unchanged",
    ]


def test_the_command_refuses_bad_rows_with_line_and_remedy(tmp_path):
    path = tmp_path / "aws.csv"
    path.write_text("".join(an_instance_file(an_instance_line(usd_per_hour="free"))))

    with pytest.raises(
        CommandError,
        match=r"aws\.csv line 2, usd_per_hour: is not a price in USD \(is: free\)\. Write a number",
    ):
        call_command("import_prices", str(path))

    assert not PriceBookVersion.objects.exists()
