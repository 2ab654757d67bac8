"""Cloud prices over REST: offers of the current price books, and the versions of all price books."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from django.db.models import CharField, FloatField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets

from catalog.engine.hardware import Basis
from catalog.engine.offers import Category, Term
from catalog.engine.price_models import model_of
from catalog.models import CloudOffer, PriceBookVersion, PriceOrigin
from catalog.offer_list import EXACT, SORTS, OfferSearch, offers_in
from catalog.prices import written_price
from config.errors import Invalid
from config.paging import KeysetPagination, RowAsJson, behind, page_of, tag_of, values_behind
from config.prepared import Given, Prepared

FILTERS = {
    "search": "Words that the instance type or family holds.",
    "provider": "Slug of the cloud, such as `aws`.",
    "region": "The provider's own name, such as `us-east-1`.",
    "category": "By GiB of memory a vCPU.",
    "term": "Only offers with a price at this term.",
    "basis": "Basis of the price at `term`, or on demand.",
    "operating_system": "Such as `linux`.",
}
CURRENT = "`true`: only what comparisons may choose: current generations, no special kinds, size known."
CHOICES = {
    "category": [category.value for category in Category],
    "term": [term.value for term in Term],
    "basis": [basis.value for basis in Basis],
}


class OfferPriceSerializer(serializers.Serializer[Any]):
    price_model = serializers.CharField(help_text="As the price list calls it.")
    term = serializers.ChoiceField(
        [term.value for term in Term], allow_null=True, help_text="Null: no comparison uses this price."
    )
    usd_per_hour = serializers.CharField(help_text="Exact decimal, without tax.")
    basis = serializers.ChoiceField([basis.value for basis in Basis])
    basis_note = serializers.CharField(help_text="The price list's own word for it, or empty.")
    as_of = serializers.DateField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name is what the price has


class CloudOfferSerializer(serializers.ModelSerializer[CloudOffer]):
    """One instance type in one region for one operating system, with all its prices."""

    provider = serializers.CharField(source="version.book.provider")
    price_book_version = serializers.IntegerField(source="version_id")
    memory_gib = serializers.FloatField(allow_null=True, read_only=True, help_text="Null: unknown.")
    left_out_as = serializers.CharField(
        source="kind", help_text="Kind that no comparison may choose, or empty."
    )
    prices = OfferPriceSerializer(many=True, read_only=True)

    class Meta:
        model = CloudOffer
        fields = (
            "provider",
            "region",
            "instance_type",
            "operating_system",
            "family",
            "category",
            "generation",
            "is_current",
            "left_out_as",
            "vcpus",
            "memory_gib",
            "architecture",
            "is_burstable",
            "is_core_based",
            "gpus",
            "price_book_version",
            "prices",
        )
        read_only_fields = fields


COLUMNS = {"left_out_as": "kind", "memory_gib": "memory_mib", "price_book_version": "version"}
_current_versions = Prepared(
    lambda: PriceBookVersion.objects.current().order_by("pk").values_list("pk", "checksum", "book__provider")
)
MEMBERS: dict[str, Any] = {
    name: CloudOffer._meta.get_field(COLUMNS.get(name, name))
    for name in CloudOfferSerializer.Meta.fields
    if name not in ("provider", "prices")
}
MEMBERS["memory_gib"] = Cast("memory_mib", FloatField()) / Value(1024.0)
"""What the database itself writes of an offer."""


def written(row: str, prices: Mapping[str, Any], provider: str, origins: Mapping[int, str]) -> str:
    """An offer in the JSON that `CloudOfferSerializer` describes, put together from JSON: no objects in between."""
    parts = [
        f'{head}"{written_price(prices[model][0])}",{origins[prices[model][1]]}'
        for model, head in heads(provider, tuple(prices))
    ]
    return f'{{"provider":"{provider}",{row[1:-1]},"prices":[{",".join(parts)}]}}'


@lru_cache(maxsize=256)
def page_statement(
    versions: tuple[tuple[int, str], ...],
    search: OfferSearch,
    exact: tuple[str, ...],
    columns: tuple[str, ...],
    limit: int,
    has_cursor: bool,
) -> Prepared:
    """What finds a page of offers, compiled once for each of the few shapes that programs ask for.

    Building the SQL takes a third of a request. The columns named by `exact`, and of the cursor, are told each time.
    """

    def build() -> QuerySet[Any, Any]:
        told = {name: Given(name, CharField()) for name in exact}
        offers = offers_in(dict(versions), search).filter(**told)
        if has_cursor:
            offers = offers.filter(behind(columns, values_behind(CloudOffer, columns)))
        names = [column.removeprefix("-") for column in columns]
        return KeysetPagination.rows_of_page(  # type: ignore[no-any-return]
            offers,
            columns,
            limit,
            lambda page: page.values_list(*names, "version", RowAsJson(MEMBERS), Cast("prices", TextField())),
        )

    return Prepared(build)


@lru_cache(maxsize=1024)
def heads(provider: str, models: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Price models by name, each with what is written of it before the price."""
    terms = {model_of(provider, term, models): term.value for term in Term}
    members = ({"price_model": model, "term": terms.get(model)} for model in sorted(models))
    return tuple((each["price_model"] or "", f'{compact(each)[:-1]},"usd_per_hour":') for each in members)


