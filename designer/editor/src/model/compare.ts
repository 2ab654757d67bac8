/** What differs between two drawings, in words for a table and marks for the canvas. */
import { difference } from "./change_set.ts";
import { anyById, COLLECTIONS, nameOf, type AnyElement, type Collection, type Topology } from "./topology.ts";

export type ChangeKind = "added" | "removed" | "changed";

export interface Change {
  readonly kind: ChangeKind;
  readonly collection: Collection;
  readonly id: string;
  readonly name: string;
  /** Fields that changed, with the value before and after; of a changed element only. */
  readonly fields: readonly { readonly name: string; readonly before: unknown; readonly after: unknown }[];
}

/** What became of `before` in `after`, list by list. */
export function changesBetween(before: Topology, after: Topology): Change[] {
  const found = difference(before, after).map(({ kind, collection, id, fields }): Change => {
    const old = anyById(before, collection).get(id);
    const now = anyById(after, collection).get(id);
    return {
      kind: kind === "add" ? "added" : kind === "remove" ? "removed" : "changed",
      collection, id, name: nameOf((now ?? old) as AnyElement),
      fields: kind !== "set" ? [] : Object.entries(fields).map(([name, value]) => ({ name, before: (old as unknown as Record<string, unknown>)[name], after: value })),
    };
  });
  return found.sort((a, b) => COLLECTIONS.indexOf(a.collection) - COLLECTIONS.indexOf(b.collection));
}

/** `wanted`, as far as it can be led to from `current`: elements that both have keep the order in which they are. */
export function inOrderOf(current: Topology, wanted: Topology): Topology {
  const lists = COLLECTIONS.map((collection) => {
    const now = anyById(wanted, collection);
    const had = anyById(current, collection);
    const kept = [...had.keys()].flatMap((id) => now.get(id) ?? []);
    return [collection, [...kept, ...[...now.values()].filter((element) => !had.has(element.id))]] as const;
  });
  return { ...wanted, ...Object.fromEntries(lists) };
}
