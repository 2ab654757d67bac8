"""What can be bought, as rows: one a catalog entry, its meaning in `catalog.library`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class CatalogEntryQuerySet(models.QuerySet["CatalogEntry"]):
    def visible_to(self, user: User | AnonymousUser) -> CatalogEntryQuerySet:
        """The catalog is one for all who are signed in."""
        return self if user.is_authenticated else self.none()

    def of_kind(self, *kinds: str) -> CatalogEntryQuerySet:
        return self.filter(kind__in=kinds)

    def matching(self, query: str) -> CatalogEntryQuerySet:
        """Those whose id, name, maker or model holds `query`."""
        words = models.Q()
        for word in query.split():
            words &= (
                models.Q(slug__icontains=word)
                | models.Q(name__icontains=word)
                | models.Q(manufacturer__icontains=word)
                | models.Q(model__icontains=word)
            )
        return self.filter(words)


class CatalogEntry(models.Model):
    """One node spec, switch, rack, PDU, part, service, network or reference design.

    `document` is the entry in the catalog's own format; the columns repeat what is searched and sorted.
    """

    kind = models.CharField(max_length=20)
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    manufacturer = models.CharField(max_length=120, blank=True)
    model = models.CharField(max_length=120, blank=True)
    group = models.CharField(max_length=40, blank=True, help_text="Role of hardware, layer of a service.")
    position = models.PositiveIntegerField(default=0, help_text="Order in its file.")
    document = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)

    objects = CatalogEntryQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "position", "slug"]
        verbose_name_plural = "catalog entries"
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="catalog_entry_is_unique")]

    def __str__(self) -> str:
        return self.name


class CatalogState(models.Model):
    """One row whose number rises with each change of the catalog, so that copies in memory know their age."""

    number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Catalog {self.number}"
