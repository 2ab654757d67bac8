"""B6: virtual machines onto hosts, against lower bounds and a compiled first-fit decreasing.

Seed 11, hosts of 192 vCPU and 768 GB. The stronger bound is the largest that dual feasible functions give, each on one resource
(Fekete and Schepers, 2001): above half a host is a host of its own, and so on. Ours counts equal VMs and packs them; the floor sorts
them and tries host after host, in C. The bound knows of resources only, not of groups and cells: what those cost is ours to bear.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import cast

import numpy as np

from bench.benchmark import Benchmark
from bench.harness import FOLDER, Comparison, Result, Void, checksum, compare, sample
from catalog.engine.hardware import NodeSpec
from catalog.library import Library, load_library
from designer.engine.sizing.engine import size as size_cloud
from designer.engine.sizing.model import SizingRequest
from designer.engine.sizing.packing import HostCapacity, HostGroup, VmDemand, hosts_packed, pack
from designer.engine.workload import Workload
from designer.imports.inventory import Switches
from designer.imports.review import review
from designer.imports.rows import Inventory, InventoryVm

SEED = 11
VERSION = 2
SIZES = {"s": 1_000, "m": 10_000, "l": 100_000}
VCPUS, RAM_GB, SSD_GB, HDD_GB = 192, 768, 20_000, 60_000
CAPACITY = (VCPUS, RAM_GB, SSD_GB, HDD_GB)
JOB_SECONDS = {"m": 1.5, "l": 15.0}
PLAIN, TWO_DISKS = 2, 4
"""How many resources count."""
SPARE = 2
GROUP, OF_EVERY = 3, 60
"""5 % of the VMs: the first three of every 60 are of one size, and on different hosts."""
NUMA_OF_EVERY = 10
"""One VM in ten has NUMA cells: two where it is larger than half a cell of a host, else one."""
CELLS = 2
"""Of a host."""
COMPILED = """
int ffd(int n, const int *cpu, const int *ram, int cpus, int rams, int *free_cpu, int *free_ram) {
  int hosts = 0;
  for (int i = 0; i < n; i++) {
    int h = 0;
    while (h < hosts && (free_cpu[h] < cpu[i] || free_ram[h] < ram[i])) h++;
    if (h == hosts) { free_cpu[h] = cpus; free_ram[h] = rams; hosts++; }
    free_cpu[h] -= cpu[i]; free_ram[h] -= ram[i];
  }
  return hosts;
}
"""


@cache
def fixture(n: int) -> np.ndarray:
    """Return vCPU, RAM, SSD and HDD in GB of `n` VMs, a row each; the disks are not part of the plain mix."""
    chance = np.random.default_rng(SEED)
    vcpus = np.round(np.clip(chance.lognormal(1.2, 0.8, n), 1, 64))
    ram = np.round(np.clip(vcpus * chance.lognormal(1.3, 0.6, n), 1, 512))
    ssd = 10 * np.round(np.clip(vcpus * chance.lognormal(2.3, 0.7, n), 10, 5_000) / 10)
    hdd = 50 * np.round(np.clip(chance.lognormal(5.0, 1.2, n), 0, 20_000) / 50)
    return np.array([vcpus, ram, ssd, hdd], dtype=np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What counts beside vCPU and RAM."""

    name: str
    resources: int = PLAIN
    has_groups: bool = False
    has_numa: bool = False
    spare: int = 0
    at_most: float = 1.10


VARIANTS = (
    Variant(name="plain", at_most=1.06),
    Variant(name="groups kept apart", has_groups=True),
    Variant(name="NUMA cells", has_numa=True),
    Variant(name="two disks and N + 2", resources=TWO_DISKS, spare=SPARE),
    Variant(name="all variants", resources=TWO_DISKS, has_groups=True, has_numa=True, spare=SPARE),
)


