"""D. Ceph: monitors, failure domains, pools, capacity, drives, and what a rebuild takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import comb

from catalog.engine.hardware import Media, NodeRole, NodeSpec
from designer.engine.sizing.ceilings import QUOTED_SHARE, READ_SHARE
from designer.engine.sizing.figures import plain
from designer.engine.sizing.performance import (
    IOPS_PER_OSD,
    MB_PER_SECOND_PER_OSD,
    WRITE_HEAVY_SATA_IOPS,
    Protection,
    recovery,
)
from designer.engine.sizing.storage import (
    BACKFILLFULL,
    FULL,
    MAX_PG_PER_OSD,
    MGR_RAM_GIB,
    MON_RAM_GIB,
    OSD_MEMORY_TARGET_GIB,
    Layout,
    fill_limit,
    held_by_unequal_domains,
    ram_needed_gib,
    threads_needed,
)
from designer.engine.topology import NetworkPlane, Node, StoragePool
from designer.engine.validation.facts import Facts, OsdHost
from designer.engine.validation.model import (
    REDUNDANCY,
    E,
    Hit,
    I,
    Rule,
    W,
    error,
    info,
    listed,
    rule,
    warning,
)
from designer.engine.validation.profiles import Profile, Severity
from designer.engine.workload import FailureDomain

TITLE = "Ceph"

HARDWARE = "https://docs.ceph.com/en/latest/start/hardware-recommendations/"
ERASURE = "https://docs.ceph.com/en/latest/rados/operations/erasure-code/"
GROUPS = "https://docs.ceph.com/en/latest/rados/operations/placement-groups/"
LEAST_HOSTS = 3
OSDS_PER_HOST: Mapping[bool, tuple[int, int]] = {True: (4, 24), False: (4, 12)}
"""Least and most OSDs of a host: of disks, of flash."""
FULL_SHARE = Decimal("0.8")
SKEW_SHARE = Decimal("0.95")
LARGEST_HOST_SHARE, LARGEST_OBJECT_HOST_SHARE = Decimal("0.25"), Decimal("0.10")
RGW_RAM_GIB, MDS_RAM_GIB = 4, 8
DB_SHARE, RGW_DB_SHARE = Decimal("0.01"), Decimal("0.04")
DISKS_PER_DB_DEVICE = 15
"""Of NVMe (sizing.S9). Five for SATA SSD, which the catalog does not tell apart."""
GOOD_PGS, FEW_PGS = 200, 50
MOST_DATA_CHUNKS, MOST_CHUNKS = 8, 12
WRITE_SHARE = 1 - READ_SHARE
"""Of client I/O, as the sizing has it."""
BUSY_SHARE = Decimal("0.25")
"""Of the VMs that move data at once, as the example of N1 (domain notes, networks) has it. House value."""
FLASH_RECOVERY_HOURS, DISK_RECOVERY_HOURS = Decimal(4), Decimal(24)
LARGEST_DISK_HOST_TB = Decimal(250)


@rule(
    "V070", "Monitors", E, W, source="failure.E1: real MONs killed one by one", remedy="Run 3 or 5 monitors.",
    at_most=REDUNDANCY,
)  # fmt: skip
def monitors(facts: Facts) -> Iterator[Hit]:
    """Ceph has an odd number of monitors, three or more: two survive no loss, one is one."""
    if not facts.has_ceph:
        return
    nodes = facts.running("ceph-mon")
    count = len(nodes)
    if count == 0:
        yield error("No Ceph monitor runs: there is no cluster without one.", "Place 3 monitors.")
    elif count == 2:
        message = "Two Ceph monitors: the loss of either stops the cluster."
        yield error(message, "Run 3 monitors.", _ids(nodes))
    elif count == 1:
        yield warning("A single Ceph monitor: its loss stops the cluster.", "Run 3 monitors.", _ids(nodes))
    elif count % 2 == 0:
        message = f"{count} Ceph monitors survive no more losses than {count - 1}."
        yield warning(message, f"Run {count - 1} or {count + 1} monitors.", _ids(nodes))


@rule(
    "V071", "Five monitors", I,
    source="https://docs.ceph.com/en/latest/cephadm/services/mon/", remedy="Run 5 monitors.",
)  # fmt: skip
def five_monitors(facts: Facts) -> Iterator[Hit]:
    """From five storage hosts on there are five monitors."""
    nodes = facts.running("ceph-mon")
    if len(nodes) == 3 and len(facts.osd_hosts) >= 5:
        message = f"3 monitors for {len(facts.osd_hosts)} storage hosts: Ceph advises 5 from five hosts on."
        yield info(message, "Run 5 monitors.", _ids(nodes))


@rule("V072", "Standby daemons", W, source="sizing.S12", remedy="Run each twice.")
def standby_daemons(facts: Facts) -> Iterator[Hit]:
    """The manager, the metadata server where CephFS is used and the object gateway where objects are stored run
    twice."""
    if not facts.has_ceph:
        return
    wanted = [
        ("ceph-mgr", True),
        ("ceph-mds", bool(facts.running("ceph-mds"))),
        ("ceph-rgw", facts.uses_object_storage),
    ]
    for service, is_used in wanted:
        count = len(facts.running(service))
        if is_used and count < 2:
            message = f"{service} runs {'once' if count else 'nowhere'}: it has no standby."
            yield warning(message, "Run it on 2 nodes.", _ids(facts.running(service)))


@rule(
    "V073", "Storage hosts", E, source="Reference architecture: 3 or more storage nodes", remedy="Use 3 storage hosts.",
    at_most=REDUNDANCY,
)  # fmt: skip
def storage_hosts(facts: Facts) -> Iterator[Hit]:
    """Ceph has three storage hosts or more."""
    count = len(facts.osd_hosts)
    if facts.has_ceph and count < LEAST_HOSTS:
        yield error(
            f"{count} storage host{'s' if count != 1 else ''} with drives, and {LEAST_HOSTS} are the minimum.",
            f"Use {LEAST_HOSTS} storage hosts.", _hosts(facts.osd_hosts),
        )  # fmt: skip


@rule(
    "V074", "OSDs of a host", W,
    source="Reference architecture: 4 to 12 OSDs a node; up to 24 disks are tolerated", remedy="Change the number of drives.",
)  # fmt: skip
def osds_of_a_host(facts: Facts) -> Iterator[Hit]:
    """A host has 4 to 12 OSDs of flash, or 4 to 24 of disks."""
    for spec, hosts in _by_spec(facts):
        least, most = OSDS_PER_HOST[hosts[0].media is Media.HDD]
        if not least <= spec.osds <= most:
            yield warning(
                f"{spec.name} has {spec.osds} OSDs: the reference architecture has {least} to {most}.",
                "Use fewer or more drives a node.", _hosts(hosts),
            )  # fmt: skip


@rule(
    "V075",
    "Failure domains of a pool",
    E,
    source="sizing.S7, tried with crushtool",
    remedy="Use more failure domains, or fewer copies.",
)
def enough_domains(facts: Facts) -> Iterator[Hit]:
    """A pool has as many failure domains as copies, or CRUSH cannot place them."""
    for pool in facts.pools:
        domains = len(facts.domains_tb(pool))
        if domains < pool.size:
            yield error(
                f"{pool.name}: {pool.size} copies and {domains} {_plural(pool.failure_domain, domains)}: placement groups cannot be mapped.",
                f"Use {pool.size} {pool.failure_domain}s with drives, or fewer copies.", facts.pool_ids([pool]),
            )  # fmt: skip


@rule(
    "V076", "No domain to heal into", W, source="sizing.S3, failure.E6", remedy="Use one failure domain more than copies.",
    at_most={Profile.EDGE: Severity.INFO},
)  # fmt: skip
def domain_to_heal_into(facts: Facts) -> Iterator[Hit]:
    """A pool has one failure domain more than copies, so that a lost one is rebuilt elsewhere."""
    for pool, number in _distinct(facts, lambda pool: (pool.size, pool.failure_domain, pool.media)):
        domains = len(facts.domains_tb(pool))
        if domains == pool.size:
            yield warning(
                f"{number}: {pool.size} copies on {domains} {pool.failure_domain}s: a lost {pool.failure_domain} cannot be rebuilt elsewhere.",
                f"Use {pool.size + 1} {pool.failure_domain}s.", facts.pool_ids(_like(facts, pool)),
            )  # fmt: skip


@rule(
    "V077", "Copies of data", E, W, source=f"{GROUPS}: size 2 is risky", remedy="Keep 3 copies, with min_size 2.",
    at_most=REDUNDANCY,
)  # fmt: skip
def copies(facts: Facts) -> Iterator[Hit]:
    """A replicated pool keeps three copies. One is none; two are a risk, and more so with min_size 1."""
    for pool in facts.pools:
        if pool.is_erasure_coded:
            continue
        ids = facts.pool_ids([pool])
        if pool.size == 1:
            yield error(f"{pool.name} keeps a single copy: a dead drive loses data.", "Keep 3 copies.", ids)
        elif pool.size == 2:
            tell = error if pool.min_size == 1 else warning
            yield tell(f"{pool.name} keeps 2 copies with min_size {pool.min_size}: data can be lost.", "Keep 3 copies, with min_size 2.", ids)  # fmt: skip


@rule(
    "V078",
    "min_size",
    W,
    E,
    source="sizing.S14: src/mon/OSDMonitor.cc",
    remedy="Use Ceph's default.",
    at_most=REDUNDANCY,
)
def least_copies(facts: Facts) -> Iterator[Hit]:
    """min_size lets I/O go on after a loss, and not with fewer copies than Ceph's default. Two copies with min_size 1
    are V077's."""
    for pool in facts.pools:
        ids, parity = facts.pool_ids([pool]), pool.parity
        data = pool.size - parity
        default = data + min(1, parity - 1) if parity else pool.size - pool.size // 2
        if pool.min_size < default:
            yield error(
                f"{pool.name} has min_size {pool.min_size} of {pool.size}: it accepts writes that one more failure loses.",
                f"Use {default}.", ids,
            )  # fmt: skip
        elif pool.min_size == pool.size > 1:
            message = f"{pool.name} has min_size {pool.min_size} of {pool.size}: any loss stops I/O."
            yield warning(message, f"Use {default}.", ids)


