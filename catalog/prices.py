"""Cloud prices for the rest of the product: stored in versions, read a region at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db import connection, transaction

from catalog.cloud_services import ANYWHERE, Row, places, service_prices
from catalog.documents import refused
from catalog.engine.documents import InvalidDocument
from catalog.engine.hardware import Basis
from catalog.engine.offers import Architecture, Category, CloudPrices, InstancePrice, Offer, Term
from catalog.engine.price_models import model_of
from catalog.imports.price_books import (
    Difference,
    StagedOffer,
    checksum,
    days,
    difference,
    read_shipped_book,
    rows_by_provider,
    shipped_books,
    staged_offers,
)
from catalog.imports.price_files import InstanceRow, Origin, PriceRows, ServiceRow, read_price_file
from catalog.library import DATA
from catalog.models import CloudOffer, CloudServicePrice, PriceBook, PriceBookVersion, PriceOrigin
from config.errors import Invalid, Problem

LINUX = "linux"
SHIPPED = "shipped: "
"""How the origin of a version starts that came with the product."""
BATCH = 5_000
REGIONS_IN_MEMORY = 24
"""How many regions of price books a process keeps at hand, some 3 MB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudRegion:
    """One region that can be compared with: there are prices of instances in it."""

    provider: str
    provider_name: str
    region: str
    region_name: str
    continent: str
    """Empty where the table of regions does not know it."""
    country: str
    """ISO 3166 code, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did with one provider."""

    provider: str
    version: PriceBookVersion
    is_new: bool
    """False: the content was there already."""
    difference: Difference
    """Against the version that was current before."""


# What the product reads ---------------------------------------------------------------------------------------


def current_version(provider: str) -> PriceBookVersion:
    """Return the version of the provider's price book that new comparisons use.

    Raises:
        Invalid: there is no price book of that provider.
    """
    version = (
        PriceBookVersion.objects.current().select_related("book").filter(book__provider=provider).first()
    )
    if version is None:
        known = list(PriceBook.objects.order_by("provider").values_list("provider", flat=True))
        raise _unknown("provider", provider, known, "is not a cloud with a price book")
    return version


def cloud_regions() -> list[CloudRegion]:
    """Return every region with instance prices in a current price book, by provider, in order of preference."""
    versions = PriceBookVersion.objects.current().select_related("book").order_by("book__provider")
    return [region for version in versions for region in regions_of(version)]


def regions_of(version: PriceBookVersion) -> tuple[CloudRegion, ...]:
    """Return every region with instance prices in `version`, in order of preference."""
    return _regions(version.pk, version.checksum, version.book.provider)


def cloud_prices(provider: str, region: str, operating_system: str = LINUX) -> CloudPrices:
    """Return the prices of `provider` in `region` from its current price book.

    Raises:
        Invalid: there is no such provider, or no instance price in such a region.
    """
    return _cloud_prices_of(current_version(provider), region, operating_system)


def cloud_prices_of(version_id: int, region: str, operating_system: str = LINUX) -> CloudPrices:
    """Return the prices in `region` from one version, current or not: what a pinned result was worked out with.

    Raises:
        Invalid: there is no such version, or no instance price in such a region.
    """
    version = PriceBookVersion.objects.select_related("book").filter(pk=version_id).first()
    if version is None:
        problem = Problem(
            "price_book_version", version_id, "is not a price book version", "Use the id of a stored version."
        )
        raise Invalid([problem])
    return _cloud_prices_of(version, region, operating_system)


def nearest_region(provider: str, country: str) -> str:
    """Return the region for customers in `country` (ISO 3166 code): one of the same country, else of the same
    part of the continent, else of the continent, else the provider's default; the first in the order of
    `cloud-regions.yaml`.

    Raises:
        Invalid: there is no price book of that provider.
    """
    version = current_version(provider)
    regions = regions_of(version)
    here = _areas().get(country.upper(), ("", ""))
    for is_near in (
        lambda region: region.country == country.upper(),
        lambda region: _areas().get(region.country, (None, None)) == here,
        lambda region: region.continent == here[1] and here[1] != "",
        lambda region: region.region == _table(provider).get("default"),
        lambda region: True,
    ):
        found = next((region for region in regions if is_near(region)), None)
        if found is not None:
            return found.region
    raise Invalid(
        [Problem("provider", provider, "has no region with prices", "Import a price list with instances.")]
    )


