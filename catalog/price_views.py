"""Pages of cloud prices: what instances cost, one instance type whole, and the price books behind both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from catalog import prices
from catalog.engine.documents import unprintable
from catalog.engine.offers import Category, CloudService, PriceTier, ServicePrice, Term
from catalog.engine.price_models import model_of
from catalog.engine.units import HOURS_PER_MONTH
from catalog.models import CloudOffer, PriceBook, PriceBookVersion, PriceOrigin
from catalog.offer_list import BASIS_COLUMNS, PRICE_COLUMNS, OfferSearch, found_offers
from config.errors import Invalid
from config.paging import KeysetPagination

PAGE_SIZE = 50
OLD_AFTER = timedelta(days=90)
"""A price older than that is marked (tco.FR17)."""
TERM_NAMES = {Term.ON_DEMAND: "On demand", Term.ONE_YEAR: "1 year", Term.THREE_YEARS: "3 years"}
BASES = ("observed", "derived", "recalled")
OPERATING_SYSTEMS = {"linux": "Linux", "windows": "Windows", "rhel": "RHEL", "sles": "SLES", "": "Any"}
SERVICE_NAMES = {
    CloudService.BLOCK_GB_MONTH: "Block storage",
    CloudService.BLOCK_IOPS_MONTH: "Block storage IOPS",
    CloudService.BLOCK_MB_PER_SECOND_MONTH: "Block storage throughput",
    CloudService.SNAPSHOT_GB_MONTH: "Snapshots",
    CloudService.OBJECT_GB_MONTH: "Object storage",
    CloudService.EGRESS_GB: "Traffic to the internet",
    CloudService.INTER_ZONE_GB: "Traffic between zones, one direction",
    CloudService.LOAD_BALANCER_HOUR: "Load balancer",
    CloudService.NAT_GATEWAY_HOUR: "NAT gateway",
    CloudService.NAT_GB: "Traffic through NAT",
    CloudService.PUBLIC_IPV4_HOUR: "Public IPv4 address",
    CloudService.SUPPORT_SHARE: "Support, share of the charges",
    CloudService.SUPPORT_MINIMUM_MONTH: "Support, at the least",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPrice:
    """A price of a list."""

    usd_per_hour: Decimal
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOffer:
    """One row of the list of offers."""

    offer: CloudOffer
    provider: str
    provider_name: str
    memory_gib: Decimal | None
    prices: tuple[ListedPrice | None, ...]
    """On demand, 1 year, 3 years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """One price of an instance type with all that is known of it."""

    model: str
    term: str
    """Empty: no comparison uses this price."""
    usd_per_hour: Decimal
    usd_per_month: Decimal
    below_on_demand: Decimal | None
    """As a share of the price on demand."""
    origin: PriceOrigin
    note: str
    """The price list's own word for the basis, as people read it."""
    is_old: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """What one service costs in a region, or that nobody knows."""

    name: str
    price: ServicePrice | None
    tiers: tuple[str, ...] = ()
    note: str = ""
    is_old: bool = False


@login_required
@require_GET
def price_list(request: HttpRequest) -> HttpResponse:
    """The offers of the current price books: searched, filtered, sorted; no page counts them all."""
    search = _search_asked(request)
    offers, next_page = _page(found_offers(request.user, search), search, request.GET.get("page", ""))
    books = {
        version.pk: version.book for version in PriceBookVersion.objects.current().select_related("book")
    }
    regions = [
        region
        for region in prices.cloud_regions()
        if not search.provider or region.provider == search.provider
    ]
    clouds = {book.provider: book.provider_name for book in books.values()}
    context = {
        "search": search,
        "rows": [_listed(offer, books[offer.version_id]) for offer in offers],
        "next": f"?{urlencode({**request.GET.dict(), 'page': next_page})}" if next_page else "",
        "first": f"?{urlencode({k: v for k, v in request.GET.items() if k != 'page'})}"
        if "page" in request.GET
        else "",
        "has_books": bool(books),
        "clouds": [("", "All clouds"), *sorted(clouds.items(), key=lambda item: item[1])],
        "regions": [
            ("", "All regions"),
            *((r.region, f"{r.region} · {r.region_name}") for r in regions),
        ],
        "categories": [("", "All"), *((c.value, c.value.capitalize()) for c in Category)],
        "terms": [("", "Any"), *((term.value, name) for term, name in TERM_NAMES.items())],
        "bases": [("", "Any"), *((basis, basis.capitalize()) for basis in BASES)],
        "operating_systems": list(OPERATING_SYSTEMS.items()),
        "kinds": [("", "Comparable"), ("all", "All")],
    }
    return render(request, "catalog/price_list.html", context)


