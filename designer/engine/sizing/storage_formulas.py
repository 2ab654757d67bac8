"""The formulas of Ceph's capacity on their own (sizing.S1 to S9)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.engine.figures import Answer, Formula, Parameter, Step
from catalog.engine.units import ceil
from designer.engine.sizing import storage
from designer.engine.sizing.figures import plain
from designer.engine.sizing.formula_parts import formula, number, pair, refuse, rows, whole
from designer.engine.sizing.uneven import OsdHosts, uneven_capacity, uneven_layout


def _raw(hosts: int, drives_per_host: int, drive_tb: Decimal) -> Answer:
    found = storage.raw_tb(hosts=hosts, drives_per_host=drives_per_host, drive_tb=drive_tb)
    working = f"{hosts} x {drives_per_host} x {plain(drive_tb)}"
    return Answer(
        results={"raw_tb": found, "osds": hosts * drives_per_host},
        units={"raw_tb": "TB", "osds": "OSDs"},
        steps=(Step(label="Raw", working=working, value=found, unit="TB"),),
    )


def _efficiency(
    size: int | None = None, k: int | None = None, m: int | None = None, raw_tb: Decimal = Decimal(1)
) -> Answer:
    share = storage.efficiency(replicas=size, k=k, m=m)
    usable = raw_tb * share
    return Answer(
        results={"efficiency": share, "overhead": 1 / share, "usable_tb": usable},
        units={"usable_tb": "TB"},
        steps=(
            Step(label="Efficiency", working=f"1 / {size}" if size else f"{k} / ({k} + {m})", value=share),
        ),
    )


def _layout(
    hosts: int, drives_per_host: int, drive_tb: Decimal, failure_domains: int, size: int
) -> storage.Layout:
    if failure_domains < 1 or hosts < failure_domains:
        message = f"{hosts} hosts cannot fill them"
        raise refuse("failure_domains", failure_domains, message, f"Use 1 to {hosts}.")
    return storage.Layout(
        hosts=hosts, drives_per_host=drives_per_host, drive_tb=drive_tb, domains=failure_domains, size=size
    )


def _fill_limit(
    hosts: int, drives_per_host: int, failure_domains: int, size: int, self_heal_reserve: bool
) -> Answer:
    layout = _layout(hosts, drives_per_host, Decimal(1), failure_domains, size)
    limits = storage.fill_limits(layout, self_heal_reserve=self_heal_reserve)
    limit, reason = min(limits, key=lambda found: found[0])
    return Answer(
        results={"fill_limit": limit},
        units={"fill_limit": "share"},
        steps=tuple(Step(label=f"({letter})", working=why, value=share) for letter, (share, why) in zip("abcd", limits, strict=False)),
        bound_by=reason,
    )  # fmt: skip


def _usable(
    hosts: int,
    drives_per_host: int,
    drive_tb: Decimal,
    failure_domains: int,
    size: int,
    metadata_share: Decimal,
    self_heal_reserve: bool,
    balance: Decimal,
    k: int | None = None,
    m: int | None = None,
) -> Answer:
    if (k is None) != (m is None):
        raise refuse("m" if m is None else "k", None, "is missing", "Send both k and m, or neither.")
    if k is not None and m is not None:
        size, share, kept = k + m, storage.efficiency(k=k, m=m), f"x {k} / ({k} + {m})"
    else:
        share, kept = storage.efficiency(replicas=size), f"/ {size}"
    layout = _layout(hosts, drives_per_host, drive_tb, failure_domains, size)
    found = storage.capacity(
        layout, data_share=share, metadata_share=metadata_share, self_heal_reserve=self_heal_reserve
    )
    usable = found.usable_tb * balance
    skew = f" x {plain(balance)}" if balance != 1 else ""
    after, limit = plain(found.after_metadata_tb), plain(found.fill_limit)
    names = ("raw_tb", "replicated_tb", "after_metadata_tb", "usable_tb", "max_avail_tb")
    return Answer(
        results={
            "raw_tb": found.raw_tb,
            "replicated_tb": found.replicated_tb,
            "after_metadata_tb": found.after_metadata_tb,
            "usable_tb": usable,
            "fill_limit": found.fill_limit,
            "max_avail_tb": found.replicated_tb * storage.FULL,
        },
        units=dict.fromkeys(names, "TB"),
        steps=(
            Step(label="Raw", working=f"{hosts} x {drives_per_host} x {plain(drive_tb)}", value=found.raw_tb, unit="TB"),
            Step(label="Replicated", working=f"{plain(found.raw_tb)} {kept}", value=found.replicated_tb, unit="TB"),
            Step(label="After metadata", working=f"{plain(found.replicated_tb)} x (1 - {plain(metadata_share)})", value=found.after_metadata_tb, unit="TB"),
            Step(label="Usable", working=f"{after} x {limit}{skew}", value=usable, unit="TB"),
            Step(label="What `ceph df` shows when empty", working=f"{plain(found.replicated_tb)} x 0.95", value=found.replicated_tb * storage.FULL, unit="TB"),
        ),
        bound_by=found.fill_reason,
    )  # fmt: skip


def _skew(pgs_per_osd: Decimal | None = None, deviation: int = 5, most_pgs: Decimal | None = None) -> Answer:
    if pgs_per_osd is None or pgs_per_osd <= 0:
        raise refuse("pgs_per_osd", pgs_per_osd, "is not above 0", "Send the mean of the OSDs.")
    if most_pgs is not None:
        if most_pgs < pgs_per_osd:
            raise refuse("most_pgs", most_pgs, "is below the mean", f"Send {plain(pgs_per_osd)} or more.")
        found = storage.balance_seen(mean_pgs=pgs_per_osd, most_pgs=most_pgs)
        working = f"{plain(pgs_per_osd)} / {plain(most_pgs)}"
    else:
        found = storage.balance(pgs_per_osd=pgs_per_osd, deviation=deviation)
        working = f"{plain(pgs_per_osd)} / ({plain(pgs_per_osd)} + {deviation})"
    return Answer(
        results={"balance": found}, steps=(Step(label="Mean over fullest", working=working, value=found),)
    )


def _unequal(capacities_tb: Sequence[Decimal], size: int) -> Answer:
    if not capacities_tb:
        raise refuse("capacities_tb", [], "is empty", "Send the capacity of each failure domain.")
    found = storage.held_by_unequal_domains(capacities_tb, size=size)
    total = sum(capacities_tb, Decimal(0))
    used = sum((min(capacity, found) for capacity in capacities_tb), Decimal(0))
    return Answer(
        results={"held_tb": found, "if_equal_tb": total / size, "unusable_raw_tb": total - used},
        units={"held_tb": "TB", "if_equal_tb": "TB", "unusable_raw_tb": "TB"},
        steps=(
            Step(label="If all could be used", working=f"{plain(total)} / {size}", value=total / size, unit="TB"),
            Step(label="Largest U", working=f"sum(min(c_i, U)) = {plain(used)} >= {size} x U", value=found, unit="TB"),
        ),
        bound_by="the largest failure domains" if found < total / size else "capacity",
    )  # fmt: skip


def _unequal_fill(capacities_tb: Sequence[Decimal], osds_per_host: int, size: int) -> Answer:
    if not capacities_tb:
        raise refuse("capacities_tb", [], "is empty", "Send the capacity of each host.")
    hosts = [OsdHosts(count=1, drives=osds_per_host, drive_tb=tb / osds_per_host) for tb in capacities_tb]
    found = uneven_capacity(
        uneven_layout(hosts, domains=None, size=size), data_share=Decimal(1) / size, metadata_share=Decimal(0)
    )
    held = found.capacity.replicated_tb
    return Answer(
        results={
            "fill_limit": found.capacity.fill_limit, "held_tb": held, "usable_tb": found.capacity.usable_tb,
            "left_out": found.left_out, "stranded_tb": found.stranded_tb,
        },
        units={"held_tb": "TB", "usable_tb": "TB", "stranded_tb": "TB"},
        steps=(
            Step(label="Held of one copy", working="sizing.S6", value=held, unit="TB"),
            Step(
                label="May be stored", working=f"{plain(held)} x {plain(found.capacity.fill_limit, 4)}",
                value=found.capacity.usable_tb, unit="TB",
            ),
        ),
        bound_by=found.capacity.fill_reason,
    )  # fmt: skip


def _crush(cases: Sequence[object]) -> Answer:
    feasible = []
    for index, case in enumerate(cases):
        hosts, shards = pair(case, index, "cases", "hosts and shards")
        feasible.append(hosts >= shards)
    return Answer(results={"feasible": tuple(feasible)})


def _raw_needed(
    stored_tb: Decimal,
    annual_growth_rate: Decimal,
    growth_years: Decimal,
    snapshot_share: Decimal,
    thin_share: Decimal,
    fill_limit: Decimal,
    metadata_share: Decimal,
    size: int,
    k: int | None = None,
    m: int | None = None,
) -> Answer:
    share = (
        storage.efficiency(k=k, m=m) if k is not None or m is not None else storage.efficiency(replicas=size)
    )
    grown = stored_tb * (1 + annual_growth_rate) ** growth_years
    written = grown * thin_share * (1 + snapshot_share)
    raw = storage.raw_needed_tb(
        usable_tb=written, data_share=share, limit=fill_limit, metadata_share=metadata_share
    )
    divisor = share * fill_limit * (1 - metadata_share)
    return Answer(
        results={"written_tb": written, "raw_needed_tb": raw},
        units={"written_tb": "TB", "raw_needed_tb": "TB"},
        steps=(
            Step(label="With growth", working=f"{plain(stored_tb)} x (1 + {plain(annual_growth_rate)})^{plain(growth_years)}", value=grown, unit="TB"),
            Step(label="Written", working=f"{plain(grown)} x {plain(thin_share)} x (1 + {plain(snapshot_share)})", value=written, unit="TB"),
            Step(label="Of raw, usable", working=f"{plain(share, 4)} x {plain(fill_limit)} x (1 - {plain(metadata_share)})", value=divisor, unit="share"),
            Step(label="Raw needed", working=f"{plain(written)} / {plain(divisor, 4)}", value=raw, unit="TB"),
        ),
    )  # fmt: skip


def _db_devices(
    drive_tb: Decimal, db_percent: Decimal, drives_per_host: int, db_devices: int, is_nvme: bool
) -> Answer:
    each = storage.db_gb_per_osd(drive_tb=drive_tb, db_share=db_percent / 100)
    steps = [
        Step(label="DB of an OSD", working=f"{plain(drive_tb * 1000)} x {plain(db_percent)} %", value=each, unit="GB")
    ]  # fmt: skip
    if not db_devices:
        return Answer(results={"db_gb_per_osd": each}, units={"db_gb_per_osd": "GB"}, steps=tuple(steps))
    behind = ceil(Decimal(drives_per_host) / db_devices)
    most = storage.OSDS_PER_NVME_DB if is_nvme else storage.OSDS_PER_SATA_DB
    device_tb = drives_per_host * each / db_devices / 1000
    working = f"{drives_per_host} x {plain(each)} / {db_devices} / 1000"
    steps.append(Step(label="Size of a DB device", working=working, value=device_tb, unit="TB"))
    working = f"ceil({drives_per_host} / {db_devices}), at most {most}"
    steps.append(Step(label="OSDs lost with a DB device", working=working, value=behind, unit="OSDs"))
    return Answer(
        results={
            "db_gb_per_osd": each,
            "db_device_tb": device_tb,
            "osds_per_db_device": behind,
            "is_within_advice": behind <= most,
        },
        units={"db_gb_per_osd": "GB", "db_device_tb": "TB", "osds_per_db_device": "OSDs"},
        steps=tuple(steps),
    )


_HOSTS = whole("hosts", "Storage nodes", "nodes", "H", minimum=1, maximum=100_000)
_DRIVES = whole("drives_per_host", "Drives of a node", symbol="D", minimum=1, maximum=200)
_DRIVE = number("drive_tb", "Drive", "TB", "S", maximum=1000)
_DOMAINS = whole("failure_domains", "Failure domains", symbol="N", minimum=1, maximum=100_000)
_SIZE = whole("size", "Copies", symbol="z", minimum=1, maximum=20, default=3)
_K = whole("k", "Or data shards", symbol="k", minimum=1, maximum=64, is_required=False)
_M = whole("m", "And coding shards", symbol="m", minimum=1, maximum=64, is_required=False)
_METADATA = number(
    "metadata_share", "BlueStore metadata", "share", "o", maximum=Decimal("0.9"), default=Decimal("0.02")
)
_RESERVE = Parameter(name="self_heal_reserve", label="Keep room to rebuild", kind="boolean", default=True)

FORMULAS: tuple[Formula, ...] = (
    formula(
        "sizing.S1", "Raw capacity", "H x D x S", (_HOSTS, _DRIVES, _DRIVE),
        calculate=_raw, example={"hosts": 3, "drives_per_host": 12, "drive_tb": Decimal("3.84")},
    ),
    formula(
        "sizing.S2", "Space efficiency", "1/n, or k/(k+m)",
        (
            whole("size", "Copies", symbol="n", minimum=1, maximum=20, is_required=False),
            whole("k", "Data shards", symbol="k", minimum=1, maximum=64, is_required=False),
            whole("m", "Coding shards", symbol="m", minimum=1, maximum=64, is_required=False),
            number("raw_tb", "Raw capacity", "TB", default=1),
        ),
        calculate=_efficiency, example={"k": 4, "m": 2},
    ),
    formula(
        "sizing.S3", "Fill limit with room to rebuild",
        "smallest of (a) 0.85; (b) 0.9 (N-1)/N; (c) 0.9/(1 + sigma/(q-1)); (d) 0.9 (D-1)/D, as they apply",
        (
            _HOSTS, _DRIVES, _DOMAINS, whole("size", "Copies, or k + m", symbol="z", minimum=1, maximum=64, default=3), _RESERVE,
        ),
        calculate=_fill_limit, example={"hosts": 12, "drives_per_host": 12, "failure_domains": 6, "size": 3},
    ),
    formula(
        "sizing.S4", "Usable capacity of a pool", "U = raw x (1 - o) x e x F x b",
        (
            _HOSTS, _DRIVES, _DRIVE, _DOMAINS, _SIZE, _K, _M, _METADATA, _RESERVE,
            number("balance", "Mean over fullest OSD", "share", "b", minimum=Decimal("0.1"), maximum=1, default=1),
        ),
        calculate=_usable,
        example={"hosts": 3, "drives_per_host": 12, "drive_tb": Decimal("3.84"), "failure_domains": 3, "size": 3},
    ),
    formula(
        "sizing.S5", "Skew of the fullest OSD", "b >= p / (p + deviation); on a real map mean / max",
        (
            number("pgs_per_osd", "PG replicas of an OSD", "PGs", "p", minimum=Decimal("0.001"), maximum=10**6),
            whole("deviation", "upmap_max_deviation of the balancer", "PGs", minimum=1, maximum=1000, default=5),
            number("most_pgs", "Of the fullest OSD, where it is known", "PGs", is_required=False),
        ),
        calculate=_skew, example={"pgs_per_osd": 96},
    ),
    formula(
        "sizing.S6", "Capacity of unequal failure domains", "largest U with sum(min(c_i, U)) >= z x U",
        (
            Parameter(name="capacities_tb", label="Capacity of each failure domain", unit="TB", symbol="c", kind="numbers", minimum=0, maximum=10**9),
            _SIZE,
        ),
        calculate=_unequal, example={"capacities_tb": (10, 10, 20), "size": 3},
    ),
    formula(
        "sizing.S3-unequal", "Fill limit of unequal hosts",
        "smallest of 0.85; 0.9 x held without any one / held; N = z: 0.9 (D-1)/D; the best of the n largest hosts",
        (
            Parameter(name="capacities_tb", label="Capacity of each host", unit="TB", symbol="c", kind="numbers", minimum=Decimal("0.001"), maximum=10**6),
            whole("osds_per_host", "OSDs of a host", "OSDs", "D", minimum=1, maximum=200, default=12),
            _SIZE,
        ),
        calculate=_unequal_fill,
        example={"capacities_tb": (Decimal("23.04"), Decimal("23.04"), Decimal("23.04"), Decimal("23.04"), Decimal("46.08")), "osds_per_host": 6, "size": 3},
    ),
    formula(
        "sizing.S7", "Failure domains that CRUSH needs", "N >= z",
        (rows("cases", "Pairs of hosts and shards"),),
        calculate=_crush, example={"cases": ((5, 6), (6, 6))},
    ),
    formula(
        "sizing.S8", "Raw capacity that a demand needs", "stored x (1 + g)^y x thin x (1 + snapshots) / (e x F x (1 - o))",
        (
            number("stored_tb", "Provisioned", "TB"),
            number("annual_growth_rate", "Growth", "per year", "g", maximum=1, default=0),
            number("growth_years", "Years of growth", "years", "y", maximum=7, default=0),
            number("snapshot_share", "Snapshots", "share", maximum=10, default=Decimal("0.1")),
            number("thin_share", "Written of provisioned", "share", maximum=1, default=Decimal("0.6")),
            number("fill_limit", "Fill limit (S3)", "share", "F", minimum=Decimal("0.01"), maximum=1, default=Decimal("0.85")),
            _METADATA, _SIZE, _K, _M,
        ),
        calculate=_raw_needed, example={"stored_tb": 40, "fill_limit": Decimal("0.825")},
    ),
    formula(
        "sizing.S9", "DB and WAL devices", "db per OSD = percent x S; 1-2 % for RBD, 4 % and more for RGW",
        (
            _DRIVE, number("db_percent", "Of the drive", "%", maximum=100, default=2),
            whole("drives_per_host", "Drives of a node", symbol="D", maximum=200, default=0),
            whole("db_devices", "DB devices of a node", maximum=64, default=0),
            Parameter(name="is_nvme", label="The DB devices are NVMe", kind="boolean", default=True),
        ),
        calculate=_db_devices, example={"drive_tb": 20, "db_percent": 4, "drives_per_host": 24, "db_devices": 4},
    ),
)  # fmt: skip
