"""A price book version before it is stored: offers put together from price rows, its checksum, what it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.instance_names import InstanceTraits, category, current_generations, is_current, traits
from catalog.engine.offers import Architecture, Term
from catalog.engine.price_models import model_of
from catalog.imports.price_files import InstanceRow, PriceRows, ServiceRow, read_price_file

PriceKey = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedOffer:
    """One instance type in one region for one operating system, with its prices by price model."""

    row: InstanceRow
    """One of its rows: what they all say of the instance type."""
    traits: InstanceTraits
    category: str
    is_current: bool
    prices: Mapping[str, InstanceRow]

    def term(self, term: Term) -> InstanceRow | None:
        """The price that stands for `term`."""
        model = model_of(self.row.provider, term, self.prices)
        return self.prices[model] if model else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How many prices a version adds, changes and leaves out, against the one before."""

    added: int
    changed: int
    removed: int


def rows_by_provider(files: Iterable[PriceRows]) -> dict[str, PriceRows]:
    """Return all rows of `files`, sorted out by provider.

    Raises:
        InvalidDocument: two files give a price for the same thing.
    """
    instances: dict[str, list[InstanceRow]] = {}
    services: dict[str, list[ServiceRow]] = {}
    for rows in files:
        for instance in rows.instances:
            instances.setdefault(instance.provider, []).append(instance)
        for service in rows.services:
            services.setdefault(service.provider, []).append(service)
    found = {
        provider: PriceRows(
            instances=tuple(instances.get(provider, ())), services=tuple(services.get(provider, ()))
        )
        for provider in sorted({*instances, *services})
    }
    for provider, rows in found.items():
        is_unique = len({_key(row) for row in rows.instances}) == len(rows.instances)
        if not is_unique or len(set(rows.services)) != len(rows.services):
            problem = Problem(
                "files", provider, "two of the files price the same thing", "Give each price once."
            )
            raise InvalidDocument([problem])
    return found


def staged_offers(rows: Iterable[InstanceRow]) -> list[StagedOffer]:
    """Put the prices of each instance type together, a region and operating system at a time.

    Which generations are current is decided a region at a time: each region has a price list of its own, and a
    generation that it does not sell makes none of what it sells old.
    """
    by_offer: dict[tuple[str, str, str, str], dict[str, InstanceRow]] = {}
    for row in rows:
        key = (row.provider, row.region, row.instance_type, row.operating_system)
        by_offer.setdefault(key, {})[row.price_model] = row
    traits_of: dict[tuple[str, str], InstanceTraits] = {}
    by_region: dict[tuple[str, str], set[InstanceTraits]] = {}
    for prices in by_offer.values():
        row = next(iter(prices.values()))
        if (row.provider, row.instance_type) not in traits_of:
            traits_of[row.provider, row.instance_type] = _traits(row)
        if row.vcpus and row.memory_mib:
            found_here = by_region.setdefault((row.provider, row.region), set())
            found_here.add(traits_of[row.provider, row.instance_type])
    generations = {region: current_generations(found) for region, found in by_region.items()}
    return [
        _offer(prices, traits_of, generations)
        for _, prices in sorted(by_offer.items(), key=lambda item: item[0])
    ]


def checksum(rows: PriceRows) -> str:
    """Return the SHA-256 of all rows in a fixed order: the same prices have the same checksum."""
    lines = sorted("\t".join("" if cell is None else _plain(cell) for cell in row) for row in _all(rows))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def days(rows: PriceRows) -> tuple[str, str]:
    """Return the dates of the oldest and the newest price. There must be one."""
    found = {row.as_of for row in _all(rows)}
    return min(found), max(found)


def difference(before: PriceRows, after: PriceRows) -> Difference:
    """Count the prices that `after` adds, changes and leaves out."""
    old, new = _grouped(_all(before)), _grouped(_all(after))
    return Difference(
        added=len(new.keys() - old.keys()),
        changed=sum(1 for key, row in new.items() if key in old and old[key] != row),
        removed=len(old.keys() - new.keys()),
    )


def read_shipped_book(directory: Path) -> tuple[str, PriceRows]:
    """Return the origin and the rows of a shipped price book: book.yaml, instances.csv, services.csv.

    Raises:
        InvalidDocument: a row is not possible, or names a source that book.yaml does not.
    """
    about = yaml.safe_load((directory / "book.yaml").read_text(encoding="utf-8"))
    provider, sources = about["provider"], about["sources"]
    instances = read_price_file(directory / "instances.csv", provider=provider, sources=sources)
    services = read_price_file(directory / "services.csv", provider=provider, sources=sources)
    return about["origin"], PriceRows(instances=instances.instances, services=services.services)


def shipped_books(directory: Path) -> list[Path]:
    """Return the folders of the shipped price books, oldest first: <provider>/<date>/."""
    return sorted(
        (path.parent for path in directory.glob("*/*/book.yaml")), key=lambda path: (path.name, path.parent)
    )


def _offer(
    prices: Mapping[str, InstanceRow],
    traits_of: Mapping[tuple[str, str], InstanceTraits],
    generations: Mapping[tuple[str, str], dict[str, frozenset[int]]],
) -> StagedOffer:
    row = next(iter(prices.values()))
    found = traits_of[row.provider, row.instance_type]
    is_known = bool(row.vcpus and row.memory_mib)
    return StagedOffer(
        row=row,
        traits=found,
        category=category(row.vcpus or 1, Decimal(row.memory_mib or 0) / 1024).value if is_known else "",
        is_current=is_known and is_current(found, generations[row.provider, row.region]),
        prices=prices,
    )


def _traits(row: InstanceRow) -> InstanceTraits:
    architecture = Architecture(row.architecture or Architecture.X86_64)
    return traits(row.provider, row.instance_type, architecture=architecture, family=row.family)


def _grouped(rows: Iterable[InstanceRow | ServiceRow]) -> dict[PriceKey, frozenset[InstanceRow | ServiceRow]]:
    """Rows by what they price. A list may give a service two prices for one tier, so there can be several."""
    found: dict[PriceKey, frozenset[InstanceRow | ServiceRow]] = {}
    for row in rows:
        found[_key(row)] = found.get(_key(row), frozenset()) | {row}
    return found


def _all(rows: PriceRows) -> tuple[InstanceRow | ServiceRow, ...]:
    return (*rows.instances, *rows.services)


def _key(row: InstanceRow | ServiceRow) -> PriceKey:
    if isinstance(row, InstanceRow):
        return (row.region, row.instance_type, row.operating_system, row.price_model)
    return (row.region, row.service, row.unit, _plain(row.tier_from), _plain(row.tier_to))


def _plain(cell: Any) -> str:
    return f"{cell.normalize():f}" if isinstance(cell, Decimal) else str(cell)
