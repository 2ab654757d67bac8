"""Pages that cost the same however far one has turned, and lose no row while others are added (R80)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import (
    BooleanField,
    DateTimeField,
    F,
    Field,
    Func,
    Model,
    Q,
    TextField,
    UUIDField,
)
from django.http import HttpResponse, QueryDict
from django.utils.http import parse_etags
from rest_framework.mixins import ListModelMixin
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.errors import Invalid, Problem
from config.json_bodies import UNSTORABLE
from config.prepared import Given, Prepared

MAXIMUM_LIMIT = 200


class KeysetPagination(BasePagination):
    """`?limit=50&ordering=-name&cursor=…` → `{"results": […], "next": "/api/v1/…?cursor=…" or null}`.

    A page starts after the row that the cursor names by its values, so no row is counted or skipped over.
    The view, or a subclass, says the `ordering`: columns that are never null, `-` for descending, the last one
    unique. `orderings = {"name": ("name", "id")}` on the view adds what `?ordering=name` or `-name` may choose.
    """

    ordering: Sequence[str] = ("pk",)
    default_limit = 50
    shown: Callable[[Any], Any] | None = None
    """What to ask of the rows of a page once they are found, such as `values_list()`: found first, so that the
    database works that out for the page alone, not for all that it sorts."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self.read(request, view)
        after = self.cursor_asked(queryset.model)
        if after:
            queryset = queryset.filter(behind(self.columns, after))
        return self.page_of_rows(list(self.rows_of_page(queryset, self.columns, self.limit, self.shown)))

    def paginate_prepared(
        self,
        model: type[Model],
        request: Request,
        view: APIView,
        statement: Callable[[Sequence[str], int, bool], Prepared],
        values: Mapping[str, Any],
    ) -> list[tuple[Any, ...]]:
        """As `paginate_queryset`, by a statement that is compiled once for all requests of the same shape.

        `statement` gives it for the columns of the ordering, which come first in its rows, the limit, and whether
        the page has rows before it; then it takes what `values_behind` names.
        """
        self.read(request, view)
        after = self.cursor_asked(model)
        told = {f"after_{name}": value for name, value in after.items()}
        return self.page_of_rows(
            statement(tuple(self.columns), self.limit, bool(after)).rows(**values, **told)
        )

    @staticmethod
    def rows_of_page(
        queryset: Any, columns: Sequence[str], limit: int, shown: Callable[[Any], Any] | None
    ) -> Any:
        found = queryset.order_by(*columns)[: limit + 1]
        if shown is None:
            return found
        of_page = queryset.model._default_manager.filter(pk__in=found.values("pk"))
        return shown(of_page.order_by(*columns))

    def read(self, request: Request, view: APIView | None) -> None:
        """Read what page is asked for."""
        self.request = request
        self.limit = self.limit_asked(request)
        self.columns = self.ordering_asked(request, view)

    def page_of_rows(self, rows: list[Any]) -> list[Any]:
        """The page without the one row more that tells whether another follows."""
        self.has_next, page = len(rows) > self.limit, rows[: self.limit]
        self.last = page[-1] if page else None
        return page

    def limit_asked(self, request: Request) -> int:
        asked = request.query_params.get("limit", str(self.default_limit))
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= MAXIMUM_LIMIT):
            raise refused("limit", asked, f"The limit is a whole number from 1 to {MAXIMUM_LIMIT}.")
        return int(asked)

    def ordering_asked(self, request: Request, view: APIView | None) -> Sequence[str]:
        default: Sequence[str] = getattr(view, "ordering", None) or self.ordering
        asked = request.query_params.get("ordering", "")
        if not asked:
            return default
        orderings: dict[str, Sequence[str]] = getattr(view, "orderings", {})
        columns = orderings.get(asked.removeprefix("-"))
        if columns is None:
            choices = ", ".join(orderings) or "nothing else than the default"
            raise refused("ordering", asked, f"Rows can be ordered by {choices}.")
        return [flipped(column) for column in columns] if asked.startswith("-") else columns

    def cursor_asked(self, model: type[Model]) -> dict[str, Any]:
        """What the last row of the page before has in the columns of the ordering; empty for the first page."""
        cursor = self.request.query_params.get("cursor")
        return {} if cursor is None else self.values_in(model, cursor)

    def after(self, model: type[Model], cursor: str) -> Q:
        """The rows behind those of `cursor`."""
        return behind(self.columns, self.values_in(model, cursor))

    def values_in(self, model: type[Model], cursor: str) -> dict[str, Any]:
        try:
            columns, *values = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
            if columns != list(self.columns) or len(values) != len(self.columns):
                raise ValueError("of another list")
            if any(isinstance(value, str) and UNSTORABLE.search(value) for value in values):
                raise ValueError("of no list: no row has such a text")
            names = [column.removeprefix("-") for column in self.columns]
            fields: list[Any] = [
                model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names
            ]
            values = [field.to_python(value) for field, value in zip(fields, values, strict=True)]
            if None in values:
                raise ValueError("without a value")
        except (
            ValueError,
            TypeError,
            RecursionError,
            UnicodeEncodeError,
            binascii.Error,
            ValidationError,
        ) as problem:
            raise refused("cursor", cursor[:80], "This cursor is not one of this list.") from problem
        return dict(zip(names, values, strict=True))

    def cursor_of(self, row: Any) -> str:
        names = [column.removeprefix("-") for column in self.columns]
        if isinstance(row, tuple):  # of a prepared statement: these columns come first
            values = list(row[: len(names)])
        else:
            values = [row[name] if isinstance(row, dict) else getattr(row, name) for name in names]
        text = json.dumps([list(self.columns), *(v if isinstance(v, int) else str(v) for v in values)])
        return base64.urlsafe_b64encode(text.encode()).decode()

    def next_address(self) -> str | None:
        """Relative to the host, which a request may forge (R66)."""
        if not self.has_next:
            return None
        query: QueryDict = self.request.query_params.copy()
        query["cursor"] = self.cursor_of(self.last)
        return f"{self.request.path}?{query.urlencode()}"

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next_address()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        next_page = {
            "type": ["string", "null"],
            "description": "Address of the next page; null on the last.",
        }
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": next_page},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MAXIMUM_LIMIT, "default": self.default_limit}
        parameters = [
            {"name": "limit", "in": "query", "schema": limit, "description": "Rows a page."},
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string"},
                "description": "From `next`; opaque.",
            },
        ]
        if orderings := getattr(view, "orderings", {}):
            choices = [name for field in orderings for name in (field, f"-{field}")]
            parameters.append(
                {"name": "ordering", "in": "query", "schema": {"type": "string", "enum": choices}}
            )
        return parameters


