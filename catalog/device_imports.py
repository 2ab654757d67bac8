"""From a file of device and module types to hardware models in force. Pages, API, jobs and commands call these.

Reading stages what is new or changed; nothing of it is in force before `apply`, which is one transaction, as is `roll_back`.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path, PurePath
from typing import IO, Any
from uuid import UUID, uuid5

import yaml
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.permissions import may_edit_catalog, require
from accounts.quotas import check_upload_quota
from accounts.services import audit
from catalog.engine.device_types import changes, is_large, key_of, missing, port_watts
from catalog.imports import archives
from catalog.imports.device_files import SUFFIXES, shown_path
from catalog.imports.device_run import Unreadable, read_types
from catalog.library import DATA
from catalog.models import HardwareImport, HardwareModel
from config import kept_files
from config.errors import Conflict, DomainError, Invalid, Problem, Stale
from jobs.models import Job
from jobs.queue import enqueue_once
from jobs.services import supersede

Report = Callable[[float, str], None]
State = HardwareImport.State
FOLDER = "device-types"
SUBJECT = "hardware_import"
MAX_WAITING = 20
"""Imports that are neither applied nor discarded."""
CHANGES_KEPT = 200
"""Of one type; all are counted."""
BATCH = 500
WHAT_TO_SEND = "Choose a .zip, .tar.gz or .yaml file."
SHIPPED = "shipped: "
"""How the name of an import starts that came with the product."""
_NOTHING: Mapping[str, Any] = {"unchanged": 0, "rejected": [], "passed_over": 0}
NAMESPACE = UUID("6c1f0c53-59e1-5d0b-9b54-0d4f3a1f7f11")
"""Of the ids of hardware models: the same make and model has the same id in every installation."""


class TooLarge(DomainError):
    """More bytes than are read at once."""

    status = 413
    title = "The upload is too large"


def add_import(*, file: Any | None, name: str, user: User | None) -> tuple[HardwareImport, Job | None]:
    """Store an archive or a YAML file and have it read in the background; `user` is None for a command, which reads itself.

    The same bytes while they still wait for somebody's decision are the same import.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Invalid: no file, or an empty one.
        TooLarge: it has more bytes than are read.
        Conflict, StorageQuotaExceeded: too many imports wait already, or `user` keeps as many uploads as one may.
    """
    if user is not None:
        require(may_edit_catalog(user), "import hardware models")
    if file is None:
        raise Invalid([Problem("file", None, "is missing", WHAT_TO_SEND)])
    size = file.size or 0
    if size > archives.MAX_FILE_BYTES:
        raise TooLarge(
            f"The file has {size:,} bytes; at most {archives.MAX_FILE_BYTES:,} are read. Pack the YAML files without pictures."
        )
    if size == 0:
        raise Invalid([Problem("file", size, "is empty", WHAT_TO_SEND)])
    digest, size = kept_files.keep(file, FOLDER)
    with transaction.atomic():
        waiting = HardwareImport.objects.select_for_update().filter(state__in=(State.READING, State.READY))
        found = next((one for one in waiting if one.sha256 == digest), None)
        if found is None:
            if user is not None:
                check_upload_quota(user=user, team=None, size=size)
            if len(waiting) >= MAX_WAITING:
                raise Conflict(f"{MAX_WAITING} imports wait already. Apply or discard some of them first.")
            found = HardwareImport.objects.create(
                author=user, file_name=shown_name(name), sha256=digest, size=size
            )
            audit("hardware_import.added", actor=user, subject=found)
        return found, _job(found, user) if user is not None and found.state == State.READING else None


def shown_name(raw: str) -> str:
    """Return the name of a file as it is shown: its last part, without what cannot be written everywhere."""
    return shown_path(PurePath(raw.replace("\\", "/")).name).strip()[:200] or "file"


def read_import(found: HardwareImport, *, report: Report) -> HardwareImport:
    """Read the file of an import in a limited child, and stage what it would add and change; or store why it was refused."""
    report(0.05, f"Reading {found.file_name}")
    in_force = HardwareModel.objects.in_force()
    known = dict(in_force.values_list("sha256", "key"))
    try:
        reading = read_types(found.file_name, found.size, kept_files.pieces([found.sha256], FOLDER), known)
    except Unreadable as refused:
        HardwareImport.objects.filter(pk=found.pk, state=State.READING).update(
            state=State.REFUSED,
            version=F("version") + 1,
            reason=refused.reason[:600],
            remedy=refused.remedy[:600],
        )
        found.refresh_from_db()
        return found
    report(0.6, f"{len(reading['types']):,} types read: comparing them with those in force")
    staged, same = _staged(found, reading["types"])
    counts = _counts(reading, staged, same, total=len(known) and in_force.count())
    report(0.8, f"{counts['new']:,} new, {counts['changed']:,} changed: keeping them for review")
    with transaction.atomic():
        locked = HardwareImport.objects.select_for_update().filter(pk=found.pk).first()
        if locked is None or locked.state != State.READING:
            return locked or found  # discarded in the meantime, or another attempt was faster
        locked.types.all().delete()
        HardwareModel.objects.bulk_create(staged, batch_size=BATCH)
        locked.state = State.READY if staged else State.UNCHANGED
        locked.counts, locked.rejected = counts, reading["rejected"]
        locked.folder, locked.commit = shown_path(reading["folder"]), reading["commit"]
        locked.newest = date.fromisoformat(reading["newest"]) if reading["newest"] else None
        locked.reason = locked.remedy = ""
        locked.version += 1
        locked.save()
        return locked


def read_again(*, found: HardwareImport, user: User) -> tuple[HardwareImport, Job]:
    """Read the file of an import anew, against what is in force now.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Conflict: it is applied.
    """
    require(may_edit_catalog(user), "import hardware models")
    with transaction.atomic():
        locked = HardwareImport.objects.select_for_update().get(pk=found.pk)
        if locked.state in (State.APPLIED, State.ROLLED_BACK):
            raise Conflict(f"This import is {locked.get_state_display()}. Upload the file again.")
        locked.types.all().delete()
        locked.state = State.READING
        locked.version += 1
        locked.save(update_fields=["state", "version"])
        return locked, _job(locked, user)


@transaction.atomic
def apply(*, found: HardwareImport, user: User | None, based_on: int) -> HardwareImport:
    """Put what version `based_on` of an import adds and changes in force, all or nothing. Applied again it changes nothing.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Stale: it was read again since, so that what was reviewed is not what it holds now.
        Conflict: it is not ready, or what is in force changed since it was read.
    """
    if user is not None:
        require(may_edit_catalog(user), "apply an import of hardware models")
    locked = HardwareImport.objects.select_for_update().get(pk=found.pk)
    if locked.state == State.APPLIED:
        return locked
    _must_be(locked, based_on)
    if locked.state not in (State.READY, State.ROLLED_BACK):
        raise Conflict(
            f"This import is {locked.get_state_display()}. It can be applied once it is read and changes something."
        )
    before = locked.types.filter(previous__isnull=False)
    try:
        with transaction.atomic():
            replaced = HardwareModel.objects.in_force().filter(pk__in=before.values("previous"))
            if replaced.update(is_current=False) != before.count():
                raise _outdated()
            locked.types.update(is_current=True)
    except IntegrityError as error:  # another import brought one of its new types in the meantime
        raise _outdated() from error
    locked.state, locked.applied_at, locked.applied_by = State.APPLIED, timezone.now(), user
    locked.version += 1
    locked.save(update_fields=["state", "version", "applied_at", "applied_by"])
    audit("hardware_import.applied", actor=user, subject=locked)
    return locked


@transaction.atomic
def roll_back(*, found: HardwareImport, user: User) -> HardwareImport:
    """Put in force what was before the newest applied import. Rolled back again it changes nothing; it can be applied again.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Conflict: it is not applied, or a later one is.
    """
    require(may_edit_catalog(user), "roll back an import of hardware models")
    locked = HardwareImport.objects.select_for_update().get(pk=found.pk)
    if locked.state == State.ROLLED_BACK:
        return locked
    if locked.state != State.APPLIED:
        raise Conflict(f"This import is {locked.get_state_display()}: there is nothing to roll back.")
    newest = newest_applied()
    if newest is not None and newest.pk != locked.pk:
        raise Conflict(f"{newest} was applied later. Roll that back first.")
    before = locked.types.filter(previous__isnull=False).values("previous")
    locked.types.update(is_current=False)
    HardwareModel.objects.filter(pk__in=before).update(is_current=True)
    locked.state = State.ROLLED_BACK
    locked.version += 1
    locked.save(update_fields=["state", "version"])
    audit("hardware_import.rolled_back", actor=user, subject=locked)
    return locked


@transaction.atomic
def discard(*, found: HardwareImport, user: User, based_on: int) -> None:
    """Delete an import that was never applied, with its file and what it would change.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Stale: something happened to it after version `based_on`.
        Conflict: it was applied.
    """
    require(may_edit_catalog(user), "discard an import of hardware models")
    locked = HardwareImport.objects.select_for_update().filter(pk=found.pk).first()
    if locked is None:
        return
    _must_be(locked, based_on)
    if locked.state in (State.APPLIED, State.ROLLED_BACK):
        raise Conflict(f"This import is {locked.get_state_display()}; it stays as history.")
    audit("hardware_import.discarded", actor=user, subject=locked)
    supersede(subject_type=SUBJECT, subject_id=locked.pk)
    locked.types.all().delete()
    locked.delete()
    transaction.on_commit(lambda: _forget_unused(locked.sha256))


@transaction.atomic
def load_shipped_models(file: Path = DATA / "hardware-models.yaml") -> list[HardwareImport]:
    """Put the hardware models that the product ships in force, and return the imports that this made.

    A model that somebody imported stays as it is, and what was rolled back is not brought back. Twice changes nothing.
    """
    made = []
    for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]:
        content = json.dumps(group, sort_keys=True).encode()
        digest = hashlib.sha256(content).hexdigest()
        if HardwareImport.objects.filter(sha256=digest).exists():
            continue
        found = HardwareImport(
            file_name=f"{SHIPPED}{group['name']}",
            sha256=digest,
            size=len(content),
            commit=group["commit"],
            newest=date.fromisoformat(group["as_of"]),
            state=State.APPLIED,
            applied_at=timezone.now(),
        )
        types = [{"unread": [], **one, "key": key_of(one["document"])} for one in group["types"]]
        staged, _ = _staged(found, types)
        own = HardwareModel.objects.in_force().exclude(source__file_name__startswith=SHIPPED)
        kept = set(own.values_list("pk", flat=True))
        staged = [row for row in staged if row.previous_id not in kept]
        found.counts = _counts({**_NOTHING, "types": types}, staged, len(types) - len(staged), total=0)
        found.save()
        replaced = [row.previous_id for row in staged if row.previous_id]
        HardwareModel.objects.filter(pk__in=replaced).update(is_current=False)
        for row in staged:
            row.is_current = True
        HardwareModel.objects.bulk_create(staged, batch_size=BATCH)
        made.append(found)
    return made


def newest_applied() -> HardwareImport | None:
    """Return the import that was applied last and is not rolled back."""
    return HardwareImport.objects.filter(state=State.APPLIED).order_by("-applied_at").first()


def refuse_large_request(request: Any) -> None:
    """Refuse an upload by the size that it announces, before any of it is stored.

    Raises:
        TooLarge: it announces more than a file may have.
    """
    announced = str(request.META.get("CONTENT_LENGTH") or "0")
    most = archives.MAX_FILE_BYTES + archives.MIB
    if announced.isdigit() and int(announced) > most:
        raise TooLarge(
            f"The upload announces {int(announced):,} bytes; at most {archives.MAX_FILE_BYTES:,} are read."
        )


def pack_folder(folder: Path, target: IO[bytes]) -> int:
    """Write the YAML files below `folder` into `target` as a tar, and return how many there are. Links stay links."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    with tarfile.open(fileobj=target, mode="w") as archive:
        for path in paths:
            archive.add(
                path,
                arcname=str(PurePath(folder.name or "folder") / path.relative_to(folder)),
                recursive=False,
            )
    return len(paths)


