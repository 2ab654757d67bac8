"""Specifications of cephadm: the drives that they take, by hand and against Ceph's own DriveSelection; never a surprise."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.engine.ceph_specifications import (
    Drive,
    UnreadableSpecification,
    documents,
    drives_of,
    problems_of,
    selected,
    takes,
)

PYTHON = Path("/usr/bin/python3")
ORACLE = """
import json, sys
from ceph.deployment.drive_group import DriveGroupSpec, DeviceSelection
from ceph.deployment.drive_selection import DriveSelection
from ceph.deployment.inventory import Device
from ceph.deployment.service_spec import PlacementSpec

def one(case):
    disks = [
        Device(path=f"/dev/sd{n:03}", available=True, sys_api={
            "rotational": "1" if d["rotational"] else "0", "size": d["bytes"],
            "human_readable_size": f"{d['bytes'] / 1e9:.2f} GB"})
        for n, d in enumerate(case["drives"])
    ]
    groups = {k: DeviceSelection(**v) for k, v in case["filters"].items()}
    spec = DriveGroupSpec(placement=PlacementSpec(host_pattern="*"), service_id="x", **groups)
    found = DriveSelection(spec, disks)
    return [[int(d.path[-3:]) for d in part] for part in (found.data_devices(), found.db_devices())]

print(json.dumps([one(case) for case in json.load(sys.stdin)]))
"""


def has_oracle():
    found = subprocess.run(
        [PYTHON, "-c", "import ceph.deployment.drive_selection"], capture_output=True, check=False
    )
    return found.returncode == 0


needs_ceph = pytest.mark.skipif(
    not PYTHON.exists() or not has_oracle(),
    reason="ceph.deployment (package python3-ceph-common) is not installed",
)

drives = st.lists(
    st.builds(
        Drive,
        bytes=st.sampled_from([960, 1920, 3840, 7680, 16_000, 20_000]).map(lambda gb: gb * 10**9),
        is_rotational=st.booleans(),
    ),
    max_size=26,
)
sizes = st.one_of(
    st.sampled_from(["3T:8T", "5T:", ":8T", "3840G", "1T:2T", ":4000GB", "16TB", "900000M:", "20000G"]),
)
filters = st.builds(
    lambda main, more: main | more,
    st.one_of(
        st.fixed_dictionaries({"rotational": st.booleans()}, optional={"size": sizes}),
        st.fixed_dictionaries({"size": sizes}),
    ),
    st.fixed_dictionaries({}, optional={"limit": st.integers(1, 30)}),
)
cases = st.tuples(drives, st.fixed_dictionaries({"data_devices": filters}, optional={"db_devices": filters}))


@needs_ceph
@settings(max_examples=8, deadline=None)
@given(st.lists(cases, min_size=1, max_size=40))
def test_the_drives_are_those_that_ceph_selects(found):
    asked = [
        {"drives": [{"bytes": d.bytes, "rotational": d.is_rotational} for d in disks], "filters": groups}
        for disks, groups in found
    ]

    answer = subprocess.run(
        [PYTHON, "-c", ORACLE], input=json.dumps(asked), capture_output=True, text=True, check=True
    )

    ours = [list(selected({"service_type": "osd", "spec": groups}, disks)) for disks, groups in found]
    assert json.loads(answer.stdout) == ours


def test_the_hybrid_variant_takes_disks_for_data_and_flash_for_their_db():
    """domain/deployment_export.md section 4."""
    (document,) = documents(
        "service_type: osd\nservice_id: h\nspec:\n  data_devices: {rotational: 1}\n  db_devices: {rotational: 0, limit: 2}\n"
    )
    disks = drives_of(osds=12, osd_tb=Decimal(16), is_hdd=True, db_devices=4, db_tb=Decimal("1.92"))

    assert selected(document, disks) == (list(range(12)), [12, 13])


@pytest.mark.parametrize(
    ("placement", "host", "labels", "is_taken"),
    [
        ({"label": "osd"}, "sto01", ("osd",), True),
        ({"label": "osd"}, "sto01", ("mon",), False),
        ({"hosts": ["sto01", {"hostname": "sto02"}]}, "sto02", (), True),
        ({"hosts": ["sto01"]}, "sto02", (), False),
        ({"host_pattern": "sto*"}, "sto02", (), True),
        ({"host_pattern": "sto*"}, "cmp02", (), False),
        ("label:osd", "sto01", ("osd",), True),
        ("3 sto01 sto02", "sto03", (), False),
        ("*", "sto03", (), True),
        (None, "sto03", (), True),
    ],
)
def test_a_placement_covers_hosts_by_name_pattern_or_label(placement, host, labels, is_taken):
    assert takes({"service_type": "osd", "placement": placement}, host, labels) is is_taken


@given(st.one_of(st.text(max_size=300), st.text("{}[]:,-&*!|>'\"# \nab1", max_size=300)))
def test_any_text_is_read_or_refused(text):
    try:
        found = documents(text)
    except UnreadableSpecification as refusal:
        assert str(refusal)
        return
    for document in found:
        problems_of(document)


def test_aliases_are_refused_before_they_can_grow():
    laughs = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))

    with pytest.raises(UnreadableSpecification, match="aliases"):
        documents(f"l0: &l0 [a]\n{laughs}")


def test_a_text_nested_without_end_is_refused():
    with pytest.raises(UnreadableSpecification):
        documents("[" * 19_000)
