"""`manage.py demo`: database, catalog, sample people and customer, then the whole product. Run it as often as you like."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.services import SAMPLE_PASSWORD, sample_people
from costing.sample import load_sample


class Command(BaseCommand):
    """Set the demo up and run it on the loopback address."""

    help = "Set up the demo and run web server and workers until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--set-up-only", action="store_true", help="Load everything, start nothing.")

    def handle(self, *args: Any, port: int, set_up_only: bool, **options: Any) -> None:
        if settings.PROFILE != "demo":
            raise CommandError(f"PROFILE={settings.PROFILE}: sample log-ins exist in the demo profile only.")
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_catalog", verbosity=0)
        people = sample_people()
        load_sample(people)
        print("\nSample log-ins, password", SAMPLE_PASSWORD)
        for person in people.values():
            print(f"  {person.email:28} {person.name}")
        print(flush=True)
        if not set_up_only:
            call_command("serve", host="127.0.0.1", port=port)