@rule("V079", "Erasure code profile", W, source=ERASURE, remedy="Use 4+2 or 8+3.")
def erasure_profile(facts: Facts) -> Iterator[Hit]:
    """An erasure-coded pool has two coding chunks or more, at most 8 data chunks and 12 in all."""
    for pool in facts.pools:
        parity = pool.parity
        data, ids = pool.size - parity, facts.pool_ids([pool])
        if parity == 1:
            yield warning(f"{pool.name} is coded {data}+1: strongly discouraged.", "Use 4+2 or 8+3.", ids)
        elif parity and (data > MOST_DATA_CHUNKS or pool.size > MOST_CHUNKS):
            message = (
                f"{pool.name} is coded {data}+{parity}: every read and write waits for {pool.size} domains."
            )
            yield warning(message, "Use 4+2 or 8+3.", ids)


@rule(
    "V080", "Stretch mode", E,
    source="https://docs.ceph.com/en/latest/rados/operations/stretch-mode/",
    remedy="Use replicated pools of size 4 with min_size 2, and a tiebreaker monitor.",
)  # fmt: skip
def stretch_mode(facts: Facts) -> Iterator[Hit]:
    """In stretch mode over two sites all pools are replicated with size 4."""
    if not facts.deployment.ceph_stretch_mode:
        return
    for pool in facts.pools:
        if pool.is_erasure_coded or pool.size != 4:
            what = "is erasure-coded" if pool.is_erasure_coded else f"keeps {pool.size} copies"
            yield error(
                f"{pool.name} {what}: stretch mode supports replicated pools of size 4.",
                "Use size 4 with min_size 2, and a tiebreaker monitor at a third site.", facts.pool_ids([pool]),
            )  # fmt: skip


