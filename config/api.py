"""The one shape of the API: errors as problem details (RFC 9457), versions in `ETag`, and who sees what.

`docs/api.md` tells the same to those who call it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.middleware.http import ConditionalGetMiddleware
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.serializers import ValidationError
from rest_framework.views import set_rollback

from config.errors import DomainError, PreconditionRequired, Problem, Stale
from config.request_id import current_request_id

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from rest_framework.viewsets import GenericViewSet

    MixinBase = GenericViewSet[Any]
else:
    MixinBase = object

PROBLEM_JSON = "application/problem+json"
NOT_FOUND = "There is nothing here that you may see."


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer for anything raised in an API view; None leaves a fault of ours to the page for status 500."""
    match error:
        case Http404():
            error = exceptions.NotFound(NOT_FOUND)
        case PermissionDenied():
            error = exceptions.PermissionDenied()
        case RequestDataTooBig():
            error = exceptions.APIException("The body is too large.")
            error.status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    if isinstance(error, DomainError):
        details = problem_details(
            kebab(type(error)), error.title, error.status, error.message, error.problems
        )
        if isinstance(error, Stale):
            details |= {"version": error.current_version, **error.detail}
        headers = {}
    elif isinstance(error, exceptions.APIException):
        details = details_of_drf(error, context)
        headers = headers_of_drf(error)
    else:
        return None
    set_rollback()
    return Response(details, status=details["status"], headers=headers, content_type=PROBLEM_JSON)


def details_of_drf(error: exceptions.APIException, context: dict[str, Any]) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        sent = getattr(context.get("request"), "data", {})
        problems = list(problems_of(error.detail, sent))
        summary = "; ".join(f"{p.field}: {p.message}" if p.field else p.message for p in problems)
        return problem_details("invalid", "The input is not valid", 400, summary, problems)
    code = error.get_codes()
    kind = code.replace("_", "-") if isinstance(code, str) else "error"
    title = "Not found" if isinstance(error, exceptions.NotFound) else error.default_detail
    return problem_details(kind, str(title).rstrip("."), error.status_code, str(error.detail))


def headers_of_drf(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def problem_details(
    kind: str, title: str, status_code: int, detail: str, problems: tuple[Problem, ...] | list[Problem] = ()
) -> dict[str, Any]:
    """The members of a problem document; `errors` only where single fields are at fault."""
    details: dict[str, Any] = {"type": kind, "title": title, "status": status_code, "detail": detail}
    if problems:
        details["errors"] = [
            {"field": p.field, "value": presentable(p.value), "message": p.message, "remedy": p.remedy}
            for p in problems
        ]
    return details


def presentable(value: Any) -> Any:
    """`value` as an error may repeat it: short, and possible in JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < 1e15 else str(value)[:80]  # NaN fails the comparison as well
    return str(value)[:200]


def problems_of(detail: Any, sent: Any, path: str = "") -> Iterator[Problem]:
    """Flatten what DRF says about fields into our dotted paths, each with the value that was sent."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            if name == "non_field_errors":
                yield from problems_of(inner, sent, path)
            else:
                value = sent.get(name) if isinstance(sent, Mapping) else None
                yield from problems_of(inner, value, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and all(isinstance(item, str) for item in detail):
        for message in detail:
            yield Problem(field=path, value=scalar(sent), message=str(message), remedy=remedy_for(message))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            value = sent[index] if isinstance(sent, list) and index < len(sent) else None
            yield from problems_of(inner, value, f"{path}[{index}]")
    else:
        yield Problem(field=path, value=scalar(sent), message=str(detail), remedy=remedy_for(detail))


def scalar(value: Any) -> Any:
    return None if isinstance(value, Mapping | list) else value


REMEDIES = {
    "required": "Send this field.",
    "null": "Send a value.",
    "blank": "Send some text.",
    "does_not_exist": "Name one that you may see.",
    "unknown-field": "Leave it out.",
}


def remedy_for(message: Any) -> str:
    return REMEDIES.get(getattr(message, "code", ""), "Send another value.")


def kebab(error: type[DomainError]) -> str:
    """`PreconditionRequired` → `precondition-required`: the `type` of a problem."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()


def plain_problem(status_code: int, title: str, detail: str = "") -> JsonResponse:
    """A problem for what fails outside the API's views: an unknown address, a fault of ours."""
    if not detail:
        what_to_do = f"Tell your administrator this id: {current_request_id.get()}."
        detail = NOT_FOUND if status_code == 404 else what_to_do
    details = problem_details(title.lower().replace(" ", "-"), title, status_code, detail)
    return JsonResponse(details, status=status_code, content_type=PROBLEM_JSON)


def invalid_address(named: list[str]) -> JsonResponse:
    """A problem for an address with U+0000 in it; `named` are the parameters that hold it."""
    message, remedy = "holds the character U+0000", "Leave it out."
    problems = [Problem(name.replace("\0", "?"), "U+0000", message, remedy) for name in named]
    problems = problems or [Problem("", "U+0000", f"The address {message}.", remedy)]
    details = problem_details("invalid", "The input is not valid", 400, f"The address {message}.", problems)
    return JsonResponse(details, status=400, content_type=PROBLEM_JSON)


# Versions -------------------------------------------------------------------------------------------------
def etag_for(version: int) -> str:
    """The strong tag of a version of a working document: `"7"`."""
    return f'"{version}"'


def version_in_if_match(request: HttpRequest | Any) -> int:
    """The version that the client says it changes. Services compare and write it in one statement (R71).

    Raises:
        PreconditionRequired: no `If-Match`, or `*`, which names no version.
        Stale: a tag that no version of ours ever had.
    """
    tag = request.headers.get("If-Match", "").strip()
    if tag in ("", "*"):
        raise PreconditionRequired("Send `If-Match` with the `ETag` of the version that you changed.")
    if not re.fullmatch(r'"[0-9]{1,18}"', tag):
        raise Stale(f"{tag[:40]} is not the `ETag` of any version.", current_version=0)
    return int(tag.strip('"'))


def require_match(request: HttpRequest | Any, version: int) -> int:
    """Return `version` if it is the one that the client changed. For things changed by one statement only.

    Raises:
        PreconditionRequired, Stale: as `version_in_if_match`; and `Stale` for any other version.
    """
    try:
        based_on = version_in_if_match(request)
    except Stale as problem:
        raise Stale(problem.message, current_version=version) from None
    if based_on != version:
        raise Stale(f"You changed version {based_on}; version {version} is current.", current_version=version)
    return version


class ApiConditionalGetMiddleware(ConditionalGetMiddleware):
    """`ETag` on every answer of the API to a GET, and 304 to a client that has it. Pages are never kept."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_api = request.path.startswith("/api/") and response.status_code == status.HTTP_200_OK
        return super().process_response(request, response) if is_api else response


# Views ----------------------------------------------------------------------------------------------------
class VisibleToMixin(MixinBase):
    """Starts every list and look-up from what the person may see (R1). Stands first in the bases."""

    lookup_value_converter = "uuid"

    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(queryset.visible_to(self.request.user))


class KnownFieldsMixin:
    """For serializers that take input: refuses, not drops, a field that cannot be written (R5)."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}  # type: ignore[attr-defined]
            if extra := sorted(str(name) for name in data if name not in writable):
                raise ValidationError(
                    {
                        name: [exceptions.ErrorDetail("This field cannot be set here.", code="unknown-field")]
                        for name in extra
                    }
                )
        return super().to_internal_value(data)  # type: ignore[misc]