def vms_of(n: int, variant: Variant) -> np.ndarray:
    """Return the VMs of a variant: those of a group are of one size."""
    vms = fixture(n)[: variant.resources]
    if variant.has_groups:
        at = np.arange(n)
        vms = vms[:, np.where(at % OF_EVERY < GROUP, at - at % OF_EVERY, at)]
    return vms


def demands_of(vms: np.ndarray, variant: Variant) -> list[VmDemand]:
    """Return VMs as the sizing counts them. The second disk takes the place of GPUs: the fourth resource of a host."""
    at = np.arange(vms.shape[1])
    groups = GROUP * (variant.has_groups & (at % OF_EVERY < GROUP))
    halves = CELLS * vms[1] > RAM_GB // CELLS
    cells = np.where(halves, CELLS, 1) * (variant.has_numa & (at % NUMA_OF_EVERY == NUMA_OF_EVERY - 1))
    rows = Counter(zip(*vms.tolist(), groups.tolist(), cells.tolist(), strict=True))
    found = []
    for (vcpus, ram, *disks, group, of_guest), count in rows.items():
        ssd, hdd = disks or (0, 0)
        ram_gib = Decimal(ram)
        found.append(
            VmDemand(
                count=count, vcpus=vcpus, ram_gib=ram_gib, local_disk_gb=Decimal(ssd), gpus=hdd, group_size=group,
                guest_cells=of_guest, cell_gib=ram_gib / (of_guest or 1),
            )
        )  # fmt: skip
    return found


def host_of(resources: int) -> HostCapacity:
    disks = resources > PLAIN
    return HostCapacity(
        threads=VCPUS,
        vcpus=VCPUS,
        ram_gib=Decimal(RAM_GB),
        local_disk_gb=Decimal(SSD_GB if disks else 0),
        gpus=HDD_GB if disks else 0,
        cells=CELLS,
        cell_gib=Decimal(RAM_GB) / CELLS,
    )


def ours(vms: np.ndarray, variant: Variant) -> int:
    return hosts_packed(host_of(len(vms)), demands_of(vms, variant))


