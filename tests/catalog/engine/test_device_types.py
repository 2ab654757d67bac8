"""Types of the library in our words: units, what is missing, what changed, and every mistake by field, value and remedy."""

from __future__ import annotations

from decimal import Decimal

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.engine.device_types import (
    MAX_ITEMS,
    Lack,
    ModelKind,
    changes,
    is_large,
    json_schema,
    key_of,
    missing,
    port_groups,
    port_watts,
    read_type,
)
from catalog.engine.documents import InvalidDocument
from catalog.engine.interface_types import interface_type
from tests.catalog.device_library import MODULE, SERVER, SWITCH

DEVICE, MODULE_KIND = ModelKind.DEVICE, ModelKind.MODULE


def a_switch(**fields):
    raw = {**yaml.safe_load(SWITCH), **fields}
    return read_type(raw, DEVICE)[0]


def refusals(raw, kind=DEVICE):
    with pytest.raises(InvalidDocument) as refused:
        read_type(raw, kind)
    assert all(problem.message and problem.remedy for problem in refused.value.problems)
    return {problem.field: problem.value for problem in refused.value.problems}


def test_a_device_is_read_in_our_words_and_units():
    switch = a_switch()

    assert switch["weight_kg"] == 4.536  # 10 lb of 453.59237 g
    assert (switch["u_height"], switch["is_full_depth"], switch["airflow"]) == (1, True, "front-to-rear")
    assert switch["interfaces"][3] == {"name": "mgmt0", "type": "1000base-t", "is_management": True}
    assert switch["power_ports"][0] == {
        "name": "PS1", "type": "iec-60320-c14", "maximum_watts": 350, "allocated_watts": 200,
    }  # fmt: skip
    assert port_watts(switch) == 350
    assert key_of(switch) == "device-type/example-networks-sw-48"
    jsonschema.validate(switch, json_schema())


@pytest.mark.parametrize(
    ("weight", "unit", "kg"),
    [(1, "kg", 1.0), (1500, "g", 1.5), (1, "lb", 0.454), (16, "oz", 0.454), (18.61, "kg", 18.61)],
)
def test_a_weight_is_kilograms_to_the_gram(weight, unit, kg):
    assert a_switch(weight=weight, weight_unit=unit)["weight_kg"] == kg


def test_a_weight_of_zero_is_one_that_nobody_knows():
    switch = a_switch(weight=0)

    assert "weight_kg" not in switch
    assert missing(switch) == (Lack.WEIGHT,)


def test_what_is_missing_is_told_by_kind():
    server, module = (
        read_type(yaml.safe_load(text), kind)[0] for text, kind in ((SERVER, DEVICE), (MODULE, MODULE_KIND))
    )

    assert missing(a_switch()) == ()
    assert missing(server) == (Lack.WEIGHT, Lack.POWER, Lack.AIRFLOW, Lack.PART_NUMBER)
    assert missing(module) == ()
    assert missing({**server, "is_powered": False}) == (Lack.WEIGHT, Lack.AIRFLOW, Lack.PART_NUMBER)
    assert key_of(module) == "module-type/Example Systems/PSU-800"


def test_ports_stand_by_speed_with_management_last():
    groups = port_groups(a_switch())

    assert [(g.type, g.count, g.gbps, g.media, g.is_management) for g in groups] == [
        ("100gbase-x-qsfp28", 1, 100, "QSFP28", False),
        ("25gbase-x-sfp28", 2, 25, "SFP28", False),
        ("1000base-t", 1, 1, "RJ45", True),
    ]


@pytest.mark.parametrize(
    ("word", "gbps", "media"),
    [
        ("100base-tx", Decimal("0.1"), "RJ45"),
        ("2.5gbase-t", Decimal("2.5"), "RJ45"),
        ("10gbase-x-sfpp", 10, "SFP+"),
        ("400gbase-x-qsfpdd", 400, "QSFP-DD"),
        ("800gbase-x-osfp", 800, "OSFP"),
        ("1600gbase-x-osfp1600", 1600, "OSFP1600"),  # of tomorrow
        ("32gfc-sfp28", 32, "Fibre Channel, SFP28"),
        ("infiniband-hdr", None, "InfiniBand HDR"),
        ("virtual", None, "virtual"),
        ("something-else", None, "something-else"),
    ],
)
def test_a_type_tells_speed_and_media(word, gbps, media):
    told = interface_type(word)

    assert (told.gbps, told.media) == (gbps, media)