@rule(
    "V081", "Host rule over racks", W, source="failure.E8 to E10, F8", remedy="Use the failure domain rack."
)
def host_rule_over_racks(facts: Facts) -> Iterator[Hit]:
    """Where there are as many racks as copies, copies stand in different racks."""
    for pool, number in _distinct(facts, lambda pool: (pool.size, pool.failure_domain, pool.media)):
        racks = _racks(facts, pool)
        if pool.failure_domain != FailureDomain.HOST or len(racks) < max(2, pool.size):
            continue
        share = _share_with_two_copies(racks, pool.size)
        if share > 0:
            yield warning(
                f"{number}: {plain(max(share * 100, Decimal('0.1')), 1)} % of the placement groups lose two copies with a rack, for they are "
                f"spread by host over {len(racks)} racks.",
                "Use the failure domain rack.", facts.pool_ids(_like(facts, pool)),
            )  # fmt: skip


@rule(
    "V082",
    "Three copies in two racks",
    W,
    source="failure.E8, F8",
    remedy="Use a third rack, or size 4 with a 2+2 rule.",
)
def copies_in_two_racks(facts: Facts) -> Iterator[Hit]:
    """OSD hosts of a pool with three copies do not stand in exactly two racks."""
    for pool, number in _distinct(facts, lambda pool: (pool.size, pool.failure_domain, pool.media)):
        racks = _racks(facts, pool)
        if len(racks) == 2 and pool.size == 3 and not pool.is_erasure_coded:
            share = _share_with_two_copies(racks, pool.size)
            yield warning(
                f"{number}: two racks hold three copies; the loss of the larger takes two copies of {plain(share * 100, 0)} % "
                "of the placement groups and stops their I/O.",
                "Use a third rack, or size 4 with a 2+2 rule.", [*racks, *facts.pool_ids(_like(facts, pool))],
            )  # fmt: skip


@rule("V083", "Room for the data", E, W, source="sizing.S4, S8", remedy="Add storage hosts or drives.")
def room_for_data(facts: Facts) -> Iterator[Hit]:
    """What the workload writes fits into what may be promised, and fills at most 80 % of it."""
    if not facts.osd_hosts:
        return
    usable = _usable_tb(facts)
    written = facts.written_tb
    if written > FULL_SHARE * usable:
        tell = error if written > usable else warning
        yield tell(
            f"{plain(written, 1)} of {plain(usable, 1)} usable TB are written.",
            f"Add {plain((written / FULL_SHARE - usable) / usable * facts.raw_tb, 0) if usable else 'enough'} TB raw.",
            _hosts(facts.osd_hosts),
        )


