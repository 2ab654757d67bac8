"""What people type about themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone

from accounts import throttle
from accounts.models import TokenScope
from config.addresses import client_address
from config.json_bodies import UNSTORABLE


class SignInForm(AuthenticationForm):
    """E-mail and password. Says the same whatever is wrong, and makes guessing slow."""

    error_messages = {
        "invalid_login": "This e-mail address and password do not belong together. Check both and try again.",
        "throttled": "Too many attempts. Wait %(seconds)s seconds and try again.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "maxlength": 254, "class": "form-control"}
        )
        self.fields["password"].widget.attrs["class"] = "form-control"

    @property
    def is_throttled(self) -> bool:
        return self.has_error(NON_FIELD_ERRORS, "throttled")

    def clean(self) -> dict[str, Any]:
        assert self.request is not None  # noqa: S101 - the log-in page hands it over
        who = {"account": self.cleaned_data.get("username", ""), "address": client_address(self.request)}
        if seconds := throttle.wait_seconds(**who):
            raise ValidationError(
                self.error_messages["throttled"], code="throttled", params={"seconds": seconds}
            )
        try:
            cleaned = super().clean()
        except ValidationError:
            throttle.note_failure(**who)
            raise
        if self.user_cache is not None:
            throttle.forget(**who)
        return cleaned


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(max_length=80, help_text="What will use it.")
    scope = forms.ChoiceField(choices=TokenScope.choices, initial=TokenScope.READ)
    days = forms.IntegerField(label="Valid for days", min_value=1, max_value=366, initial=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "scope" else "form-control"

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if found := UNSTORABLE.search(name):
            raise ValidationError(f"Leave out the character U+{ord(found[0]):04X}.")
        return name

    def values(self) -> dict[str, Any]:
        """The keywords of `services.create_token`."""
        data = self.cleaned_data
        expires_at = timezone.now() + timedelta(days=data["days"])
        return {"name": data["name"], "scope": TokenScope(data["scope"]), "expires_at": expires_at}
