"""`manage.py load_catalog`: the starter catalog, hardware models and price books into the database; twice changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from catalog.device_imports import load_shipped_models
from catalog.prices import described, load_price_books
from catalog.services import load_catalog
from config.errors import Invalid


class Command(BaseCommand):
    """Check the shipped catalog and add or change what differs."""

    help = "Load the starter catalog, the shipped hardware models and price books, and print what changed."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        try:
            with transaction.atomic():
                loaded = load_catalog()
                books = load_price_books()
                models = load_shipped_models()
        except Invalid as error:
            lines = [f"  {p.field}: {p.message} (is: {p.value}). {p.remedy}" for p in error.problems]
            raise CommandError(
                "The catalog is not valid; nothing was changed.\n" + "\n".join(lines)
            ) from error
        if verbosity == 0:
            return
        for word, names in (("added", loaded.added), ("changed", loaded.changed)):
            for name in names:
                self.stdout.write(f"{word} {name}")
        self.stdout.write(
            f"{len(loaded.added)} added, {len(loaded.changed)} changed, {loaded.unchanged} unchanged"
        )
        for found in models:
            self.stdout.write(
                f"hardware models {found}: {found.counts['new']} new, {found.counts['changed']} changed"
            )
        for book in books:
            self.stdout.write(f"price book {described(book)}")
