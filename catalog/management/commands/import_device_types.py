"""`manage.py import_device_types PATH [--apply]`: NetBox-style device and module types; the same files again change nothing."""

import tempfile
from pathlib import Path
from typing import IO, Any, cast

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog import device_imports
from catalog.models import HardwareImport
from config.errors import DomainError

SHOWN = 20
"""Rejected files and changed types that are printed one by one; with `--verbosity 2` all are."""


class Command(BaseCommand):
    """Read device and module types from a folder, an archive or one file, print what changes, and apply it if asked to."""

    help = "Import hardware models: NetBox-style device and module types (folder, .zip, .tar.gz or .yaml)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="folder, .zip, .tar.gz, .tar or .yaml")
        parser.add_argument(
            "--apply", action="store_true", help="put it in force; without it only the preview is kept"
        )

    def handle(self, *args: Any, path: Path, verbosity: int, **options: Any) -> None:
        try:
            found = self.read(path)
            if verbosity:
                self.tell(found, None if verbosity > 1 else SHOWN)
            if found.state == HardwareImport.State.REFUSED:
                raise CommandError(f"{found.reason} {found.remedy} Nothing was changed.")
            if options["apply"] and found.state == HardwareImport.State.READY:
                device_imports.apply(found=found, user=None, based_on=found.version)
                self.stdout.write("applied")
            elif found.state == HardwareImport.State.READY:
                self.stdout.write(
                    "not applied: review it under Catalog, Hardware models, or run this with --apply"
                )
        except DomainError as error:
            raise CommandError(f"{error.message} Nothing was changed.") from error

    def read(self, path: Path) -> HardwareImport:
        if path.is_dir():
            with tempfile.TemporaryFile() as packed:
                if not device_imports.pack_folder(path, packed):
                    raise CommandError(f"{path} holds no .yaml or .yml file. Nothing was changed.")
                return self.keep_and_read(packed, path.name or "folder")
        if not path.is_file():
            raise CommandError(f"{path} is no file or folder. Nothing was changed.")
        with path.open("rb") as file:
            return self.keep_and_read(file, path.name)

    def keep_and_read(self, file: IO[bytes], name: str) -> HardwareImport:
        file.seek(0, 2)
        kept = cast(Any, File(file, name=name))
        found, _ = device_imports.add_import(file=kept, name=name, user=None)
        return device_imports.read_import(found, report=lambda progress, message: None)

    def tell(self, found: HardwareImport, most: int | None) -> None:
        counts = found.counts
        if not counts:
            return
        self.stdout.write(
            f"{counts['files']:,} files: {counts['new']:,} new, {counts['changed']:,} changed, "
            f"{counts['unchanged']:,} unchanged, {counts['rejected']:,} rejected"
        )
        for rejected in found.rejected[:most]:
            for problem in rejected["problems"]:
                self.stdout.write(
                    f"  rejected {rejected['path']}: {problem['field']} {problem['message']} "
                    f"(is: {problem['value']}). {problem['remedy']}"
                )
        for model in found.types.filter(change_count__gt=0)[:most]:
            told = "; ".join(f"{c['field']}: {c['before']} -> {c['after']}" for c in model.changes[:5])
            self.stdout.write(f"  changed {model}: {told}")
        lacking = ", ".join(f"{count:,} no {word}" for word, count in counts["lacking"].items())
        if lacking:
            self.stdout.write(f"  of the new and changed: {lacking}")
