"""B13: a library of device types, from the archive to rows for review, against the C parser of YAML alone.

Ours unpacks the archive, starts the limited child, refuses what is unsafe, checks every field, compares with what is in force and
writes the rows. The floor only loads the same texts with `yaml.CSafeLoader`, from memory, one after the other.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import Any

from bench import harness, scratch
from bench.benchmark import Benchmark
from bench.harness import Clock, Comparison, Result, Void, checksum, compare_values, peak_memory_mb

SEED = 113
VERSION = 1
SIZES = {"s": 300, "m": 3_000}
INTERFACES, BAYS, POWER_PORTS = 24, 12, 2
TYPES = ("1000base-t", "10gbase-x-sfpp", "25gbase-x-sfp28", "100gbase-x-qsfp28")


@cache
def texts(n: int) -> tuple[str, ...]:
    """Return `n` device types as YAML from seed 113, in the layout of the community's library."""
    chance = random.Random(SEED)  # noqa: S311 - a generator with a seed, not a secret
    made = []
    for number in range(n):
        maker, kind = f"Maker {number % 40}", chance.choice(TYPES)
        lines = [
            "---",
            f"manufacturer: {maker}",
            f"model: Model-{number:05}",
            f"slug: maker-{number % 40}-model-{number:05}",
            f"part_number: PN-{chance.getrandbits(32):08x}",
            f"u_height: {chance.choice((1, 2, 4))}",
            f"is_full_depth: {chance.choice(('true', 'false'))}",
            "airflow: front-to-rear",
            f"weight: {chance.randint(200, 4000) / 100}",
            "weight_unit: kg",
            f"comments: '[Datasheet](https://example.com/{chance.getrandbits(32):08x})'",
            "interfaces:",
        ]
        for port in range(INTERFACES):
            lines += [f"  - name: Ethernet1/{port + 1}", f"    type: {kind}"]
        lines.append("module-bays:")
        for bay in range(BAYS):
            lines += [f"  - name: Bay {bay + 1}", f"    position: '{bay + 1}'"]
        lines.append("power-ports:")
        for port in range(POWER_PORTS):
            lines += [
                f"  - name: PS{port + 1}",
                "    type: iec-60320-c14",
                f"    maximum_draw: {chance.choice((400, 800, 1400))}",
            ]
        made.append("\n".join(lines) + "\n")
    return tuple(made)


