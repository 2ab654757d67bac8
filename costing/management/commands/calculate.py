"""`manage.py calculate KIND < in.json > out.json`: the documents of POST /api/v1/calculations/KIND/."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.errors import Invalid
from config.json_bodies import load_json
from costing.calculators import KINDS, calculate_all


class Command(BaseCommand):
    """Answer one document, or a list of them, at once; nothing is stored."""

    help = "Calculate a JSON document from standard input; a list of documents gives a list of answers."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            documents = load_json(sys.stdin.read())
        except Invalid as error:
            raise CommandError(f"The input is not JSON: {error.message}") from error
        answers = calculate_all(options["kind"], documents)
        self.stdout.write(json.dumps(answers, indent=2, ensure_ascii=False))
        if isinstance(answers, dict) and "errors" in answers:
            sys.exit(1)
