"""Finds the cheapest offer that is large enough, for many machines against many offers at once (tco.M1, tco.M3).

Offers are put into the cells of a grid of (vCPU size, memory size, group), where a group holds what no size
can make up for: region, operating system, architecture. Each cell keeps its best offer, and then the best of all
cells that are at least as large: the Pareto front of the group, laid out so that a question is two look-ups and
one read, however many offers there were. Building takes no sort of the offers: O(offers + cells).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = "npt.NDArray[np.int64]"
RankArray: TypeAlias = "npt.NDArray[np.int32]"
"""Places in the order of the kept offers, the best first; their number means nobody."""
NumberArray: TypeAlias = "npt.NDArray[Any]"
"""Whole numbers, floats, or Decimals as objects: anything that is ordered."""

MAX_TABLE = 2**22
"""Whole numbers below this find their level by a table instead of a sort."""

MAX_CELLS = 2**24
"""Above this many cells a grid would cost more memory than it saves time: the offers are scanned in order."""

SCAN_CELLS = 2**22
"""Comparisons made at a time while scanning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferColumns:
    """Offers as arrays of equal length. Price in any one unit, memory in any one unit."""

    group: IntArray
    """0, 1, 2 ...: offers of one group differ only in what the other columns say."""
    vcpus: NumberArray
    memory: NumberArray
    price: NumberArray
    generation: IntArray
    name: IntArray
    """The place of its name in alphabetical order: the last of the ties (tco.M3)."""

    def __len__(self) -> int:
        return len(self.price)


