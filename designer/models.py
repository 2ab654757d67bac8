"""What is planned: customers, designs with their working document, frozen revisions, and sizings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import Team
from designer.engine.change_set import Drawing, Operation, OperationKind

if TYPE_CHECKING:
    from accounts.models import User


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User | AnonymousUser) -> CustomerQuerySet:
        """The customers that `user` may see. Every read on behalf of a person starts here."""
        return self.filter(team__memberships__user=user.pk) if user.is_authenticated else self.none()

    def with_design_counts(self) -> CustomerQuerySet:
        """Each with `design_count`."""
        return self.annotate(design_count=models.Count("designs", distinct=True))


class Customer(models.Model):
    """Whom a team plans for."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="customers")
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 code of the site: `DE`.")
    city = models.CharField(max_length=80, blank=True)
    contact = models.CharField(max_length=120, blank=True, help_text="Who receives the proposal.")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="customer_name_in_team_is_unique")
        ]

    def __str__(self) -> str:
        return self.name


class DesignQuerySet(models.QuerySet["Design"]):
    def visible_to(self, user: User | AnonymousUser) -> DesignQuerySet:
        """The designs that `user` may see. Every read on behalf of a person starts here."""
        return self.filter(team__memberships__user=user.pk) if user.is_authenticated else self.none()

    def in_teams(self, teams: Sequence[UUID]) -> DesignQuerySet:
        """Those of teams that are known to be the reader's: the newest of one team come straight from the index."""
        return self.filter(team=teams[0]) if len(teams) == 1 else self.filter(team__in=teams)

    def matching(self, query: str) -> DesignQuerySet:
        """Those whose name, or whose customer's name, holds `query`."""
        return self.filter(models.Q(name__icontains=query) | models.Q(customer__name__icontains=query))


class Design(models.Model):
    """One working document, which every change raises by one version.

    The document holds workload, policies, hardware, topology and assumptions, in the format of
    `designer/schema/design.json`. What is searched, joined or constrained is a column.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="designs")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="designs")
    name = models.CharField(max_length=120)
    reference_design = models.CharField(max_length=80, blank=True, help_text="Id of the one it started from.")
    version = models.PositiveIntegerField(default=1)
    snapshot = models.JSONField(
        db_column="document",
        help_text="The document at `snapshot_version`; later change sets are made on top.",
    )
    snapshot_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = DesignQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "id"]
        indexes = [models.Index(fields=["team", "-created_at", "-id"], name="design_team_newest")]
        constraints = [
            models.CheckConstraint(condition=models.Q(version__gte=1), name="design_version_from_1"),
            models.CheckConstraint(
                condition=models.Q(version__gte=models.F("snapshot_version")),
                name="design_snapshot_not_ahead",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def document(self) -> Any:
        """The working document at `version`, as plain data: one read of what came after the snapshot, if anything."""
        if self.snapshot_version != self.version:
            later = self.change_sets.filter(version__gt=self.snapshot_version, version__lte=self.version)
            drawing = Drawing(self.snapshot["topology"])
            for change_set in later.order_by("version"):
                drawing.apply(change_set.read_operations())
            self.snapshot_version = self.version
        return self.snapshot

    @document.setter
    def document(self, document: Any) -> None:
        """Make `document` the snapshot of the present version."""
        self.snapshot, self.snapshot_version = document, self.version


class RevisionQuerySet(models.QuerySet["Revision"]):
    def visible_to(self, user: User | AnonymousUser) -> RevisionQuerySet:
        """The revisions of designs that `user` may see."""
        return self.filter(design__team__memberships__user=user.pk) if user.is_authenticated else self.none()


class Revision(models.Model):
    """One frozen state of a design. Never changed: a later freeze is a later revision."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80, blank=True, help_text="What people call it: `As offered in May`.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(help_text="The version of the working document that was frozen.")
    document = models.JSONField()

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["design", "number"], name="revision_number_is_unique"),
            models.UniqueConstraint(fields=["design", "version"], name="revision_version_is_unique"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="revision_number_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.design} #{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A revision never changes: freeze a new one.")
        super().save(*args, **kwargs)


