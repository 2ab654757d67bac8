"""Who has a design open in the editor: a heartbeat each, in a table, so that every web process knows the same."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from designer.models import Design, Presence

PRESENT_FOR = timedelta(seconds=40)
"""How long a heartbeat counts; editors send one every 15 s."""


def beat(*, design: Design, user: User) -> list[str]:
    """Note that `user` has `design` open, and return the names of the others who have."""
    now = timezone.now()
    design.presences.filter(seen_at__lt=now - PRESENT_FOR).exclude(user=user).delete()
    Presence.objects.update_or_create(design=design, user=user, defaults={"seen_at": now})
    others = design.presences.exclude(user=user).select_related("user").order_by("user__name", "user__email")
    return [str(presence.user) for presence in others]
