"""The formulas of Ceph's performance and of hyper-converged hosts on their own (sizing.P, sizing.H)."""

from __future__ import annotations

from decimal import Decimal

from catalog.engine.figures import Answer, Formula, Step
from catalog.engine.hardware import Media
from designer.engine.sizing import hyperconverged, performance
from designer.engine.sizing.figures import plain
from designer.engine.sizing.formula_parts import choice, formula, number, refuse, whole


def _protection(size: int, k: int | None, m: int | None) -> performance.Protection:
    if (k is None) != (m is None):
        raise refuse("m" if m is None else "k", None, "is missing", "Send both k and m, or neither.")
    return performance.Protection(replicas=size if k is None else None, k=k, m=m)


def _iops(
    osds: int,
    media: str,
    read_share: Decimal,
    size: int,
    write_path: str,
    k: int | None = None,
    m: int | None = None,
    iops_per_osd: int | None = None,
) -> Answer:
    protection = _protection(size, k, m)
    each = performance.IOPS_PER_OSD[Media(media)] if iops_per_osd is None else iops_per_osd
    optimised = write_path == OPTIMISED
    found = performance.client_iops(
        osds=osds, iops_per_osd=each, protection=protection, has_ec_optimizations=optimised
    )
    per_write = protection.operations_per_write(has_ec_optimizations=optimised)
    mixed = performance.mixed_iops(found, read_share=read_share) if found.read else Decimal(0)
    return Answer(
        results={"read_iops": found.read, "write_iops": found.write, "mixed_iops": mixed},
        units=dict.fromkeys(("read_iops", "write_iops", "mixed_iops"), "IOPS"),
        steps=(
            Step(label="Reads", working=f"{osds} x {each}", value=found.read, unit="IOPS"),
            Step(label="Writes", working=f"{plain(found.read)} / {plain(per_write)}", value=found.write, unit="IOPS"),
            Step(label="Mix", working=f"1 / ({plain(read_share)} / {plain(found.read)} + (1 - {plain(read_share)}) / {plain(found.write)})", value=mixed, unit="IOPS"),
        ),
    )  # fmt: skip


def _throughput(
    osds: int,
    hosts: int,
    media: str,
    public_gbps: Decimal,
    size: int,
    cluster_gbps: Decimal | None = None,
    k: int | None = None,
    m: int | None = None,
    mb_per_second: Decimal | None = None,
) -> Answer:
    protection = _protection(size, k, m)
    each = performance.MB_PER_SECOND_PER_OSD[Media(media)] if mb_per_second is None else mb_per_second
    write = performance.write_throughput(
        osds=osds, mb_per_second=each, protection=protection, hosts=hosts, public_gbps=public_gbps,
        cluster_gbps=cluster_gbps,
    )  # fmt: skip
    read = performance.read_throughput(osds=osds, mb_per_second=each, hosts=hosts, public_gbps=public_gbps)
    return Answer(
        results={
            "write_gb_per_second": write.gb_per_second, "write_gbps": write.gb_per_second * 8,
            "read_gb_per_second": read.gb_per_second, "read_bound_by": read.bound_by,
        },
        units={"write_gb_per_second": "GB/s", "write_gbps": "Gb/s", "read_gb_per_second": "GB/s"},
        steps=(
            Step(label="Writes of the drives", working=f"{osds} x {plain(each)} / 1000 / {plain(protection.raw_bytes_per_byte)}", value=osds * each / 1000 / protection.raw_bytes_per_byte, unit="GB/s"),
            Step(label="Writes", working=f"least of drives and networks: {write.bound_by}", value=write.gb_per_second, unit="GB/s"),
            Step(label="Reads", working=f"least of drives and public network: {read.bound_by}", value=read.gb_per_second, unit="GB/s"),
        ),
        bound_by=write.bound_by,
    )  # fmt: skip


