"""B8: a page of a list and one large row over our API, against bare Django views in the same process.

Ours goes through all middleware with a bearer token: permission, cursor, ETag. The bare view has none of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from io import BytesIO
from typing import Any

from bench import harness, scratch
from bench.benchmark import Benchmark
from bench.harness import Clock, Comparison, Result, Void, checksum, compare, compare_values

VERSION = 1
SIZES = {"s": 2_000, "m": 20_000}
PAGE = 100
PAGE_SIZES = (1, 2, 5, 10, 20, 50, 100, 150, 200)
MOST_QUERIES = 6
CONNECTIONS = 4
REQUESTS_OF_ONE = 25
NODES = 300

Call = Callable[[], bytes]


def measure(size: str, rounds: int) -> Result:
    """Measure in a child, because Django is set up once a process."""
    command = [sys.executable, "-m", "bench.list_api", size, str(rounds)]
    done = subprocess.run(command, cwd=harness.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    raw = json.loads(done.stdout.splitlines()[-1])
    return Result(**{**raw, "comparisons": tuple(Comparison(**c) for c in raw["comparisons"])})


def filled(n: int) -> tuple[str, str, str, str]:
    """Make a team with `n` designs of 50 customers and one of 300 nodes. Return token key, ids of both, checksum."""
    from django.core.management import call_command
    from django.utils import timezone

    from accounts import services as accounts_services
    from accounts.models import Membership, Role, Team, TokenScope, User
    from catalog.engine.documents import write
    from designer import services
    from designer.models import Customer, Design

    call_command("load_catalog", verbosity=0)
    user = User.objects.create_user("bench@example.com", "correct horse battery staple", name="Bench")
    team = Team.objects.create(name="Bench")
    Membership.objects.create(team=team, user=user, role=Role.ARCHITECT)
    customers = Customer.objects.bulk_create(Customer(team=team, name=f"Customer {i:02}") for i in range(50))
    document = write(services.starting_document("rd-edge"))
    Design.objects.bulk_create(
        [
            Design(
                team=team, customer=customers[i % 50], name=f"Design {i:06}", reference_design="rd-edge",
                document=document, created_by=user,
            )
            for i in range(n)
        ],
        batch_size=500,
    )  # fmt: skip
    large = write(services.starting_document("rd-large-2000"))
    topology = large["topology"]
    copies = -(-NODES // len(topology["nodes"]))
    for part in ("nodes", "links"):
        topology[part] = [
            {**row, "id": f"{row['id']}-{copy}"} for copy in range(copies) for row in topology[part]
        ]
    wide = Design.objects.create(
        team=team, customer=customers[0], name="Wide", reference_design="rd-large-2000",
        document=large, created_by=user,
    )  # fmt: skip
    _, key = accounts_services.create_token(
        user=user, name="bench", scope=TokenScope.READ, expires_at=timezone.now() + timedelta(days=1)
    )
    made = checksum(json.dumps([n, document, large], sort_keys=True).encode())
    return key, str(team.pk), str(wide.pk), made


def callers(key: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return two functions that send a GET through WSGI: one to our product, one to the bare views."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory
    from django.test.utils import override_settings

    class Bare(WSGIHandler):
        def get_response(self, request: Any) -> Any:
            request.urlconf = "bench.bare_urls"
            return super().get_response(request)

    with override_settings(MIDDLEWARE=[]):
        bare = Bare()
    ours = WSGIHandler()
    environ = RequestFactory().get("/", headers={"Authorization": f"Bearer {key}"}).environ

    def through(handler: WSGIHandler) -> Callable[..., Any]:
        def get(path: str, query: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
            told: list[Any] = []
            response = handler(
                {**environ, "PATH_INFO": path, "QUERY_STRING": query, "wsgi.input": BytesIO(), **headers},
                lambda status, sent, *_: told.extend((status, sent)),  # type: ignore[arg-type]  # no write()
            )
            body = b"".join(response)
            response.close()
            return int(told[0][:3]), dict(told[1]), body

        return get

    return through(ours), through(bare)


def without_times(row: dict[str, Any]) -> dict[str, Any]:
    """A row without its timestamps: DRF writes microseconds, Django's encoder milliseconds."""
    return {name: value for name, value in row.items() if not name.endswith("_at")}


def p95(get: Callable[[], Any]) -> float:
    """Return the 95th percentile of the wall time of a request, with four connections asking at once, in ms."""

    def one() -> list[float]:
        taken = []
        for _ in range(REQUESTS_OF_ONE):
            started = time.perf_counter()
            get()
            taken.append((time.perf_counter() - started) * 1e3)
        return taken

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        samples = [pool.submit(one) for _ in range(CONNECTIONS)]
        return harness.percentile([value for s in samples for value in s.result()], 95)


