"""YAML as people and attackers write it: the values of PyYAML's safe loader, or a refusal by line (security R45)."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.imports.yaml_files import MAX_BYTES, MAX_DEPTH, Unreadable, read_yaml
from tests.catalog.device_library import FOLDERS

BOMB = "a: &a [x, x]\n" + "\n".join(
    f"{n}: &{n} [*{p}, *{p}, *{p}]" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("text", FOLDERS.values())
def test_a_type_is_read_as_the_safe_loader_reads_it(text):
    assert read_yaml(text.encode()) == yaml.safe_load(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1", "a: -17", "a: 0", "a: 0x1F", "a: 1_000", "a: 017", "a: 190:20:30", "a: 3.5", "a: 1.0e+3", "a: -.inf", "a: yes",
        "a: Off", "a: ~", "a:", "a: null", "a: 'yes'", 'a: "1"', "- 1\n- [2, {b: c}]", "a: |\n  text\n  more", "on: 1", "a: [ ]",
        "a: '\U0001f600'", "\ufeffa: 1", "# only\na: b # comment", 'a: "\\u00e9\\t"', "a: 12e03", "? b\n: c",
    ],
)  # fmt: skip
def test_values_are_those_of_the_safe_loader(text):
    right = yaml.safe_load(text)
    found = read_yaml(text.encode())

    if isinstance(right, dict) and True in right:  # `on:` is a name here, not the value true
        right = {"on": right[True]}
    assert repr(found) == repr(right)


def test_a_date_stays_the_text_it_is():
    assert read_yaml(b"a: 2025-05-29") == {"a": "2025-05-29"}


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (BOMB.encode(), "alias"),
        (b"a: &x 1\nb: *x", "alias"),
        (b"a: &a\n  b: *a", "alias"),
        (b"a: !!python/object/apply:os.system ['id']", "tag"),
        (b"!!python/object:x.Y {}", "tag"),
        (b"a: !custom 1", "tag"),
        (b"a: !!binary aGk=", "tag"),
        (b"a: !!set {x}", "tag"),
        (b"a: 1\na: 2", "second time"),
        (b"? [a, b]\n: c", "fields where a name"),
        (b"<<: {a: b}", "quotes"),
        (b"a: 1\n---\nb: 2", "not YAML"),
        (b"a: [1, 2", "not YAML"),
        (b"\ta: 1", "not YAML"),
        (b"a: \xff\xfe", "not UTF-8"),
        ("a: ü".encode("latin-1"), "not UTF-8"),
        (b"a: b\x00c", "not YAML"),
        (b"", "empty"),
        (b"# nothing", "empty"),
        (b"a: " + b"9" * 5000, "digits"),
        (b"a: 0b" + b"1" * 60, "digits"),
        (b"a: " + b"[" * 100_000, "nested"),
        (b"[" * 40 + b"]" * 40, "nested"),
        (b"{a: " * 50_000, "nested"),
        ("\n".join(" " * n + "a:" for n in range(900)).encode(), "nested"),
        (b"- " * 120_000 + b"a", "nested"),
        (b"? " * 60_000 + b"a", "nested"),
        (b"a: 1\n" * (MAX_BYTES // 5 + 1), "bytes"),
    ],
)
def test_what_is_unsafe_or_damaged_is_refused_with_a_remedy_in_no_time(data, word):
    started = time.process_time()

    with pytest.raises(Unreadable) as refused:
        read_yaml(data)

    assert word in refused.value.message + refused.value.remedy
    assert refused.value.remedy
    assert time.process_time() - started < 3


def test_too_many_values_are_refused():
    most = b"[" + b"1," * 120_000 + b"]"

    with pytest.raises(Unreadable, match="values"):
        read_yaml(most)
    many_keys = "\n".join(f"k{n}: 1" for n in range(60_000)).encode()
    if len(many_keys) <= MAX_BYTES:
        assert len(read_yaml(many_keys)) == 60_000


def test_depth_is_counted_to_the_limit_and_no_further():
    at_limit = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH

    assert read_yaml(at_limit) is not None
    with pytest.raises(Unreadable, match="nested"):
        read_yaml(b"[" + at_limit + b"]")


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_a_dumped_value_is_read_as_the_safe_loader_reads_it(value):
    text = yaml.safe_dump(value, allow_unicode=True)

    assert read_yaml(text.encode()) == yaml.load(text, Loader=yaml.CSafeLoader)


@given(st.binary(max_size=300) | st.text("[]{}-: \n&*!|>'\"ab#?,\t", max_size=200).map(str.encode))
def test_no_bytes_do_anything_but_be_read_or_refused(data):
    try:
        read_yaml(data)
    except Unreadable as refused:
        assert refused.message
        assert refused.remedy