@rule("V084", "Fill after a loss", W, E, source="sizing.S3, failure.F11", remedy="Add storage hosts.")
def fill_after_a_loss(facts: Facts) -> Iterator[Hit]:
    """After the loss of the largest failure domain the rest can take its data: below 0.90, where a rebuild stops, and
    below 0.95, where writes stop. Where nothing is rebuilt elsewhere, V076 tells it."""
    pool = facts.pools[0] if facts.pools else None
    domains = facts.domains_tb(pool) if pool else {}
    if pool is None or len(domains) <= pool.size:
        return
    largest = max(domains, key=lambda name: (domains[name], name))
    left = sum(domains.values()) - domains[largest]
    fill = _used_raw_tb(facts) / left if left else Decimal(0)
    if fill > BACKFILLFULL:
        tell, what = (error, "writes") if fill > FULL else (warning, "the rebuild")
        yield tell(
            f"After the loss of {largest} the rest is {plain(fill * 100, 1)} % full: {what} would stop.",
            "Add storage hosts.", facts.drawn([largest]),
        )  # fmt: skip


@rule("V085", "Unequal failure domains", W, source="sizing.S6", remedy="Make the failure domains equal.")
def unequal_domains(facts: Facts) -> Iterator[Hit]:
    """Failure domains are so alike that copies can use 95 % of the raw capacity."""
    for pool, number in _distinct(facts, lambda pool: (pool.size, pool.failure_domain, pool.media)):
        tb = list(facts.domains_tb(pool).values())
        if len(tb) < pool.size:
            continue
        nominal = sum(tb, Decimal(0)) / pool.size
        most = held_by_unequal_domains(tb, size=pool.size)
        if most < SKEW_SHARE * nominal:
            yield warning(
                f"{number}: {plain((nominal - most) * pool.size, 1)} of {plain(nominal * pool.size, 1)} TB raw cannot be used, "
                f"for the {pool.failure_domain}s are unequal.",
                "Make them equal.", facts.pool_ids(_like(facts, pool)),
            )  # fmt: skip


@rule(
    "V086", "Largest host", W,
    source="https://www.ibm.com/docs/en/storage-ceph/9.9.1?topic=considerations-storage-density",
    remedy="Use more and smaller hosts.",
)  # fmt: skip
def largest_host(facts: Facts) -> Iterator[Hit]:
    """No host holds more than a quarter of the raw capacity, or a tenth of an object store."""
    if not facts.osd_hosts:
        return
    most = LARGEST_OBJECT_HOST_SHARE if _is_object_store(facts) else LARGEST_HOST_SHARE
    largest = max(host.raw_tb for host in facts.osd_hosts)
    share = largest / facts.raw_tb if facts.raw_tb else Decimal(0)
    if share > most:
        hosts = [host for host in facts.osd_hosts if host.raw_tb == largest]
        yield warning(
            f"{plain(share * 100, 0)} % of the data moves when {hosts[0].node.name} dies; {plain(most * 100, 0)} % is the usual most.",
            "Use more and smaller hosts.", _hosts(hosts),
        )  # fmt: skip


@rule("V087", "Memory of OSD hosts", E, W, source="sizing.S10", remedy="Use hosts with more RAM.")
def memory(facts: Facts) -> Iterator[Hit]:
    """An OSD host has 4 GiB for each OSD and 4 more, and better twice the memory target for each OSD with what its
    other daemons ask for. The reserve of hyper-converged hosts is V062's."""
    for spec, hosts in _by_spec(facts):
        least = spec.osds * OSD_MEMORY_TARGET_GIB + 4
        others = max(_daemons_gib(facts, host.node) for host in hosts)
        good = ram_needed_gib(osds=spec.osds, colocated_gib=others)
        mixed = facts.is_hyper_converged(hosts[0].node)
        if spec.ram_gib < least:
            message = f"{spec.name} has {spec.ram_gib} GiB, and its {spec.osds} OSDs need {least} at least."
            yield error(message, f"Use hosts with {good} GiB.", _hosts(hosts))
        elif spec.ram_gib < good and not mixed:
            message = (
                f"{spec.name} has {spec.ram_gib} of {good} GiB for its {spec.osds} OSDs and other daemons."
            )
            yield warning(message, f"Use hosts with {good} GiB.", _hosts(hosts))