@login_required
@require_GET
def price_detail(request: HttpRequest, provider: str, region: str, instance_type: str) -> HttpResponse:
    """One instance type in one region: every price with basis, date and source; and what it costs elsewhere."""
    version = _version_asked(request, provider)
    if unprintable(region + instance_type):
        raise Http404
    offers = list(
        CloudOffer.objects.all()
        .visible_to(request.user)
        .filter(version=version, region=region, instance_type=instance_type)
        .order_by("operating_system")
    )
    if not offers:
        raise Http404
    offers.sort(key=lambda offer: offer.operating_system != prices.LINUX)
    origins = {origin.number: origin for origin in version.origins.all()}
    elsewhere = (
        CloudOffer.objects.all()
        .visible_to(request.user)
        .filter(version=version, instance_type=instance_type, operating_system=offers[0].operating_system)
        .order_by("on_demand_price", "region")
    )
    context = {
        "version": version,
        "offer": offers[0],
        "region_name": prices.region_name(provider, region),
        "memory_gib": _gib(offers[0].memory_mib),
        "systems": [(offer.operating_system, _price_lines(provider, offer, origins)) for offer in offers],
        "elsewhere": [
            (_listed(offer, version.book), prices.region_name(provider, offer.region)) for offer in elsewhere
        ],
    }
    return render(request, "catalog/price_detail.html", context)


@login_required
@require_GET
def price_book_list(request: HttpRequest) -> HttpResponse:
    """Every version of every price book: how new, how large, where from."""
    versions = (
        PriceBookVersion.objects.all()
        .visible_to(request.user)
        .select_related("book")
        .order_by("book__provider_name", "-number")
    )
    context = {"versions": [(version, _is_old(version.as_of)) for version in versions]}
    return render(request, "catalog/price_book_list.html", context)


@login_required
@require_GET
def price_book_detail(request: HttpRequest, provider: str) -> HttpResponse:
    """What the services of a provider cost in one region, and which have no price that anybody could name."""
    version = _version_asked(request, provider)
    regions = prices.regions_of(version)
    asked = request.GET.get("region", "")
    region = asked if asked in [known.region for known in regions] else regions[0].region if regions else ""
    found = prices.cloud_prices_of(version.pk, region).services if region else {}
    context = {
        "version": version,
        "region": region,
        "regions": [(known.region, f"{known.region} · {known.region_name}") for known in regions],
        "services": [_service_line(service, found.get(service.value)) for service in CloudService],
        "versions": version.book.versions.all(),
        "is_old": _is_old(version.as_of),
    }
    return render(request, "catalog/price_book_detail.html", context)


def _search_asked(request: HttpRequest) -> OfferSearch:
    """What the filters say; before anything is filtered, one region that the product knows.

    A choice that is none counts as not made: an old link still opens.
    """
    asked = {
        name: request.GET.get(name, "").strip()[:80]
        for name in ("provider", "region", "category", "term", "basis", "sort")
    }
    if not {"q", "provider", "region"} & set(request.GET):
        first = next(iter(prices.cloud_regions()), None)
        if first is not None:
            asked |= {"provider": first.provider, "region": first.region}
    search = OfferSearch(
        words=request.GET.get("q", "").strip()[:80],
        operating_system=request.GET.get("os", prices.LINUX).strip()[:40],
        only_current=request.GET.get("types", "") != "all",
        **asked,
    )
    for problem in search.problems():
        search = replace(search, **{problem.field: ""})  # type: ignore[arg-type]  # none of them is the switch
    return search


