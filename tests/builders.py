"""The smallest valid thing of each kind, named with its article; a test overrides what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from accounts.models import Membership, Role, Team, User

numbers = count(1)

PASSWORD = "correct horse battery staple"


def a_user(email: str = "", **fields: Any) -> User:
    number = next(numbers)
    return User.objects.create_user(
        email or f"person{number}@example.com", PASSWORD, **{"name": f"Person {number}", **fields}
    )


def a_team(name: str = "", *, members: Iterable[User] = (), role: Role = Role.ARCHITECT) -> Team:
    team = Team.objects.create(name=name or f"Team {next(numbers)}")
    for member in members:
        a_membership(team=team, user=member, role=role)
    return team


def a_membership(
    *, team: Team | None = None, user: User | None = None, role: Role = Role.ARCHITECT
) -> Membership:
    return Membership.objects.create(team=team or a_team(), user=user or a_user(), role=role)