def behind(columns: Sequence[str], values: Mapping[str, Any]) -> Q:
    """The rows behind the one with `values`: (a, b) > (x, y) is a > x, or a = x and b > y."""
    rows = Q()
    equal = Q()
    for column, (name, value) in zip(columns, values.items(), strict=True):
        rows |= equal & Q(**{f"{name}__{'lt' if column.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return rows


def values_behind(model: Any, columns: Sequence[str]) -> dict[str, Given]:
    """What `behind` asks for where it is told each time: `after_` and the name of the column."""
    names = [column.removeprefix("-") for column in columns]
    return {name: Given(f"after_{name}", model._meta.get_field(name)) for name in names}


class ColumnListMixin(ListModelMixin):
    """Lists rows as JSON that the database writes from their columns: no object is made, and none is serialised.

    For serializers whose `Meta.fields` are columns, those of the ordering among them, and need no words of theirs.
    """

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        view: Any = self
        fields = view.get_serializer_class().Meta.fields
        state = view.list_state()
        tag = tag_of(state, fields, request.get_full_path()) if state is not None else ""
        if tag and tag in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponse(status=304, headers={"ETag": tag})
        queryset = view.filter_queryset(view.get_queryset())
        row = RowAsJson({name: queryset.model._meta.get_field(name) for name in fields})
        view.paginator.shown = lambda page: page.values_list(row, flat=True)
        rows = view.paginate_queryset(queryset)
        view.paginator.last = json.loads(rows[-1]) if rows else None
        return page_of(rows, view.paginator.next_address(), tag)

    def list_state(self) -> object:
        """What tells that a list is still the same, asked before its rows: equal states have equal rows.

        None: nothing but the rows themselves tells.
        """
        return None


def page_of(rows: Iterable[str], following: str | None, tag: str = "") -> HttpResponse:
    """The answer of `KeysetPagination` with `rows` that are JSON already."""
    body = f'{{"results":[{",".join(rows)}],"next":{json.dumps(following)}}}'
    return HttpResponse(body, content_type="application/json", headers={"ETag": tag} if tag else {})


def tag_of(*parts: object) -> str:
    """A strong tag of what `parts` stand for."""
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


class RowAsJson(Func):
    """A row as the JSON object that its serializer would make.

    `members` are, by their JSON names, fields of the model, or expressions that have an output field.
    """

    def __init__(self, members: Mapping[str, Any]) -> None:
        fields = [getattr(member, "output_field", member) for member in members.values()]
        self.members = list(zip(members, (getattr(f, "target_field", f) for f in fields), strict=True))
        columns = (F(member.name) if isinstance(member, Field) else member for member in members.values())
        super().__init__(*columns, output_field=TextField())

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        """Names are our own; they stand in the text, so that the statement is the same each time."""
        shapes = SHAPES[connection.vendor]
        members: list[str] = []
        parameters: list[Any] = []
        for (name, kind), column in zip(self.members, self.source_expressions, strict=True):
            sql, values = compiler.compile(column)
            shape = next((shapes[python] for python in shapes if isinstance(kind, python)), "{}")
            members.append(f"'{name}', {shape.replace('{}', sql)}")
            parameters += [*values] * shape.count("{}")
        return shapes[Model].format(", ".join(members)), parameters


SHAPES: dict[str, dict[Any, str]] = {
    "sqlite": {
        Model: "json_object({})",
        UUIDField: "substr({}, 1, 8) || '-' || substr({}, 9, 4) || '-' || substr({}, 13, 4)"
        " || '-' || substr({}, 17, 4) || '-' || substr({}, 21)",  # it keeps the 32 digits
        DateTimeField: "replace(CASE length({}) WHEN 19 THEN replace({}, ' ', 'T')"
        " ELSE substr(replace({}, ' ', 'T') || '000', 1, 26) END || 'Z', '.000000Z', 'Z')",  # it keeps UTC
        BooleanField: "json(CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)",
    },
    "postgresql": {
        Model: "json_build_object({})::text",
        DateTimeField: "replace(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '.000000Z', 'Z')",
    },
}
"""How each database writes what JSON has no type for, as Django's serializers write it; `Model`: the whole row."""


def flipped(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def refused(field: str, value: str, message: str) -> Invalid:
    return Invalid(
        [Problem(field=field, value=value, message=message, remedy="Leave it out, or send another.")]
    )
