"""What a JSON body may hold (R47, R48), and how answers are written.

The limits are settings. A view that takes whole designs has `json_max_bytes = settings.JSON_MAX_DESIGN_BYTES`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from config.errors import Invalid, Problem

UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML, spreadsheets or one of the databases cannot hold: control characters but tab and line
ends, halves of surrogate pairs, and the two non-characters."""


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body-too-large"


def refused(field: str, value: Any, message: str, remedy: str) -> Invalid:
    return Invalid([Problem(field=field, value=value, message=message, remedy=remedy)])


def load_json(text: str) -> Any:
    """Return what `text` says. The standard library accepts NaN, and drops the first of two equal keys.

    Raises:
        Invalid: not JSON; a number that is not finite; a key given twice; more than `JSON_MAX_DEPTH` levels or
            `JSON_MAX_KEYS` keys; a character that cannot be stored everywhere.
    """
    try:
        document = json.loads(
            text, parse_constant=no_constant, parse_float=finite, object_pairs_hook=without_duplicates
        )
    except RecursionError:
        raise too_deep("") from None
    except ValueError as problem:  # JSONDecodeError; an integer of more than 4,300 digits
        message = getattr(problem, "msg", "a number has too many digits")
        where = (
            f" in line {problem.lineno}, column {problem.colno}"
            if isinstance(problem, json.JSONDecodeError)
            else ""
        )
        raise refused(
            "", None, f"This is not JSON: {message}{where}.", "Send a JSON document in UTF-8."
        ) from None
    keys = 0
    for path, depth, value in walk(document):
        if depth >= settings.JSON_MAX_DEPTH and isinstance(value, dict | list):
            raise too_deep(path)
        if isinstance(value, dict):
            keys += len(value)
            if keys > settings.JSON_MAX_KEYS:
                raise refused(
                    "", keys, f"More than {settings.JSON_MAX_KEYS} keys in one document.", "Send it in parts."
                )
            for key in value:
                check_text(path, key)
        elif isinstance(value, str):
            check_text(path, value)
    return document


def walk(document: Any) -> Iterator[tuple[str, int, Any]]:
    """Every value in `document` with its path and depth, without recursion."""
    waiting: list[tuple[str, int, Any]] = [("", 0, document)]
    while waiting:
        path, depth, value = waiting.pop()
        yield path, depth, value
        if depth > settings.JSON_MAX_DEPTH:
            return
        if isinstance(value, dict):
            waiting.extend((f"{path}.{key}" if path else key, depth + 1, item) for key, item in value.items())
        elif isinstance(value, list):
            waiting.extend((f"{path}[{index}]", depth + 1, item) for index, item in enumerate(value))


def too_deep(path: str) -> Invalid:
    limit = settings.JSON_MAX_DEPTH
    return refused(path[:200], None, f"The document is nested deeper than {limit} levels.", "Flatten it.")


def check_text(path: str, text: str) -> None:
    if found := UNSTORABLE.search(text):
        code = f"U+{ord(found[0]):04X}"
        raise refused(
            UNSTORABLE.sub("?", path), code, f"The character {code} cannot be stored.", "Leave it out."
        )


def no_constant(name: str) -> Any:
    raise refused("", name, f"{name} is not a JSON number.", "Send a finite number.")


def finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise refused(
            "", digits[:40], f"{digits[:40]} is beyond what a number can hold.", "Send a finite number."
        )
    return number


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise refused(double[:200], None, f"The key {double[:80]!r} is given twice.", "Give each key once.")
    return document


class StrictJSONParser(JSONParser):
    """Reads at most the bytes that the view allows, then `load_json`."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = getattr((parser_context or {}).get("view"), "json_max_bytes", settings.JSON_MAX_BYTES)
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(f"The body is larger than the {limit} bytes allowed here.")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise refused(
                "", None, f"Byte {problem.start} is not UTF-8.", "Send a JSON document in UTF-8."
            ) from None
        return load_json(text)


class StrictJSONRenderer(JSONRenderer):
    """JSON in UTF-8. A number that is not finite is a fault of ours: it ends the request, it never leaves."""

    strict = True
    ensure_ascii = False


class AlwaysJson(DefaultContentNegotiation):
    """Answers in the one format that an address has, whatever `Accept` prefers: errors too can always be read."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
