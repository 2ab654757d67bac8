"""Price lists of clouds as CSV, plain or gzipped: instances with hourly prices, or services with unit prices.

Pure: text in, rows out. Every mistake is named by line, field, value and remedy; a file with one is refused whole.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from catalog.engine.documents import InvalidDocument, Problem, unprintable
from catalog.engine.hardware import Basis
from catalog.engine.instance_names import traits
from catalog.engine.offers import Architecture

PRICE_SCALE = 10**8
"""Prices are whole numbers of 1e-8 USD; a file's further digits are rounded, half to even."""
MAX_PRICE = Decimal(10**6)
"""USD a unit: above it a row is a mistake."""
MAX_ROWS = 2_000_000
MAX_MISTAKES = 50

INSTANCE_FIELDS = (
    "region", "instance_type", "vcpus", "memory_gib", "arch", "os", "price_model", "usd_per_hour", "basis", "as_of",
    "source",
)  # fmt: skip
SERVICE_FIELDS = (
    "region", "service", "unit", "tier_from", "tier_to", "usd_per_unit", "basis", "as_of", "source",
)  # fmt: skip

_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]*")


class Origin(NamedTuple):
    """What many prices share."""

    basis: str
    basis_note: str
    as_of: str
    source: str


class InstanceRow(NamedTuple):
    """One price of one instance type in one region."""

    provider: str
    region: str
    instance_type: str
    family: str
    vcpus: int | None
    """Whole vCPUs: a shared-core type's fraction counts as one. None: the list does not say."""
    memory_mib: int | None
    architecture: str
    gpus: int
    """A share of a GPU counts as one."""
    operating_system: str
    price_model: str
    price: int
    """1e-8 USD an hour."""
    basis: str
    basis_note: str
    as_of: str
    source: str

    @property
    def origin(self) -> Origin:
        return Origin(self.basis, self.basis_note, self.as_of, self.source)