@rule("V088", "Threads of OSD hosts", E, W, source="sizing.S11", remedy="Use hosts with more cores.")
def threads(facts: Facts) -> Iterator[Hit]:
    """An OSD host has the least threads for its OSDs, and better the recommended ones. Of a hyper-converged host, the
    threads that it keeps from guests count."""
    for spec, hosts in _by_spec(facts):
        has_monitor = any(host.node in facts.running("ceph-mon") for host in hosts)
        least, good = threads_needed(osds=spec.osds, media=hosts[0].media, has_monitor=has_monitor)
        have, verb, remedy = spec.threads, "has", f"Use hosts with {good} threads."
        if facts.is_hyper_converged(hosts[0].node):
            have, verb = facts.reserves(spec, hosts[0].node.roles)[0], "keeps from guests"
            remedy = f"Keep {good} threads from guests, or use fewer OSDs a host."
        if have < good:
            tell = error if have < least else warning
            yield tell(
                f"{spec.name} {verb} {have} threads for {spec.osds} OSDs: {least} are the minimum, {good} recommended.",
                remedy, _hosts(hosts),
            )  # fmt: skip


@rule(
    "V089",
    "Metadata on disks",
    W,
    E,
    source="Reference architecture; sizing.S9",
    remedy="Put DB and WAL on NVMe.",
)
def metadata_on_disks(facts: Facts) -> Iterator[Hit]:
    """OSDs on disks keep their metadata on flash. The bucket index of an object store lives in it, so there it is a
    must."""
    for spec, hosts in _by_spec(facts):
        if hosts[0].media is Media.HDD and not spec.db_devices:
            if facts.uses_object_storage:
                message = (
                    f"{spec.name} keeps the bucket index on disks: listing and writing objects will be slow."
                )
                yield error(message, "Put DB and WAL on NVMe.", _hosts(hosts))
            else:
                message = f"{spec.name} has OSDs on disks without flash for their metadata: it will be slow."
                yield warning(message, "Put DB and WAL on NVMe.", _hosts(hosts))


@rule(
    "V090", "Size of DB devices", W,
    source=f"sizing.S9: https://docs.ceph.com/en/latest/rados/configuration/bluestore-config-ref/, {HARDWARE}",
    remedy="Use larger, or more, DB devices.",
)  # fmt: skip
def db_devices(facts: Facts) -> Iterator[Hit]:
    """DB devices have 1 % of the drives behind them, 4 % for an object store, and at most 15 disks share one."""
    for spec, hosts in _by_spec(facts):
        if not spec.db_devices or not spec.osds or not spec.osd_tb:
            continue
        share = spec.db_devices * spec.db_tb / (spec.osds * spec.osd_tb)
        least = RGW_DB_SHARE if facts.uses_object_storage else DB_SHARE
        if share < least:
            message = f"DB devices of {spec.name} have {plain(share * 100, 2)} % of its drives, and {plain(least * 100)} % are needed: they spill over."
            yield warning(message, "Use larger DB devices.", _hosts(hosts))
        behind = Decimal(spec.osds) / spec.db_devices
        if behind > DISKS_PER_DB_DEVICE:
            message = f"{plain(behind, 1)} disks of {spec.name} share a DB device: at most {DISKS_PER_DB_DEVICE} should."
            yield warning(message, "Use more DB devices.", _hosts(hosts))


@rule(
    "V091",
    "Mixed media",
    W,
    source="House rule: the slowest drive of a pool decides",
    remedy="Use CRUSH device classes.",
)
def mixed_media(facts: Facts) -> Iterator[Hit]:
    """A pool over OSDs of several media names the one that it uses."""
    media = sorted({host.media.value for host in facts.osd_hosts})
    open_pools = [pool for pool in facts.pools if not pool.media]
    if len(media) > 1 and open_pools:
        names = listed(pool.name for pool in open_pools)
        message = f"{names} lie on {listed(media)} together: the slowest drive decides."
        yield warning(message, "Give each pool a device class.", facts.pool_ids(open_pools))


@rule(
    "V092",
    "Unequal drives",
    W,
    source="Proxmox VE guide, Ceph: drives of one size",
    remedy="Use drives of one size.",
)
def unequal_drives(facts: Facts) -> Iterator[Hit]:
    """Drives of one medium differ at most twofold."""
    by_media: dict[Media, dict[Decimal, list[str]]] = defaultdict(lambda: defaultdict(list))
    for host in facts.osd_hosts:
        by_media[host.media][host.spec.osd_tb].append(host.node.id)
    for media, sizes in by_media.items():
        if min(sizes) and max(sizes) > 2 * min(sizes):
            yield warning(
                f"{media.value} drives go from {plain(min(sizes))} to {plain(max(sizes))} TB: the large ones get most of the load.",
                "Use drives of one size.", sizes[max(sizes)],
            )  # fmt: skip


