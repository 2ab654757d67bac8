"""From uploaded files to the workload of a design. Pages, API and jobs call these."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from accounts.quotas import check_upload_quota
from accounts.services import audit
from catalog.documents import parse
from catalog.engine.documents import write
from config.errors import Conflict, DomainError, Invalid, Problem, Stale
from designer.engine.workload import VmProfile
from designer.imports import limits, plain, store
from designer.imports.inventory import Basis, Switches
from designer.imports.review import review
from designer.imports.rows import Inventory, clean
from designer.imports.run import Unreadable, read_files
from designer.imports.sizes import with_known_sizes
from designer.imports.tables import ENCODINGS
from designer.models import Design, WorkloadImport
from designer.services import change_parts, document_of, must_edit, request_sizing
from jobs.models import Job
from jobs.queue import enqueue_once

Report = Callable[[float, str], None]
State = WorkloadImport.State
MAX_IMPORTS_OF_A_DESIGN = 100
MAPPING_KEYS = (*plain.FIELDS, "ram_unit", "disk_unit", "encoding")


class TooLarge(DomainError):
    """More bytes than are read at once."""

    status = 413
    title = "The upload is too large"


def add_import(
    *,
    design: Design,
    user: User,
    files: Sequence[UploadedFile[Any]],
    mapping: Mapping[str, str] | None = None,
) -> tuple[WorkloadImport, Job | None]:
    """Store `files` and have them read as one inventory for `design`; no job when these very files were read already.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Invalid: no file, too many, or a mapping that names what is not to be mapped.
        TooLarge: a file has more bytes than are read.
        Conflict: the design has as many imports as one may have.
        StorageQuotaExceeded, UploadCountExceeded: the person or the team keeps as much as they may.
    """
    must_edit(user, design.team)
    if not 1 <= len(files) <= limits.MAX_FILES:
        remedy = f"Choose 1 to {limits.MAX_FILES} files that belong to one inventory."
        raise Invalid([Problem("files", len(files), "is not a number of files that is read", remedy)])
    for file in files:
        if (file.size or 0) > limits.MAX_FILE_BYTES:
            raise TooLarge(
                f"{clean(file.name)} has {file.size:,} bytes; at most {limits.MAX_FILE_BYTES:,} are read. "
                "Export only the tabs that an inventory needs, or split it by site."
            )
    chosen = checked_mapping(mapping or {})
    kept = [{"name": shown_name(file.name), **_stored(file)} for file in files]
    hashes = sorted(str(file["sha256"]) for file in kept)
    digest = hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    try:
        return _kept_import(design, user, kept, digest, chosen)
    except DomainError:
        store.forget_unused(hashes)
        raise


def _kept_import(
    design: Design, user: User, kept: list[dict[str, Any]], digest: str, chosen: dict[str, str]
) -> tuple[WorkloadImport, Job | None]:
    with transaction.atomic():
        Design.objects.select_for_update().get(pk=design.pk)
        found = WorkloadImport.objects.filter(design=design, sha256=digest).first()
        if found is not None and found.state != State.REFUSED and (not chosen or chosen == found.mapping):
            # Were it being read and its job over without an end, it would wait for ever: there is one job, or a new one.
            return found, _job(found, user) if found.state == State.READING else None
        if found is None:
            if design.workload_imports.count() >= MAX_IMPORTS_OF_A_DESIGN:
                raise Conflict(
                    f"This design has {MAX_IMPORTS_OF_A_DESIGN} imports, as many as one may have. "
                    "Delete some, or start a new design."
                )
            size = sum(int(file["size"]) for file in kept)
            check_upload_quota(user=user, team=design.team, size=size)
            found = WorkloadImport.objects.create(
                team=design.team,
                design=design,
                author=user,
                file_name=", ".join(str(file["name"]) for file in kept)[:300],
                files=kept,
                sha256=digest,
                size=size,
                mapping=chosen,
            )
            audit("workload_import.added", actor=user, team=design.team, subject=found)
        else:  # what was refused is tried again: the reader, or what people say of the file, may have changed
            found.mapping = chosen or found.mapping
            found.version += 1
        return found, _read_again(found, user)


def delete_import(*, found: WorkloadImport, user: User, based_on: int) -> None:
    """Delete an import, and its files where no other import has the same. A design that used it keeps its workload.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Stale: somebody changed it after version `based_on`.
        Conflict: it is being read.
    """
    must_edit(user, found.team)
    with transaction.atomic():
        locked = _locked(found, based_on)
        audit("workload_import.deleted", actor=user, team=locked.team, subject=locked)
        digests = [str(file["sha256"]) for file in locked.files]
        locked.delete()
        transaction.on_commit(lambda: store.forget_unused(digests))


def _stored(file: UploadedFile[Any]) -> dict[str, Any]:
    digest, size = store.keep(file)
    return {"sha256": digest, "size": size}


def shown_name(raw: str | None) -> str:
    """Return the name of a file as it is shown: its last part, without characters that cannot be shown."""
    return clean(PurePath((raw or "").replace("\\", "/")).name, 120) or "file"


def checked_mapping(mapping: Mapping[str, Any]) -> dict[str, str]:
    """Return `mapping` without what is empty.

    Raises:
        Invalid: an unknown key, unit or encoding, or a value that is no text.
    """
    problems = []
    choices = {
        "ram_unit": tuple(plain.RAM_UNITS),
        "disk_unit": tuple(plain.DISK_UNITS),
        "encoding": ENCODINGS,
    }
    for key, value in mapping.items():
        field = f"mapping.{clean(key, 40)}"
        if key not in MAPPING_KEYS:
            problems.append(
                Problem(
                    field, clean(value, 80), "is not to be mapped", f"Use one of: {', '.join(MAPPING_KEYS)}."
                )
            )
        elif not isinstance(value, str) or len(value) > 200 or clean(value, 200) != value.strip():
            problems.append(
                Problem(
                    field, clean(value, 80), "is not the name of a column", "Use the header as it stands."
                )
            )
        elif value and key in choices and value not in choices[key]:
            problems.append(Problem(field, value, "is not known", f"Use one of: {', '.join(choices[key])}."))
    if problems:
        raise Invalid(problems)
    return {key: value.strip() for key, value in mapping.items() if value.strip()}


def _read_again(found: WorkloadImport, user: User) -> Job:
    found.state, found.reason, found.remedy = State.READING, "", ""
    found.save()
    return _job(found, user)


def _job(found: WorkloadImport, user: User) -> Job:
    return enqueue_once(
        "designer.read_inventory",
        {"import": str(found.pk), "version": found.version},
        user=user,
        team=found.team,
        subject_type="design",
        subject_id=found.design_id,
    )


def read_inventory(found: WorkloadImport, *, report: Report) -> WorkloadImport:
    """Read the files of an import in a limited child and store what they hold, or why they were refused."""
    report(0.1, f"Reading {found.file_name}")
    try:
        inventory = read_files(
            [(file["name"], file["size"]) for file in found.files],
            store.pieces([file["sha256"] for file in found.files]),
            found.mapping or None,
        )
    except Unreadable as refused:
        WorkloadImport.objects.filter(pk=found.pk, version=found.version).update(
            state=State.REFUSED,
            reason=clean(refused.reason, 600),
            remedy=clean(refused.remedy, 600),
            report=None,
            inventory=None,
        )
        found.refresh_from_db()
        return found
    report(0.7, f"{len(inventory.vms):,} rows read: looking sizes up")
    inventory = with_known_sizes(inventory)
    report(0.8, "Grouping into profiles")
    is_open = inventory.format == plain.FORMAT and not plain.is_complete(
        inventory.mapping or {}, inventory.columns
    )
    WorkloadImport.objects.filter(pk=found.pk, version=found.version).update(
        state=State.NEEDS_MAPPING if is_open else State.READY,
        format=inventory.format,
        inventory=inventory.to_data(),
        report=write(review(inventory, switches_of(found))),
    )
    found.refresh_from_db()
    return found


def switches_of(found: WorkloadImport) -> Switches:
    """Return how an import is counted."""
    return parse(Switches, found.switches, path="switches")


def shown_switches(found: WorkloadImport) -> dict[str, Any]:
    """Return all switches of an import, those at their default too."""
    shown: dict[str, Any] = write(switches_of(found))
    return shown


def columns_of(found: WorkloadImport) -> tuple[str, ...]:
    """Return the header of a plain table, to name its columns by; empty for every other format."""
    if found.format != plain.FORMAT or found.inventory is None:
        return ()
    return tuple(found.inventory["columns"])


def refuse_large_request(request: Any) -> None:
    """Refuse an upload by the size that it announces, before any of it is stored.

    Raises:
        TooLarge: it announces more than the files of one import may have.
    """
    announced = str(request.META.get("CONTENT_LENGTH") or "0")
    most = limits.MAX_FILES * limits.MAX_FILE_BYTES
    if announced.isdigit() and int(announced) > most:
        raise TooLarge(f"The upload announces {int(announced):,} bytes; at most {most:,} are read at once.")


def change_import(
    *,
    found: WorkloadImport,
    user: User,
    based_on: int,
    switches: Mapping[str, Any] | None = None,
    mapping: Mapping[str, Any] | None = None,
) -> WorkloadImport:
    """Count an import in another way, or name its columns; the latter has it read again. What is equal changes nothing.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Stale: somebody changed it after version `based_on`.
        Invalid: a switch or a mapping that cannot be.
        Conflict: it is being read.
    """
    must_edit(user, found.team)
    wanted = None if switches is None else parse(Switches, dict(switches), path="switches")
    chosen = None if mapping is None else checked_mapping(mapping)
    with transaction.atomic():
        locked = _locked(found, based_on)
        is_read_again = chosen is not None and chosen != locked.mapping
        is_recounted = wanted is not None and write(wanted) != write(switches_of(locked))
        if not is_read_again and not is_recounted:
            return locked
        locked.version += 1
        if wanted is not None:
            locked.switches = write(wanted)
        if chosen is not None:
            locked.mapping = chosen
        if is_read_again:
            _read_again(locked, user)
        else:
            if locked.inventory is not None:
                locked.report = write(review(Inventory.from_data(locked.inventory), switches_of(locked)))
            locked.save()
        return locked


def _locked(found: WorkloadImport, based_on: int) -> WorkloadImport:
    locked = WorkloadImport.objects.select_for_update(of=("self",)).select_related("team").get(pk=found.pk)
    if locked.version != based_on:
        raise Stale(
            f"You changed version {based_on} of this import; version {locked.version} is current.",
            current_version=locked.version,
        )
    if locked.state == State.READING:
        raise Conflict("The files are being read. Change this when that is over.")
    return locked


def use_import(*, found: WorkloadImport, user: User, based_on: int | None) -> tuple[Design, Job | None]:
    """Make the profiles of an import the workload of its design, as one version, and have that sized.

    Where disks count as used, the planning rule for the written share of disks becomes 100 %: it would shrink them again.
    A design whose workload is that already is left as it is, and no job is started.

    Raises:
        Forbidden, PreconditionRequired, Stale, Invalid: as `designer.services.change_parts`.
        Conflict: the import is not ready, or no VM of it counts.
    """
    must_edit(user, found.team)
    if found.state != State.READY or not found.report:
        raise Conflict(f"This import is {found.get_state_display()}. It can be used once it is ready.")
    if not found.report["profiles"]:
        raise Conflict("No VM of this import counts. Change its switches, or import another file.")
    design = Design.objects.select_related("team", "customer").get(pk=found.design_id)
    document = document_of(design)
    profiles = parse(tuple[VmProfile, ...], found.report["profiles"], path="profiles")
    parts: dict[str, Any] = {"workload": replace(document.workload, profiles=profiles)}
    if switches_of(found).disk_basis is not Basis.PROVISIONED:
        parts["policies"] = replace(document.policies, thin_share_boot=Decimal(1))
    before = design.version
    with transaction.atomic():
        saved = change_parts(design=design, parts=parts, based_on=based_on, user=user)
        if saved.version == before:
            return saved, None
        WorkloadImport.objects.filter(pk=found.pk).update(used_version=saved.version)
        audit("workload_import.used", actor=user, team=design.team, subject=found)
        return saved, request_sizing(design=saved, user=user)