def test_every_mistake_is_named_at_once():
    raw = {
        "manufacturer": "", "model": 9300, "slug": "Not A Slug", "u_height": 1.3, "is_full_depth": "maybe", "weight": 3,
        "airflow": "up", "interfaces": [{"name": "a"}, {"name": "a", "type": "1000base-t"}, "eth1", {"type": "UPPER CASE"}],
        "power-ports": [{"name": "p", "type": "other", "maximum_draw": -5}], "device-bays": {"name": "x"},
    }  # fmt: skip

    found = refusals(raw)

    assert found.keys() >= {
        "manufacturer", "model", "slug", "u_height", "is_full_depth", "weight_unit", "airflow", "interfaces[0].type",
        "interfaces[1].name", "interfaces[2]", "interfaces[3].type", "interfaces[3].name", "power-ports[0].maximum_draw",
        "device-bays",
    }  # fmt: skip
    assert (found["model"], found["power-ports[0].maximum_draw"]) == (9300, -5)


@pytest.mark.parametrize("field", ["manufacturer", "model", "slug", "u_height", "is_full_depth"])
def test_what_every_device_has_must_be_there(field):
    raw = yaml.safe_load(SWITCH)
    del raw[field]

    assert refusals(raw) == {field: None}


@pytest.mark.parametrize("raw", [None, [], "text", 7])
def test_what_is_no_set_of_fields_is_refused(raw):
    assert refusals(raw).keys() == {""}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, 10**9, "7", True, [1]])
def test_a_number_has_a_finite_domain(value):
    assert "u_height" in refusals({**yaml.safe_load(SWITCH), "u_height": value})


def test_a_list_may_be_as_long_as_the_limit_and_no_longer():
    ports = [{"name": str(n), "type": "1000base-t"} for n in range(MAX_ITEMS + 1)]

    assert len(a_switch(interfaces=ports[:-1])["interfaces"]) == MAX_ITEMS
    assert refusals({**yaml.safe_load(SWITCH), "interfaces": ports}) == {"interfaces": MAX_ITEMS + 1}


def test_a_field_of_tomorrow_is_told_and_left_out():
    document, unread = read_type(
        {
            **yaml.safe_load(SWITCH),
            "colour": "red",
            "interfaces": [{"name": "a", "type": "lag", "rf_role": "ap"}],
        },
        DEVICE,
    )

    assert "colour" not in document
    assert unread == ["interfaces.rf_role", "colour"] or unread == ["colour", "interfaces.rf_role"]


def test_text_with_what_cannot_be_written_everywhere_is_refused():
    assert refusals({**yaml.safe_load(SWITCH), "comments": "a\x00b"}) == {"comments": "a?b"}


def test_changes_are_told_field_by_field_and_component_by_component():
    before = a_switch()
    after = a_switch(
        weight=7,
        weight_unit="kg",
        airflow=None,
        interfaces=[{"name": "eth1", "type": "10gbase-x-sfpp"}, {"name": "new", "type": "lag"}],
    )

    told = {change.field: (change.before, change.after) for change in changes(before, after)}

    assert told["weight_kg"] == (4.536, 7.0)
    assert told["airflow"] == ("front-to-rear", None)
    assert told["interfaces[eth1].type"] == ("25gbase-x-sfp28", "10gbase-x-sfpp")
    assert told["interfaces[new]"] == (None, "type lag")
    assert told["interfaces[mgmt0]"] == ("type 1000base-t, is_management True", None)
    assert [c.field for c in changes(before, after) if is_large(c)] == ["weight_kg"]
    assert changes(before, before) == ()


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
names = st.sampled_from(
    [
        "manufacturer",
        "model",
        "slug",
        "u_height",
        "is_full_depth",
        "weight",
        "weight_unit",
        "interfaces",
        "power-ports",
        "comments",
        "x",
    ]
)


@given(
    st.dictionaries(
        names, values | st.lists(st.dictionaries(st.sampled_from(["name", "type", "maximum_draw"]), values))
    )
)
def test_whatever_is_sent_is_read_to_the_schema_or_refused_by_name(raw):
    for kind in ModelKind:
        try:
            document, _ = read_type(raw, kind)
        except InvalidDocument as refused:
            assert refused.problems
        else:
            jsonschema.validate(document, json_schema())
            missing(document)
            port_groups(document)
            assert changes(document, document) == ()