def _network_bound(
    hosts: int, public_gbps: Decimal, osds: int, media: str, size: int, cluster_gbps: Decimal | None = None
) -> Answer:
    each = performance.MB_PER_SECOND_PER_OSD[Media(media)]
    found = performance.write_throughput(
        osds=osds, mb_per_second=each, protection=performance.Protection(replicas=size), hosts=hosts,
        public_gbps=public_gbps, cluster_gbps=cluster_gbps,
    )  # fmt: skip
    if cluster_gbps is None:
        steps = [
            Step(
                label="Shared network",
                working=f"{hosts} x {plain(public_gbps)} / {size}",
                value=hosts * public_gbps / size,
                unit="Gb/s",
            )
        ]
    else:
        steps = [
            Step(
                label="Public network",
                working=f"{hosts} x {plain(public_gbps)}",
                value=hosts * public_gbps,
                unit="Gb/s",
            )
        ]
        if size > 1:
            steps.append(
                Step(
                    label="Cluster network",
                    working=f"{hosts} x {plain(cluster_gbps)} / ({size} - 1)",
                    value=hosts * cluster_gbps / (size - 1),
                    unit="Gb/s",
                )
            )
    drives = osds * each * 8 / 1000 / size
    steps.append(
        Step(label="Drives", working=f"{osds} x {plain(each)} x 8 / 1000 / {size}", value=drives, unit="Gb/s")
    )
    return Answer(
        results={"write_gbps": found.gb_per_second * 8}, units={"write_gbps": "Gb/s"}, steps=tuple(steps),
        bound_by=found.bound_by,
    )  # fmt: skip


def _recovery(
    lost_tb: Decimal,
    osds: int,
    hosts: int,
    media: str,
    nic_gbps: Decimal,
    profile: str,
    out_after_seconds: int,
    mb_per_second: Decimal | None = None,
) -> Answer:
    each = performance.MB_PER_SECOND_PER_OSD[Media(media)] if mb_per_second is None else mb_per_second
    share = performance.RECOVERY_SHARES[profile]
    found = performance.recovery(
        lost_tb=lost_tb, osds=osds, mb_per_second=each, hosts=hosts, nic_gbps=nic_gbps, recovery_share=share,
        out_after_seconds=out_after_seconds,
    )  # fmt: skip
    slower = min(found.disk_gb_per_second, found.network_gb_per_second)
    return Answer(
        results={
            "seconds": found.seconds, "minutes": found.seconds / 60, "hours": found.hours,
            "disk_gb_per_second": found.disk_gb_per_second, "network_gb_per_second": found.network_gb_per_second,
        },
        units={
            "seconds": "s", "minutes": "min", "hours": "h", "disk_gb_per_second": "GB/s", "network_gb_per_second": "GB/s",
        },
        steps=(
            Step(label="Drives", working=f"{osds} x {plain(each)} / 1000 x {plain(share)}", value=found.disk_gb_per_second, unit="GB/s"),
            Step(label="Network", working=f"{hosts} x {plain(nic_gbps)} / 8 x {plain(performance.NIC_EFFICIENCY)}", value=found.network_gb_per_second, unit="GB/s"),
            Step(label="Time", working=f"{out_after_seconds} + {plain(lost_tb * 1000)} / {plain(slower)}", value=found.seconds, unit="s"),
        ),
        bound_by=found.bound_by,
    )  # fmt: skip


def _client_share(ceiling: Decimal, survivors: int, total: int, profile: str) -> Answer:
    if survivors > total:
        raise refuse("survivors", survivors, "is more than there were", f"Use at most {total}.")
    share = performance.RECOVERY_SHARES[profile]
    found = performance.during_recovery(ceiling, survivors=survivors, total=total, recovery_share=share)
    working = f"{plain(ceiling)} x (1 - {plain(share)}) x {survivors} / {total}"
    return Answer(
        results={"ceiling_during_recovery": found},
        units={"ceiling_during_recovery": "in the unit of the ceiling"},
        steps=(Step(label="Left for clients", working=working, value=found),),
    )


