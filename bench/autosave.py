"""B16: small edits of a drawing through our API, against one UPDATE of the same document.

Ours is a request through all middleware: token, permission, version, check of what is touched, two statements, a
durable commit. The floor is the bare database, writing the whole document again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import Any

from bench import harness, scratch
from bench.benchmark import Benchmark
from bench.harness import Clock, Comparison, Result, Void, checksum, compare_values

VERSION = 1
SIZES = {"s": 100, "m": 1_000, "l": 10_000}
EDITS = 1_000
SEED = 116
PER_RACK = 20
MOST_BYTES = 2_048


def measure(size: str, rounds: int) -> Result:
    """Measure in a child, because Django is set up once a process."""
    command = [sys.executable, "-m", "bench.autosave", size, str(rounds)]
    done = subprocess.run(command, cwd=harness.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    raw = json.loads(done.stdout.splitlines()[-1])
    return Result(**{**raw, "comparisons": tuple(Comparison(**c) for c in raw["comparisons"])})


def a_drawing(n: int) -> dict[str, Any]:
    """Racks of 20 nodes below two leaves each; every node on both. A third of the links is missing, to be drawn."""
    racks, nodes, switches, links = [], [], [], []
    for number in range(-(-n // PER_RACK)):
        rack = f"rack-{number}"
        racks.append({"id": rack, "name": rack, "spec": "rack-42u"})
        for side in "ab":
            leaf = f"leaf-{number}{side}"
            unit = 42 if side == "a" else 41
            switches.append(
                {
                    "id": leaf,
                    "name": leaf,
                    "spec": "leaf-48x25-8x100",
                    "role": "leaf",
                    "rack": rack,
                    "unit": unit,
                }
            )
        for place in range(min(PER_RACK, n - number * PER_RACK)):
            node = f"node-{number * PER_RACK + place}"
            nodes.append(
                {
                    "id": node, "name": node, "spec": "cmp-512", "roles": ["compute"], "rack": rack,
                    "unit": 2 * place + 1 if place < 18 else None, "position": {"x": place, "y": number},
                }
            )  # fmt: skip
            for port, side in enumerate("ab", 1):
                if (place + port) % 3:
                    links.append(a_link(node, port, f"leaf-{number}{side}", place + 1))
    return {"racks": racks, "nodes": nodes, "switches": switches, "links": links}


def a_link(node: str, port: int, leaf: str, down: int) -> dict[str, Any]:
    return {
        "id": f"{node}.{port}", "a": {"element": node, "port": f"fast-{port}"},
        "b": {"element": leaf, "port": f"down-{down}"}, "gbps": 25,
    }  # fmt: skip


def edits(topology: dict[str, Any], count: int) -> Iterator[list[dict[str, Any]]]:
    """Small edits that are possible one after the other: a move, a new name, a link drawn or taken away."""
    chance = Random(SEED)  # noqa: S311 - a fixture, the same each time
    linked = {link["id"]: link for link in topology["links"]}
    free = []
    for index, node in enumerate(topology["nodes"]):
        for port, side in enumerate("ab", 1):
            key = f"{node['id']}.{port}"
            if key not in linked:
                free.append(a_link(node["id"], port, f"leaf-{index // PER_RACK}{side}", index % PER_RACK + 1))
    names = [node["id"] for node in topology["nodes"]]
    taken = list(linked.values())
    for number in range(count):
        kind = chance.choice(("move", "rename", "link", "unlink"))
        node = chance.choice(names)
        if kind == "move":
            position = {"x": chance.randint(0, 9_999), "y": number}
            yield [{"kind": "set", "collection": "nodes", "id": node, "fields": {"position": position}}]
        elif kind == "link" and free:
            link = free.pop(chance.randrange(len(free)))
            taken.append(link)
            yield [{"kind": "add", "collection": "links", "id": link["id"], "fields": link}]
        elif kind == "unlink" and taken:
            link = taken.pop(chance.randrange(len(taken)))
            free.append(link)
            yield [{"kind": "remove", "collection": "links", "id": link["id"]}]
        else:
            yield [{"kind": "set", "collection": "nodes", "id": node, "fields": {"name": f"Name {number}"}}]


def poster(key: str) -> Callable[[str, bytes, str], tuple[int, dict[str, str]]]:
    """Return a function that posts JSON through WSGI to our product with a token."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    handler = WSGIHandler()
    environ = (
        RequestFactory()
        .post("/", b"", "application/json", headers={"Authorization": f"Bearer {key}"})
        .environ
    )

    def post(path: str, body: bytes, tag: str) -> tuple[int, dict[str, str]]:
        told: list[Any] = []
        response = handler(
            {
                **environ, "PATH_INFO": path, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body),
                "HTTP_IF_MATCH": tag, "CONTENT_TYPE": "application/json",
            },
            lambda status, sent, *_: told.extend((status, sent)),  # type: ignore[arg-type]  # no write()
        )  # fmt: skip
        b"".join(response)
        response.close()
        return int(told[0][:3]), dict(told[1])

    return post