def _must_be(found: HardwareImport, based_on: int) -> None:
    if found.version != based_on:
        raise Stale(
            f"You saw version {based_on} of this import; version {found.version} is current.",
            current_version=found.version,
        )


def _forget_unused(digest: str) -> None:
    if not HardwareImport.objects.filter(sha256=digest).exists():
        kept_files.forget(digest, FOLDER)


def _job(found: HardwareImport, user: User) -> Job:
    return enqueue_once(
        "catalog.read_device_types",
        {"import": str(found.pk)},
        user=user,
        subject_type=SUBJECT,
        subject_id=found.pk,
    )


def _outdated() -> Conflict:
    return Conflict("What is in force changed since this file was read. Read it again, then apply it.")


def _staged(found: HardwareImport, types: Iterable[Mapping[str, Any]]) -> tuple[list[HardwareModel], int]:
    """Return rows for the types that are new or changed, and how many say the same in other words."""
    types = list(types)
    before = _in_force_by_key([one["key"] for one in types])
    staged, same = [], 0
    for one in types:
        previous = before.get(one["key"])
        if previous is not None and previous.document == one["document"]:
            same += 1
        else:
            staged.append(_row(found, one, previous))
    return staged, same


def _in_force_by_key(keys: list[str]) -> dict[str, HardwareModel]:
    found: dict[str, HardwareModel] = {}
    if HardwareModel.objects.in_force().exists():
        for start in range(0, len(keys), BATCH):
            batch = HardwareModel.objects.in_force().filter(key__in=keys[start : start + BATCH])
            found.update((model.key, model) for model in batch.only("key", "document"))
    return found


