"""Doing once what is asked for twice: a double click, a reload, a retry by a proxy (security R72).

The key comes from the form (one for each rendering) or from the header `Idempotency-Key`. It is written in
the transaction that does the work: a second request waits for the first, then gets its answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import IdempotencyKey, User
from config.errors import Conflict, Invalid, Problem

MAXIMUM_KEY_LENGTH = 128


def fingerprint(*parts: Any) -> str:
    """What tells two requests under one key apart; `parts` are made of JSON's types, forms and uploaded files."""
    told = [dict(part.lists()) if isinstance(part, MultiValueDict) else part for part in parts]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=_told).encode()).hexdigest()


def _told(value: Any) -> str:
    """A value that JSON does not have, as text: of a file its content counts, not its name alone."""
    if not isinstance(value, File):
        return str(value)
    digest = hashlib.sha256(str(value.name).encode())
    for piece in value.chunks():
        digest.update(piece)
    value.seek(0)
    return digest.hexdigest()


@transaction.atomic
def run_once(*, user: User, key: str, request_hash: str, do: Callable[[], Any]) -> tuple[Any, bool]:
    """Return what `do` returns, and whether this is a repetition. A repetition gets the first answer as stored.

    The answer must be JSON: an address to go to, an id, a body. What `do` raises undoes everything, so a
    failed attempt may be repeated with the same key.

    Raises:
        Invalid: the key is empty or too long.
        Conflict: the key was used for something else.
    """
    if not 1 <= len(key) <= MAXIMUM_KEY_LENGTH or not key.isprintable():
        message = f"The key has 1 to {MAXIMUM_KEY_LENGTH} printable characters."
        raise Invalid(
            [Problem(field="Idempotency-Key", value=key[:40], message=message, remedy="Send a UUID.")]
        )
    forgotten = timezone.now() - timedelta(hours=settings.IDEMPOTENCY_KEY_HOURS)
    IdempotencyKey.objects.filter(user=user, created_at__lt=forgotten).delete()
    row, is_new = IdempotencyKey.objects.select_for_update().get_or_create(
        user=user, key=key, defaults={"request_hash": request_hash}
    )
    if row.request_hash != request_hash:
        raise Conflict("This Idempotency-Key was sent before with another request. Send a new key.")
    if is_new:
        row.answer = do()
        row.save(update_fields=["answer"])
    return row.answer, not is_new


def idempotent(method: Callable[..., Response]) -> Callable[..., Response]:
    """For methods of API views that create: honours `Idempotency-Key`, if one was sent."""

    @wraps(method)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method in SAFE_METHODS:
            return method(view, request, *args, **kwargs)

        def do() -> dict[str, Any]:
            response = method(view, request, *args, **kwargs)
            body = json.loads(view.get_renderers()[0].render(response.data) or "null")
            kept = {name: response[name] for name in ("ETag", "Location") if name in response}
            return {"status": response.status_code, "body": body, "headers": kept}

        request_hash = fingerprint(request.method, request.path, request.data)
        user = cast(User, request.user)  # nobody else passes the default permission
        answer, is_repetition = run_once(user=user, key=key, request_hash=request_hash, do=do)
        headers = {**answer["headers"], **({"Idempotency-Replayed": "true"} if is_repetition else {})}
        return Response(answer["body"], status=answer["status"], headers=headers)

    once.is_idempotent = True  # type: ignore[attr-defined]  # config.openapi documents what has this mark
    return once


FORM_KEY = "once"
"""Name of the hidden field with the key of one rendering of a form: `{% once_key %}` writes it."""


class Unfinished(Exception):
    """Carries an answer that did nothing, such as the form again with its errors, out of the transaction."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("nothing was done")
        self.response = response


def key_of_form(request: HttpRequest) -> str:
    """What is the same only for the same rendering of a form with the same content; "" for a form without a key.

    Content that was changed after Back is another request: it is done, not refused.
    """
    if not request.POST.get(FORM_KEY):
        return ""
    sent = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    return f"form:{fingerprint(request.path, sent)}"


def once_for_each_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages that create and then lead elsewhere: the same form sent twice creates once, and leads to the same place.

    Stands below `login_required`.
    """

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = key_of_form(request) if request.method == "POST" else ""
        if not key:
            return view(request, *args, **kwargs)

        def do() -> str:
            response = view(request, *args, **kwargs)
            if not isinstance(response, HttpResponseRedirect):
                raise Unfinished(response)
            return response.url

        try:
            address, _ = run_once(user=cast(User, request.user), key=key, request_hash="", do=do)
        except Unfinished as outcome:
            return outcome.response
        return HttpResponseRedirect(address)

    return once
