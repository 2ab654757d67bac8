"""Rules for passwords that Django does not bring (R65)."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

MAXIMUM_LENGTH = 256


class MaximumLengthValidator:
    """Refuses passwords so long that hashing them would be an attack on us."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if len(password) > MAXIMUM_LENGTH:
            raise ValidationError(
                f"This password has {len(password)} characters; at most {MAXIMUM_LENGTH} are allowed.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Your password may have at most {MAXIMUM_LENGTH} characters."