@rule(
    "V093",
    "Placement groups of an OSD",
    E,
    W,
    source="sizing.S13, failure.E13",
    remedy="Use the pg_num of sizing.S13.",
)
def placement_groups(facts: Facts) -> Iterator[Hit]:
    """An OSD holds 50 to 200 placement group copies; above 250 Ceph refuses to create pools."""
    for media in ("", *Media):
        pools = [pool for pool in facts.topology.pools if pool.media == media]
        osds = sum(host.spec.osds for host in facts.osd_hosts if media in ("", host.media))
        if not pools or not osds:
            continue
        per_osd = Decimal(sum(pool.pg_num * pool.size for pool in pools)) / osds
        if FEW_PGS <= per_osd <= GOOD_PGS:
            continue
        tell = error if per_osd > MAX_PG_PER_OSD else warning
        yield tell(
            f"{plain(per_osd, 1)} placement group copies on each of {osds} OSDs: {FEW_PGS} to {GOOD_PGS} are right, {MAX_PG_PER_OSD} the most.",
            "Set pg_num as sizing.S13 has it.", facts.pool_ids(pools),
        )  # fmt: skip


@rule(
    "V094",
    "pg_num",
    W,
    source="sizing.S13: pg_autoscaler of Ceph 20.2.4",
    remedy="Use powers of two; mark large pools bulk.",
)
def pg_numbers(facts: Facts) -> Iterator[Hit]:
    """pg_num is a power of two; where the autoscaler is on, one of four large pools or more is marked bulk."""
    for pool in facts.topology.pools:
        if pool.pg_num & (pool.pg_num - 1):
            power = 1 << (pool.pg_num.bit_length() - 1)
            message = (
                f"{pool.name} has {pool.pg_num} placement groups, no power of two: they are of unequal size."
            )
            yield warning(message, f"Use {power} or {2 * power}.", [pool.id])
    large = [pool for pool in facts.topology.pools if pool.share_of_raw > 0]
    if facts.deployment.pg_autoscaler and len(large) >= 4 and not any(pool.is_bulk for pool in large):
        message = f"None of {len(large)} large pools is marked bulk: the autoscaler starts them too small."
        yield warning(message, "Mark volumes and vms bulk, or set pg_num_min.", facts.pool_ids(large))


@rule(
    "V095",
    "Drives and controllers of OSDs",
    E,
    W,
    source=f"{HARDWARE}; Proxmox VE guide",
    remedy="Use drives of their own, and an HBA.",
)
def drives_of_their_own(facts: Facts) -> Iterator[Hit]:
    """OSDs do not share a drive with the system or a monitor, and no RAID controller stands before them. Speaks only
    where the catalog says so."""
    for spec, hosts in _by_spec(facts):
        if spec.osds_share_system_drive:
            message = f"{spec.name} has an OSD on the drive of the system or of a monitor."
            yield error(message, "Use separate drives.", _hosts(hosts))
        if spec.osds_behind_raid:
            message = (
                f"{spec.name} has a RAID controller before its OSDs: it hides drives and their failures."
            )
            yield warning(message, "Set it to HBA mode.", _hosts(hosts))


@rule("V096", "Consumer SSD", W, source=HARDWARE, remedy="Use enterprise SSD with power-loss protection.")
def consumer_ssd(facts: Facts) -> Iterator[Hit]:
    """Flash of OSDs survives a loss of power, and a full write a day. Speaks only where the catalog says that it does
    not."""
    for spec, hosts in _by_spec(facts):
        if hosts[0].media is Media.HDD:
            continue
        writes = spec.osd_drive_writes_per_day
        if spec.osd_has_power_loss_protection is False or (writes is not None and writes < 1):
            why = (
                f"{plain(writes)} drive writes a day"
                if writes is not None and writes < 1
                else "no power-loss protection"
            )
            message = f"{spec.name} has drives with {why}: journal writes will be slow, and wear them out."
            yield warning(message, "Use enterprise SSD.", _hosts(hosts))


@rule("V097", "Client writes", W, source="sizing.P1, P2, N2", remedy="Use more OSDs, or faster NICs.")
def client_writes(facts: Facts) -> Iterator[Hit]:
    """What VMs write, 30 % of their I/O, stays below 70 % of what drives and NICs carry: IOPS of all VMs, and MB/s of
    the quarter of them that move data at once."""
    hosts = facts.osd_hosts
    if not hosts or not facts.pools:
        return
    profiles = [(d.count, p) for d, p in zip(facts.demands, facts.workload.profiles, strict=True)]
    iops = sum(count * p.disk_iops for count, p in profiles) * WRITE_SHARE
    mbps = sum((count * p.disk_mb_per_second for count, p in profiles), Decimal(0)) * WRITE_SHARE * BUSY_SHARE
    protection = protection_of(max(facts.pools, key=lambda pool: (pool.share_of_raw, pool.id)))
    drives = sum((h.spec.osds * MB_PER_SECOND_PER_OSD[h.media] for h in hosts), Decimal(0))
    most_iops = (
        Decimal(sum(h.spec.osds * _write_iops(h.media) for h in hosts)) / protection.operations_per_write()
    )
    most_mbps = min([drives / protection.raw_bytes_per_byte, *_network_ceilings_mb(facts, protection)])
    for need, most, unit in ((iops, most_iops, "write IOPS"), (mbps, most_mbps, "MB/s of writes")):
        if need > QUOTED_SHARE * most:
            yield warning(
                f"VMs ask for {plain(need, 0)} {unit}; drives and NICs carry {plain(most, 0)} at the most, and 70 % of it is "
                "the limit to plan with.",
                "Use more OSDs, or faster NICs.", _hosts(hosts),
            )  # fmt: skip


