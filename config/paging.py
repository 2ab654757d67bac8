"""Pages that cost the same however far one has turned."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    ordering = "pk"
