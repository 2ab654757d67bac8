"""What clouds charge, as rows: price books in versions that never change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User

M = TypeVar("M", bound=models.Model)


class Frozen(RuntimeError):
    """Somebody tried to change a price book version: a program's mistake, since no page offers it."""


class FrozenQuerySet(models.QuerySet[M]):
    """Rows that are written once."""

    def update(self, **fields: Any) -> NoReturn:
        raise Frozen("price book versions never change: import a new one")

    def delete(self) -> NoReturn:
        raise Frozen("price book versions are never deleted: results stand on them")


class FrozenModel(models.Model):
    """A row that is written once; `changeable` names the columns that may change."""

    changeable: frozenset[str] = frozenset()

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        if not self._state.adding and not (update_fields and set(update_fields) <= self.changeable):
            raise Frozen("price book versions never change: import a new one")
        super().save(*args, update_fields=update_fields, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise Frozen("price book versions are never deleted: results stand on them")


class PriceBookQuerySet(models.QuerySet["PriceBook"]):
    def visible_to(self, user: User | AnonymousUser) -> PriceBookQuerySet:
        """Price books are one for all who are signed in."""
        return self if user.is_authenticated else self.none()


class PriceBook(models.Model):
    """The prices of one cloud provider."""

    provider = models.SlugField(max_length=40, unique=True)
    provider_name = models.CharField(max_length=80)

    objects = PriceBookQuerySet.as_manager()

    class Meta:
        ordering = ["provider"]

    def __str__(self) -> str:
        return self.provider_name


class PriceBookVersionQuerySet(FrozenQuerySet["PriceBookVersion"]):
    def visible_to(self, user: User | AnonymousUser) -> PriceBookVersionQuerySet:
        return self if user.is_authenticated else self.none()

    def current(self) -> PriceBookVersionQuerySet:
        return self.filter(is_current=True)


class PriceBookVersion(FrozenModel):
    """One state of a price book. Only which one is current ever changes."""

    changeable = frozenset({"is_current"})

    book = models.ForeignKey(PriceBook, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    as_of = models.DateField(help_text="Date of the newest price in it.")
    oldest_as_of = models.DateField(help_text="Date of the oldest price in it.")
    imported_at = models.DateTimeField(auto_now_add=True)
    checksum = models.CharField(max_length=64, help_text="SHA-256 of its rows, in a fixed order.")
    origin = models.CharField(max_length=500, help_text="Which files it was read from.")
    region_count = models.PositiveIntegerField()
    offer_count = models.PositiveIntegerField(help_text="Instance types, each a region and operating system.")
    price_count = models.PositiveIntegerField(help_text="Hourly prices of them.")
    service_count = models.PositiveIntegerField(help_text="Prices of services, each a region and tier.")
    is_current = models.BooleanField(default=False)

    objects = PriceBookVersionQuerySet.as_manager()

    class Meta:
        ordering = ["book", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="price_book_version_is_unique"),
            models.UniqueConstraint(fields=["book", "checksum"], name="price_book_content_is_unique"),
            models.UniqueConstraint(
                fields=["book"],
                condition=models.Q(is_current=True),
                name="price_book_has_one_current_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book.provider_name}, version {self.number} of {self.as_of}"


class PriceOrigin(FrozenModel):
    """Where prices of a version come from: one row for all that share basis, note, date and source."""

    version = models.ForeignKey(PriceBookVersion, on_delete=models.PROTECT, related_name="origins")
    number = models.PositiveIntegerField(help_text="What the prices of an offer call it.")
    basis = models.CharField(max_length=10)
    basis_note = models.CharField(max_length=60, blank=True, help_text="The price list's own word.")
    as_of = models.DateField()
    source = models.CharField(max_length=500)

    objects = FrozenQuerySet["PriceOrigin"].as_manager()

    class Meta:
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="price_origin_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.as_of} {self.source}"


class CloudOfferQuerySet(FrozenQuerySet["CloudOffer"]):
    def visible_to(self, user: User | AnonymousUser) -> CloudOfferQuerySet:
        return self if user.is_authenticated else self.none()

    def matching(self, query: str) -> CloudOfferQuerySet:
        """Those whose instance type or family holds every word of `query`."""
        words = models.Q()
        for word in query.split():
            words &= models.Q(instance_type__icontains=word) | models.Q(family__icontains=word)
        return self.filter(words)


class CloudOffer(FrozenModel):
    """One instance type in one region for one operating system, with all its prices.

    `prices` holds every price by price model; the columns repeat those of the three terms, to sort and filter by.
    Prices are whole numbers of 1e-8 USD an hour.
    """

    version = models.ForeignKey(
        PriceBookVersion, on_delete=models.PROTECT, related_name="offers", db_index=False
    )
    region = models.CharField(max_length=40)
    instance_type = models.CharField(max_length=80)
    operating_system = models.CharField(max_length=40)
    family = models.CharField(max_length=80)
    category = models.CharField(max_length=12, blank=True, help_text="Empty: vCPUs or memory unknown.")
    generation = models.PositiveSmallIntegerField(default=0, help_text="0: its name tells none.")
    is_current = models.BooleanField()
    kind = models.CharField(max_length=20, blank=True, help_text="Why no comparison may choose it.")
    vcpus = models.PositiveIntegerField(null=True)
    memory_mib = models.PositiveIntegerField(null=True)
    architecture = models.CharField(max_length=8, blank=True)
    is_burstable = models.BooleanField()
    is_core_based = models.BooleanField()
    gpus = models.PositiveSmallIntegerField(default=0)
    on_demand_price = models.BigIntegerField(null=True)
    on_demand_basis = models.CharField(max_length=10, blank=True)
    one_year_price = models.BigIntegerField(null=True)
    one_year_basis = models.CharField(max_length=10, blank=True)
    three_years_price = models.BigIntegerField(null=True)
    three_years_basis = models.CharField(max_length=10, blank=True)
    prices = models.JSONField(help_text="Price model -> [1e-8 USD an hour, number of its PriceOrigin].")

    objects = CloudOfferQuerySet.as_manager()

    class Meta:
        ordering = ["version", "region", "instance_type", "operating_system"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "region", "instance_type", "operating_system"],
                name="cloud_offer_is_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance_type} in {self.region}"


class CloudServicePriceQuerySet(FrozenQuerySet["CloudServicePrice"]):
    def visible_to(self, user: User | AnonymousUser) -> CloudServicePriceQuerySet:
        return self if user.is_authenticated else self.none()


class CloudServicePrice(FrozenModel):
    """One price of a service as the price list words it; `catalog.cloud_services` gives it a meaning."""

    version = models.ForeignKey(
        PriceBookVersion, on_delete=models.PROTECT, related_name="service_prices", db_index=False
    )
    region = models.CharField(max_length=40, help_text="* is every region.")
    service = models.CharField(max_length=80)
    unit = models.CharField(max_length=60)
    tier_from = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    tier_to = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="Empty: no end.")
    price = models.BigIntegerField(help_text="1e-8 USD a unit; of a share, 1e-8.")
    origin = models.ForeignKey(PriceOrigin, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = CloudServicePriceQuerySet.as_manager()

    class Meta:
        ordering = ["version", "region", "service", "tier_from", "price"]
        indexes = [models.Index(fields=["version", "region"], name="cloud_service_by_region")]

    def __str__(self) -> str:
        return f"{self.service} in {self.region}"