def _hci_guests(
    ram_gib: Decimal,
    threads: int,
    osds: int,
    gib_per_osd: Decimal,
    threads_per_osd: Decimal,
    guest_mib: int,
    guest_cpu_util_pct: Decimal,
    vm_overhead_gib: Decimal,
    host_reserve_gib: Decimal,
    control_gib: Decimal,
) -> Answer:
    if osds * threads_per_osd > threads:
        raise refuse("osds", osds, "take more threads than there are", "Use fewer OSDs, or more threads.")
    guest_gib = Decimal(guest_mib) / 1024
    reserves = {"host_reserve_gib": host_reserve_gib, "control_gib": control_gib}
    guests = hyperconverged.guests_by_memory(
        ram_gib=ram_gib, osds=osds, guest_ram_gib=guest_gib, gib_per_osd=gib_per_osd,
        vm_overhead_gib=vm_overhead_gib, **reserves,
    )  # fmt: skip
    reserved = hyperconverged.reserved_gib(
        osds=osds, guests=guests, gib_per_osd=gib_per_osd, vm_overhead_gib=vm_overhead_gib, **reserves
    )
    ratio = hyperconverged.cpu_allocation_ratio(
        threads=threads, osds=osds, threads_per_osd=threads_per_osd, guest_cpu_share=guest_cpu_util_pct / 100
    )
    kept = osds * gib_per_osd + host_reserve_gib + control_gib
    return Answer(
        results={
            "guests_by_memory": guests, "reserved_host_memory_mb": reserved * 1024, "cpu_allocation_ratio": ratio,
            "guest_vcpus": ratio * threads, "is_enough": hyperconverged.is_enough(reserved_gib=reserved, ram_gib=ram_gib),
        },
        units={"guests_by_memory": "VMs", "reserved_host_memory_mb": "MiB", "guest_vcpus": "vCPU"},
        steps=(
            Step(label="Guests", working=f"floor(({plain(ram_gib)} - {plain(kept)}) / ({plain(guest_gib)} + {plain(vm_overhead_gib)}))", value=guests, unit="VMs"),
            Step(label="Reserved", working=f"1024 x ({plain(kept)} + {guests} x {plain(vm_overhead_gib)})", value=reserved * 1024, unit="MiB"),
            Step(label="vCPU per thread", working=f"(({threads} - {osds} x {plain(threads_per_osd)}) / {plain(guest_cpu_util_pct)} %) / {threads}", value=ratio),
        ),
        bound_by="RAM",
    )  # fmt: skip


def _hci_reserve(
    osds: int,
    gib_per_osd: Decimal,
    guests: int,
    vm_overhead_gib: Decimal,
    host_reserve_gib: Decimal,
    control_gib: Decimal,
) -> Answer:
    found = 1024 * hyperconverged.reserved_gib(
        osds=osds, guests=guests, gib_per_osd=gib_per_osd, vm_overhead_gib=vm_overhead_gib,
        host_reserve_gib=host_reserve_gib, control_gib=control_gib,
    )  # fmt: skip
    working = f"1024 x ({osds} x {plain(gib_per_osd)} + {guests} x {plain(vm_overhead_gib)} + {plain(host_reserve_gib)} + {plain(control_gib)})"
    return Answer(
        results={"reserved_host_memory_mb": found},
        units={"reserved_host_memory_mb": "MiB"},
        steps=(Step(label="reserved_host_memory_mb", working=working, value=found, unit="MiB"),),
    )


def _hci_ratio(threads: int, osds: int, threads_per_osd: Decimal, guest_cpu_util_pct: Decimal) -> Answer:
    found = hyperconverged.cpu_allocation_ratio(
        threads=threads, osds=osds, threads_per_osd=threads_per_osd, guest_cpu_share=guest_cpu_util_pct / 100
    )
    verdict = "usable"
    if found > hyperconverged.MOST_RATIO:
        verdict = "warning: above 16"
    elif found < hyperconverged.LEAST_RATIO:
        verdict = "error: below 0.5"
    working = f"(({threads} - {osds} x {plain(threads_per_osd)}) / {plain(guest_cpu_util_pct)} %) / {threads}"
    return Answer(
        results={"cpu_allocation_ratio": found, "verdict": verdict},
        steps=(Step(label="vCPU per thread", working=working, value=found),),
    )


