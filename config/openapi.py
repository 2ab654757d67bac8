"""What the OpenAPI document says of every operation alike: how errors look, versions, repeated requests.

Rules, not copies: an operation with a path argument may answer 404, one with a body 400, one that changes a
version needs `If-Match`. So an answer that a new view gives is documented without a word from its author.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS

from config.api import PROBLEM_JSON

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457), and for each field at fault what would be right.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Kind of problem, for programs: `invalid`, `stale` …"},
        "title": {"type": "string", "description": "The kind in words."},
        "status": {"type": "integer", "description": "Same as the status of the answer."},
        "detail": {"type": "string", "description": "What went wrong here, with the figures."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "value", "message", "remedy"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "Path in what was sent: `workload.profiles[2].count`.",
                    },
                    "value": {"description": "What was sent there, shortened."},
                    "message": {"type": "string"},
                    "remedy": {"type": "string", "description": "What to do."},
                },
            },
        },
        "version": {"type": "integer", "description": "With 412: the version that is current."},
        "changes": {
            "type": "array",
            "items": {"type": "object"},
            "description": "With 412: what changed since, oldest first.",
        },
    },
}
MEANINGS = {
    400: "What was sent is not valid: field, value, message, remedy. Nothing was stored.",
    401: "Not signed in, or the token is unknown, expired or revoked.",
    403: "Your role, or the scope of the token, does not allow this.",
    404: "There is nothing here that you may see.",
    409: "The state of the thing does not allow this, or the `Idempotency-Key` came with another request.",
    412: "Somebody changed it in the meantime; `version` is current.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
    428: "`If-Match` is missing.",
}
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` of the version that you changed.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="Any text of yours, such as a UUID. Sent again within a day it gets the first answer again.",
)
REPLAYED = {
    "description": "`true` when this is the stored answer to an earlier request with the same key.",
    "schema": {"type": "string", "enum": ["true"]},
}
ETAG = {"description": "The version of what is sent; for `If-Match`.", "schema": {"type": "string"}}

documents: dict[str, dict[str, Any]] = {}


def document(name: str, schema: dict[str, Any]) -> dict[str, str]:
    """Publish the JSON Schema of one of our own formats as the component `name`; return the reference to it."""
    documents[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}


def add_documents(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Put what `document` published into the OpenAPI document: a hook of drf-spectacular."""
    result["components"]["schemas"] = dict(sorted((result["components"]["schemas"] | documents).items()))
    return result


class ProblemAutoSchema(AutoSchema):
    """Adds to each operation the errors that it can answer with, as problem details, and its headers."""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self.changes_a_version:
            parameters.append(IF_MATCH)
        if self.is_idempotent:
            parameters.append(IDEMPOTENCY_KEY)
        return parameters

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        responses = operation["responses"]
        for status, answer in responses.items():
            if status.startswith("2"):
                answer.setdefault("headers", {}).update(self.headers(status))
        for status in self.problem_statuses(operation):
            responses.setdefault(str(status), {"description": MEANINGS[status]})
        problem = self.problem_reference()
        for status, answer in responses.items():
            if status.startswith(("4", "5")):
                answer["content"] = {PROBLEM_JSON: {"schema": problem}}
        if self.method == "GET" and "200" in responses:
            responses["304"] = {"description": "Nothing changed since the `ETag` in `If-None-Match`."}
        operation["responses"] = dict(sorted(responses.items()))
        return operation

    @property
    def changes_a_version(self) -> bool:
        """Every PUT, PATCH and DELETE does (R71), unless its view says `is_unversioned`; a POST that is marked does."""
        if self.method == "POST":
            return getattr(self.handler, "changes_a_version", False)
        return self.method in ("PUT", "PATCH", "DELETE") and not getattr(self.view, "is_unversioned", False)

    @property
    def handler(self) -> Any:
        """The method of the view that answers."""
        return getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)

    @property
    def is_idempotent(self) -> bool:
        """Whether `accounts.idempotency` wraps the method: it marks what it wraps."""
        return self.method == "POST" and getattr(self.handler, "is_idempotent", False)

    def headers(self, status: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if status == "200" and (self.method == "GET" or self.changes_a_version):
            found["ETag"] = ETAG
        if self.is_idempotent:
            found["Idempotency-Replayed"] = REPLAYED
        return found

    def problem_statuses(self, operation: dict[str, Any]) -> list[int]:
        """The errors that can leave this operation, by what it takes and does."""
        places = {parameter["in"] for parameter in operation.get("parameters", [])}
        has_body = "requestBody" in operation
        changes = self.method not in SAFE_METHODS
        rules = {
            400: has_body or "query" in places or self.is_idempotent,
            401: {} not in operation.get("security", [{}]),
            403: changes,
            404: "path" in places,
            409: self.method == "POST" and not getattr(self.view, "is_read_only", False),
            412: self.changes_a_version,
            413: has_body,
            415: has_body,
            428: self.changes_a_version,
        }
        return [status for status, applies in rules.items() if applies]

    def problem_reference(self) -> dict[str, str]:
        component = ResolvedComponent(
            name="Problem", type=ResolvedComponent.SCHEMA, schema=PROBLEM, object="Problem"
        )
        self.registry.register_on_missing(component)
        return dict(component.ref)
