"""`manage.py load_sample`: the sample customer of the demo, with a sized design; twice changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.services import sample_people
from designer.sample import CUSTOMER, load_sample


class Command(BaseCommand):
    """Make sample people and the sample customer, in the demo profile only."""

    help = "Load the sample customer of the demo."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PROFILE != "demo":
            raise CommandError(f"PROFILE={settings.PROFILE}: sample data exists in the demo profile only.")
        team, people = sample_people()
        author = next(person for email, person in people.items() if email.startswith("sales"))
        if load_sample(team, author, lambda _fraction, _message: None):
            self.stdout.write(f"{CUSTOMER}: customer, design and sizing made")
