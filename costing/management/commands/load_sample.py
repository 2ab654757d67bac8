"""`manage.py load_sample`: the sample customer of the demo, with a design sized, compared and proposed; twice changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.services import sample_people
from costing.proposals.services import print_proposal, request_proposal
from costing.services import compare_revision, current_comparison
from designer.failure_services import rank_revision
from designer.sample import CUSTOMER, load_sample
from designer.services import freeze_revision


class Command(BaseCommand):
    """Make sample people and the sample customer, in the demo profile only."""

    help = "Load the sample customer of the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PROFILE != "demo":
            raise CommandError(f"PROFILE={settings.PROFILE}: sample data exists in the demo profile only.")
        team, people = sample_people()
        author = next(person for email, person in people.items() if email.startswith("sales"))
        with transaction.atomic():
            design, is_new = load_sample(team, author, _quiet)
        if is_new:
            self.stdout.write(f"{CUSTOMER}: customer, design and sizing made")
        comparison = current_comparison(design)
        if comparison is None:  # new, or hardware and prices have changed since an earlier demo
            comparison = compare_revision(freeze_revision(design=design, user=author), report=_quiet)
            self.stdout.write(f"{CUSTOMER}: compared with AWS, Azure and Google Cloud")
        if not comparison.proposals.exists():
            rank_revision(comparison.revision, with_pairs=False, report=_quiet)
            proposal, _job = request_proposal(comparison=comparison, user=author)
            print_proposal(proposal, report=_quiet)  # its job finds the work done
            self.stdout.write(f"{CUSTOMER}: proposal printed")


def _quiet(_fraction: float, _message: str) -> None:
    """Nobody watches the progress of a command that takes a second."""
