"""The sizing formulas on their own, for programs, tests and the curious."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.figures import Answer, Formula, Grade, Parameter, Step
from catalog.engine.hardware import Media, PduSpec
from designer.engine.sizing import compute, control_plane, network, power, storage
from designer.engine.sizing.figures import SOURCES, plain


def _whole(
    name: str, label: str, unit: str = "", symbol: str = "", **changes: int | Decimal | None
) -> Parameter:
    bounds = {"minimum": 0, "maximum": 10**7} | changes
    return Parameter(name=name, label=label, unit=unit, symbol=symbol, kind="integer", **bounds)  # type: ignore[arg-type]  # numbers only


def _number(
    name: str, label: str, unit: str = "", symbol: str = "", **changes: int | Decimal | None
) -> Parameter:
    bounds = {"minimum": 0, "maximum": 10**9} | changes
    return Parameter(name=name, label=label, unit=unit, symbol=symbol, kind="number", **bounds)  # type: ignore[arg-type]  # numbers only


def _formula(
    formula_id: str, title: str, expression: str, parameters: tuple[Parameter, ...], **rest: object
) -> Formula:
    source, grade = SOURCES.get(formula_id, ("domain notes, sizing", Grade.C))
    return Formula(
        id=formula_id,
        title=title,
        expression=expression,
        parameters=parameters,
        source=source,
        grade=grade,
        **rest,  # type: ignore[arg-type]  # calculate, aliases, example
    )


def _threads(sockets: int, cores: int, threads_per_core: int) -> Answer:
    found = compute.threads(sockets=sockets, cores_per_socket=cores, threads_per_core=threads_per_core)
    return Answer(
        results={"threads": found},
        units={"threads": "threads"},
        steps=(
            Step(
                label="Threads",
                working=f"{sockets} x {cores} x {threads_per_core}",
                value=found,
                unit="threads",
            ),
        ),
    )


def _vcpus(total: int, reserved: int, allocation_ratio: Decimal, request: int) -> Answer:
    if reserved > total:
        raise InvalidDocument(
            [Problem("reserved", reserved, "is more than the host has", f"Use at most {total}.")]
        )
    vcpus = compute.vcpu_capacity(threads=total, reserved=reserved, cpu_allocation_ratio=allocation_ratio)
    count = 0 if request > total else vcpus // request
    working = f"floor(({total} - {reserved}) x {plain(allocation_ratio)})"
    return Answer(
        results={"vcpus": vcpus, "count": count},
        units={"vcpus": "vCPU", "count": "VMs"},
        steps=(
            Step(label="vCPU capacity", working=working, value=vcpus, unit="vCPU"),
            Step(
                label="Allocations",
                working=f"{vcpus} / {request}, none above {total}",
                value=count,
                unit="VMs",
            ),
        ),
        bound_by="CPU",
    )


def _host_memory(host_reserve_gib: Decimal, vms: int, vm_overhead_gib: Decimal) -> Answer:
    found = compute.reserved_host_memory_mb(
        host_reserve_gib=host_reserve_gib, vms=vms, vm_overhead_gib=vm_overhead_gib
    )
    working = f"1024 x ({plain(host_reserve_gib)} + {vms} x {plain(vm_overhead_gib)})"
    return Answer(
        results={"reserved_host_memory_mb": found},
        units={"reserved_host_memory_mb": "MiB"},
        steps=(Step(label="reserved_host_memory_mb", working=working, value=found, unit="MiB"),),
    )


def _spare(hosts: int) -> Answer:
    spare = compute.spare_hosts(hosts)
    return Answer(
        results={"spare_hosts": spare, "hosts": hosts + spare},
        units={"spare_hosts": "nodes", "hosts": "nodes"},
        steps=(
            Step(
                label="Spare",
                working=f"max(1, ceil(0.05 x {hosts})), + 1 above 20",
                value=spare,
                unit="nodes",
            ),
        ),
    )


def _published_check(cores: int, ratio: Decimal, vcpu: int, disk_gb: Decimal) -> Answer:
    vms = int(cores * ratio / vcpu)
    disk_tb = vms * disk_gb / 1000
    return Answer(
        results={"vms": vms, "disk_tb": disk_tb},
        units={"vms": "VMs", "disk_tb": "TB"},
        steps=(
            Step(label="VMs", working=f"{cores} x {plain(ratio)} / {vcpu}", value=vms, unit="VMs"),
            Step(label="Disk", working=f"{vms} x {plain(disk_gb)} / 1000", value=disk_tb, unit="TB"),
        ),
    )


def _quorum(members: int) -> Answer:
    losses, majority = control_plane.tolerated_losses(members), control_plane.quorum(members)
    return Answer(
        results={"tolerated_losses": losses, "quorum": majority},
        units={"tolerated_losses": "members", "quorum": "members"},
        steps=(
            Step(label="Majority", working=f"floor({members} / 2) + 1", value=majority),
            Step(label="Losses tolerated", working=f"floor(({members} - 1) / 2)", value=losses),
        ),
    )


def _controller_ram(compute_hosts: int, vms: int, extra_gib: Decimal) -> Answer:
    needed = control_plane.ram_needed_gib(compute_hosts=compute_hosts, vms=vms, extra_gib=extra_gib)
    step = control_plane.ram_step_gib(needed)
    working = f"(24 + 0.06 x {compute_hosts} + 0.002 x {vms} + {plain(extra_gib)}) x 1.25"
    return Answer(
        results={"ram_needed_gib": needed, "ram_gib": step},
        units={"ram_needed_gib": "GiB", "ram_gib": "GiB"},
        steps=(
            Step(label="Needed", working=working, value=needed, unit="GiB"),
            Step(label="Next memory size", working="of 32, 48, 64 ... 512", value=step, unit="GiB"),
        ),
    )


def _controller_cores(compute_hosts: int, controllers: int) -> Answer:
    found = control_plane.cores_needed(compute_hosts=compute_hosts, controllers=controllers)
    working = f"8 + 47.2 x {compute_hosts} / 1000 / {max(1, controllers - 1)}, rounded up"
    return Answer(
        results={"cores": found},
        units={"cores": "cores"},
        steps=(Step(label="Cores", working=working, value=found),),
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


def _usable(
    hosts: int,
    drives_per_host: int,
    drive_tb: Decimal,
    failure_domains: int,
    size: int,
    metadata_share: Decimal,
) -> Answer:
    if failure_domains < 1 or hosts < failure_domains:
        problem = Problem(
            "failure_domains", failure_domains, f"{hosts} hosts cannot fill them", f"Use 1 to {hosts}."
        )
        raise InvalidDocument([problem])
    layout = storage.Layout(
        hosts=hosts, drives_per_host=drives_per_host, drive_tb=drive_tb, domains=failure_domains, size=size
    )
    found = storage.capacity(
        layout, data_share=storage.efficiency(replicas=size), metadata_share=metadata_share
    )
    return Answer(
        results={
            "raw_tb": found.raw_tb,
            "replicated_tb": found.replicated_tb,
            "after_metadata_tb": found.after_metadata_tb,
            "usable_tb": found.usable_tb,
            "fill_limit": found.fill_limit,
        },
        units=dict.fromkeys(("raw_tb", "replicated_tb", "after_metadata_tb", "usable_tb"), "TB"),
        steps=(
            Step(
                label="Raw",
                working=f"{hosts} x {drives_per_host} x {plain(drive_tb)}",
                value=found.raw_tb,
                unit="TB",
            ),
            Step(
                label="Replicated",
                working=f"{plain(found.raw_tb)} / {size}",
                value=found.replicated_tb,
                unit="TB",
            ),
            Step(
                label="After metadata",
                working=f"{plain(found.replicated_tb)} x (1 - {plain(metadata_share)})",
                value=found.after_metadata_tb,
                unit="TB",
            ),
            Step(
                label="Usable",
                working=f"{plain(found.after_metadata_tb)} x {plain(found.fill_limit)}",
                value=found.usable_tb,
                unit="TB",
            ),
        ),
        bound_by=found.fill_reason,
    )


def _crush(cases: Sequence[Sequence[int]]) -> Answer:
    feasible = []
    for index, case in enumerate(cases):
        if (
            not isinstance(case, tuple)
            or len(case) != 2
            or not all(isinstance(n, int) and n > 0 for n in case)
        ):
            raise InvalidDocument(
                [Problem(f"cases[{index}]", case, "is not [hosts, shards]", "Send two counts.")]
            )
        feasible.append(case[0] >= case[1])
    return Answer(results={"feasible": tuple(feasible)})


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


def _osd_memory(osds: int, colocated_gib: int) -> Answer:
    found = storage.ram_needed_gib(osds=osds, colocated_gib=colocated_gib)
    working = f"2 x {storage.OSD_MEMORY_TARGET_GIB} x {osds} + {colocated_gib}"
    return Answer(
        results={"ram_gib": found},
        units={"ram_gib": "GiB"},
        steps=(Step(label="RAM", working=working, value=found),),
    )


def _osd_threads(osds: int, media: str) -> Answer:
    least, good = storage.threads_needed(osds=osds, media=Media(media))
    return Answer(
        results={"minimum": least, "recommended": good},
        units={"minimum": "threads", "recommended": "threads"},
    )


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


def _oversubscription(down_gbps: Decimal, up_gbps: Decimal) -> Answer:
    found = network.oversubscription(down_gbps=down_gbps, up_gbps=up_gbps)
    working = f"{plain(down_gbps)} / {plain(up_gbps)}"
    return Answer(results={"ratio": found}, steps=(Step(label="Ratio", working=working, value=found),))


def _mtu(global_physnet_mtu: Sequence[Decimal]) -> Answer:
    physical = [int(value) for value in global_physnet_mtu]
    return Answer(
        results={
            "geneve": tuple(network.guest_mtu(physical=mtu) for mtu in physical),
            "vxlan": tuple(
                network.guest_mtu(physical=mtu, header=network.VXLAN_HEADER_BYTES) for mtu in physical
            ),
        },
        units={"geneve": "bytes", "vxlan": "bytes"},
    )


def _prefix(hosts: int) -> Answer:
    found = network.subnet_prefix(hosts=hosts)
    working = f"32 - ceil(log2(2 x {hosts} + 5))"
    return Answer(results={"prefix": found}, steps=(Step(label="Prefix", working=working, value=found),))


def _feed(volt: int, amp: int, phases: int, derate: Decimal, pf: Decimal) -> Answer:
    pdu = PduSpec(
        id="feed",
        name="feed",
        manufacturer="any",
        model="any",
        volts=volt,
        amps=amp,
        phases=phases,
        weight_kg=Decimal(0),
    )
    watts = power.feed_watts(pdu, power_factor=pf, derating=derate)
    working = f"{volt} x {amp} x {plain(derate)} x {plain(pf)}" + (" x sqrt(3)" if phases == 3 else "")
    return Answer(
        results={"va": watts / pf, "watts": watts},
        units={"va": "VA", "watts": "W"},
        steps=(Step(label="Feed", working=working, value=watts, unit="W"),),
    )


def _heat(watts: Decimal) -> Answer:
    return Answer(
        results={
            "btu_per_hour": power.heat_btu_per_hour(watts),
            "cooling_tons": power.cooling_tons(watts),
            "airflow_cfm": power.airflow_cfm(watts),
        },
        units={"btu_per_hour": "BTU/h", "cooling_tons": "tons", "airflow_cfm": "CFM"},
    )


def _energy(idle_watts: Decimal, max_watts: Decimal, load: Decimal, pue: Decimal) -> Answer:
    average = power.average_watts(idle_watts=idle_watts, max_watts=max_watts, load=load)
    found = power.energy_kwh_per_year(average_watts=average, pue=pue)
    working = f"({plain(idle_watts)} + ({plain(max_watts)} - {plain(idle_watts)}) x {plain(load)}) / 1000 x 8,760 x {plain(pue)}"
    return Answer(
        results={"average_watts": average, "kwh_per_year": found},
        units={"average_watts": "W", "kwh_per_year": "kWh"},
        steps=(Step(label="Energy", working=working, value=found, unit="kWh"),),
    )


FORMULAS: tuple[Formula, ...] = (
    _formula(
        "sizing.C1", "Threads of a host", "T = s x c x t",
        (
            _whole("sockets", "Sockets", symbol="s", minimum=1, maximum=8),
            _whole("cores", "Cores of a socket", symbol="c", minimum=1, maximum=256),
            _whole("threads_per_core", "Threads of a core", symbol="t", minimum=1, maximum=4, default=2),
        ),
        calculate=_threads, example={"sockets": 2, "cores": 32, "threads_per_core": 2},
    ),
    _formula(
        "sizing.C3", "vCPU capacity of a host", "V_h = floor((T - R_thr) x a_cpu)",
        (
            _whole("total", "Threads", "threads", "T", minimum=1, maximum=4096),
            _whole("reserved", "Threads kept from guests", "threads", "R_thr", default=4),
            _number("allocation_ratio", "vCPU per thread", symbol="a_cpu", minimum=Decimal("0.1"), maximum=64, default=4),
            _whole("request", "vCPU of one VM", "vCPU", "v", minimum=1, maximum=4096, default=1),
        ),
        calculate=_vcpus, example={"total": 128, "reserved": 4, "allocation_ratio": 4, "request": 4},
    ),
    _formula(
        "sizing.C4", "Reserved host memory", "1024 x (R_os + N x o_vm)",
        (
            _number("host_reserve_gib", "Kept for the host", "GiB", "R_os", default=16),
            _whole("vms", "VMs on the host", "VMs", "N"),
            _number("vm_overhead_gib", "Overhead of a VM", "GiB", "o_vm", default=Decimal("0.5")),
        ),
        calculate=_host_memory, example={"host_reserve_gib": 16, "vms": 58, "vm_overhead_gib": Decimal("0.5")},
    ),
    _formula(
        "sizing.C7", "Spare hosts", "k = max(1, ceil(0.05 n)), + 1 above 20",
        (_whole("hosts", "Hosts for the load", "nodes", "n"),),
        calculate=_spare, example={"hosts": 9},
    ),
    _formula(
        "sizing.C10", "Published cross-check", "VMs = cores x overcommit / vCPU per VM",
        (
            _whole("cores", "Cores", minimum=1), _number("ratio", "Overcommit", default=16),
            _whole("vcpu", "vCPU of one VM", minimum=1), _number("disk_gb", "Disk of one VM", "GB"),
        ),
        calculate=_published_check, example={"cores": 200, "ratio": 16, "vcpu": 2, "disk_gb": 50},
    ),
    _formula(
        "sizing.CP1", "Quorum", "q = floor(n/2) + 1; f = floor((n-1)/2)",
        (_whole("members", "Members", symbol="n", minimum=1, maximum=99),),
        calculate=_quorum, example={"members": 3},
    ),
    _formula(
        "sizing.CP2", "RAM of a controller", "(24 + 0.06 C + 0.002 V + x) x 1.25",
        (
            _whole("compute_hosts", "Compute nodes", "nodes", "C"), _whole("vms", "VMs that must run", "VMs", "V"),
            _number("extra_gib", "Optional services", "GiB", "x", default=0),
        ),
        calculate=_controller_ram, example={"compute_hosts": 10, "vms": 500, "extra_gib": 0},
    ),
    _formula(
        "sizing.CP3", "Cores of a controller", "8 + 47.2 x C / 1000 / (n - 1)",
        (
            _whole("compute_hosts", "Compute nodes", "nodes", "C"),
            _whole("controllers", "Controllers", symbol="n", minimum=1, maximum=99, default=3),
        ),
        calculate=_controller_cores, example={"compute_hosts": 10, "controllers": 3},
    ),
    _formula(
        "sizing.S2", "Space efficiency", "1/n, or k/(k+m)",
        (
            _whole("size", "Copies", symbol="n", minimum=1, maximum=20, is_required=False),
            _whole("k", "Data shards", symbol="k", minimum=1, maximum=64, is_required=False),
            _whole("m", "Coding shards", symbol="m", minimum=1, maximum=64, is_required=False),
            _number("raw_tb", "Raw capacity", "TB", default=1),
        ),
        calculate=_efficiency, example={"k": 4, "m": 2},
    ),
    _formula(
        "sizing.S4", "Usable capacity of a replicated pool", "U = raw x (1 - o) x e x F",
        (
            _whole("hosts", "Storage nodes", "nodes", "H", minimum=1, maximum=100_000),
            _whole("drives_per_host", "Drives of a node", symbol="D", minimum=1, maximum=200),
            _number("drive_tb", "Drive", "TB", "S", maximum=1000),
            _whole("failure_domains", "Failure domains", symbol="N", minimum=1, maximum=100_000),
            _whole("size", "Copies", symbol="z", minimum=1, maximum=20, default=3),
            _number("metadata_share", "BlueStore metadata", "share", "o", maximum=1, default=Decimal("0.02")),
        ),
        calculate=_usable,
        example={"hosts": 3, "drives_per_host": 12, "drive_tb": Decimal("3.84"), "failure_domains": 3, "size": 3},
        aliases=("sizing.S1", "sizing.S3"),
    ),
    _formula(
        "sizing.S7", "Failure domains that CRUSH needs", "N >= z",
        (Parameter(name="cases", label="Pairs of hosts and shards", kind="rows"),),
        calculate=_crush, example={"cases": ((5, 6), (6, 6))},
    ),
    _formula(
        "sizing.S10", "RAM of an OSD node", "2 x osd_memory_target x D + colocated",
        (_whole("osds", "OSDs", symbol="D", maximum=200), _whole("colocated_gib", "Colocated daemons", "GiB", default=0)),
        calculate=_osd_memory, example={"osds": 12, "colocated_gib": 7}, aliases=("sizing.S10-node",),
    ),
    _formula(
        "sizing.S11", "Threads of an OSD node", "D x u_min; D x u_rec + 2 MON + 2 MGR + 4 OS",
        (
            _whole("osds", "OSDs", symbol="D", maximum=200),
            Parameter(name="media", label="Media", kind="text", choices=tuple(media.value for media in Media)),
        ),
        calculate=_osd_threads, example={"osds": 12, "media": "nvme"},
    ),
    _formula(
        "sizing.S13", "Placement groups by the planner", "target x OSDs x share / z, to a power of two",
        (
            _whole("osds", "OSDs", minimum=1, maximum=10**6),
            _whole("size", "Copies", symbol="z", minimum=1, maximum=20, default=3),
            _whole("target", "PGs on an OSD", minimum=1, maximum=1000, default=100),
            Parameter(
                name="percent", label="Shares of the pools", unit="%", kind="numbers", minimum=0, maximum=100, is_required=False
            ),
        ),
        calculate=_placement_groups, example={"osds": 100, "size": 3, "target": 100, "percent": (25, 53, 15, 7)},
        aliases=("sizing.S13-planner",),
    ),
    _formula(
        "sizing.S14", "Default min_size", "n - floor(n/2); k + min(1, m-1)",
        (Parameter(name="pools", label="Pools", kind="texts"),),
        calculate=_pool_min_size, example={"pools": ("replicated 3", "EC 4+2")},
    ),
    _formula(
        "sizing.N4", "Oversubscription", "down / up",
        (_number("down_gbps", "To the servers", "Gb/s"), _number("up_gbps", "To the spines", "Gb/s", minimum=Decimal("0.001"))),
        calculate=_oversubscription, example={"down_gbps": 190, "up_gbps": 160},
    ),
    _formula(
        "sizing.N7", "MTU that guests see", "physical - IP header - encapsulation",
        (
            Parameter(
                name="global_physnet_mtu", label="Physical MTU", unit="bytes", kind="integers", minimum=576, maximum=9216
            ),
        ),
        calculate=_mtu, example={"global_physnet_mtu": (1500, 9000)},
    ),
    _formula(
        "sizing.N8", "Subnet of a network", "32 - ceil(log2(ceil(2 h) + 5))",
        (_whole("hosts", "Addresses in use", symbol="h", maximum=10**6),),
        calculate=_prefix, example={"hosts": 16},
    ),
    _formula(
        "sizing.R2", "Capacity of a feed", "V x A x 0.8 x pf (x sqrt 3)",
        (
            _whole("volt", "Voltage", "V", "V", minimum=1, maximum=1000),
            _whole("amp", "Breaker", "A", "A", minimum=1, maximum=1000),
            _whole("phases", "Phases", minimum=1, maximum=3, default=1),
            _number("derate", "Derating", maximum=1, minimum=Decimal("0.1"), default=Decimal("0.8")),
            _number("pf", "Power factor", maximum=1, minimum=Decimal("0.1"), default=1),
        ),
        calculate=_feed, example={"volt": 208, "amp": 30, "phases": 3, "derate": Decimal("0.8"), "pf": 1},
    ),
    _formula(
        "sizing.R5", "Heat and air", "BTU/h = W x 3.412; tons = BTU/h / 12,000; CFM = BTU/h / (1.08 x 20)",
        (_number("watts", "Power", "W"),),
        calculate=_heat, example={"watts": 12_000},
    ),
    _formula(
        "sizing.R8", "Energy of a year", "(idle + (max - idle) x u) / 1000 x 8,760 x PUE",
        (
            _number("idle_watts", "Idle", "W"), _number("max_watts", "Maximum", "W"),
            _number("load", "Average load", "share", "u", maximum=1, default=Decimal("0.35")),
            _number("pue", "PUE", minimum=1, maximum=3, default=Decimal("1.5")),
        ),
        calculate=_energy, example={"idle_watts": 5130, "max_watts": 15490, "load": Decimal("0.5"), "pue": Decimal("1.5")},
    ),
)  # fmt: skip
