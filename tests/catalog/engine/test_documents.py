"""Documents in and out: what is refused is named by field, value and remedy; what is written reads back the same."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.engine.documents import (
    Bounds,
    Count,
    InvalidDocument,
    Name,
    Ratio,
    json_schema,
    read,
    unprintable,
    write,
)
from designer.engine.workload import VmProfile, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    name: Name
    hosts: Count = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    legs: Annotated[tuple[Leg, ...], Bounds(1, 3)]
    ratio: Ratio = Decimal(4)
    note: str | None = None


def problems_of(data: object) -> dict[str, str]:
    with pytest.raises(InvalidDocument) as refused:
        read(Plan, data)
    return {p.field: p.message for p in refused.value.problems}


def test_a_document_reads_with_its_defaults():
    assert read(Plan, {"legs": [{"name": "a"}]}) == Plan(legs=(Leg(name="a"),))


def test_every_mistake_is_reported_at_once_by_its_path():
    found = problems_of({"legs": [{"name": "", "hosts": -1}, {"hosts": 1.5}], "ratio": "x", "extra": 1})

    assert set(found) == {"legs[0].name", "legs[0].hosts", "legs[1].name", "legs[1].hosts", "ratio", "extra"}


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, 10**12, Decimal("NaN"), True, None, "", "4", [], {}, -1, 10**4000],
    ids=lambda value: str(value)[:12],
)
def test_a_number_outside_its_domain_is_refused_with_a_remedy(value):
    """security R54: every numeric input has a finite domain."""
    with pytest.raises(InvalidDocument) as refused:
        read(Plan, {"legs": [{"name": "a", "hosts": value}]})

    (problem,) = refused.value.problems
    assert problem.field == "legs[0].hosts"
    assert "between 0 and 10,000,000" in problem.remedy


@pytest.mark.parametrize("text", ["\x00", "\x07", "\x7f", "\ud800", "\ufffe", "\ufdd0"])
def test_a_character_that_no_document_can_show_is_refused(text):
    """security R24, R48."""
    assert unprintable(f"name{text}")
    assert "no document can show" in problems_of({"legs": [{"name": f"name{text}"}]})["legs[0].name"]


def test_too_many_entries_are_refused_before_they_are_read():
    assert problems_of({"legs": [{"name": "a"}] * 4}) == {"legs": "has 4 entries"}


def test_a_float_is_taken_by_its_shortest_decimal_form():
    assert read(Plan, {"legs": [{"name": "a"}], "ratio": 0.1}).ratio == Decimal("0.1")


profiles = st.builds(
    VmProfile,
    id=st.just("p"),
    name=st.text(alphabet="abc é中", min_size=1, max_size=20).filter(str.strip),
    count=st.integers(0, 10**7),
    vcpus=st.integers(1, 1024),
    ram_gib=st.decimals(1, 24_576, places=3),
    disk_gb=st.decimals(0, 10**6, places=2),
)


@given(st.lists(profiles, min_size=1, max_size=4))
def test_what_is_written_reads_back_the_same(found):
    workload = Workload(profiles=tuple(replace(p, id=f"p{index}") for index, p in enumerate(found)))

    assert read(Workload, json.loads(json.dumps(write(workload)))) == workload


def test_the_schema_states_the_same_bounds():
    schema = json_schema(Plan)

    assert schema["required"] == ["legs"]
    assert schema["properties"]["legs"]["maxItems"] == 3
    assert schema["properties"]["legs"]["items"]["properties"]["hosts"]["maximum"] == 10**7
    assert schema["additionalProperties"] is False
