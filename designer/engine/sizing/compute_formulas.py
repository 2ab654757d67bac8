"""The formulas of compute on their own (sizing.C)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.engine.figures import Answer, Formula, Step, Value
from catalog.engine.units import ceil, floor
from designer.engine.sizing import compute, packing
from designer.engine.sizing.figures import plain
from designer.engine.sizing.formula_parts import choice, formula, number, refuse, row_number, rows, whole
from designer.engine.workload import FailureDomain


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
        raise refuse("reserved", reserved, "is more than the host has", f"Use at most {total}.")
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


def _reserved_threads(
    threads_per_core: int,
    host_cores: int,
    dpdk_cores: int,
    osds: int,
    threads_per_osd: int,
    control_threads: int,
) -> Answer:
    found = compute.reserved_threads(
        threads_per_core=threads_per_core, host_cores=host_cores, dpdk_cores=dpdk_cores, osds=osds,
        threads_per_osd=threads_per_osd, control_threads=control_threads,
    )  # fmt: skip
    working = (
        f"{threads_per_core} x ({host_cores} + {dpdk_cores}) + {osds} x {threads_per_osd} + {control_threads}"
    )
    return Answer(
        results={"reserved_threads": found},
        units={"reserved_threads": "threads"},
        steps=(Step(label="Kept from guests", working=working, value=found, unit="threads"),),
    )


def _host_memory(
    host_reserve_gib: Decimal,
    vm_overhead_gib: Decimal,
    osds: int,
    gib_per_osd: Decimal,
    control_gib: Decimal,
    vms: int | None = None,
    ram_gib: Decimal | None = None,
    vm_ram_gib: Decimal | None = None,
) -> Answer:
    kept = host_reserve_gib + osds * gib_per_osd + control_gib
    steps = []
    if vms is None:
        if ram_gib is None or vm_ram_gib is None:
            remedy = "Send vms, or ram_gib and vm_ram_gib to have them counted."
            raise refuse("vms", None, "is missing", remedy)
        if vm_ram_gib + vm_overhead_gib <= 0:
            raise refuse("vm_ram_gib", vm_ram_gib, "is no VM", "Send more than 0 GiB.")
        vms = max(0, floor((ram_gib - kept) / (vm_ram_gib + vm_overhead_gib)))
        working = (
            f"floor(({plain(ram_gib)} - {plain(kept)}) / ({plain(vm_ram_gib)} + {plain(vm_overhead_gib)}))"
        )
        steps.append(Step(label="VMs by RAM", working=working, value=vms, unit="VMs"))
    found = compute.reserved_host_memory_mb(
        host_reserve_gib=host_reserve_gib + control_gib, vms=vms, vm_overhead_gib=vm_overhead_gib, osds=osds,
        gib_per_osd=gib_per_osd,
    )  # fmt: skip
    working = f"1024 x ({plain(kept)} + {vms} x {plain(vm_overhead_gib)})"
    steps.append(Step(label="reserved_host_memory_mb", working=working, value=found, unit="MiB"))
    return Answer(
        results={"reserved_host_memory_mb": found, "vms": vms},
        units={"reserved_host_memory_mb": "MiB", "vms": "VMs"},
        steps=tuple(steps),
    )


def _vms_of_a_host(
    threads: int,
    vcpus_per_host: int,
    ram_gib_per_host: Decimal,
    local_disk_gb_per_host: Decimal,
    vcpus: int,
    ram_gib: Decimal,
    vm_overhead_gib: Decimal,
    disk_gb: Decimal,
) -> Answer:
    host = packing.HostCapacity(
        threads=threads, vcpus=vcpus_per_host, ram_gib=ram_gib_per_host, local_disk_gb=local_disk_gb_per_host
    )
    vm = packing.VmDemand(count=1, vcpus=vcpus, ram_gib=ram_gib + vm_overhead_gib, local_disk_gb=disk_gb)
    if vm.ram_gib <= 0:
        raise refuse("ram_gib", ram_gib, "is no VM", "Send more than 0 GiB.")
    count, bound_by = packing.vms_of_one_size(host, vm)
    by_ram = floor(ram_gib_per_host / vm.ram_gib)
    steps = [
        Step(label="By vCPU", working=f"floor({vcpus_per_host} / {vcpus})", value=vcpus_per_host // vcpus, unit="VMs"),
        Step(label="By RAM", working=f"floor({plain(ram_gib_per_host)} / {plain(vm.ram_gib)})", value=by_ram, unit="VMs"),
    ]  # fmt: skip
    if local_disk_gb_per_host and disk_gb:
        by_disk = floor(local_disk_gb_per_host / disk_gb)
        working = f"floor({plain(local_disk_gb_per_host)} / {plain(disk_gb)})"
        steps.append(Step(label="By disk", working=working, value=by_disk, unit="VMs"))
    return Answer(results={"vms": count}, units={"vms": "VMs"}, steps=tuple(steps), bound_by=bound_by)


def _hosts_for_a_mix(
    vms: Sequence[object],
    threads: int,
    vcpus_per_host: int,
    ram_gib_per_host: Decimal,
    local_disk_gb_per_host: Decimal,
    vm_overhead_gib: Decimal,
    annual_growth_rate: Decimal,
    growth_years: Decimal,
) -> Answer:
    host = packing.HostCapacity(
        threads=threads, vcpus=vcpus_per_host, ram_gib=ram_gib_per_host, local_disk_gb=local_disk_gb_per_host
    )
    factor = (1 + annual_growth_rate) ** growth_years
    demands = []
    for index, row in enumerate(vms):
        need = {name: row_number(row, index, "vms", name) for name in ("count", "vcpus", "ram_gib")}
        disk = row_number(row, index, "vms", "disk_gb", 0)
        apart = row_number(row, index, "vms", "anti_affinity_group_size", 0)
        if need["ram_gib"] + vm_overhead_gib <= 0:
            raise refuse(f"vms[{index}].ram_gib", need["ram_gib"], "is no VM", "Send more than 0 GiB.")
        demands.append(
            packing.VmDemand(
                count=ceil(need["count"] * factor), vcpus=ceil(need["vcpus"]), local_disk_gb=disk,
                ram_gib=need["ram_gib"] + vm_overhead_gib, group_size=ceil(apart),
            )
        )  # fmt: skip
    names = [f"profile {number}" for number in range(1, len(demands) + 1)]
    compute.refuse_what_fits_nowhere(host, demands, names)
    needed = compute.hosts_needed(host, demands)
    steps = tuple(
        Step(label=f"Hosts for {name}", working=working, value=hosts, unit="hosts")
        for name, hosts in needed.by_resource.items()
        for working in [
            "the largest group, each VM on a host of its own"
            if name == packing.GROUPS
            else f"demand / {plain({'CPU': Decimal(host.vcpus), 'RAM': host.ram_gib, 'disk': host.local_disk_gb}[name])}"
        ]
    )
    return Answer(
        results={
            "hosts": needed.packed, "safe_hosts": needed.bound, "fragmentation": needed.fragmentation,
            "vms": sum(vm.count for vm in demands),
        },
        units={"hosts": "nodes", "safe_hosts": "nodes", "fragmentation": "share", "vms": "VMs"},
        steps=(
            *steps,
            Step(label="Fragmentation", working="largest VM / host / 2, at most 0.25; exact for one size", value=needed.fragmentation, unit="share"),
            Step(label="Safe figure", working="hosts / (1 - phi), rounded up", value=needed.bound, unit="nodes"),
            Step(label="Packed", working="better of first-fit decreasing and host by host", value=needed.packed, unit="nodes"),
        ),
        bound_by=needed.bound_by,
    )  # fmt: skip


def _spare(
    hosts: int, failure_unit: str, domains: int, vms_per_host: int | None = None, vms: int | None = None
) -> Answer:
    spare = compute.spare_hosts(hosts)
    unit = FailureDomain(failure_unit)
    total = compute.hosts_that_survive(hosts_for_load=hosts, spare=spare, unit=unit, domains=domains)
    lost = 1 if unit is FailureDomain.HOST or domains < 2 else ceil(Decimal(total) / domains)
    results: dict[str, Value] = {"spare_hosts": total - hosts, "hosts": total, "survivors": total - lost}
    steps = [
        Step(label="Spare", working=f"max(1, ceil(0.05 x {hosts})), + 1 above 20", value=spare, unit="nodes"),
        Step(label="Survivors", working=f"{total} - {lost} of one {unit.value}", value=total - lost, unit="nodes"),
    ]  # fmt: skip
    if vms_per_host is not None:
        carried = (total - lost) * vms_per_host
        results["vms_after_loss"] = carried
        steps.append(
            Step(
                label="VMs after the loss",
                working=f"{total - lost} x {vms_per_host}",
                value=carried,
                unit="VMs",
            )
        )
        if vms is not None:
            results["survives"] = carried >= vms
    return Answer(
        results=results,
        units={"spare_hosts": "nodes", "hosts": "nodes", "survivors": "nodes", "vms_after_loss": "VMs"},
        steps=tuple(steps),
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


FORMULAS: tuple[Formula, ...] = (
    formula(
        "sizing.C1", "Threads of a host", "T = s x c x t",
        (
            whole("sockets", "Sockets", symbol="s", minimum=1, maximum=8),
            whole("cores", "Cores of a socket", symbol="c", minimum=1, maximum=256),
            whole("threads_per_core", "Threads of a core", symbol="t", minimum=1, maximum=4, default=2),
        ),
        calculate=_threads, example={"sockets": 2, "cores": 32, "threads_per_core": 2},
    ),
    formula(
        "sizing.C2", "Threads kept from guests", "t x (n_os + n_dpdk) + O x u_osd + u_ctl",
        (
            whole("threads_per_core", "Threads of a core", symbol="t", minimum=1, maximum=4, default=2),
            whole("host_cores", "Cores of the host", "cores", "n_os", maximum=64, default=2),
            whole("dpdk_cores", "Poll-mode cores", "cores", "n_dpdk", maximum=64, default=0),
            whole("osds", "OSDs", "OSDs", "O", maximum=200, default=0),
            whole("threads_per_osd", "Threads of an OSD", "threads", "u_osd", maximum=64, default=0),
            whole("control_threads", "Share of the control plane", "threads", "u_ctl", maximum=256, default=0),
        ),
        calculate=_reserved_threads, example={"osds": 6, "threads_per_osd": 4, "control_threads": 8},
    ),
    formula(
        "sizing.C3", "vCPU capacity of a host", "V_h = floor((T - R_thr) x a_cpu)",
        (
            whole("total", "Threads", "threads", "T", minimum=1, maximum=4096),
            whole("reserved", "Threads kept from guests", "threads", "R_thr", default=4),
            number("allocation_ratio", "vCPU per thread", symbol="a_cpu", minimum=Decimal("0.1"), maximum=64, default=4),
            whole("request", "vCPU of one VM", "vCPU", "v", minimum=1, maximum=4096, default=1),
        ),
        calculate=_vcpus, example={"total": 128, "reserved": 4, "allocation_ratio": 4, "request": 4},
    ),
    formula(
        "sizing.C4", "Reserved host memory", "1024 x (R_os + O x m_osd + R_ctl + N x o_vm); N = floor((M - reserves) / (m + o_vm))",
        (
            number("host_reserve_gib", "Kept for the host", "GiB", "R_os", default=16),
            whole("vms", "VMs on the host", "VMs", "N", is_required=False),
            number("vm_overhead_gib", "Overhead of a VM", "GiB", "o_vm", default=Decimal("0.5")),
            whole("osds", "OSDs", "OSDs", "O", maximum=200, default=0),
            number("gib_per_osd", "Memory of an OSD", "GiB", "m_osd", maximum=64, default=0),
            number("control_gib", "Share of the control plane", "GiB", "R_ctl", default=0),
            number("ram_gib", "RAM of the host, to have the VMs counted", "GiB", "M", is_required=False),
            number("vm_ram_gib", "RAM of a VM", "GiB", "m", is_required=False),
        ),
        calculate=_host_memory, example={"host_reserve_gib": 16, "vms": 58, "vm_overhead_gib": Decimal("0.5")},
    ),
    formula(
        "sizing.C5", "VMs of one size on a host", "min(floor(V_h / v), floor(RAM / (m + o_vm)), floor(disk / d)); none with v > T",
        (
            whole("threads", "Threads", "threads", "T", minimum=1, maximum=4096),
            whole("vcpus_per_host", "vCPU of the host", "vCPU", "V_h", minimum=1, maximum=100_000),
            number("ram_gib_per_host", "RAM for guests", "GiB", maximum=100_000),
            number("local_disk_gb_per_host", "Local disk for guests", "GB", default=0),
            whole("vcpus", "vCPU of a VM", "vCPU", "v", minimum=1, maximum=4096),
            number("ram_gib", "RAM of a VM", "GiB", "m", maximum=100_000),
            number("vm_overhead_gib", "Overhead of a VM", "GiB", "o_vm", maximum=4, default=Decimal("0.5")),
            number("disk_gb", "Disk of a VM", "GB", "d", default=0),
        ),
        calculate=_vms_of_a_host,
        example={"threads": 128, "vcpus_per_host": 496, "ram_gib_per_host": 496, "vcpus": 4, "ram_gib": 8},
    ),
    formula(
        "sizing.C6", "Hosts for a mix of VMs", "bound: ceil(max_r need_r / (cap_r x (1 - phi))); then the better of first-fit decreasing and host by host",
        (
            rows("vms", "VMs: count, vcpus, ram_gib, disk_gb, anti_affinity_group_size of each size"),
            whole("threads", "Threads", "threads", "T", minimum=1, maximum=4096),
            whole("vcpus_per_host", "vCPU of a host", "vCPU", minimum=1, maximum=100_000),
            number("ram_gib_per_host", "RAM for guests of a host", "GiB", minimum=Decimal("0.1"), maximum=100_000),
            number("local_disk_gb_per_host", "Local disk for guests", "GB", default=0),
            number("vm_overhead_gib", "Overhead of a VM", "GiB", "o_vm", maximum=4, default=Decimal("0.5")),
            number("annual_growth_rate", "Growth", "per year", "g", maximum=1, default=0),
            number("growth_years", "Years of growth", "years", "y", maximum=7, default=0),
        ),
        calculate=_hosts_for_a_mix,
        example={
            "vms": (
                {"count": 240, "vcpus": 2, "ram_gib": 4}, {"count": 120, "vcpus": 4, "ram_gib": 16},
                {"count": 40, "vcpus": 8, "ram_gib": 64},
            ),
            "threads": 128, "vcpus_per_host": 496, "ram_gib_per_host": 496,
        },
    ),
    formula(
        "sizing.C7", "Spare hosts", "k = max(1, ceil(0.05 n)), + 1 above 20; the loss of one failure unit must leave n",
        (
            whole("hosts", "Hosts for the load", "nodes", "n", maximum=10_000),
            choice("failure_unit", "Survives the loss of one", tuple(FailureDomain), default=FailureDomain.HOST.value),
            whole("domains", "Racks or zones", minimum=1, maximum=1000, default=1),
            whole("vms_per_host", "VMs of a host", "VMs", "N_h", is_required=False),
            whole("vms", "VMs that must run", "VMs", is_required=False),
        ),
        calculate=_spare, example={"hosts": 9},
    ),
    formula(
        "sizing.C10", "Published cross-check", "VMs = cores x overcommit / vCPU per VM",
        (
            whole("cores", "Cores", minimum=1), number("ratio", "Overcommit", default=16),
            whole("vcpu", "vCPU of one VM", minimum=1), number("disk_gb", "Disk of one VM", "GB"),
        ),
        calculate=_published_check, example={"cores": 200, "ratio": 16, "vcpu": 2, "disk_gb": 50},
    ),
)  # fmt: skip