@rule("V098", "Time of a rebuild", W, source="sizing.P3", remedy="Use more hosts, or a faster network.")
def time_of_a_rebuild(facts: Facts) -> Iterator[Hit]:
    """The largest failure domain is rebuilt within 4 hours on flash and 24 on disks, or the hours that the design
    allows. Where nothing is rebuilt elsewhere, V076 tells it."""
    pool = facts.pools[0] if facts.pools else None
    if pool is None:
        return
    domains = facts.domains_tb(pool)
    if len(domains) <= pool.size:
        return
    lost = max(domains, key=lambda name: (domains[name], name))
    rest = [h for h in facts.hosts_of_pool(pool) if facts.domain_of(h.node, pool.failure_domain) != lost]
    osds = sum(h.spec.osds for h in rest)
    nics = sum((_replication_gbps(facts, h.node) for h in rest), Decimal(0))
    total = sum(domains.values(), Decimal(0))
    if not osds or not nics or not total:
        return
    hours = recovery(
        lost_tb=_used_raw_tb(facts) * domains[lost] / total,
        osds=osds,
        mb_per_second=sum((h.spec.osds * MB_PER_SECOND_PER_OSD[h.media] for h in rest), Decimal(0)) / osds,
        hosts=len(rest),
        nic_gbps=nics / len(rest),
    ).hours
    allowed = facts.deployment.recovery_hours or (
        FLASH_RECOVERY_HOURS if facts.has_flash_only else DISK_RECOVERY_HOURS
    )
    if hours > allowed:
        yield warning(
            f"After the loss of {lost} data is at risk for {plain(hours, 1)} hours; {plain(allowed, 1)} are allowed.",
            "Use more hosts, or a faster network.", facts.drawn([lost]),
        )  # fmt: skip


@rule("V099", "Disks of a host", I, source="sizing.P3", remedy="Use smaller hosts.")
def disks_of_a_host(facts: Facts) -> Iterator[Hit]:
    """A host holds at most 250 TB on disks."""
    for spec, hosts in _by_spec(facts):
        raw = hosts[0].raw_tb
        if hosts[0].media is Media.HDD and raw > LARGEST_DISK_HOST_TB:
            message = f"{spec.name} holds {plain(raw)} TB on disks: its rebuild is long."
            yield info(message, "Use smaller hosts.", _hosts(hosts))


def _ids(nodes: Sequence[Node]) -> tuple[str, ...]:
    return tuple(node.id for node in nodes)


def _hosts(hosts: Sequence[OsdHost]) -> tuple[str, ...]:
    return tuple(host.node.id for host in hosts)


def _by_spec(facts: Facts) -> list[tuple[NodeSpec, list[OsdHost]]]:
    """OSD hosts that are alike, in spec and roles."""
    found: dict[tuple[str, frozenset[NodeRole]], list[OsdHost]] = defaultdict(list)
    for host in facts.osd_hosts:
        found[host.spec.id, frozenset(host.node.roles)].append(host)
    return [(hosts[0].spec, hosts) for hosts in found.values()]


def _plural(domain: str, count: int) -> str:
    return domain if count == 1 else f"{domain}s"


def _distinct(facts: Facts, key: Callable[[StoragePool], object]) -> Iterator[tuple[StoragePool, str]]:
    """One pool of each kind by `key`, with the name of it or of all like it."""
    seen: dict[object, list[StoragePool]] = defaultdict(list)
    for pool in facts.pools:
        seen[key(pool)].append(pool)
    for pools in seen.values():
        yield pools[0], listed(pool.name for pool in pools)


def _like(facts: Facts, pool: StoragePool) -> list[StoragePool]:
    kind = (pool.size, pool.failure_domain, pool.media)
    return [other for other in facts.pools if (other.size, other.failure_domain, other.media) == kind]


def _racks(facts: Facts, pool: StoragePool) -> Mapping[str, int]:
    """OSD hosts of a pool by rack."""
    found: dict[str, int] = defaultdict(int)
    for host in facts.hosts_of_pool(pool):
        if host.node.rack in facts.racks:
            found[host.node.rack] += 1
    return found