def region_name(provider: str, region: str) -> str:
    """Return what the provider calls `region`, or `region` itself where the table does not know it."""
    return _places(provider).get(region, (region, ""))[0]


def provider_name(provider: str) -> str:
    """Return how to write the name of `provider`."""
    tables = _cloud_tables()
    name: str = (
        tables["providers"].get(provider, {}).get("name") or tables["other_names"].get(provider) or provider
    )
    return name


# What fills the price books -----------------------------------------------------------------------------------


@transaction.atomic
def load_price_books(directory: Path | None = None) -> list[Imported]:
    """Store the shipped price books that are newer than what is there, as current; also corrected ones of a day.

    Raises:
        Invalid: a row is not possible; nothing is changed then.
    """
    done = []
    for folder in shipped_books(directory or DATA / "price-books"):
        try:
            origin, rows = read_shipped_book(folder)
        except InvalidDocument as error:
            raise refused(error) from error
        for provider, own in rows_by_provider([rows]).items():
            book = _locked_book(provider)
            current = book.versions.filter(is_current=True).first()
            if current is not None and not _replaces(own, current):
                nothing = Difference(added=0, changed=0, removed=0)
                done.append(Imported(provider=provider, version=current, is_new=False, difference=nothing))
                continue
            done.append(_store(book, own, f"{SHIPPED}{origin}", current=current))
    return done


def import_price_files(
    paths: Sequence[Path], *, provider: str = "", report: Callable[[str], None] = lambda line: None
) -> list[Imported]:
    """Read price files and store what they hold as a new version of each provider's price book, now current.

    A provider's files replace its instances or its services, whichever they hold; the other kind is carried over
    from the version before. The same content makes no new version. All or nothing.

    Raises:
        Invalid: a row is not possible, or there is none; nothing is changed then.
    """
    try:
        files = []
        for path in paths:
            rows = read_price_file(path, provider=provider)
            report(
                f"{path.name}: {len(rows.instances):,} instance prices, {len(rows.services):,} service prices"
            )
            files.append(rows)
        found = rows_by_provider(files)
        providers = [
            {row.provider for row in rows.instances} | {row.provider for row in rows.services}
            for rows in files
        ]
    except InvalidDocument as error:
        raise refused(error) from error
    if not found:
        raise Invalid(
            [Problem("files", provider, "hold no price", "Give a file with rows of that provider.")]
        )
    done = []
    with transaction.atomic():
        for name, own in found.items():
            origin = ", ".join(path.name for path, of in zip(paths, providers, strict=True) if name in of)[
                :400
            ]
            book = _locked_book(name)
            current = book.versions.filter(is_current=True).first()
            if current is not None and not (own.instances and own.services):
                before = rows_of(current)
                own = PriceRows(
                    instances=own.instances or before.instances, services=own.services or before.services
                )
                origin += f"; the rest from version {current.number}"
            done.append(_store(book, own, origin, current=current))
            report(described(done[-1]))
    return done


def described(imported: Imported) -> str:
    """Return what an import did with one provider, as one line."""
    version, change = imported.version, imported.difference
    if not imported.is_new:
        state = "now current again" if change.added or change.changed or change.removed else "unchanged"
        return f"{imported.provider}: {version}: {state}"
    return (
        f"{imported.provider}: {version}: {change.added:,} added, {change.changed:,} changed, "
        f"{change.removed:,} removed"
    )


