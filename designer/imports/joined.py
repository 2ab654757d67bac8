"""Columns of tables as lists, and rows of other tabs by the VM they belong to. Cell by cell takes twice as long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil
from typing import Any

from designer.imports.tables import LARGEST, Table, decimal, rows_of, text, truth, whole

Key = tuple[str, ...]
NO_ROWS: list[int] = []


class Cells:
    """The columns of one table, or of several under each other, by any of their names; blank rows are left out."""

    def __init__(self, tables: Sequence[Table]) -> None:
        numbered = [(table, list(rows_of(table))) for table in tables]
        self._tables = [(table.columns(), [row for _, row in rows]) for table, rows in numbered]
        self.numbers = [number for _, rows in numbered for number, _ in rows]
        """Of each row in its file."""

    def _column(self, names: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        for columns, rows in self._tables:
            at = next((columns[name] for name in names if name in columns), None)
            if at is None:
                found += [None] * len(rows)
                continue
            try:
                found += [row[at] for row in rows]
            except IndexError:
                found += [row[at] if at < len(row) else None for row in rows]
        return found

    def texts(self, *names: str) -> list[str]:
        """Return a column as text; empty where there is none."""
        return [c.strip() if type(c) is str else text((c,), 0) for c in self._column(names)]

    def wholes(self, *names: str) -> list[int | None]:
        """Return a column as whole numbers, rounded up; None where there is none."""
        return [
            ceil(c) if type(c) is float and -LARGEST < c < LARGEST else whole((c,), 0)
            for c in self._column(names)
        ]

    def decimals(self, *names: str) -> list[float | None]:
        """Return a column as numbers; None where there is none."""
        return [decimal((c,), 0) for c in self._column(names)]

    def truths(self, *names: str) -> list[bool]:
        """Return whether the cells of a column say yes."""
        return [truth((c,), 0) for c in self._column(names)]


class Joined(Cells):
    """Rows of one tab by the VM they belong to: by every column that both tabs have and that tells VMs apart."""

    KEYS = (("vm uuid",), ("vm id", "vi sdk server"), ("vm", "datacenter", "cluster", "host"), ("vm",))

    def __init__(self, infos: Sequence[Table], others: Sequence[Table], info: Cells) -> None:
        """`others` are the tables of the tab; `info` has the rows of `infos`, which they belong to."""
        super().__init__(others)
        tables = (*infos, *others)
        key = next((k for k in self.KEYS if all(name in t.columns() for t in tables for name in k)), ("vm",))
        self.ambiguous = _repeated(info.texts("vm")) if others and key == ("vm",) else frozenset()
        """Names that several VMs have, where other tabs give only the name: their rows belong to none."""
        by_key: dict[Key, list[int]] = {}
        for place, one in enumerate(_keys(self, key) if others else ()):
            if one[0] and one[0] not in self.ambiguous:
                by_key.setdefault(one, []).append(place)
        get = by_key.get
        self.of = [get(one, NO_ROWS) for one in _keys(info, key)] if by_key else [NO_ROWS] * len(info.numbers)
        """Of each row of `info`, the places of the rows that belong to it."""


def _keys(cells: Cells, names: Sequence[str]) -> list[Key]:
    return list(zip(*(cells.texts(name) for name in names), strict=True))


def _repeated(names: Sequence[str]) -> frozenset[str]:
    return frozenset(name for name, n in Counter(names).items() if n > 1)
