"""What each role may do. One function a question; services ask before they change anything.

Whether a person *sees* a thing is another matter, which `visible_to` on every queryset answers first: what
they do not see is not found (404), what they see but may not change is forbidden (403).
"""

from accounts.models import Membership, Role, Team, User
from config.errors import Forbidden

EDITORS = (Role.SALES_ENGINEER, Role.ARCHITECT, Role.ADMINISTRATOR)


def has_role(user: User, *roles: Role, team: Team | None = None) -> bool:
    """Whether `user` has one of `roles` in `team`, or in any team when none is named."""
    memberships = Membership.objects.filter(user=user.pk, role__in=roles)
    if team is not None:
        memberships = memberships.filter(team=team.pk)
    return user.is_active and memberships.exists()


def may_edit_designs(user: User, team: Team) -> bool:
    """Customers, designs, comparisons and proposals of `team`: everybody in it but a catalog manager."""
    return has_role(user, *EDITORS, team=team)


def may_see_margin(user: User, team: Team) -> bool:
    """Cost prices, margins and internal notes: those who make the quotes of `team`."""
    return has_role(user, Role.SALES_ENGINEER, Role.ADMINISTRATOR, team=team)


def may_approve_proposals(user: User, team: Team) -> bool:
    """Release a proposal of `team` to its customer."""
    return has_role(user, Role.ADMINISTRATOR, team=team)


def may_edit_catalog(user: User) -> bool:
    """Hardware, node specs and price books, which all teams share."""
    return has_role(user, Role.CATALOG_MANAGER, Role.ADMINISTRATOR)


def may_administer(user: User, team: Team) -> bool:
    """Members, roles and the audit log of `team`."""
    return has_role(user, Role.ADMINISTRATOR, team=team)


def require(is_allowed: bool, what: str) -> None:
    """Raise `Forbidden` unless `is_allowed`. `what` completes "Your role does not let you …"."""
    if not is_allowed:
        raise Forbidden(f"Your role does not let you {what}. Ask an administrator of the team.")
