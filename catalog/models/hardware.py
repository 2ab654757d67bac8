"""Hardware as it is made and sold, as rows: imported, each state of a type kept, one of them in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.permissions import may_edit_catalog
from catalog.engine.device_types import Lack, ModelKind, PortGroup, port_groups

if TYPE_CHECKING:
    from accounts.models import User


class HardwareImportQuerySet(models.QuerySet["HardwareImport"]):
    def visible_to(self, user: User | AnonymousUser) -> HardwareImportQuerySet:
        """Imports are the business of who keeps the catalog; what they brought is there for all."""
        return self if user.is_authenticated and may_edit_catalog(user) else self.none()

    def without_rejected(self) -> HardwareImportQuerySet:
        """Without the list of rejected files, which may be long."""
        return self.defer("rejected")


class HardwareImport(models.Model):
    """One file of device and module types: what it would change, and whether that was applied.

    The file itself is stored by its hash. What it holds stands in `HardwareModel`, and is not in force before `apply`.
    """

    class State(models.TextChoices):
        READING = "reading", "being read"
        READY = "ready", "to be applied"
        UNCHANGED = "unchanged", "nothing to change"
        REFUSED = "refused", "refused"
        APPLIED = "applied", "applied"
        ROLLED_BACK = "rolled-back", "rolled back"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Null: a command.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, help_text="Counts what happened to it.")
    file_name = models.CharField(max_length=200, help_text="As uploaded; only shown.")
    sha256 = models.CharField(max_length=64, help_text="Of the file.")
    size = models.PositiveBigIntegerField(help_text="Bytes of the file.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.READING)
    reason = models.CharField(max_length=600, blank=True, help_text="Why it was refused.")
    remedy = models.CharField(max_length=600, blank=True, help_text="And what helps.")
    folder = models.CharField(max_length=400, blank=True, help_text="The one folder of the archive.")
    commit = models.CharField(max_length=40, blank=True, help_text="Where the archive tells it.")
    newest = models.DateField(null=True, help_text="Day of the youngest file in it.")
    counts = models.JSONField(default=dict, help_text="Files by what became of them, and what types lack.")
    rejected = models.JSONField(default=list, help_text="Path and problems of each rejected file.")
    applied_at = models.DateTimeField(null=True, help_text="Latest time.")
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = HardwareImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.file_name


class HardwareModelQuerySet(models.QuerySet["HardwareModel"]):
    def visible_to(self, user: User | AnonymousUser) -> HardwareModelQuerySet:
        """The catalog is one for all who are signed in."""
        return self if user.is_authenticated else self.none()

    def in_force(self) -> HardwareModelQuerySet:
        return self.filter(is_current=True)

    def matching(self, query: str) -> HardwareModelQuerySet:
        """Those whose maker, model, slug or part number holds each word of `query`."""
        words = models.Q()
        for word in query.split():
            words &= (
                models.Q(model__icontains=word)
                | models.Q(manufacturer__icontains=word)
                | models.Q(slug__icontains=word)
                | models.Q(part_number__icontains=word)
            )
        return self.filter(words)


class HardwareModel(models.Model):
    """One state of a device or module type, as one file told it. Only whether it is in force ever changes.

    `document` is the whole, in the format of `catalog.engine.device_types`; the columns repeat what is searched and sorted.
    """

    identity = models.UUIDField(db_index=True, help_text="The same for all states of one make and model.")
    key = models.CharField(max_length=220, help_text="Slug of a device, maker and model of a module.")
    is_current = models.BooleanField(default=False)
    source = models.ForeignKey(HardwareImport, on_delete=models.PROTECT, related_name="types")
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", help_text="In force before it."
    )
    path = models.CharField(max_length=300, help_text="Of its file in the archive.")
    sha256 = models.CharField(max_length=64, help_text="Of its file.")
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in ModelKind])
    manufacturer = models.CharField(max_length=100)
    model = models.CharField(max_length=100)
    slug = models.CharField(max_length=100, blank=True)
    part_number = models.CharField(max_length=50, blank=True)
    u_height = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    weight_kg = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    port_watts = models.PositiveIntegerField(null=True, help_text="Largest draw of one power port.")
    missing = models.CharField(max_length=60, blank=True, help_text="What it lacks, words with blanks.")
    document = models.JSONField()
    changes = models.JSONField(default=list, help_text="Against `previous`: field, before, after.")
    change_count = models.PositiveIntegerField(default=0)
    unread = models.JSONField(default=list, help_text="Fields of the file that are not kept.")

    objects = HardwareModelQuerySet.as_manager()

    class Meta:
        ordering = ["manufacturer", "model", "id"]
        indexes = [
            models.Index(fields=["is_current", "manufacturer", "model", "id"], name="hardware_model_by_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["identity"],
                condition=models.Q(is_current=True),
                name="hardware_model_has_one_current_state",
            ),
            models.UniqueConstraint(fields=["source", "identity"], name="hardware_model_once_an_import"),
        ]

    def __str__(self) -> str:
        return f"{self.manufacturer} {self.model}"

    @property
    def kind_name(self) -> str:
        return "device" if self.kind == ModelKind.DEVICE else "module"

    @property
    def lacks(self) -> list[str]:
        """What it does not say and a plan would need, in words."""
        return [Lack(word).value.replace("-", " ") for word in self.missing.split()]

    @property
    def ports(self) -> tuple[PortGroup, ...]:
        """Its interfaces by kind."""
        return port_groups(self.document)

    def facts(self) -> dict[str, Any]:
        """Its plain fields, without those that are lists or columns of their own."""
        return {name: value for name, value in self.document.items() if not isinstance(value, list)}
