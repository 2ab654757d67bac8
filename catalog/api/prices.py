"""Cloud prices over REST: offers of the current price books, and the versions of all price books."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets

from catalog.engine.hardware import Basis
from catalog.engine.offers import Category, Term
from catalog.engine.price_models import model_of
from catalog.models import CloudOffer, PriceBookVersion, PriceOrigin
from catalog.offer_list import SORTS, OfferSearch, found_offers
from catalog.prices import unit_price
from config.paging import KeysetPagination

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
    memory_gib = serializers.SerializerMethodField(help_text="Null: unknown.")
    left_out_as = serializers.CharField(
        source="kind", help_text="Kind that no comparison may choose, or empty."
    )
    prices = serializers.SerializerMethodField()

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

    def get_memory_gib(self, offer: CloudOffer) -> float | None:
        return None if offer.memory_mib is None else offer.memory_mib / 1024

    @extend_schema_field(OfferPriceSerializer(many=True))
    def get_prices(self, offer: CloudOffer) -> list[dict[str, Any]]:
        origins: dict[tuple[int, int], PriceOrigin] = self.context["origins"]
        provider = offer.version.book.provider
        terms = {model_of(provider, term, offer.prices): term.value for term in Term}
        return [
            {
                "price_model": model,
                "term": terms.get(model),
                "usd_per_hour": f"{unit_price(price):f}",
                "basis": origins[offer.version_id, number].basis,
                "basis_note": origins[offer.version_id, number].basis_note,
                "as_of": origins[offer.version_id, number].as_of.isoformat(),
                "source": origins[offer.version_id, number].source,
            }
            for model, (price, number) in sorted(offer.prices.items())
        ]


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
        return super().list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[CloudOffer]:
        asked = {name: self.request.query_params.get(name, "").strip() for name in FILTERS}
        words, sort = asked.pop("search")[:80], self.request.query_params.get("ordering", "")
        known = sort if sort.removeprefix("-") in SORTS else ""  # the paging refuses the others
        current = self.request.query_params.get("current", "") == "true"
        offers = found_offers(
            self.request.user, OfferSearch(words=words, sort=known, only_current=current, **asked)
        )
        return offers.select_related("version__book")

    def get_serializer_context(self) -> dict[str, Any]:
        current = PriceOrigin.objects.filter(version__is_current=True)
        origins = {(origin.version_id, origin.number): origin for origin in current}
        return {**super().get_serializer_context(), "origins": origins}


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
