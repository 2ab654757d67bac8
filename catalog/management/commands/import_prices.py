"""`manage.py import_prices FILE...`: price files into new price book versions; the same content changes nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.prices import import_price_files
from config.errors import Invalid


class Command(BaseCommand):
    """Read instance and service prices from CSV files, plain or gzipped, all or nothing."""

    help = "Import cloud price files as new price book versions and print what changes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV or CSV.gz")
        parser.add_argument("--provider", default="", help="take only the rows of this provider")

    def handle(self, *args: Any, files: list[Path], provider: str, verbosity: int, **options: Any) -> None:
        try:
            import_price_files(
                files, provider=provider, report=self.stdout.write if verbosity else lambda line: None
            )
        except Invalid as error:
            lines = [f"  {p.field}: {p.message} (is: {p.value}). {p.remedy}" for p in error.problems]
            raise CommandError(
                "The prices are not valid; nothing was changed.\n" + "\n".join(lines)
            ) from error