def rows_of(version: PriceBookVersion) -> PriceRows:
    """Return a stored version as rows again."""
    provider = version.book.provider
    origins = {origin.number: _origin(origin) for origin in version.origins.all()}
    instances = []
    for offer in version.offers.iterator(chunk_size=BATCH):
        for model, (price, number) in offer.prices.items():
            instances.append(
                InstanceRow(
                    provider,
                    offer.region,
                    offer.instance_type,
                    offer.family,
                    offer.vcpus,
                    offer.memory_mib,
                    offer.architecture,
                    offer.gpus,
                    offer.operating_system,
                    model,
                    price,
                    *origins[number],
                )
            )
    services = [
        ServiceRow(
            provider,
            row.region,
            row.service,
            row.unit,
            row.tier_from,
            row.tier_to,
            row.price,
            *_origin(row.origin),
        )
        for row in version.service_prices.select_related("origin")
    ]
    return PriceRows(instances=tuple(instances), services=tuple(services))


def _replaces(shipped: PriceRows, current: PriceBookVersion) -> bool:
    """An import of one's own stays unless what is shipped is newer."""
    newest = date.fromisoformat(days(shipped)[1])
    if newest == current.as_of and current.origin.startswith(SHIPPED):
        return checksum(shipped) != current.checksum
    return newest > current.as_of


def _locked_book(provider: str) -> PriceBook:
    """Return the provider's price book, which no other import changes until this transaction ends."""
    book, _ = PriceBook.objects.select_for_update().get_or_create(
        provider=provider, defaults={"provider_name": provider_name(provider)}
    )
    return book


def _store(book: PriceBook, rows: PriceRows, origin: str, *, current: PriceBookVersion | None) -> Imported:
    """Make `rows` the current version: a new one, or an old one with this content."""
    provider = book.provider
    content = checksum(rows)
    same = book.versions.filter(checksum=content).first()
    if same is not None and same.is_current:
        nothing = Difference(added=0, changed=0, removed=0)
        return Imported(provider=provider, version=same, is_new=False, difference=nothing)
    change = difference(rows_of(current) if current else PriceRows(), rows)
    if current is not None:
        current.is_current = False
        current.save(update_fields=["is_current"])
    if same is not None:
        same.is_current = True
        same.save(update_fields=["is_current"])
        return Imported(provider=provider, version=same, is_new=False, difference=change)
    version = _insert_version(book, rows, origin=origin, content=content)
    return Imported(provider=provider, version=version, is_new=True, difference=change)


def _insert_version(book: PriceBook, rows: PriceRows, *, origin: str, content: str) -> PriceBookVersion:
    offers = staged_offers(rows.instances)
    oldest, newest = days(rows)
    last = book.versions.order_by("-number").first()
    version = PriceBookVersion.objects.create(
        book=book,
        number=last.number + 1 if last else 1,
        as_of=date.fromisoformat(newest),
        oldest_as_of=date.fromisoformat(oldest),
        checksum=content,
        origin=origin,
        region_count=len({offer.row.region for offer in offers}),
        offer_count=len(offers),
        price_count=len(rows.instances),
        service_count=len(rows.services),
        is_current=True,
    )
    origins = _insert_origins(version, rows)
    numbers = {key: origin.number for key, origin in origins.items()}
    _insert_offers(_offer_values(version, offer, numbers) for offer in offers)
    CloudServicePrice.objects.bulk_create(
        (
            CloudServicePrice(
                version=version,
                region=row.region,
                service=row.service,
                unit=row.unit,
                tier_from=row.tier_from,
                tier_to=row.tier_to,
                price=row.price,
                origin=origins[row.origin],
            )
            for row in rows.services
        ),
        batch_size=BATCH,
    )
    return version


def _insert_origins(version: PriceBookVersion, rows: PriceRows) -> dict[Origin, PriceOrigin]:
    keys = sorted({row.origin for row in rows.instances} | {row.origin for row in rows.services})
    stored = PriceOrigin.objects.bulk_create(
        PriceOrigin(
            version=version,
            number=number,
            basis=key.basis,
            basis_note=key.basis_note,
            as_of=date.fromisoformat(key.as_of),
            source=key.source,
        )
        for number, key in enumerate(keys, start=1)
    )
    return dict(zip(keys, stored, strict=True))


