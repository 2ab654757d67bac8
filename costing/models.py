"""What it costs: comparisons of frozen revisions with public clouds, and the proposals made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models

from designer.models import Design, Revision

if TYPE_CHECKING:
    from accounts.models import User


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def visible_to(self, user: User | AnonymousUser) -> ComparisonQuerySet:
        """The comparisons of designs that `user` may see."""
        members = models.Q(revision__design__team__memberships__user=user.pk)
        return self.filter(members) if user.is_authenticated else self.none()

    def of_design(self, design: Design) -> ComparisonQuerySet:
        return self.filter(revision__design=design)


class Comparison(models.Model):
    """What the cost engine answered for one revision under pinned price books. Never changed: a later one is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="comparisons")
    engine_version = models.CharField(max_length=20)
    fingerprint = models.CharField(
        max_length=64, db_index=True, help_text="Hash of what was asked: equal ones are equal comparisons."
    )
    priced_on = models.DateField(help_text="The day against which prices age.")
    price_books = models.JSONField(help_text="Provider, region and version of each price book used.")
    request = models.JSONField(help_text="The priced question, from which the ledgers can be posted again.")
    result = models.JSONField(help_text="Ledgers, outputs, matches, figures.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "fingerprint"], name="one_comparison_a_question")
        ]

    def __str__(self) -> str:
        return f"Comparison of {self.revision}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A comparison never changes: make a new one.")
        super().save(*args, **kwargs)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User | AnonymousUser) -> ProposalQuerySet:
        """The proposals of designs that `user` may see."""
        return self.filter(design__team__memberships__user=user.pk) if user.is_authenticated else self.none()


class Proposal(models.Model):
    """One printed offer: a comparison and its revision, frozen, and the bytes of its PDF by their hash."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    design = models.ForeignKey(Design, on_delete=models.PROTECT, related_name="proposals")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="proposals")
    version = models.PositiveIntegerField(help_text="Counts the proposals of a design, from 1.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    checks = models.JSONField(
        default=dict, help_text="What validation found in the revision when the proposal was asked for."
    )
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the PDF; empty until it is printed.")
    size = models.PositiveIntegerField(default=0, help_text="Of the PDF, in bytes.")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["design", "version"], name="proposal_version_is_unique"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="proposal_version_from_1"),
        ]

    def __str__(self) -> str:
        return f"Proposal {self.reference}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A proposal never changes: make the next version.")
        super().save(*args, **kwargs)

    @property
    def reference(self) -> str:
        """What people call it on the phone: `SW-1F2E3D4C-2`."""
        return f"SW-{self.design_id.hex[:8].upper()}-{self.version}"

    @property
    def is_printed(self) -> bool:
        return bool(self.sha256)
