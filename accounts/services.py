"""What people and programs do with accounts. Each change leaves one line in the audit log."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry, Membership, Role, Team, TokenScope, User, folded_email
from accounts.permissions import may_administer, require
from config.errors import Conflict, Forbidden
from config.prepared import Given, Prepared
from config.request_id import current_request_id, current_source

KEY_PREFIX = "sw_"
LONGEST_TOKEN_LIFE = timedelta(days=366)
USED_TO_WITHIN = timedelta(minutes=5)


def audit(
    action: str,
    *,
    actor: User | None,
    team: Team | UUID | None = None,
    subject: models.Model | None = None,
    changes: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one line of the audit log, in the caller's transaction, and return it.

    `action` is object and past participle (`design.saved`); `changes` maps a field to `[from, to]`.
    Request id and client address are taken from the request under way, never from the client's words.
    """
    return AuditEntry.objects.create(
        actor=actor.pk if actor else None,
        actor_name=str(actor)[:254] if actor else "",
        team=team.pk if isinstance(team, Team) else team,
        action=action,
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        changes=changes or {},
        request_id=current_request_id.get(),
        source=current_source.get(),
    )


def hash_of_key(key: str) -> str:
    """SHA-256 is enough: the key is 256 random bits, so nobody can try them all."""
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def create_token(*, user: User, name: str, scope: TokenScope, expires_at: datetime) -> tuple[ApiToken, str]:
    """Create an API token and return it with its key, which exists nowhere else from here on."""
    prefix = KEY_PREFIX + secrets.token_hex(4)
    key = f"{prefix}_{secrets.token_urlsafe(32)}"
    expires_at = min(expires_at, timezone.now() + LONGEST_TOKEN_LIFE)
    token = ApiToken.objects.create(
        user=user, name=name, prefix=prefix, key_hash=hash_of_key(key), scope=scope, expires_at=expires_at
    )
    audit("token.created", actor=user, subject=token, changes={"name": ["", name], "scope": ["", str(scope)]})
    return token, key


@transaction.atomic
def revoke_token(*, token: ApiToken, user: User) -> None:
    """End a token at once. Revoking it again changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit("token.revoked", actor=user, subject=token)


TOKEN_FIELDS = [field.attname for field in ApiToken._meta.concrete_fields]
USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
_token_of_prefix = Prepared(
    lambda: (
        ApiToken.objects.order_by()
        .filter(prefix=Given("prefix", models.CharField()))
        .values_list(*TOKEN_FIELDS, *(f"user__{name}" for name in USER_FIELDS))
    )
)


def token_of_key(key: str) -> ApiToken | None:
    """The usable token that `key` opens, or none. Notes the use, to within five minutes."""
    rows = _token_of_prefix.rows(prefix=key[: len(KEY_PREFIX) + 8])
    if not rows:
        return None
    token = ApiToken.from_db("default", TOKEN_FIELDS, rows[0][: len(TOKEN_FIELDS)])
    token.user = User.from_db("default", USER_FIELDS, rows[0][len(TOKEN_FIELDS) :])
    if not hmac.compare_digest(token.key_hash, hash_of_key(key)) or not token.is_usable:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USED_TO_WITHIN:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


@transaction.atomic
def end_sessions(*, user: User, by: User) -> None:
    """End every session of `user`, on all devices, with their next request."""
    User.objects.filter(pk=user.pk).update(sessions_ended=models.F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])
    audit("sessions.ended", actor=by, subject=user)


@transaction.atomic
def set_role(*, team: Team, user: User, role: Role, by: User | None) -> Membership:
    """Make `user` a member of `team` in `role`, or give them that role there.

    `by` is the administrator who does it, or None for the installation itself.

    Raises:
        Forbidden: `by` does not administer `team`.
    """
    if by is not None:
        require(may_administer(by, team), "change the members of this team")
    before = Membership.objects.filter(team=team, user=user).values_list("role", flat=True).first()
    membership, _ = Membership.objects.update_or_create(team=team, user=user, defaults={"role": role})
    if before != role:
        audit(
            "membership.set", actor=by, team=team, subject=user, changes={"role": [before or "", str(role)]}
        )
    return membership


@transaction.atomic
def remove_member(*, team: Team, user: User, by: User) -> None:
    """Take `user` out of `team`, whose things are not found for them from the next request on (R10).

    Raises:
        Forbidden: `by` does not administer `team`.
        Conflict: `user` is its last administrator.
    """
    require(may_administer(by, team), "change the members of this team")
    others = (
        Membership.objects.select_for_update().filter(team=team, role=Role.ADMINISTRATOR).exclude(user=user)
    )
    if not others.exists():
        raise Conflict(f"{user} is the last administrator of {team}. Make somebody else one first.")
    if Membership.objects.filter(team=team, user=user).delete()[0]:
        audit("membership.removed", actor=by, team=team, subject=user)


SAMPLE_TEAM = "Sample team"
SAMPLE_PASSWORD = "demo only: stack wright"  # noqa: S105 - published, and refused outside the demo (R62)
SAMPLE_PEOPLE = {
    "sales@example.com": ("Sam Sales", Role.SALES_ENGINEER),
    "architect@example.com": ("Ada Architect", Role.ARCHITECT),
    "catalog@example.com": ("Cas Catalog", Role.CATALOG_MANAGER),
    "admin@example.com": ("Ali Admin", Role.ADMINISTRATOR),
}


@transaction.atomic
def sample_people() -> tuple[Team, dict[str, User]]:
    """The sample team with its published log-ins, made if they are missing; people by e-mail.

    Raises:
        Forbidden: this is not the demo profile.
    """
    if settings.PROFILE != "demo":
        raise Forbidden(f"Sample log-ins exist in the demo profile only, and this is {settings.PROFILE}.")
    team, _ = Team.objects.get_or_create(name=SAMPLE_TEAM)
    people = {}
    for email, (name, role) in SAMPLE_PEOPLE.items():
        user = User.objects.filter(email_folded=folded_email(email)).first()
        if user is None:
            user = User.objects.create_user(email, SAMPLE_PASSWORD, name=name, is_sample=True)
        set_role(team=team, user=user, role=role, by=None)
        people[email] = user
    return team, people