OFFER_COLUMNS = (
    "version_id", "region", "instance_type", "operating_system", "family", "category", "generation", "is_current",
    "kind", "vcpus", "memory_mib", "architecture", "is_burstable", "is_core_based", "gpus", "on_demand_price",
    "on_demand_basis", "one_year_price", "one_year_basis", "three_years_price", "three_years_basis", "prices",
)  # fmt: skip


def _offer_values(
    version: PriceBookVersion, offer: StagedOffer, numbers: dict[Origin, int]
) -> tuple[Any, ...]:
    row, traits = offer.row, offer.traits
    terms = [offer.term(term) for term in Term]
    prices = {model: [price.price, numbers[price.origin]] for model, price in sorted(offer.prices.items())}
    return (
        version.pk,
        row.region,
        row.instance_type,
        row.operating_system,
        traits.family,
        offer.category,
        traits.generation,
        offer.is_current,
        traits.kind,
        row.vcpus,
        row.memory_mib,
        row.architecture,
        traits.is_burstable,
        traits.is_core_based,
        row.gpus,
        *(value for term in terms for value in ((term.price, term.basis) if term else (None, ""))),
        json.dumps(prices, separators=(",", ":")),
    )


def _insert_offers(rows: Iterable[tuple[Any, ...]]) -> None:
    """Write offers past the ORM, a hundred thousand in seconds: COPY on PostgreSQL, else one prepared INSERT."""
    table = connection.ops.quote_name(CloudOffer._meta.db_table)
    columns = ", ".join(OFFER_COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(OFFER_COLUMNS))
        for batch in _batches(rows):
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", batch)  # noqa: S608  # our own names


def _batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _origin(origin: PriceOrigin) -> Origin:
    return Origin(origin.basis, origin.basis_note, origin.as_of.isoformat(), origin.source)


# Rows to engine objects ---------------------------------------------------------------------------------------


def _cloud_prices_of(version: PriceBookVersion, region: str, operating_system: str) -> CloudPrices:
    known = [known.region for known in regions_of(version)]
    if region not in known:
        raise _unknown("region", region, known, f"is not a region of {version}")
    return _region_prices(version.pk, version.checksum, version.book.provider, region, operating_system)


@lru_cache(maxsize=REGIONS_IN_MEMORY)
def _region_prices(
    version_id: int, _checksum: str, provider: str, region: str, operating_system: str
) -> CloudPrices:
    """Read one region; a version never changes, so the copy never ages. The checksum tells databases apart."""
    version = PriceBookVersion.objects.select_related("book").get(pk=version_id)
    origins = {origin.number: origin for origin in version.origins.all()}
    name, continent = _places(provider).get(region, (region, ""))
    offers = version.offers.filter(
        region=region, operating_system=operating_system, vcpus__isnull=False, memory_mib__isnull=False
    )
    rows = version.service_prices.filter(region__in=places(provider, region, continent)).select_related(
        "origin"
    )
    return CloudPrices(
        provider=provider,
        provider_name=version.book.provider_name,
        region=region,
        region_name=name,
        price_book=str(version),
        as_of=version.as_of,
        offers=tuple(_offer(provider, offer, origins) for offer in offers.order_by("instance_type")),
        services=service_prices(provider, region, continent, [_service_row(row) for row in rows]),
    )


def _offer(provider: str, offer: CloudOffer, origins: dict[int, PriceOrigin]) -> Offer:
    return Offer(
        provider=provider,
        region=offer.region,
        instance_type=offer.instance_type,
        family=offer.family,
        category=Category(offer.category),
        generation=offer.generation,
        is_current=offer.is_current,
        vcpus=offer.vcpus or 0,
        memory_gib=Decimal(offer.memory_mib or 0) / 1024,
        architecture=Architecture(offer.architecture or Architecture.X86_64),
        is_burstable=offer.is_burstable,
        is_core_based=offer.is_core_based,
        gpus=offer.gpus,
        operating_system=offer.operating_system,
        prices=tuple(
            _instance_price(term, model, *offer.prices[model], origins=origins)
            for term in Term
            if (model := model_of(provider, term, offer.prices))
        ),
    )


