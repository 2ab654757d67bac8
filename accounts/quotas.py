"""How much of uploads one person and one team may keep: bytes and number (security R50).

Each kind of upload is a model that `settings.UPLOAD_MODELS` names, with `author`, `size` in bytes, and `team` where it belongs to
one. The service that stores an upload calls `check_upload_quota` first, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from accounts.models import Team, User
from config.errors import Conflict, DomainError

MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What somebody keeps, and what they may keep."""

    whose: str
    count: int
    size: int
    """Bytes."""
    max_count: int
    max_size: int


class StorageQuotaExceeded(DomainError):
    """More bytes than a person or a team may keep."""

    status = 413
    title = "There is no room for this upload"


class UploadCountExceeded(Conflict):
    """More uploads than a person or a team may keep."""

    title = "There are too many uploads"


def upload_quotas(user: User, team: Team | None) -> tuple[Quota, ...]:
    """Return what `user`, and `team` if there is one, keep of uploads of every kind."""
    mine = Quota(
        whose="You keep",
        **_kept("author", user),
        max_count=settings.UPLOAD_QUOTA_USER_COUNT,
        max_size=settings.UPLOAD_QUOTA_USER_MIB * MIB,
    )
    if team is None:
        return (mine,)
    ours = Quota(
        whose=f"The team {team} keeps",
        **_kept("team", team),
        max_count=settings.UPLOAD_QUOTA_TEAM_COUNT,
        max_size=settings.UPLOAD_QUOTA_TEAM_MIB * MIB,
    )
    return mine, ours


def check_upload_quota(*, user: User, team: Team | None, size: int) -> None:
    """Refuse an upload of `size` bytes when it is more than `user` or `team` may keep. Call it in a transaction.

    Both are locked until its end, so that two uploads at a time do not both take the last room.

    Raises:
        StorageQuotaExceeded: 413, with the bytes that are kept, asked for and allowed.
        UploadCountExceeded: 409, with the number of uploads.
    """
    if team is not None:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    for quota in upload_quotas(user, team):
        if quota.count >= quota.max_count:
            raise UploadCountExceeded(
                f"{quota.whose} {quota.count:,} uploads; at most {quota.max_count:,} are allowed. "
                "Delete some that are no longer needed."
            )
        if quota.size + size > quota.max_size:
            raise StorageQuotaExceeded(
                f"{quota.whose} {quota.size:,} bytes of uploads and this one has {size:,}; at most {quota.max_size:,} are "
                "allowed. Delete some that are no longer needed."
            )


def _kept(field: str, owner: models.Model) -> dict[str, Any]:
    count = size = 0
    for model in _models_with(field):
        found = model._default_manager.filter(**{field: owner.pk}).aggregate(
            count=models.Count("pk"), size=models.Sum("size")
        )
        count, size = count + found["count"], size + (found["size"] or 0)
    return {"count": count, "size": size}


def _models_with(field: str) -> Iterator[type[models.Model]]:
    for label in settings.UPLOAD_MODELS:
        model = apps.get_model(label)
        if any(known.name == field for known in model._meta.get_fields()):
            yield model