def _hci_check(reserved_gib: Decimal, ram_gib: Decimal) -> Answer:
    share = reserved_gib / ram_gib
    return Answer(
        results={
            "reserved_share": share,
            "is_enough": hyperconverged.is_enough(reserved_gib=reserved_gib, ram_gib=ram_gib),
        },
        units={"reserved_share": "share"},
        steps=(
            Step(
                label="Reserved",
                working=f"{plain(reserved_gib)} / {plain(ram_gib)}, at most 0.8",
                value=share,
            ),
        ),
    )


OPTIMISED = "erasure-optimised"
_MEDIA = choice("media", "Media", tuple(media.value for media in Media), default=Media.NVME.value)
_OSDS = whole("osds", "OSDs", "OSDs", "O", minimum=1, maximum=10**6)
_STORAGE_NODES = whole("hosts", "Storage nodes", "nodes", "H", minimum=1, maximum=10**5)
_SIZE = whole("size", "Copies", symbol="n", minimum=1, maximum=20, default=3)
_K = whole("k", "Or data shards", symbol="k", minimum=1, maximum=64, is_required=False)
_M = whole("m", "And coding shards", symbol="m", minimum=1, maximum=64, is_required=False)
_EACH = number(
    "mb_per_second", "Bandwidth of an OSD, else by media", "MB/s", "w", maximum=10**6, is_required=False
)
_PROFILE = choice("profile", "mClock profile", tuple(performance.RECOVERY_SHARES), default="balanced")
_PUBLIC = number("public_gbps", "Public network of a node", "Gb/s", minimum=Decimal("0.001"), maximum=10**4)
_CLUSTER = number(
    "cluster_gbps",
    "Cluster network of a node, where it is split",
    "Gb/s",
    minimum=Decimal("0.001"),
    maximum=10**4,
    is_required=False,
)
_RAM = number("ram_gib", "RAM", "GiB", "M", minimum=1, maximum=100_000)
_THREADS = whole("threads", "Threads", "threads", "T", minimum=1, maximum=4096)
_NODE_OSDS = whole("osds", "OSDs of the node", "OSDs", "O", maximum=200)
_GIB_PER_OSD = number(
    "gib_per_osd", "Memory of an OSD", "GiB", "m_osd", maximum=64, default=hyperconverged.GIB_PER_OSD
)
_THREADS_PER_OSD = number("threads_per_osd", "Threads of an OSD", "threads", "u_osd", maximum=64, default=4)
_OVERHEAD = number("vm_overhead_gib", "Overhead of a VM", "GiB", "o_vm", maximum=4, default=Decimal("0.5"))
_HOST = number("host_reserve_gib", "Kept for the host", "GiB", "R_os", maximum=512, default=0)
_CONTROL = number("control_gib", "Share of the control plane", "GiB", "R_ctl", maximum=512, default=0)
_USE = number(
    "guest_cpu_util_pct",
    "Average use of a guest's vCPU",
    "%",
    "util",
    minimum=Decimal("0.1"),
    maximum=100,
    default=25,
)

