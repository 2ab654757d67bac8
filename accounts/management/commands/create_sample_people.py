"""Make the sample team and its log-ins, in the demo profile."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import services
from config.errors import Forbidden


class Command(BaseCommand):
    help = "Make the sample team and its log-ins (demo profile only). Can be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            team, people = services.sample_people()
        except Forbidden as problem:
            raise CommandError(problem.message) from problem
        self.stdout.write(f"{team.name}; password for all: {services.SAMPLE_PASSWORD}")
        for email, user in people.items():
            self.stdout.write(f"  {email:<24}{user.name}")
