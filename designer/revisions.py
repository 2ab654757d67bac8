"""What becomes of frozen revisions: a new design from one."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from config.errors import Invalid
from designer.models import Design, Revision
from designer.services import must_edit, text_problems


@transaction.atomic
def fork_revision(*, revision: Revision, user: User, name: str) -> Design:
    """Start a design of the same customer from `revision`: its whole document, and nothing of its history.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Invalid: the name is empty, too long or unprintable.
    """
    origin = revision.design
    must_edit(user, origin.team)
    if problems := text_problems("name", name, longest=120, is_required=True):
        raise Invalid(problems)
    design = Design.objects.create(
        team=origin.team,
        customer=origin.customer,
        name=name.strip(),
        reference_design=origin.reference_design,
        snapshot=revision.document,
        created_by=user,
    )
    text = f"Forked from revision {revision.number} of {origin.name}."
    design.change_sets.create(
        version=1, author=user, part="design", changes=[{"kind": "created", "text": text}]
    )
    return design