class ChangeSet(models.Model):
    """What one saved edit changed in the working document, and which version it made."""

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="change_sets")
    version = models.PositiveIntegerField(help_text="The version of the document after the change.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=20, help_text="Which part of the document: `workload`, `topology` ...")
    name = models.CharField(max_length=120, blank=True, help_text="What its author calls it: `Move 3 nodes`.")
    key = models.UUIDField(null=True, help_text="Chosen by the sender: the same one again is the same edit.")
    changes = models.JSONField(help_text="What changed, as a list that people can read.")
    operations = models.JSONField(
        null=True,
        help_text="What to do to the drawing of the version before; null: the snapshot was replaced.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["design", "version"], name="change_set_version_is_unique"),
            models.UniqueConstraint(fields=["design", "key"], name="change_set_key_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.design} v{self.version}: {self.part}"

    def read_operations(self) -> tuple[Operation, ...]:
        """The stored operations as the engine takes them; they were checked when they were stored."""
        return tuple(
            Operation(
                kind=OperationKind(stored["kind"]),
                collection=stored["collection"],
                id=stored["id"],
                fields=stored["fields"],
                at=stored["at"],
            )
            for stored in self.operations or ()
        )


class Presence(models.Model):
    """Somebody who has a design open in the editor, by the last heartbeat."""

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["design", "user"], name="one_presence_a_design_and_user")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.design}"


class SizingQuerySet(models.QuerySet["Sizing"]):
    def visible_to(self, user: User | AnonymousUser) -> SizingQuerySet:
        """The sizings of designs that `user` may see."""
        members = models.Q(revision__design__team__memberships__user=user.pk)
        return self.filter(members) if user.is_authenticated else self.none()


class Sizing(models.Model):
    """What the sizing engine answered for one revision: stored with its inputs, reproducible for ever."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="sizings")
    engine_version = models.CharField(max_length=20)
    fingerprint = models.CharField(
        max_length=64,
        db_index=True,
        help_text="Hash of workload, policies and hardware: equal ones size alike.",
    )
    request = models.JSONField(help_text="The whole question, hardware included, as the engine got it.")
    result = models.JSONField()
    topology = models.JSONField(help_text="The layout of this sizing, in the format of the drawing.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SizingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "engine_version"], name="one_sizing_a_revision_and_engine"
            )
        ]

    def __str__(self) -> str:
        return f"Sizing of {self.revision}"


class WorkloadImportQuerySet(models.QuerySet["WorkloadImport"]):
    def visible_to(self, user: User | AnonymousUser) -> WorkloadImportQuerySet:
        """The imports of teams that `user` belongs to."""
        return self.filter(team__memberships__user=user.pk) if user.is_authenticated else self.none()

    def without_rows(self) -> WorkloadImportQuerySet:
        """Without reading the rows of the inventory, which only a change of switches needs."""
        return self.defer("inventory")


class WorkloadImport(models.Model):
    """Files with an inventory, what was read from them, and how it is to be counted.

    The files themselves are stored by their hash. The same files a second time are the same import.
    """

    class State(models.TextChoices):
        READING = "reading", "being read"
        NEEDS_MAPPING = "needs-mapping", "needs its columns named"
        READY = "ready", "ready"
        REFUSED = "refused", "refused"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="workload_imports")
    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="workload_imports")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, help_text="Counts changes of mapping and switches.")
    file_name = models.CharField(max_length=300, help_text="As uploaded; only shown.")
    files = models.JSONField(help_text="Name, size and SHA-256 of each file.")
    sha256 = models.CharField(
        max_length=64, help_text="Of the file; of the sorted hashes, when there are several."
    )
    size = models.PositiveBigIntegerField(help_text="Bytes of all files.")
    format = models.CharField(max_length=40, blank=True)
    mapping = models.JSONField(default=dict, help_text="What people said: columns, units, encoding.")
    switches = models.JSONField(
        default=dict, help_text="How it is counted; what is left out has its default."
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.READING)
    reason = models.CharField(max_length=600, blank=True, help_text="Why it was refused.")
    remedy = models.CharField(max_length=600, blank=True, help_text="And what helps.")
    report = models.JSONField(null=True, help_text="What it comes to under its switches.")
    inventory = models.JSONField(null=True, help_text="All rows that were read.")
    used_version = models.PositiveIntegerField(
        null=True, help_text="The version of the design that was last made from it."
    )

    objects = WorkloadImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["design", "sha256"], name="workload_import_once_a_design"),
        ]

    def __str__(self) -> str:
        return self.file_name


class FailureRankingQuerySet(models.QuerySet["FailureRanking"]):
    def visible_to(self, user: User | AnonymousUser) -> FailureRankingQuerySet:
        """The rankings of designs that `user` may see."""
        members = models.Q(revision__design__team__memberships__user=user.pk)
        return self.filter(members) if user.is_authenticated else self.none()


class FailureRanking(models.Model):
    """Every single failure of one revision by damage, and the pairs where they were asked for."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="failure_rankings")
    engine_version = models.CharField(max_length=20)
    fingerprint = models.CharField(
        max_length=64,
        db_index=True,
        help_text="Hash of drawing, workload, policies and what the catalog says of them: equal ones fail alike.",
    )
    with_pairs = models.BooleanField(default=False, help_text="Pairs, cut sets and availability too.")
    result = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FailureRankingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "engine_version", "with_pairs", "fingerprint"],
                name="one_failure_ranking_a_revision_engine_and_depth",
            )
        ]

    def __str__(self) -> str:
        return f"Failures of {self.revision}"