FORMULAS: tuple[Formula, ...] = (
    formula(
        "sizing.P1", "Ceiling of client IOPS", "reads O x i; writes / n, with EC / (2 (k+m)), optimised / (2 (m+1)); mix 1 / (r/R + (1-r)/W)",
        (
            _OSDS, _MEDIA, _SIZE, _K, _M,
            choice("write_path", "Erasure coding", ("standard", OPTIMISED), default="standard"),
            number("read_share", "Share of reads", "share", "r", maximum=1, default=Decimal("0.7")),
            whole("iops_per_osd", "IOPS of an OSD, else by media", "IOPS", "i", minimum=1, is_required=False),
        ),
        calculate=_iops, example={"osds": 36, "media": "nvme", "size": 3, "read_share": Decimal("0.7")},
    ),
    formula(
        "sizing.P2", "Ceiling of client throughput", "writes min(O x w / n, N2); reads min(O x w, H x NIC)",
        (_OSDS, _STORAGE_NODES, _MEDIA, _PUBLIC, _CLUSTER, _SIZE, _K, _M, _EACH),
        calculate=_throughput,
        example={"osds": 36, "hosts": 3, "media": "nvme", "public_gbps": 50, "cluster_gbps": 50, "size": 3},
    ),
    formula(
        "sizing.P3", "Time to rebuild a lost domain", "t_out + D_lost / min(O_s x w x rho, H_s x NIC x eta)",
        (
            number("lost_tb", "Raw data on the lost domain", "TB", "D_lost", maximum=10**6),
            whole("osds", "OSDs that may receive", "OSDs", "O_s", minimum=1, maximum=10**6),
            whole("hosts", "Nodes that may receive", "nodes", "H_s", minimum=1, maximum=10**5), _MEDIA,
            number("nic_gbps", "Network of a node for it", "Gb/s", minimum=Decimal("0.001"), maximum=10**4), _PROFILE,
            whole("out_after_seconds", "Marked out after", "s", "t_out", default=performance.OUT_AFTER_SECONDS), _EACH,
        ),
        calculate=_recovery,
        example={"lost_tb": Decimal("27.648"), "osds": 48, "hosts": 4, "media": "nvme", "nic_gbps": 50},
    ),
    formula(
        "sizing.P4", "What clients keep during recovery", "P1 x (1 - rho) x survivors / total",
        (
            number("ceiling", "Ceiling before", maximum=10**12), whole("survivors", "Nodes that survive", "nodes", minimum=1),
            whole("total", "Nodes before", "nodes", minimum=1), _PROFILE,
        ),
        calculate=_client_share, example={"ceiling": 430_000, "survivors": 4, "total": 5},
    ),
    formula(
        "sizing.N2", "Replicated writes that storage nodes sustain", "min(H x NIC_pub, H x NIC_clu / (n-1), O x w / n); shared: H x NIC / n",
        (_STORAGE_NODES, _PUBLIC, _CLUSTER, _OSDS, _MEDIA, _SIZE),
        calculate=_network_bound, example={"hosts": 3, "public_gbps": 50, "cluster_gbps": 50, "osds": 36, "media": "nvme"},
    ),
    formula(
        "sizing.H1", "Guests of a hyper-converged host", "floor((M - R_os - R_ctl - O x m_osd) / (m + o_vm))",
        (
            _RAM, _THREADS, _NODE_OSDS, _GIB_PER_OSD, _THREADS_PER_OSD,
            whole("guest_mib", "RAM of a guest", "MiB", "m", minimum=1, maximum=10**8), _USE, _OVERHEAD, _HOST, _CONTROL,
        ),
        calculate=_hci_guests,
        example={
            "ram_gib": 256, "threads": 56, "osds": 10, "gib_per_osd": 3, "threads_per_osd": 1, "guest_mib": 2048,
            "guest_cpu_util_pct": 10,
        },
    ),
    formula(
        "sizing.H2", "Reserved memory of a hyper-converged host", "1024 x (O x m_osd + N x o_vm + R_os + R_ctl)",
        (_NODE_OSDS, _GIB_PER_OSD, whole("guests", "Guests", "VMs", "N"), _OVERHEAD, _HOST, _CONTROL),
        calculate=_hci_reserve, example={"osds": 10, "gib_per_osd": 3, "guests": 90},
    ),
    formula(
        "sizing.H3", "vCPU per thread of a hyper-converged host", "((T - O x u_osd) / util) / T",
        (_THREADS, _NODE_OSDS, _THREADS_PER_OSD, _USE),
        calculate=_hci_ratio, example={"threads": 64, "osds": 8, "threads_per_osd": 4, "guest_cpu_util_pct": 25},
    ),
    formula(
        "sizing.H4", "Memory check of a hyper-converged host", "reserved <= 0.8 x RAM",
        (number("reserved_gib", "Reserved", "GiB", maximum=100_000), _RAM),
        calculate=_hci_check, example={"reserved_gib": Decimal("135.5"), "ram_gib": 512},
    ),
)  # fmt: skip
