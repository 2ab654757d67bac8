"""Where a request comes from, as far as our own proxies vouch for it."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of the client: the one that the outermost of our proxies saw (R60).

    Each proxy appends the address it was called from, so only the last `TRUSTED_PROXIES` entries of
    X-Forwarded-For are ours; what stands before them was written by the client and proves nothing.
    """
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    proxies: int = settings.TRUSTED_PROXIES
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