@cache
def archive(n: int) -> bytes:
    """Return the same as a .tar.gz without the time of day, so that the same types make the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as files:
        for number, text in enumerate(texts(n)):
            content = text.encode()
            entry = tarfile.TarInfo(f"library/device-types/Maker {number % 40}/Model-{number:05}.yaml")
            entry.size = len(content)
            files.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), compresslevel=6, mtime=0)


def loaded_by_floor(n: int) -> list[Any]:
    """Load every text with the C parser of PyYAML and its safe constructor."""
    import yaml

    return [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts(n)]


def measure(size: str, rounds: int) -> Result:
    """Measure in a child, because Django is set up once a process."""
    command = [sys.executable, "-m", "bench.device_types", size, str(rounds)]
    done = subprocess.run(command, cwd=harness.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    raw = json.loads(done.stdout.splitlines()[-1])
    return Result(**{**raw, "comparisons": tuple(Comparison(**c) for c in raw["comparisons"])})


def measured(size: str, rounds: int) -> Result:
    n = SIZES[size]
    data = archive(n)
    with scratch.database(f"b13_{size}") as kind:
        from django.core.files.base import ContentFile

        from catalog import device_imports
        from catalog.models import HardwareImport, HardwareModel

        def imported() -> HardwareImport:
            found, _ = device_imports.add_import(file=ContentFile(data), name="library.tar.gz", user=None)
            return device_imports.read_import(found, report=lambda progress, message: None)

        def first() -> float:
            """Everything new: read, checked, compared, staged and applied."""
            HardwareModel.objects.all().delete()
            HardwareImport.objects.all().delete()

            def action() -> None:
                found = imported()
                device_imports.apply(found=found, user=None, based_on=found.version)

            return timed(action)

        def second() -> float:
            """The same again, applied before: nothing changed."""
            return timed(imported)

        first()
        _check(n, HardwareModel.objects.in_force().order_by("key"))
        again = imported()
        if again.state != HardwareImport.State.UNCHANGED or again.counts["unchanged"] != n:
            raise Void(f"B13 {size}: the second import finds {again.counts}")
        json_texts = [json.dumps(document) for document in loaded_by_floor(n)]
        floor = lambda: timed(lambda: loaded_by_floor(n))  # noqa: E731 - shorter than a function of one line
        goals = {"first": 1.8, "second": 0.1} if size == "m" else {"first": None, "second": None}
        comparisons = [
            compare_values(
                f"first import, checked, compared and applied, {kind}",
                first,
                floor,
                clock=Clock.CPU,
                rounds=rounds,
                at_most=goals["first"],
            )
        ]
        first()
        comparisons.append(
            compare_values(
                f"second import, nothing changed, {kind}",
                second,
                floor,
                clock=Clock.CPU,
                rounds=rounds,
                at_most=goals["second"],
            )
        )
        comparisons.append(
            compare_values(
                "CSafeLoader itself, against json.loads of the same",
                floor,
                lambda: timed(lambda: [json.loads(text) for text in json_texts]),
                clock=Clock.CPU,
                rounds=rounds,
            )
        )
    return Result(
        benchmark="B13",
        version=VERSION,
        size=size,
        n=n,
        checksum=checksum(data),
        correctness="every type in force has the fields and components that CSafeLoader reads",
        comparisons=tuple(comparisons),
        memory_mb={
            "archive alone": peak_memory_mb("bench.device_types:archive_once", size),
            "child, archive included": peak_memory_mb("bench.device_types:child_once", size),
            "parent, archive included": peak_memory_mb("bench.device_types:parent_once", size),
        },
        user_numbers={"types a second": n / comparisons[0].ours},
        seconds={"first import": comparisons[0].ours},
    )


def timed(action: Callable[[], Any]) -> float:
    """Return the processor seconds of `action`, children included."""
    return harness.sample(action).cpu


def _check(n: int, models: Any) -> None:
    """Compare what is in force with what the floor reads, field by field."""
    right = {document["slug"]: document for document in loaded_by_floor(n)}
    found = {model.slug: model.document for model in models}
    if found.keys() != right.keys():
        raise Void(f"B13: {len(found)} types are in force, the generator made {len(right)}")
    for slug, document in found.items():
        source = right[slug]
        same = [
            document["weight_kg"] == source["weight"],
            document["u_height"] == source["u_height"],
            document["part_number"] == source["part_number"],
            document["interfaces"] == source["interfaces"],
            document["module_bays"] == source["module-bays"],
            [p["maximum_watts"] for p in document["power_ports"]]
            == [p["maximum_draw"] for p in source["power-ports"]],
        ]
        if not all(same):
            raise Void(f"B13: {slug} differs from what CSafeLoader reads")


def _stored(size: str) -> bytes:
    """The archive from a folder, for a fresh child whose memory is asked for: making it takes more than reading it."""
    path = harness.FOLDER / f"b13-{size}.tar.gz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive(SIZES[size]))
    return path.read_bytes()


def archive_once(size: str) -> None:
    """For the memory of a fresh child that only holds the archive."""
    _stored(size)


def child_once(size: str) -> None:
    """For the memory of what the limited child does."""
    from catalog.imports.device_files import read_types

    json.dumps(read_types("library.tar.gz", _stored(size), {}).to_data())


def parent_once(size: str) -> None:
    """For the memory of who starts the limited child, without the rows that it makes of the answer."""
    from catalog.imports.device_run import read_types

    data = _stored(size)
    read_types("library.tar.gz", len(data), [data])


B13 = Benchmark(
    name="B13",
    title="Device types: an archive of 3,000, checked, compared and applied, against the C parser of YAML alone",
    sizes=SIZES,
    by_default=("s", "m"),
    measure=measure,
)

if __name__ == "__main__":
    print(json.dumps(asdict(measured(sys.argv[1], int(sys.argv[2])))))
