import type { Command } from "../editor.ts";
import { same } from "../model/change_set.ts";
import type { Collection, ElementOf } from "../model/topology.ts";
import { mapped } from "./lists.ts";

/** Set fields of elements of one list. */
export function set<C extends Collection>(collection: C, ids: readonly string[], fields: Partial<ElementOf<C>>): Command {
  const wanted = new Set(ids);
  return (topology) =>
    mapped(topology, collection, (element) => {
      if (!wanted.has(element.id)) return element;
      const after = { ...element, ...fields };
      return same(after, element) ? element : after;
    });
}