def _instance_price(
    term: Term, model: str, price: int, number: int, *, origins: dict[int, PriceOrigin]
) -> InstancePrice:
    origin = origins[number]
    return InstancePrice(
        term=term,
        price_model=model,
        usd_per_hour=unit_price(price),
        basis=Basis(origin.basis),
        basis_note=origin.basis_note,
        as_of=origin.as_of,
        source=origin.source,
    )


def _service_row(row: CloudServicePrice) -> Row:
    return Row(
        region=row.region,
        path=row.service,
        unit=row.unit,
        start=plain(row.tier_from or Decimal(0)),
        end=None if row.tier_to is None else plain(row.tier_to),
        price=unit_price(row.price),
        basis=Basis(row.origin.basis),
        basis_note=row.origin.basis_note,
        as_of=row.origin.as_of,
        source=row.origin.source,
    )


def unit_price(scaled: int) -> Decimal:
    """Return a stored price, whole 1e-8 USD, as the exact USD."""
    return plain(Decimal(scaled).scaleb(-8))


def written_price(scaled: int) -> str:
    """Return a stored price, whole 1e-8 USD, as people write it: as `unit_price`, in a fifth of the time."""
    dollars, rest = divmod(abs(scaled), 100_000_000)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{dollars}.{rest:08}".rstrip("0") if rest else f"{sign}{dollars}"


def plain(value: Decimal) -> Decimal:
    """Return `value` without zeros behind the point."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


# The table of regions -----------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _regions(version_id: int, _checksum: str, provider: str) -> tuple[CloudRegion, ...]:
    """The regions of a version in the order of the table; those it does not know come last, by name."""
    found = set(
        CloudOffer.objects.filter(version_id=version_id)
        .order_by()
        .values_list("region", flat=True)
        .distinct()
    )
    known = [region for region in _places(provider) if region in found]
    book_name = provider_name(provider)
    countries = {row["id"]: row["country"] for row in _table(provider).get("regions", [])}
    return tuple(
        CloudRegion(
            provider=provider,
            provider_name=book_name,
            region=region,
            region_name=region_name(provider, region),
            continent=_places(provider).get(region, ("", ""))[1],
            country=countries.get(region, ""),
        )
        for region in [*known, *sorted(found - set(known))]
    )


def _places(provider: str) -> dict[str, tuple[str, str]]:
    """Region -> its name and continent, in order of preference."""
    named = {
        row["id"]: (row["name"], _areas().get(row["country"], ("", ""))[1])
        for row in _table(provider).get("regions", [])
    }
    return named or {ANYWHERE: ("All regions", "")}


def _table(provider: str) -> dict[str, Any]:
    table: dict[str, Any] = _cloud_tables()["providers"].get(provider, {})
    return table


@lru_cache(maxsize=1)
def _areas() -> dict[str, tuple[str, str]]:
    """Country -> part of the continent, continent."""
    return {
        country: (area["name"], area["continent"])
        for area in _cloud_tables()["areas"]
        for country in area["countries"]
    }


@lru_cache(maxsize=1)
def _cloud_tables() -> dict[str, Any]:
    tables: dict[str, Any] = yaml.safe_load((DATA / "cloud-regions.yaml").read_text(encoding="utf-8"))
    return tables


def _unknown(field: str, value: str, known: list[str], message: str) -> Invalid:
    near = get_close_matches(value, known, n=5, cutoff=0.5)
    if near:
        remedy = f"Did you mean: {', '.join(near)}?"
    elif known:
        remedy = f"Use one of: {', '.join(known[:40])}."
    else:
        remedy = (
            "Load the shipped price books with manage.py load_catalog, or import some with import_prices."
        )
    return Invalid([Problem(field, value, message, remedy)])
