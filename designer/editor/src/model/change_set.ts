/**
 * The difference of two drawings as operations, and operations made true of a drawing: the twin of
 * designer/engine/change_set.py. Operations speak of fields, so that two edits of one element can both hold.
 */
import { anyById, byId, COLLECTIONS, type AnyElement, type Collection, type Topology } from "./topology.ts";

export interface Operation {
  readonly kind: "add" | "set" | "remove";
  readonly collection: Collection;
  readonly id: string;
  /** The whole element to add, or the fields to set. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where in its list an added element stands; null: at the end. */
  readonly at: number | null;
}

/**
 * The operations that make `after` of `before`, to the last byte: removals first, then additions at their place, then
 * changed fields. Elements that both have must stand in the same order, which no command changes.
 */
export function difference(before: Topology, after: Topology): Operation[] {
  const found: Operation[] = [];
  for (const collection of COLLECTIONS) {
    if (before[collection] === after[collection]) continue;
    const old = anyById(before, collection);
    const now = anyById(after, collection);
    for (const id of old.keys()) {
      if (!now.has(id)) found.push({ kind: "remove", collection, id, fields: {}, at: null });
    }
    (after[collection] as readonly AnyElement[]).forEach((element, at) => {
      if (!old.has(element.id)) found.push({ kind: "add", collection, id: element.id, fields: { ...element }, at });
    });
    for (const [id, element] of now) {
      const was = old.get(id);
      if (!was || was === element) continue;
      const fields = changedFields(was, element);
      if (Object.keys(fields).length) found.push({ kind: "set", collection, id, fields, at: null });
    }
  }
  return found;
}

function changedFields(before: AnyElement, after: AnyElement): Record<string, unknown> {
  const was = before as unknown as Record<string, unknown>;
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => !same(was[name], value)));
}

/** Whether two values of JSON are equal. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  const names = Object.keys(a);
  const other = b as Record<string, unknown>;
  return names.length === Object.keys(b).length && names.every((name) => same((a as Record<string, unknown>)[name], other[name]));
}

/** What came of operations that were made of a drawing which others may have changed. */
export interface Applied {
  readonly topology: Topology;
  /** Those that found nothing to change: their element is gone, or was there already. */
  readonly skipped: readonly Operation[];
}

/** Make `operations` true of `topology`, in their order, as far as its elements allow. */
export function apply(topology: Topology, operations: readonly Operation[]): Applied {
  const lists = new Map<Collection, AnyElement[]>();
  const skipped: Operation[] = [];
  for (const [collection, wanted] of groups(operations)) {
    const list = [...topology[collection]] as AnyElement[];
    const changed = new Map<string, AnyElement | null>();
    const at = (id: string) => (changed.has(id) ? changed.get(id) : (byId(topology, collection).get(id))) ?? null;
    const added: { element: AnyElement; at: number | null }[] = [];
    for (const operation of wanted) {
      const element = at(operation.id);
      if ((operation.kind === "add") === (element !== null)) {
        skipped.push(operation);
        continue;
      }
      if (operation.kind === "remove") changed.set(operation.id, null);
      else if (operation.kind === "set") changed.set(operation.id, { ...element, ...operation.fields } as AnyElement);
      else {
        const fresh = { ...operation.fields, id: operation.id } as unknown as AnyElement;
        changed.set(operation.id, fresh);
        added.push({ element: fresh, at: operation.at });
      }
    }
    const isNew = new Set(added.map((one) => one.element.id));
    const kept = list.filter((element) => changed.get(element.id) !== null && !isNew.has(element.id));
    const result = kept.map((element) => changed.get(element.id) ?? element);
    for (const { element, at: place } of added) {
      const last = changed.get(element.id);
      if (last) result.splice(Math.min(place ?? result.length, result.length), 0, last);
    }
    lists.set(collection, result);
  }
  if (skipped.length === operations.length) return { topology, skipped };
  return { topology: { ...topology, ...Object.fromEntries(lists) }, skipped };
}

function groups(operations: readonly Operation[]): Map<Collection, Operation[]> {
  const found = new Map<Collection, Operation[]>();
  for (const operation of operations) {
    const known = found.get(operation.collection);
    if (known) known.push(operation);
    else found.set(operation.collection, [operation]);
  }
  return found;
}

/** Both sides changed the same thing differently: a person must choose. */
export interface Conflict {
  readonly collection: Collection;
  readonly id: string;
  /** The field, or null when one side removed the element. */
  readonly field: string | null;
  readonly mine: unknown;
  readonly theirs: unknown;
}

export interface Merged {
  readonly topology: Topology;
  /** Where both sides differ; `topology` has theirs, until a person chooses. */
  readonly conflicts: readonly Conflict[];
  /** What of mine is made on top of theirs. */
  readonly operations: readonly Operation[];
}

/** Bring what `mine` changed since `base` on top of `theirs`, which grew from the same base. */
export function merge(base: Topology, mine: Topology, theirs: Topology): Merged {
  const conflicts: Conflict[] = [];
  const operations: Operation[] = [];
  for (const operation of difference(base, mine)) {
    const { collection, id } = operation;
    const other = byId(theirs, collection).get(id);
    const was = byId(base, collection).get(id);
    const ours = byId(mine, collection).get(id);
    if (operation.kind === "add") {
      if (!other) operations.push({ ...operation, at: null });
      else if (!same(other, ours)) conflicts.push({ collection, id, field: null, mine: ours, theirs: other });
    } else if (!other) {
      if (operation.kind === "set") conflicts.push({ collection, id, field: null, mine: ours, theirs: null });
    } else if (operation.kind === "remove") {
      if (same(was, other)) operations.push(operation);
      else conflicts.push({ collection, id, field: null, mine: null, theirs: other });
    } else {
      const fields = Object.entries(operation.fields).filter(([field, value]) => {
        const [before, now] = [was, other].map((one) => (one as unknown as Record<string, unknown>)[field]);
        if (same(before, now)) return true;
        if (!same(value, now)) conflicts.push({ collection, id, field, mine: value, theirs: now });
        return false;
      });
      if (fields.length) operations.push({ ...operation, fields: Object.fromEntries(fields) });
    }
  }
  return { topology: apply(theirs, operations).topology, conflicts, operations };
}

/** The operations that make the drawing have `mine` where a person chose it over `theirs`. */
export function chosen(conflict: Conflict, current: Topology): Operation[] {
  const { collection, id, field, mine } = conflict;
  const there = byId(current, collection).get(id);
  if (field !== null) return there ? [{ kind: "set", collection, id, fields: { [field]: mine }, at: null }] : [];
  if (mine === null) return there ? [{ kind: "remove", collection, id, fields: {}, at: null }] : [];
  const fields = mine as Record<string, unknown>;
  return [{ kind: there ? "set" : "add", collection, id, fields, at: null }];
}
