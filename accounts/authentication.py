"""How a program says who it is: `Authorization: Bearer <key>`, never in the address (R68)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts import services
from accounts.models import ApiToken, TokenScope, User

if TYPE_CHECKING:  # DRF's views module loads this one
    from rest_framework.views import APIView


class BearerAuthentication(BaseAuthentication):
    """Accepts one usable API token. A request with a bad one is refused, whatever cookies it carries."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        token = services.token_of_key(parts[1].decode("ascii", "replace")) if len(parts) == 2 else None
        if token is None:
            raise exceptions.AuthenticationFailed("This API token is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class TokenScopePermission(BasePermission):
    """A token made for reading changes nothing."""

    message = "This API token may only read. Create one with the scope `write`."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiToken) or request.auth.scope == TokenScope.WRITE:
            return True
        return request.method in SAFE_METHODS or getattr(view, "is_read_only", False)
