"""The formulas of Ceph's daemons and placement groups on their own (sizing.S10 to S14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.figures import Answer, Formula, Parameter, Step
from catalog.engine.hardware import Media
from designer.engine.sizing import storage
from designer.engine.sizing.figures import plain
from designer.engine.sizing.formula_parts import choice, formula, number, refuse, row_number, rows, whole


def _osd_memory(
    colocated_gib: int,
    ratio: Decimal,
    osds: int | None = None,
    ram_gib: Decimal | None = None,
    daemons: object = None,
) -> Answer:
    if daemons is not None:
        return _autotuned(ram_gib, ratio, daemons)
    if osds is None:
        remedy = "Send osds for the rule, or ram_gib and daemons for what cephadm would set."
        raise refuse("osds", None, "is missing", remedy)
    found = storage.ram_needed_gib(osds=osds, colocated_gib=colocated_gib)
    working = f"2 x {storage.OSD_MEMORY_TARGET_GIB} x {osds} + {colocated_gib}"
    return Answer(
        results={"ram_gib": found},
        units={"ram_gib": "GiB"},
        steps=(Step(label="RAM", working=working, value=found),),
    )


def _autotuned(ram_gib: Decimal | None, ratio: Decimal, daemons: object) -> Answer:
    if ram_gib is None:
        raise refuse("ram_gib", None, "is missing", "Send the RAM of the host.")
    remedy = 'Send an object such as {"osd": 10, "mon": 1}, with at least one osd.'
    if not isinstance(daemons, Mapping) or not all(
        isinstance(count, int) and not isinstance(count, bool) and count >= 0 for count in daemons.values()
    ):
        raise refuse("daemons", None, "is not a count of daemons by type", remedy)
    if not daemons.get("osd"):
        raise refuse("daemons", dict(daemons), "has no osd", remedy)
    found = storage.autotuned_osd_bytes(ram_gib=ram_gib, daemons=daemons, ratio=ratio)
    gib = Decimal(found) / 2**30
    others = ", ".join(f"{count} {kind}" for kind, count in daemons.items() if kind != "osd")
    working = f"({plain(ram_gib)} x {plain(ratio)} - {others or 'nothing else'}) / {daemons['osd']}"
    return Answer(
        results={
            "osd_memory_target": found,
            "osd_memory_target_gib": gib,
            "is_enough": gib >= storage.OSD_MEMORY_TARGET_GIB,
        },
        units={"osd_memory_target": "bytes", "osd_memory_target_gib": "GiB"},
        steps=(Step(label="osd_memory_target", working=working, value=gib, unit="GiB"),),
    )


def _osd_threads(osds: int, media: str) -> Answer:
    least, good = storage.threads_needed(osds=osds, media=Media(media))
    each_least, each_good = storage.THREADS_PER_OSD[Media(media)]
    return Answer(
        results={"minimum": least, "recommended": good},
        units={"minimum": "threads", "recommended": "threads"},
        steps=(
            Step(label="Least", working=f"{osds} x {each_least}", value=least, unit="threads"),
            Step(label="Recommended", working=f"{osds} x {each_good} + 4 + 4", value=good, unit="threads"),
        ),
    )


def _daemons(hosts: int, osds: int) -> Answer:
    monitors, ram = storage.monitors(hosts), storage.monitor_host_ram_gib(osds)
    return Answer(
        results={
            "monitors": monitors, "managers": 2, "metadata_servers": 2, "gateways": 2,
            "monitor_host_ram_gib": ram, "monitor_disk_gb": 100,
        },
        units={"monitor_host_ram_gib": "GiB", "monitor_disk_gb": "GB"},
        steps=(
            Step(label="MON", working=f"3; 5 from 5 hosts on; {hosts} hosts", value=monitors),
            Step(label="RAM of a MON host", working=f"64 up to 300 OSDs, 128 beyond; {osds} OSDs", value=ram, unit="GiB"),
            Step(label="MDS", working="1 active and 1 standby, where CephFS is used", value=2),
            Step(label="RGW", working="at least 2, where object storage is used", value=2),
        ),
    )  # fmt: skip


def _placement_groups(
    osds: int, size: int, target: int, percent: Sequence[Decimal] = (Decimal(100),)
) -> Answer:
    wanted = tuple(Decimal(target) * osds * share / 100 / size for share in percent)
    pg_num = tuple(
        storage.planned_pg_num(osds=osds, size=size, share=share / 100, target=target) for share in percent
    )
    per_osd = storage.pg_replicas_per_osd(pg_num, size=size, osds=osds)
    return Answer(
        results={
            "pg_num": pg_num[0] if len(pg_num) == 1 else pg_num,
            "raw": wanted[0] if len(wanted) == 1 else wanted,
            "pg_per_osd": per_osd,
        },
        units={"pg_num": "PGs", "pg_per_osd": "PGs"},
        steps=tuple(
            Step(
                label=f"Pool {index}",
                working=f"{target} x {osds} x {plain(share)} % / {size}",
                value=value,
                unit="PGs",
            )
            for index, (share, value) in enumerate(zip(percent, wanted, strict=True), start=1)
        ),
    )


def _autoscaled(osds: int, mon_target_pg_per_osd: int, pools: Sequence[object]) -> Answer:
    read, names = [], set()
    for index, row in enumerate(pools):
        if not isinstance(row, Mapping) or not isinstance(row.get("name"), str) or row["name"] in names:
            raise refuse(f"pools[{index}].name", None, "is no name of its own", "Name each pool.")
        names.add(row["name"])
        bulk = row.get("bulk", False)
        size = row_number(row, index, "pools", "size", 3)
        if not isinstance(bulk, bool) or size < 1 or size != int(size):
            remedy = "Send size as a whole number from 1 and bulk as true or false."
            raise refuse(f"pools[{index}]", row["name"], "has no size or bulk that fits", remedy)
        read.append(
            storage.AutoscaledPool(
                name=row["name"], size=int(size), bulk=bulk,
                capacity_ratio=row_number(row, index, "pools", "capacity_ratio"),
                bias=row_number(row, index, "pools", "bias", 1),
            )
        )  # fmt: skip
    found = storage.autoscaled_pg_nums(read, osds=osds, target_per_osd=mon_target_pg_per_osd)
    replicas = sum(found[pool.name] * pool.size for pool in read)
    return Answer(
        results=found,
        units=dict.fromkeys(found, "PGs"),
        steps=(
            Step(label="To share", working=f"{osds} x {mon_target_pg_per_osd}", value=osds * mon_target_pg_per_osd, unit="PGs"),
            Step(label="On an OSD", working=f"{replicas} / {osds}", value=Decimal(replicas) / osds, unit="PGs"),
        ),
    )  # fmt: skip


def _pool_min_size(pools: Sequence[str]) -> Answer:
    found = []
    for index, pool in enumerate(pools):
        kind, _, shape = pool.partition(" ")
        parts = shape.split("+")
        if kind == "replicated" and shape.isdecimal() and int(shape) > 0:
            found.append(storage.min_size(replicas=int(shape)))
        elif kind == "EC" and len(parts) == 2 and all(part.isdecimal() and int(part) > 0 for part in parts):
            found.append(storage.min_size(k=int(parts[0]), m=int(parts[1])))
        else:
            remedy = "Write `replicated 3` or `EC 4+2`."
            raise InvalidDocument([Problem(f"pools[{index}]", pool, "is not a pool", remedy)])
    return Answer(results={"min_size": tuple(found)})


FORMULAS: tuple[Formula, ...] = (
    formula(
        "sizing.S10", "RAM of an OSD node", "2 x osd_memory_target x D + colocated; cephadm: (0.7 x RAM - others) / D",
        (
            whole("osds", "OSDs", symbol="D", maximum=200, is_required=False),
            whole("colocated_gib", "Colocated daemons", "GiB", default=0),
            number("ram_gib", "RAM of the host, for what cephadm sets", "GiB", maximum=100_000, is_required=False),
            number("ratio", "autotune_memory_target_ratio", maximum=1, default=storage.AUTOTUNE_RATIO),
            Parameter(name="daemons", label="Daemons of the host by type", kind="object", is_required=False),
        ),
        calculate=_osd_memory, example={"osds": 12, "colocated_gib": 7}, aliases=("sizing.S10-node",),
    ),
    formula(
        "sizing.S11", "Threads of an OSD node", "D x u_min; D x u_rec + 2 MON + 2 MGR + 4 OS",
        (
            whole("osds", "OSDs", symbol="D", maximum=200),
            choice("media", "Media", tuple(media.value for media in Media)),
        ),
        calculate=_osd_threads, example={"osds": 12, "media": "nvme"},
    ),
    formula(
        "sizing.S12", "Daemons of a Ceph cluster", "MON 3, 5 from five hosts on; MGR 2; MDS 1 + 1; RGW >= 2",
        (whole("hosts", "Storage nodes", "nodes", "H", minimum=1), whole("osds", "OSDs", minimum=1)),
        calculate=_daemons, example={"hosts": 12, "osds": 288},
    ),
    formula(
        "sizing.S13", "Placement groups by the planner", "target x OSDs x share / z, to a power of two",
        (
            whole("osds", "OSDs", minimum=1, maximum=10**6),
            whole("size", "Copies", symbol="z", minimum=1, maximum=20, default=3),
            whole("target", "PGs on an OSD", minimum=1, maximum=1000, default=100),
            Parameter(
                name="percent", label="Shares of the pools", unit="%", kind="numbers", minimum=0, maximum=100, is_required=False
            ),
        ),
        calculate=_placement_groups, example={"osds": 100, "size": 3, "target": 100, "percent": (25, 53, 15, 7)},
        aliases=("sizing.S13-planner",),
    ),
    formula(
        "sizing.S13-autoscaler", "Placement groups by Ceph itself",
        "plain pools: ratio x what is left / z; then bulk pools above an even share; the rest equally; nearest power of two, at least 32",
        (
            whole("osds", "OSDs", minimum=1, maximum=10**6),
            whole("mon_target_pg_per_osd", "PGs on an OSD", minimum=1, maximum=1000, default=100),
            rows("pools", "Pools in the order of the map: name, size, capacity_ratio, bulk, bias"),
        ),
        calculate=_autoscaled,
        example={
            "osds": 30, "mon_target_pg_per_osd": 100,
            "pools": (
                {"name": "volumes", "size": 3, "capacity_ratio": Decimal("0.6"), "bulk": False, "bias": 1},
                {"name": "vms", "size": 3, "capacity_ratio": Decimal("0.25"), "bulk": False, "bias": 1},
            ),
        },
    ),
    formula(
        "sizing.S14", "Default min_size", "n - floor(n/2); k + min(1, m-1)",
        (Parameter(name="pools", label="Pools", kind="texts"),),
        calculate=_pool_min_size, example={"pools": ("replicated 3", "EC 4+2")},
    ),
)  # fmt: skip