def _share_with_two_copies(racks: Mapping[str, int], size: int) -> Decimal:
    """The share of placement groups with two copies or more in the rack with most hosts, spread by host (F8)."""
    hosts, most = sum(racks.values()), max(racks.values(), default=0)
    if hosts < size:
        return Decimal(0)
    ways = sum(comb(most, i) * comb(hosts - most, size - i) for i in range(2, min(size, most) + 1))
    return Decimal(ways) / comb(hosts, size)


def _data_share(facts: Facts) -> Decimal:
    """What of the raw capacity is data, over all pools by their share."""
    shares = [(pool.share_of_raw or Decimal(0), Decimal(pool.size - pool.parity) / pool.size if pool.parity else Decimal(1) / pool.size) for pool in facts.pools]  # fmt: skip
    total = sum((share for share, _ in shares), Decimal(0))
    if not shares:
        return Decimal(0)
    if total <= 0:
        return sum((efficiency for _, efficiency in shares), Decimal(0)) / len(shares)
    return sum((share * efficiency for share, efficiency in shares), Decimal(0)) / total


def _used_raw_tb(facts: Facts) -> Decimal:
    """Raw TB that the written data fills."""
    share = _data_share(facts)
    return facts.written_tb / share if share > 0 else Decimal(0)


def _usable_tb(facts: Facts) -> Decimal:
    """What may be promised (sizing.S4), by the first pool's failure domains and the shares of all pools."""
    if not facts.pools:
        return Decimal(0)
    pool = facts.pools[0]
    domains = facts.domains_tb(pool)
    hosts = facts.hosts_of_pool(pool)
    if not hosts:
        return Decimal(0)
    layout = Layout(
        hosts=len(hosts), drives_per_host=min(host.spec.osds for host in hosts), drive_tb=hosts[0].spec.osd_tb,
        domains=len(domains), size=pool.size,
    )  # fmt: skip
    limit, _ = fill_limit(layout, self_heal_reserve=facts.policies.self_heal_reserve)
    raw = min(
        sum(domains.values(), Decimal(0)),
        held_by_unequal_domains(list(domains.values()), size=pool.size) * pool.size,
    )
    return raw * _data_share(facts) * (1 - facts.policies.metadata_share) * limit


def _is_object_store(facts: Facts) -> bool:
    """Whether most of what is written are objects."""
    return facts.workload.object_storage_tb * 2 > facts.written_tb


def _daemons_gib(facts: Facts, node: Node) -> int:
    sizes = (
        ("ceph-mon", MON_RAM_GIB),
        ("ceph-mgr", MGR_RAM_GIB),
        ("ceph-rgw", RGW_RAM_GIB),
        ("ceph-mds", MDS_RAM_GIB),
    )
    return sum(gib for service, gib in sizes if node in facts.running(service))


def _replication_gbps(facts: Facts, node: Node) -> Decimal:
    """What a host has to replicate over: its cluster network, or the public one where they are not split."""
    return facts.gbps(node.id, NetworkPlane.STORAGE_CLUSTER) or facts.gbps(
        node.id, NetworkPlane.STORAGE_PUBLIC
    )


def _network_ceilings_mb(facts: Facts, protection: Protection) -> list[Decimal]:
    """What the networks let clients write, MB/s (sizing.N2); nothing where storage is on none."""
    hosts = facts.osd_hosts
    public = sum((facts.gbps(h.node.id, NetworkPlane.STORAGE_PUBLIC) for h in hosts), Decimal(0)) * 1000 / 8
    cluster = sum((facts.gbps(h.node.id, NetworkPlane.STORAGE_CLUSTER) for h in hosts), Decimal(0)) * 1000 / 8
    copies = protection.cluster_bytes_per_byte
    if not public:
        return []
    if not cluster:
        return [public / (1 + copies)]
    return [public, cluster / copies] if copies else [public]


def _write_iops(media: Media) -> int:
    """IOPS of one OSD under writes (sizing.P1)."""
    return WRITE_HEAVY_SATA_IOPS if media is Media.SATA_SSD else IOPS_PER_OSD[media]


def protection_of(pool: StoragePool) -> Protection:
    """Return how a pool keeps its data."""
    parity = pool.parity
    if not 0 < parity < pool.size:
        return Protection(replicas=pool.size)
    return Protection(k=pool.size - parity, m=parity)


RULES: tuple[Rule, ...] = (
    monitors, five_monitors, standby_daemons, storage_hosts, osds_of_a_host, enough_domains, domain_to_heal_into, copies,
    least_copies, erasure_profile, stretch_mode, host_rule_over_racks, copies_in_two_racks, room_for_data,
    fill_after_a_loss, unequal_domains, largest_host, memory, threads, metadata_on_disks, db_devices, mixed_media,
    unequal_drives, placement_groups, pg_numbers, drives_of_their_own, consumer_ssd, client_writes, time_of_a_rebuild,
    disks_of_a_host,
)  # fmt: skip