def measured(size: str, rounds: int) -> Result:
    n = SIZES[size]
    with scratch.database("list_api") as kind:
        key, team, wide, made = filled(n)
        ours, bare = callers(key)
        comparisons, facts = _measured(ours, bare, f"/teams/{team}/designs/", wide, rounds)
    return Result(
        benchmark="B8",
        version=VERSION,
        size=size,
        n=n,
        checksum=made,
        correctness=f"the same {PAGE} rows and the same document on {kind}; {facts.pop('words')}",
        comparisons=comparisons,
        user_numbers={"one page of ours, ms of CPU": comparisons[0].ours * 1e3, **facts},
        seconds={"list": comparisons[0].ours},
    )


def _measured(
    ours: Callable[..., Any], bare: Callable[..., Any], bare_path: str, wide: str, rounds: int
) -> tuple[tuple[Comparison, ...], dict[str, Any]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    query = f"limit={PAGE}"
    status, headers, body = ours("/api/v1/designs/", query)
    bare_status, _, bare_body = bare(bare_path, query)
    mine, theirs = json.loads(body), json.loads(bare_body)
    if (status, bare_status) != (200, 200) or [*map(without_times, mine["results"])] != [
        *map(without_times, theirs["results"])
    ]:
        raise Void(f"B8: the list answers {status} with other rows than the bare view")
    detail, bare_detail = f"/api/v1/designs/{wide}/", f"/designs/{wide}/"
    if without_times(json.loads(ours(detail)[2])) != without_times(json.loads(bare(bare_detail)[2])):
        raise Void("B8: the detail differs from the stored document")
    tag = {"HTTP_IF_NONE_MATCH": headers["ETag"]}
    unchanged = ours("/api/v1/designs/", query, **tag)
    if unchanged[0] != 304 or unchanged[2]:
        raise Void(f"B8: {unchanged[0]} instead of 304 for an unchanged list")

    if ours(detail, HTTP_IF_NONE_MATCH='"1"')[0] != 304:
        raise Void("B8: no 304 for an unchanged design")

    names = ("region", "instance_type", "operating_system", "vcpus")
    offers, bare_offers = (
        [tuple(row[name] for name in names) for row in json.loads(answer[2])["results"]]
        for answer in (ours("/api/v1/cloud-offers/", query), bare("/cloud-offers/", query))
    )
    if len(offers) != PAGE or offers != bare_offers:
        raise Void("B8: the list of cloud offers has other rows than the bare view")

    by_database = bare_path.replace("/designs/", "/designs-by-database/")
    names_made = [row["name"] for row in json.loads(bare(by_database, query)[2])["results"]]
    if names_made != [row["name"] for row in mine["results"]]:
        raise Void("B8: the database itself lists other rows")

    counts = {}
    for limit in PAGE_SIZES:
        with CaptureQueriesContext(connection) as captured:
            ours("/api/v1/designs/", f"limit={limit}")
        asked = [q["sql"] for q in captured if re.match(r"\s*SELECT", q["sql"], re.IGNORECASE)]
        counts[limit] = len(asked)
    if len(set(counts.values())) != 1 or max(counts.values()) > MOST_QUERIES:
        raise Void(f"B8: queries by page size: {counts}")

    def get_list() -> Any:
        return ours("/api/v1/designs/", query)

    def bare_list() -> Any:
        return bare(bare_path, query)

    comparisons = (
        compare(f"list, page of {PAGE}", get_list, bare_list, rounds=rounds, at_most=1.35),
        compare(
            f"list, page of {PAGE}, against JSON of the database",
            get_list,
            lambda: bare(by_database, query),
            rounds=rounds,
            note="the bare view sends one value; only our own process is timed on PostgreSQL",
        ),
        compare_values(
            f"list, p95 of {CONNECTIONS} connections",
            lambda: p95(get_list),
            lambda: p95(bare_list),
            unit="ms",
            clock=Clock.WALL,
            rounds=rounds,
            at_most=1.5,
        ),
        compare(
            "list unchanged, 304",
            lambda: ours("/api/v1/designs/", query, **tag),
            bare_list,
            rounds=rounds,
            at_most=0.3,
        ),
        compare(
            f"cloud offers with prices and sources, page of {PAGE}",
            lambda: ours("/api/v1/cloud-offers/", query),
            lambda: bare("/cloud-offers/", query),
            rounds=rounds,
            at_most=1.35,
            note="the bare view sends the stored prices without their sources",
        ),
        compare(
            f"detail of {NODES} nodes",
            lambda: ours(detail),
            lambda: bare(bare_detail),
            rounds=rounds,
            at_most=1.3,
        ),
        compare(
            f"detail of {NODES} nodes unchanged, 304",
            lambda: ours(detail, HTTP_IF_NONE_MATCH='"1"'),
            lambda: bare(bare_detail),
            rounds=rounds,
            at_most=0.3,
        ),
    )
    words = f"{counts[PAGE]} queries for every page size from 1 to 200; 304 when unchanged"
    return comparisons, {"words": words, "queries a page": counts[PAGE]}


B8 = Benchmark(
    name="B8",
    title="List and detail API: a page of designs and a design of 300 nodes",
    sizes=SIZES,
    by_default=("m",),
    measure=measure,
)


if __name__ == "__main__":
    print(json.dumps(asdict(measured(sys.argv[1], int(sys.argv[2])))))