class OfferIndex:
    """The best offers of each group for every size that can be asked for.

    Best is lowest price, then newer generation, fewer vCPU, less memory, name (tco.M3). `places` is how many
    offers are kept for each question: 1, or 2 for the runner-up as well.
    """

    def __init__(self, columns: OfferColumns, *, places: int = 1) -> None:
        if places not in (1, 2):
            raise ValueError("an index keeps one or two places")
        self._columns = columns
        self._groups = int(columns.group.max()) + 1 if len(columns) else 0
        self._members: tuple[frozenset[int], ...] | None = None
        self._places: tuple[RankArray, ...] = ()
        self._vcpus, vcpu_level = _levels(columns.vcpus)
        self._memory, memory_level = _levels(columns.memory)
        shape = (len(self._vcpus) + 1, len(self._memory) + 1, self._groups)
        cells = shape[0] * shape[1] * shape[2]
        if cells > MAX_CELLS:
            self._rows = _in_order(columns, np.arange(len(columns)))
            self._scanned_places = places
            return
        self._scanned_places = 0
        cell = vcpu_level * shape[1]
        cell += memory_level
        cell *= shape[2]
        cell += columns.group
        kept = _best_of_cells(columns, cell, cells)
        if places == 2:
            rest = np.ones(len(columns), dtype=bool)
            rest[kept] = False
            kept = np.concatenate([kept, _best_of_cells(columns, cell, cells, np.flatnonzero(rest))])
        best = _in_order(columns, kept)
        grids = _placed(cell[best], cells, places)
        self._places = _suffix_best(tuple(grid.reshape(shape) for grid in grids))
        self._rows = np.append(best, -1)

    @property
    def groups(self) -> int:
        """How many groups, or unions of groups, can be asked."""
        return self._groups

    @property
    def members(self) -> tuple[frozenset[int], ...]:
        """For each group that can be asked, the groups of the offers that it stands for."""
        if self._members is None:
            self._members = tuple(frozenset([group]) for group in range(self._groups))
        return self._members

    def union(self, sets: Iterable[Iterable[int]]) -> OfferIndex:
        """Return an index whose group i answers for all groups of the i-th of `sets`."""
        asked = [frozenset(groups) for groups in sets]
        index = OfferIndex.__new__(OfferIndex)
        index._columns, index._rows = self._columns, self._rows
        index._vcpus, index._memory = self._vcpus, self._memory
        index._scanned_places = self._scanned_places
        index._members = tuple(frozenset().union(*(self.members[g] for g in groups)) for groups in asked)
        index._groups = len(asked)
        index._places = ()
        if self._scanned_places:
            return index
        joined = [_joined(self._places, sorted(groups), len(self._rows) - 1) for groups in asked]
        index._places = tuple(
            np.stack([places[i] for places in joined], axis=-1) if joined else place[..., :0]
            for i, place in enumerate(self._places)
        )
        return index

    def cheapest(self, *, group: IntArray, vcpus: NumberArray, memory: NumberArray) -> tuple[IntArray, ...]:
        """Return, for each place, the row of the best offer for each question; -1 where none is large enough."""
        vcpu_level = np.searchsorted(self._vcpus, vcpus)
        memory_level = np.searchsorted(self._memory, memory)
        if self._scanned_places:
            return self._scanned(group, vcpus, memory)
        return tuple(self._rows[place[vcpu_level, memory_level, group]] for place in self._places)

    def _scanned(self, group: IntArray, vcpus: NumberArray, memory: NumberArray) -> tuple[IntArray, ...]:
        """Answer by going through the offers from the best: for catalogues of very many different sizes."""
        answers = tuple(np.full(len(vcpus), -1, dtype=np.int64) for _ in range(self._scanned_places))
        for number, members in enumerate(self.members):
            rows = self._rows[np.isin(self._columns.group[self._rows], sorted(members))]
            if not len(rows):
                continue
            asked = np.flatnonzero(group == number)
            step = max(1, SCAN_CELLS // len(rows))
            for start in range(0, len(asked), step):
                some = asked[start : start + step]
                fits = self._columns.vcpus[rows] >= vcpus[some, None]
                fits &= self._columns.memory[rows] >= memory[some, None]
                for answer in answers:
                    first = fits.argmax(axis=1)
                    there = fits[np.arange(len(some)), first]
                    answer[some[there]] = rows[first[there]]
                    fits[np.arange(len(some)), first] = False
        return answers


def _levels(values: NumberArray) -> tuple[NumberArray, IntArray]:
    """Return the different `values` in order, and for each of `values` its place among them."""
    largest = _largest(values)
    if largest < MAX_TABLE:
        is_there = np.zeros(largest + 1, dtype=bool)
        is_there[values] = True
        levels = np.flatnonzero(is_there)
        return levels, (np.cumsum(is_there) - 1)[values]
    levels, places = np.unique(values, return_inverse=True)
    return levels, places.astype(np.int64, copy=False)


def _largest(values: NumberArray) -> int:
    """Return the largest of whole numbers; MAX_TABLE for what no table can be made of."""
    if not len(values) or values.dtype.kind not in "iu":
        return MAX_TABLE
    return int(values.view(f"u{values.dtype.itemsize}").max())  # a negative one is very large so


def _in_order(columns: OfferColumns, rows: IntArray) -> IntArray:
    """Return `rows` from the best to the worst (tco.M3); the order they came in does not matter."""
    price = columns.price[rows]
    order = np.argsort(price, kind="stable")
    price = price[order]
    if not (price[1:] == price[:-1]).any():
        return rows[order]
    keys: tuple[NumberArray, ...] = (
        columns.group[rows],
        columns.name[rows],
        columns.memory[rows],
        columns.vcpus[rows],
        -columns.generation[rows],
        columns.price[rows],
    )
    if any(key.dtype == object for key in keys):
        keys = tuple(np.unique(key, return_inverse=True)[1] for key in keys)
    return rows[np.lexsort(keys)]


def _best_of_cells(
    columns: OfferColumns, cell: IntArray, cells: int, rows: IntArray | None = None
) -> IntArray:
    """Return the best row of each cell that has any, of `rows` or of all."""
    price = columns.price if rows is None else columns.price[rows]
    where = cell if rows is None else cell[rows]
    highest = np.inf if price.dtype.kind == "f" else np.iinfo(price.dtype).max
    lowest = np.full(cells, highest, dtype=price.dtype)
    np.minimum.at(lowest, where, price)
    ties = np.flatnonzero(price == lowest[where])
    if len(ties) == np.count_nonzero(lowest != highest):  # one in each cell that has any
        return ties if rows is None else rows[ties]
    candidates = _in_order(columns, ties if rows is None else rows[ties])
    _, first = np.unique(cell[candidates], return_index=True)
    return candidates[first]


def _placed(cell_of_rank: IntArray, cells: int, places: int) -> list[RankArray]:
    """Return the grids of first and second places, which hold ranks; the number of ranks means nobody."""
    nobody = len(cell_of_rank)
    ranks = np.arange(nobody, dtype=np.int32)
    first = np.full(cells, nobody, dtype=np.int32)
    if places == 1:  # there is one offer of each cell
        first[cell_of_rank] = ranks
        return [first]
    np.minimum.at(first, cell_of_rank, ranks)
    second = np.full(cells, nobody, dtype=np.int32)
    others = ranks[first[cell_of_rank] != ranks]
    second[cell_of_rank[others]] = others
    return [first, second]


def _suffix_best(places: tuple[RankArray, ...]) -> tuple[RankArray, ...]:
    """Return for each cell the best of all cells of its group that are at least as large both ways."""
    first = places[0].copy()
    if len(places) == 1:
        for sizes in (first, first.swapaxes(0, 1)):
            step = 1
            while step < len(sizes):  # each cell knows the best of `step` sizes, then of twice as many
                np.minimum(sizes[:-step], sizes[step:], out=sizes[:-step])
                step *= 2
        return (first,)
    second = places[1].copy()
    for axis in (0, 1):
        one, two = np.moveaxis(first, axis, 0), np.moveaxis(second, axis, 0)
        for level in range(len(one) - 2, -1, -1):
            one[level], two[level] = _better(one[level], two[level], one[level + 1], two[level + 1])
    return first, second


def _joined(places: tuple[RankArray, ...], groups: Sequence[int], nobody: int) -> tuple[RankArray, ...]:
    """Return one grid for each place, the best of all `groups`."""
    joined = tuple(np.full(place.shape[:-1], nobody, dtype=np.int32) for place in places)
    for group in groups:
        if len(places) == 1:
            joined = (np.minimum(joined[0], places[0][..., group]),)
        else:
            joined = _better(joined[0], joined[1], places[0][..., group], places[1][..., group])
    return joined


def _better(
    one: RankArray, two: RankArray, other: RankArray, another: RankArray
) -> tuple[RankArray, RankArray]:
    """Return the lowest and the second lowest of four ranks, where one <= two and other <= another."""
    return np.minimum(one, other), np.minimum(np.maximum(one, other), np.minimum(two, another))
