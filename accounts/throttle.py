"""Slowing down the guessing of passwords, without locking anybody out for good (security R60).

Failures are counted for the pair of account and address, for the address, and for the account, whether or not
the account exists. Above its limit each further failure doubles the wait, up to a longest one. For a single
account that is short: a stranger who guesses from many addresses must not keep the owner out.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import SignInFailures, folded_email

FORGOTTEN_AFTER = timedelta(hours=24)
FIRST_WAIT_SECONDS = 4
LIMITS = {
    # what is counted: failures without a wait, longest wait in seconds
    "account and address": (5, 900),
    "address": (50, 900),
    "account": (100, 30),
}


def keys(account: str, address: str) -> dict[str, str]:
    named = {
        "account and address": (folded_email(account), address),
        "address": ("", address),
        "account": (folded_email(account), ""),
    }
    return {
        what: hashlib.sha256("\0".join((what, *parts)).encode()).hexdigest() for what, parts in named.items()
    }


def wait_seconds(*, account: str, address: str) -> int:
    """Seconds until `account` may be tried again from `address`; 0: now."""
    now = timezone.now()
    what_by_key = {key: what for what, key in keys(account, address).items()}
    rows = SignInFailures.objects.filter(key__in=what_by_key, last_at__gt=now - FORGOTTEN_AFTER)
    return max((remaining(row, *LIMITS[what_by_key[row.key]], now) for row in rows), default=0)


def remaining(row: SignInFailures, limit: int, longest_seconds: int, now: datetime) -> int:
    if row.count < limit:
        return 0
    wait: int = min(longest_seconds, FIRST_WAIT_SECONDS * 2 ** min(row.count - limit, 30))
    return max(0, wait - int((now - row.last_at).total_seconds()))


@transaction.atomic
def note_failure(*, account: str, address: str) -> None:
    now = timezone.now()
    for key in keys(account, address).values():
        SignInFailures.objects.filter(key=key, last_at__lt=now - FORGOTTEN_AFTER).delete()
        SignInFailures.objects.get_or_create(key=key, defaults={"last_at": now})
        SignInFailures.objects.filter(key=key).update(count=F("count") + 1, last_at=now)


def forget(*, account: str, address: str) -> None:
    """After a log-in. What the address did to other accounts stays counted."""
    by_what = keys(account, address)
    SignInFailures.objects.filter(key__in=[by_what["account and address"], by_what["account"]]).delete()