class ServiceRow(NamedTuple):
    """One price of one service in one region ("*": everywhere), for the units from `tier_from` to `tier_to`."""

    provider: str
    region: str
    service: str
    unit: str
    tier_from: Decimal | None
    tier_to: Decimal | None
    price: int
    """1e-8 USD a unit; for shares of a charge, 1e-8."""
    basis: str
    basis_note: str
    as_of: str
    source: str

    @property
    def origin(self) -> Origin:
        return Origin(self.basis, self.basis_note, self.as_of, self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRows:
    """What one or more files hold, in their order."""

    instances: tuple[InstanceRow, ...] = ()
    services: tuple[ServiceRow, ...] = ()


def read_price_file(path: Path, *, provider: str = "", sources: Mapping[str, str] | None = None) -> PriceRows:
    """Read the CSV or gzipped CSV file at `path`; see `read_rows`.

    Raises:
        InvalidDocument: the file is none, or a row of it is not possible.
    """
    try:
        with _opened(path) as text:
            return read_rows(text, name=path.name, provider=provider, sources=sources)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        problem = Problem(
            path.name, str(path), f"cannot be read as CSV: {error}", "Give a CSV or CSV.gz file in UTF-8."
        )
        raise InvalidDocument([problem]) from error


def read_rows(
    lines: Iterable[str], *, name: str, provider: str = "", sources: Mapping[str, str] | None = None
) -> PriceRows:
    """Return the rows of a CSV text; its first line decides whether it lists instances or services.

    Args:
        name: what mistakes call the file.
        provider: takes only the rows of this provider; also stands for a missing provider column.
        sources: short name -> source, where the file's source column holds short names.

    Raises:
        InvalidDocument: with the mistakes by line and field, at most `MAX_MISTAKES` of them.
    """
    reader = csv.reader(lines)
    header = [column.strip() for column in next(reader, [])]
    needed: tuple[str, ...]
    if "instance_type" in header:
        needed = INSTANCE_FIELDS
    elif "service" in header:
        needed = SERVICE_FIELDS
    else:
        raise InvalidDocument([_not_a_list(name, header)])
    missing = [column for column in needed if column not in header]
    if "provider" not in header and not provider:
        missing.insert(0, "provider")
    if missing:
        raise InvalidDocument(
            [
                Problem(f"{name} line 1", ", ".join(header), f"has no column {column}", "Add the column.")
                for column in missing
            ]
        )
    parser = _Parser(name, header, provider, sources)
    if needed is INSTANCE_FIELDS:
        return PriceRows(instances=tuple(parser.rows(reader, parser.instance)))
    return PriceRows(services=tuple(parser.rows(reader, parser.service)))


@lru_cache(maxsize=256)
def basis_of(raw: str) -> tuple[Basis, str] | None:
    """Return how far a price can be trusted and the list's own word for it, or None for an unknown word.

    `observed_old` stays observed, with its note: it was seen, but long ago.
    """
    if raw in {basis.value for basis in Basis}:
        return Basis(raw), ""
    for start, basis in (
        ("observed_", Basis.OBSERVED),
        ("derived_", Basis.DERIVED),
        ("recall", Basis.RECALLED),
    ):
        if raw.startswith(start):
            return basis, raw
    return None


class _Refused(Exception):
    def __init__(self, field: str, value: Any, message: str, remedy: str) -> None:
        super().__init__(message)
        self.field, self.value, self.message, self.remedy = field, value, message, remedy


class _Parser:
    """Turns the cells of one file into rows, and remembers what must not come twice or differ."""

    def __init__(
        self, name: str, header: list[str], provider: str, sources: Mapping[str, str] | None
    ) -> None:
        self.name = name
        self.header = header
        self.only = provider
        self.sources = sources
        self.at = {column: index for index, column in enumerate(header)}
        self.seen: set[tuple[Any, ...]] = set()
        self.specs: dict[tuple[str, str, str], tuple[Any, ...]] = {}
        self.families: dict[tuple[str, str, str, str], str] = {}

    def rows(self, reader: Any, parse: Callable[[list[str]], Any]) -> Iterator[Any]:
        mistakes: list[Problem] = []
        provider_at = self.at.get("provider")
        for number, cells in enumerate(reader, start=1):
            if not cells:
                continue
            try:
                if number > MAX_ROWS:
                    raise _Refused("", number, f"has more than {MAX_ROWS:,} rows", "Split the file.")
                if len(cells) != len(self.header):
                    raise _Refused(
                        "",
                        len(cells),
                        f"has {len(cells)} cells, the first line {len(self.header)}",
                        "Give every row a cell for each column.",
                    )
                if self.only and provider_at is not None and cells[provider_at] != self.only:
                    continue
                yield parse(cells)
            except _Refused as refused:
                field = f"{self.name} line {reader.line_num}" + (
                    f", {refused.field}" if refused.field else ""
                )
                mistakes.append(Problem(field, refused.value, refused.message, refused.remedy))
                if len(mistakes) >= MAX_MISTAKES or number > MAX_ROWS:
                    break
        if mistakes:
            raise InvalidDocument(mistakes)

    def instance(self, cells: list[str]) -> InstanceRow:
        provider = self.word("provider", cells) if "provider" in self.at else self.only
        region = self.text("region", cells, 40)
        instance_type = self.text("instance_type", cells, 80)
        operating_system = self.word("os", cells)
        price_model = self.word("price_model", cells)
        key = (provider, region, instance_type, operating_system, price_model)
        if key in self.seen:
            raise _Refused(
                "price_model", price_model, "is there twice for this instance", "Keep one of the two rows."
            )
        self.seen.add(key)
        architecture = self.architecture(cells)
        spec = (
            self.family(provider, instance_type, architecture, cells),
            self.whole("vcpus", cells) or None,
            self.mebibytes(cells),
            architecture,
            (self.whole("gpu_count", cells) or 0) if "gpu_count" in self.at else 0,
        )
        known = self.specs.setdefault((provider, region, instance_type), spec)
        if known != spec:
            raise _Refused(
                "instance_type",
                instance_type,
                f"has other vCPUs, memory or family than on an earlier line: {spec}, before {known}",
                "Describe an instance type of a region alike on every row.",
            )
        family, vcpus, memory_mib, architecture, gpus = known
        basis, note = self.basis(cells)
        return InstanceRow(
            provider,
            region,
            instance_type,
            family,
            vcpus,
            memory_mib,
            architecture,
            gpus,
            operating_system,
            price_model,
            self.price("usd_per_hour", cells),
            basis,
            note,
            self.day(cells),
            self.source(cells),
        )

    def service(self, cells: list[str]) -> ServiceRow:
        basis, note = self.basis(cells)
        tier_from, tier_to = self.amount("tier_from", cells), self.amount("tier_to", cells)
        if tier_to is not None and tier_to <= (tier_from or 0):
            raise _Refused(
                "tier_to", str(tier_to), "ends before it starts", "Let a tier end above its start."
            )
        row = ServiceRow(
            self.word("provider", cells) if "provider" in self.at else self.only,
            self.text("region", cells, 40),
            self.text("service", cells, 80),
            self.text("unit", cells, 60),
            tier_from,
            tier_to,
            self.price("usd_per_unit", cells),
            basis,
            note,
            self.day(cells),
            self.source(cells),
        )
        if row[:7] in self.seen:
            raise _Refused(
                "service", row.service, "is there twice, with the same tier and price", "Keep one row."
            )
        self.seen.add(row[:7])
        return row

    def text(self, column: str, cells: list[str], most: int) -> str:
        value = cells[self.at[column]].strip()
        if not 0 < len(value) <= most:
            raise _Refused(column, value[:80], f"has {len(value)} characters", f"Write 1 to {most}.")
        if bad := unprintable(value):
            raise _Refused(column, ascii(value)[:80], f"holds the character {bad}", "Remove it.")
        return value

    def word(self, column: str, cells: list[str]) -> str:
        value = self.text(column, cells, 40)
        if not _WORD.fullmatch(value):
            raise _Refused(
                column, value, "is not a name of the list", "Use lower-case letters, digits, _ and -."
            )
        return value

    def family(self, provider: str, instance_type: str, architecture: str, cells: list[str]) -> str:
        """The family as the name tells it, so that a list's own spelling makes no difference."""
        listed = cells[self.at["family"]].strip()[:80] if "family" in self.at else ""
        key = (provider, instance_type, architecture, listed)
        if key not in self.families:
            meant = Architecture(architecture or Architecture.X86_64)
            self.families[key] = traits(provider, instance_type, architecture=meant, family=listed).family
        return self.families[key]

    def price(self, column: str, cells: list[str]) -> int:
        value = _decimal(cells[self.at[column]].strip())
        if value is None or not 0 <= value <= MAX_PRICE:
            raise _Refused(
                column,
                cells[self.at[column]][:80],
                "is not a price in USD",
                f"Write a number from 0 to {MAX_PRICE:,} with a point.",
            )
        return int(value.scaleb(8).to_integral_value(ROUND_HALF_EVEN))

    def whole(self, column: str, cells: list[str]) -> int | None:
        raw = cells[self.at[column]].strip()
        if not raw:
            return None
        value = _decimal(raw)
        if value is None or not 0 <= value <= 100_000:
            raise _Refused(
                column, raw[:80], "is not a count", "Write a number, or nothing when it is unknown."
            )
        return int(value.to_integral_value(ROUND_CEILING))

    def mebibytes(self, cells: list[str]) -> int | None:
        raw = cells[self.at["memory_gib"]].strip()
        if not raw:
            return None
        value = _decimal(raw)
        if value is None or not 0 < value <= 10**6:
            raise _Refused(
                "memory_gib",
                raw[:80],
                "is not a size in GiB",
                "Write a number, or nothing when it is unknown.",
            )
        return int((value * 1024).to_integral_value(ROUND_HALF_EVEN))

    def amount(self, column: str, cells: list[str]) -> Decimal | None:
        raw = cells[self.at[column]].strip()
        if not raw:
            return None
        value = _decimal(raw)
        if value is None or not 0 <= value < 10**12 or value != round(value, 4):
            raise _Refused(
                column,
                raw[:80],
                "is not an amount",
                "Write a number with at most 4 decimals, or nothing for an open end.",
            )
        return value

    def architecture(self, cells: list[str]) -> str:
        raw = cells[self.at["arch"]].strip()
        if raw in ("", Architecture.X86_64.value, Architecture.ARM64.value):
            return raw
        raise _Refused("arch", raw[:80], "is not an architecture", "Write x86_64, arm64, or nothing.")

    def basis(self, cells: list[str]) -> tuple[str, str]:
        raw = cells[self.at["basis"]].strip()
        found = basis_of(raw) if len(raw) <= 60 else None
        if found is None:
            raise _Refused(
                "basis",
                raw[:80],
                "is not a basis",
                "Write observed, derived, estimate, recalled or house, or observed_…, derived_…, recall_….",
            )
        return found[0].value, found[1]

    def day(self, cells: list[str]) -> str:
        raw = cells[self.at["as_of"]].strip()
        if not _is_day(raw):
            raise _Refused("as_of", raw[:80], "is not a date", "Write it as 2026-11-24.")
        return raw

    def source(self, cells: list[str]) -> str:
        raw = self.text("source", cells, 500)
        if self.sources is None:
            return raw
        if raw not in self.sources:
            raise _Refused(
                "source", raw[:80], "is not a source of the book", f"Use one of: {', '.join(self.sources)}."
            )
        return self.sources[raw]


@lru_cache(maxsize=100_000)
def _decimal(raw: str) -> Decimal | None:
    try:
        value = Decimal(raw) if len(raw) <= 40 and raw.isascii() else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


@lru_cache(maxsize=4096)
def _is_day(raw: str) -> bool:
    try:
        return len(raw) == 10 and date.fromisoformat(raw).year >= 2000
    except ValueError:
        return False


def _not_a_list(name: str, header: list[str]) -> Problem:
    return Problem(
        f"{name} line 1",
        ", ".join(header)[:200],
        "does not name the columns of a price list",
        f"Start an instance list with {', '.join(INSTANCE_FIELDS)}; a service list with {', '.join(SERVICE_FIELDS)}.",
    )


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    with path.open("rb") as raw:
        is_packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: Any = gzip.GzipFile(fileobj=raw) if is_packed else raw
        with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
            yield text
