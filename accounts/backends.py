"""Log-in with an e-mail address; the same work and the same answer whether or not the account exists."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.models import User, folded_email


class EmailBackend(BaseBackend):
    """Finds people by the folded address. What they may do is in `accounts/permissions.py`."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        user = User.objects.filter(email_folded=folded_email(username or "")).first()
        if user is None or password is None:
            make_password(password or "-")  # an unknown account takes as long as a wrong password (R61)
            return None
        return user if user.check_password(password) and user.may_log_in else None

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.may_log_in else None