def volume_bound(vms: np.ndarray) -> int:
    """The hosts that the sum of one resource asks for."""
    return max(-(-int(row.sum()) // whole) for row, whole in zip(vms, CAPACITY, strict=False))


def stronger_bound(vms: np.ndarray) -> int:
    """The largest bound of dual feasible functions on one resource, never below the volume bound."""
    best = volume_bound(vms)
    for row, whole in zip(vms.astype(np.int64), CAPACITY, strict=False):
        for k in range(1, 101):  # u(x) = x where (k + 1) x is whole, else floor((k + 1) x) / k
            parts = (k + 1) * row
            exact = parts % whole == 0
            best = max(best, _hosts(np.where(exact, k * row, parts // whole * whole).sum(), k * whole))
        for least in np.unique(row[2 * row <= whole]):  # above 1 - e a whole host, below e nothing
            best = max(best, _hosts(np.where(row > whole - least, whole, row * (row >= least)).sum(), whole))
    return best


def _hosts(total: float, whole: int) -> int:
    return -(-int(total) // whole)


@cache
def compiled() -> ctypes.CDLL:
    """First-fit decreasing in C.

    Raises:
        Void: there is no C compiler.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise Void("B6 needs a C compiler for its floor")
    FOLDER.mkdir(parents=True, exist_ok=True)
    source, library = FOLDER / "ffd.c", FOLDER / "ffd.so"
    source.write_text(COMPILED)
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    return ctypes.CDLL(str(library))


def floor(vms: np.ndarray) -> int:
    """Sort by the larger share of a host, and pack, compiled."""
    vcpus, ram = vms[:PLAIN]
    shares = np.array([vcpus / VCPUS, ram / RAM_GB])
    order = np.lexsort((-shares.sum(axis=0), -shares.max(axis=0)))
    vcpus, ram = np.ascontiguousarray(vcpus[order]), np.ascontiguousarray(ram[order])
    rooms = np.zeros((2, len(vcpus)), dtype=np.int32)

    def pointer(row: np.ndarray) -> ctypes.c_void_p:
        return ctypes.c_void_p(row.ctypes.data)

    hosts: int = compiled().ffd(
        len(vcpus), pointer(vcpus), pointer(ram), VCPUS, RAM_GB, pointer(rooms[0]), pointer(rooms[1])
    )
    return hosts


@cache
def _library() -> Library:
    return load_library()


@cache
def inventory(n: int) -> Inventory:
    vcpus, ram, ssd, _ = fixture(n).tolist()
    vms = tuple(
        InventoryVm(name=f"vm-{i}", row=i + 2, vcpus=c, ram_mib=1024 * r, disk_mib=1024 * d)
        for i, (c, r, d) in enumerate(zip(vcpus, ram, ssd, strict=True))
    )
    return Inventory(format="table", vms=vms)


def sizing_job(n: int) -> int:
    """From a parsed inventory to a sized cloud, with everything that a sizing tells."""
    library, profiles = _library(), review(inventory(n), Switches()).profiles
    large = library.hardware_by_id["cmp-1024"]  # the largest VMs have 512 GB
    hardware = replace(library.selection_for("rd-mid"), compute=cast(NodeSpec, large))
    request = SizingRequest(workload=Workload(profiles=profiles), hardware=hardware)
    return size_cloud(request).compute.hosts


def bounded(n: int, variant: Variant) -> Comparison:
    """Hold the packing of a variant against the bound, and against packing the same VMs onto so many hosts that are given.

    Raises:
        Void: they do not fit.
    """
    vms = vms_of(n, variant)
    hosts, bound = ours(vms, variant) + variant.spare, stronger_bound(vms) + variant.spare
    group = [HostGroup(count=hosts - variant.spare, host=host_of(len(vms)))]
    if left := pack(group[0].host, demands_of(vms, variant), group, may_add=False).left:
        raise Void(f"B6 {variant.name}: {left} VMs find no place on {group[0].count} hosts")
    ratio = hosts / bound
    return Comparison(
        name=f"hosts, {variant.name}, against the stronger bound",
        ours=hosts,
        floor=bound,
        ratio=ratio,
        unit="hosts",
        goal=f"<= {variant.at_most:g}",
        is_met=ratio <= variant.at_most,
    )


def measure(size: str, rounds: int) -> Result:
    """Pack, hold against the bounds, then time."""
    n = SIZES[size]
    first = VARIANTS[0]
    plain = vms_of(n, first)
    packed = [bounded(n, variant) for variant in VARIANTS]
    inventory(n)
    job = min(sample(lambda: sizing_job(n)).cpu for _ in range(3))
    allowed = JOB_SECONDS.get(size)
    timed = compare(
        "packing, against compiled first-fit decreasing",
        lambda: ours(plain, first),
        lambda: floor(plain),
        rounds=rounds,
        at_most=20 if size == "m" else None,
    )
    return Result(
        benchmark="B6",
        version=VERSION,
        size=size,
        n=n,
        checksum=checksum(fixture(n).tobytes()),
        correctness="all VMs fit on the hosts, packed again onto exactly so many",
        comparisons=(
            *packed,
            timed,
            Comparison(
                name="from a parsed inventory to a sized cloud",
                ours=job,
                floor=allowed or job,
                ratio=job / (allowed or job),
                goal=f"<= {allowed:g} s" if allowed else "",
                is_met=job <= allowed if allowed else None,
            ),
        ),
        user_numbers={
            "volume bound, hosts": volume_bound(plain),
            "compiled first-fit decreasing, hosts": floor(plain),
            "sizes of VMs that differ": len(demands_of(plain, first)),
        },
        seconds={"packing": timed.ours, "job": job},
    )


B6 = Benchmark(
    name="B6",
    title="VM packing: hosts against the bound of dual feasible functions, time against first-fit decreasing in C",
    sizes=SIZES,
    by_default=("s", "m"),
    measure=measure,
)