def _page(offers: Any, search: OfferSearch, cursor: str) -> tuple[list[CloudOffer], str]:
    """One page after `cursor`, and the cursor of the next one or nothing. A cursor of another list starts anew."""
    paging = KeysetPagination()
    paging.columns = search.ordering
    if cursor:
        try:
            offers = offers.filter(paging.after(CloudOffer, cursor))
        except Invalid:
            pass
    rows = list(offers[: PAGE_SIZE + 1])
    return rows[:PAGE_SIZE], paging.cursor_of(rows[PAGE_SIZE - 1]) if len(rows) > PAGE_SIZE else ""


def _version_asked(request: HttpRequest, provider: str) -> PriceBookVersion:
    """The version that `?version=` names by its number, else the current one."""
    versions = (
        PriceBookVersion.objects.all()
        .visible_to(request.user)
        .select_related("book")
        .filter(book__provider=provider)
    )
    number = request.GET.get("version", "")
    wanted = versions.filter(number=int(number)) if _is_count(number) else versions.filter(is_current=True)
    version = wanted.first()
    if version is None:
        raise Http404
    return version


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def _listed(offer: CloudOffer, book: PriceBook) -> ListedOffer:
    columns = [(getattr(offer, PRICE_COLUMNS[term]), getattr(offer, BASIS_COLUMNS[term])) for term in Term]
    return ListedOffer(
        offer=offer,
        provider=book.provider,
        provider_name=book.provider_name,
        memory_gib=_gib(offer.memory_mib),
        prices=tuple(
            None if price is None else ListedPrice(usd_per_hour=prices.unit_price(price), basis=basis)
            for price, basis in columns
        ),
    )


def _price_lines(provider: str, offer: CloudOffer, origins: dict[int, PriceOrigin]) -> list[PriceLine]:
    terms = {model_of(provider, term, offer.prices): name for term, name in TERM_NAMES.items()}
    order = [*(model for model in terms if model), *sorted(set(offer.prices) - set(terms))]
    lines = []
    for model in order:
        price, number = offer.prices[model]
        usd, on_demand = prices.unit_price(price), offer.on_demand_price
        lines.append(
            PriceLine(
                model=model,
                term=terms.get(model, ""),
                usd_per_hour=usd,
                usd_per_month=usd * HOURS_PER_MONTH,
                below_on_demand=1 - Decimal(price) / on_demand if on_demand and price != on_demand else None,
                origin=origins[number],
                note=origins[number].basis_note.replace("_", " "),
                is_old=_is_old(origins[number].as_of),
            )
        )
    return lines


def _service_line(service: CloudService, price: ServicePrice | None) -> ServiceLine:
    name = SERVICE_NAMES[service]
    if price is None:
        return ServiceLine(name=name, price=None)
    is_share = service is CloudService.SUPPORT_SHARE
    return ServiceLine(
        name=name,
        price=price,
        tiers=tuple(_tier(tier, len(price.tiers), is_share) for tier in price.tiers),
        note=price.basis_note.replace("_", " "),
        is_old=_is_old(price.as_of),
    )


def _tier(tier: PriceTier, count: int, is_share: bool) -> str:
    price = f"{tier.price * 100:f} %" if is_share else f"{tier.price:f}"
    if count == 1:
        return price
    return f"above {tier.start:,f}: {price}" if tier.end is None else f"to {tier.end:,f}: {price}"


def _gib(mebibytes: int | None) -> Decimal | None:
    return None if mebibytes is None else Decimal(mebibytes) / 1024


def _is_old(as_of: date) -> bool:
    return timezone.localdate() - as_of > OLD_AFTER
