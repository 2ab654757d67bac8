"""What people and programs do with accounts. Each change leaves one line in the audit log."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry, Team, TokenScope, User
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


def token_of_key(key: str) -> ApiToken | None:
    """The usable token that `key` opens, or none. Notes the use, to within five minutes."""
    prefix = key[: len(KEY_PREFIX) + 8]
    token = ApiToken.objects.usable().select_related("user").filter(prefix=prefix).first()
    if token is None or not hmac.compare_digest(token.key_hash, hash_of_key(key)):
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USED_TO_WITHIN:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