def _row(found: HardwareImport, one: Mapping[str, Any], previous: HardwareModel | None) -> HardwareModel:
    document = one["document"]
    told = changes(previous.document, document) if previous is not None else ()
    weight, height = document.get("weight_kg"), document.get("u_height")
    return HardwareModel(
        identity=previous.identity if previous else uuid5(NAMESPACE, one["key"]),
        key=one["key"],
        source=found,
        previous=previous,
        path=one["path"],
        sha256=one["sha256"],
        kind=document["kind"],
        manufacturer=document["manufacturer"],
        model=document["model"],
        slug=document.get("slug", ""),
        part_number=document.get("part_number", ""),
        u_height=None if height is None else Decimal(str(height)),
        weight_kg=None if weight is None else Decimal(str(weight)),
        port_watts=port_watts(document),
        missing=" ".join(missing(document)),
        document=document,
        changes=[
            {"field": c.field, "before": c.before, "after": c.after, "is_large": is_large(c)}
            for c in told[:CHANGES_KEPT]
        ],
        change_count=len(told),
        unread=one["unread"],
    )


def _counts(
    reading: Mapping[str, Any], staged: list[HardwareModel], same: int, *, total: int
) -> dict[str, Any]:
    """Files by what became of them; of the staged types, how many lack what, and which fields are not kept."""
    changed = sum(1 for row in staged if row.change_count)
    unchanged = reading["unchanged"] + same
    lacking = Counter(word for row in staged for word in row.missing.split())
    unread = Counter(field for row in staged for field in row.unread)
    return {
        "files": len(reading["types"]) + reading["unchanged"] + len(reading["rejected"]),
        "new": len(staged) - changed,
        "changed": changed,
        "unchanged": unchanged,
        "rejected": len(reading["rejected"]),
        "passed_over": reading["passed_over"],
        "large_changes": sum(1 for row in staged if any(change["is_large"] for change in row.changes)),
        "not_in_files": max(0, total - unchanged - changed),
        "lacking": dict(lacking),
        "unread": dict(unread.most_common(50)),
    }