class Fixture:
    """A design of `n` nodes in a database of its own, with somebody who may edit it."""

    def __init__(self, n: int) -> None:
        from django.core.management import call_command
        from django.utils import timezone

        from accounts import services as accounts_services
        from accounts.models import Membership, Role, Team, TokenScope, User
        from catalog.engine.documents import read, write
        from designer import services
        from designer.engine.topology import Topology
        from designer.models import Customer, Design

        call_command("load_catalog", verbosity=0)
        user = User.objects.create_user("bench@example.com", "correct horse battery staple", name="Bench")
        team = Team.objects.create(name="Bench")
        Membership.objects.create(team=team, user=user, role=Role.ARCHITECT)
        customer = Customer.objects.create(team=team, name="Customer")
        self.topology = write(read(Topology, a_drawing(n)))
        document = {**write(services.starting_document("rd-edge")), "topology": self.topology}
        self.design = Design.objects.create(
            team=team, customer=customer, name="Large", document=document, created_by=user
        )
        self.user = user
        self.document = json.dumps(document)
        _, self.key = accounts_services.create_token(
            user=user, name="bench", scope=TokenScope.WRITE, expires_at=timezone.now() + timedelta(days=1)
        )


def measured(size: str, rounds: int) -> Result:
    n = SIZES[size]
    with scratch.database("autosave") as kind:
        return _measured(Fixture(n), n, size, kind, rounds)


def _measured(made: Fixture, n: int, size: str, kind: str, rounds: int) -> Result:
    from django.db import connection

    from designer import services
    from designer.engine.topology import check
    from designer.models import Design

    post = poster(made.key)
    path = f"/api/v1/designs/{made.design.pk}/change-sets/"
    bodies = [json.dumps({"operations": edit}).encode() for edit in edits(made.topology, EDITS)]
    bytes_sent = harness.percentile([len(body) for body in bodies], 100)
    version = 1
    taken: list[float] = []
    for body in bodies:
        started = time.perf_counter()
        status, headers = post(path, body, f'"{version}"')
        taken.append((time.perf_counter() - started) * 1e3)
        if status != 200:
            raise Void(f"B16: an edit was answered with {status}")
        version = int(headers["ETag"].strip('"'))
    fresh = Design.objects.get(pk=made.design.pk)
    if version != EDITS + 1 or check(services.document_of(fresh).topology, _hardware()):
        raise Void("B16: the drawing after 1,000 edits is not whole")

    chance = iter(range(10**9))

    def ours() -> float:
        """p95 of 50 edits that move something, ms."""
        nonlocal version
        samples = []
        for number in range(50):
            node = made.topology["nodes"][next(chance) * 7 % n]["id"]
            fields = {"position": {"x": number, "y": next(chance) % 9_999}}
            body = json.dumps(
                {"operations": [{"kind": "set", "collection": "nodes", "id": node, "fields": fields}]}
            ).encode()
            started = time.perf_counter()
            _, headers = post(path, body, f'"{version}"')
            samples.append((time.perf_counter() - started) * 1e3)
            version = int(headers["ETag"].strip('"'))
        return harness.percentile(samples, 95)

    def floor() -> float:
        """p95 of 50 single UPDATEs of the document, ms."""
        key = made.design.pk.hex if connection.vendor == "sqlite" else str(made.design.pk)
        samples = []
        for _ in range(50):
            started = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute("UPDATE designer_design SET document = %s WHERE id = %s", [made.document, key])
            samples.append((time.perf_counter() - started) * 1e3)
        return harness.percentile(samples, 95)

    comparison = compare_values(
        "p95 of an edit, against one UPDATE of the document", ours, floor, unit="ms", clock=Clock.WALL,
        rounds=rounds, at_most=2.5,
    )  # fmt: skip
    sent = Comparison(
        name="bytes sent for an edit, most of 1,000", ours=bytes_sent, floor=MOST_BYTES, ratio=bytes_sent / MOST_BYTES,
        unit="bytes", goal="<= 1", is_met=bytes_sent <= MOST_BYTES,
    )  # fmt: skip
    return Result(
        benchmark="B16",
        version=VERSION,
        size=size,
        n=n,
        checksum=checksum(made.document.encode(), *bodies),
        correctness=f"{EDITS} edits, each its version, and the drawing whole after them, on {kind}",
        comparisons=(comparison, sent),
        user_numbers={
            "p50 of 1,000 edits, ms": harness.percentile(taken, 50),
            "p95 of 1,000 edits, ms": harness.percentile(taken, 95),
            "bytes of the document": len(made.document),
        },
        seconds={"edit": harness.percentile(taken, 50) / 1e3},
    )


def _hardware() -> Any:
    from catalog import services as catalog_services

    return catalog_services.library().hardware_by_id


def finish(results: list[Result]) -> list[Result]:
    """Hold the cost at the largest size against that at the smallest."""
    if len(results) < 2:
        return results
    least, most = (min(results, key=lambda r: r.n), max(results, key=lambda r: r.n))
    ratio = most.seconds["edit"] / least.seconds["edit"]
    grown = Comparison(
        name=f"p50 of an edit at {most.n:,} nodes, against {least.n:,}", ours=most.seconds["edit"],
        floor=least.seconds["edit"], ratio=ratio, clock=Clock.WALL, goal="<= 1.5", is_met=ratio <= 1.5,
    )  # fmt: skip
    replaced = {**asdict(most), "comparisons": (*most.comparisons, grown)}
    return [Result(**replaced) if result is most else result for result in results]


B16 = Benchmark(
    name="B16",
    title="Autosave: 1,000 small edits of a drawing over the API",
    sizes=SIZES,
    by_default=("s", "m", "l"),
    measure=measure,
    finish=finish,
)


if __name__ == "__main__":
    print(json.dumps(asdict(measured(sys.argv[1], int(sys.argv[2])))))