@lru_cache(maxsize=64)
def origins_of(version_id: int, _checksum: str) -> dict[int, str]:
    """What is written of each origin of a version, by number. It never changes; the checksum tells databases apart."""
    names = ("basis", "basis_note", "as_of", "source")
    origins = PriceOrigin.objects.filter(version=version_id).values("number", *names)
    return {origin["number"]: compact({name: str(origin[name]) for name in names})[1:] for origin in origins}


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class PriceBookVersionSerializer(serializers.ModelSerializer[PriceBookVersion]):
    """One dated version of the prices of a cloud. It never changes."""

    provider = serializers.CharField(source="book.provider")
    provider_name = serializers.CharField(source="book.provider_name")

    class Meta:
        model = PriceBookVersion
        fields = (
            "id",
            "provider",
            "provider_name",
            "number",
            "is_current",
            "as_of",
            "oldest_as_of",
            "imported_at",
            "checksum",
            "origin",
            "region_count",
            "offer_count",
            "price_count",
            "service_count",
        )
        read_only_fields = fields


class CloudOfferViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[CloudOffer]):
    """What instance types cost an hour, from the current price books."""

    queryset = CloudOffer.objects.none()
    serializer_class = CloudOfferSerializer
    pagination_class = KeysetPagination
    ordering = OfferSearch().ordering
    orderings = {key: OfferSearch(sort=key).ordering for key in SORTS}

    @extend_schema(
        parameters=[
            OpenApiParameter(name, OpenApiTypes.STR, description=about, enum=CHOICES.get(name))
            for name, about in FILTERS.items()
        ]
        + [OpenApiParameter("current", OpenApiTypes.BOOL, description=CURRENT)]
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Offers that match; one ordered by a price or size leaves out those without it."""
        current = _current_versions.rows()
        tag = tag_of(current, tuple(MEMBERS), request.get_full_path())
        if tag in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponse(status=304, headers={"ETag": tag})
        search = self.search_asked()
        exact = {name: value for name in EXACT if (value := getattr(search, name))}
        shape = replace(search, region="", category="", operating_system="")
        # Hardly anybody asks for the same words again.
        statement = page_statement.__wrapped__ if search.words else page_statement
        versions = tuple((version, provider) for version, _, provider in current)
        paginator: Any = self.paginator
        offers = paginator.paginate_prepared(
            CloudOffer, request, self, partial(statement, versions, shape, tuple(exact)), exact
        )
        prices = json.loads(f"[{','.join(stored for *_, stored in offers)}]")
        books = {
            version: (provider, origins_of(version, checksum)) for version, checksum, provider in current
        }
        page = [
            written(row, of_offer, *books[version])
            for (*_, version, row, _), of_offer in zip(offers, prices, strict=True)
        ]
        return page_of(page, paginator.next_address(), tag)

    def search_asked(self) -> OfferSearch:
        asked = {name: self.request.query_params.get(name, "").strip() for name in FILTERS}
        words, sort = asked.pop("search")[:80], self.request.query_params.get("ordering", "")
        search = OfferSearch(
            words=words,
            sort=sort if sort.removeprefix("-") in SORTS else "",  # the paging refuses the others
            only_current=self.request.query_params.get("current", "") == "true",
            **asked,
        )
        if problems := search.problems():
            raise Invalid(problems)
        return search


class NewestImportsFirst(KeysetPagination):
    ordering = ("-imported_at", "-id")


class PriceBookViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[PriceBookVersion]):
    """The versions of all price books, newest import first."""

    queryset = PriceBookVersion.objects.none()
    serializer_class = PriceBookVersionSerializer
    pagination_class = NewestImportsFirst

    @extend_schema(
        parameters=[OpenApiParameter("provider", OpenApiTypes.STR, description=FILTERS["provider"])]
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[PriceBookVersion]:
        versions = PriceBookVersion.objects.all().visible_to(self.request.user).select_related("book")
        provider = self.request.query_params.get("provider", "").replace("\0", "")
        return versions.filter(book__provider=provider) if provider else versions
