"""People, the teams that share designs, the keys that programs use, and the record of what was done."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac


def folded_email(email: str) -> str:
    """The one form in which two spellings of an address are the same address (R57)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email.strip()).casefold())


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User | AnonymousUser) -> UserQuerySet:
        """The people who share a team with `user`, and `user`."""
        if not user.is_authenticated:
            return self.none()
        colleagues = models.Q(pk__in=Membership.objects.visible_to(user).values("user"))
        return self.filter(colleagues | models.Q(pk=user.pk))


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: User | AnonymousUser) -> UserQuerySet:
        return self.get_queryset().visible_to(user)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user: User = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email_folded=folded_email(username or ""))


class User(AbstractBaseUser):
    """A person who logs in with an e-mail address. What they may do follows from their memberships."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True, help_text="As the person writes it.")
    email_folded = models.CharField(
        max_length=320, unique=True, editable=False, help_text="NFC, case folded."
    )
    name = models.CharField(max_length=120, blank=True, help_text="Shown to colleagues and in proposals.")
    is_active = models.BooleanField(
        default=True, help_text="A person who left keeps their history, not their access."
    )
    is_staff = models.BooleanField(default=False, help_text="Runs this installation: sees all of /readyz.")
    is_sample = models.BooleanField(
        default=False, editable=False, help_text="A published log-in: demo profile only."
    )
    sessions_ended = models.PositiveIntegerField(
        default=0, editable=False, help_text="Raised to end every session at once: it is part of their hash."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email_folded"]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = unicodedata.normalize("NFC", self.email.strip())
        self.email_folded = folded_email(self.email)
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django compares this with what the session holds: another password or generation ends the session."""
        generation = f"{self.password}:{self.sessions_ended}"
        return salted_hmac("accounts.User.session", generation, secret=secret, algorithm="sha256").hexdigest()

    @property
    def may_log_in(self) -> bool:
        """Sample log-ins are published, so they work in the demo only (R62)."""
        return self.is_active and (not self.is_sample or settings.PROFILE == "demo")

    @property
    def is_administrator(self) -> bool:
        """Runs the installation, or administers a team in it."""
        return self.is_staff or self.memberships.filter(role=Role.ADMINISTRATOR).exists()


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User | AnonymousUser) -> TeamQuerySet:
        """The teams that `user` belongs to."""
        return self.filter(memberships__user=user.pk) if user.is_authenticated else self.none()


class Team(models.Model):
    """The people who share customers and designs: the border of access."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="teams")

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TeamChange(models.Model):
    """The latest change of what belongs to a team: `stamp` is another after each, and never one that was.

    Triggers write it, in the transaction of the change, so that no way to change a row can forget it:
    `accounts/changes.py`. Who reads the stamp before the rows may keep what they make of them until it changes.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="change")
    stamp = models.CharField(max_length=32, editable=False, help_text="Random.")

    def __str__(self) -> str:
        return self.stamp


class Role(models.TextChoices):
    """What a member does. `accounts/permissions.py` says what each may do."""

    SALES_ENGINEER = "sales-engineer", "Sales engineer"
    ARCHITECT = "architect", "Architect"
    CATALOG_MANAGER = "catalog-manager", "Catalog manager"
    ADMINISTRATOR = "administrator", "Administrator"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: User | AnonymousUser) -> MembershipQuerySet:
        """The memberships of the teams that `user` belongs to."""
        return self.filter(team__memberships__user=user.pk) if user.is_authenticated else self.none()


class Membership(models.Model):
    """One person in one team, with one role there."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["team", "user"]
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="membership_is_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}: {self.get_role_display()}"


class TokenScope(models.TextChoices):
    READ = "read", "Read"
    WRITE = "write", "Read and write"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user: User | AnonymousUser) -> ApiTokenQuerySet:
        """The tokens of `user`: nobody sees another person's."""
        return self.filter(user=user.pk) if user.is_authenticated else self.none()


class ApiToken(models.Model):
    """A key with which a program acts for a person. Only its hash is kept; the key is shown once (R68)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, help_text="What uses it: `nightly price import`.")
    prefix = models.CharField(
        max_length=12, unique=True, editable=False, help_text="Not secret: finds and names it."
    )
    key_hash = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the whole key.")
    scope = models.CharField(max_length=5, choices=TokenScope.choices, default=TokenScope.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="To within five minutes.")
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=TokenScope.values), name="token_scope_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def state(self) -> str:
        """`usable`, `expired` or `revoked`."""
        if self.revoked_at:
            return "revoked"
        return "usable" if self.expires_at > timezone.now() else "expired"

    @property
    def is_usable(self) -> bool:
        """Neither revoked nor expired, and of a person who may still log in."""
        return self.state == "usable" and self.user.may_log_in


class IdempotencyKey(models.Model):
    """What was answered to a request that may come twice. Forgotten after a day; see `accounts/idempotency.py`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    request_hash = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_is_unique")]
        indexes = [models.Index(fields=["user", "created_at"], name="idempotency_key_by_age")]

    def __str__(self) -> str:
        return self.key


class SignInFailures(models.Model):
    """How often signing in failed lately for an account, an address, or the pair. See `accounts/throttle.py`."""

    key = models.CharField(
        primary_key=True, max_length=64, help_text="SHA-256 of what is counted: names nobody."
    )
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "sign-in failures"

    def __str__(self) -> str:
        return f"{self.count} failures"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: User | AnonymousUser) -> AuditEntryQuerySet:
        """What happened in the teams that `user` administers, and what `user` did."""
        if not user.is_authenticated:
            return self.none()
        administered = Membership.objects.filter(user=user.pk, role=Role.ADMINISTRATOR).values("team")
        return self.filter(models.Q(team__in=administered) | models.Q(actor=user.pk))

    def update(self, **kwargs: Any) -> int:
        raise TypeError("The audit log is only added to.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("The audit log is only added to.")


class AuditEntry(models.Model):
    """Who did what to which object, with the fields that changed. Added to, never changed (R83).

    People and teams are named by id without a foreign key, so that an entry survives what it tells of.
    """

    id = models.BigAutoField(primary_key=True, help_text="Their order, whatever the clocks said.")
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.UUIDField(
        null=True, db_index=True, help_text="Id of the person; none for the system itself."
    )
    actor_name = models.CharField(
        max_length=254, blank=True, help_text="Their name or e-mail at that moment."
    )
    team = models.UUIDField(null=True, db_index=True)
    action = models.CharField(
        max_length=60, help_text="`token.created`, `design.saved`: object and past participle."
    )
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=dict, help_text="Field to [from, to]; never a secret.")
    request_id = models.CharField(max_length=32, blank=True)
    source = models.CharField(max_length=45, blank=True, help_text="Address of the client.")

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor_name or 'system'}: {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The audit log is only added to.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("The audit log is only added to.")
