/** Changes of one list of the drawing that keep what did not change. */
import type { Collection, ElementOf, Topology } from "../model/topology.ts";

/** `topology` with `change` made of each element of a list; the same drawing when nothing changed. */
export function mapped<C extends Collection>(
  topology: Topology,
  collection: C,
  change: (element: ElementOf<C>) => ElementOf<C>,
): Topology {
  let isChanged = false;
  const list = (topology[collection] as readonly ElementOf<C>[]).map((element) => {
    const after = change(element);
    if (after !== element) isChanged = true;
    return after;
  });
  return isChanged ? { ...topology, [collection]: list } : topology;
}

/** `topology` with only those elements of a list that `keep` wants. */
export function kept<C extends Collection>(
  topology: Topology,
  collection: C,
  keep: (element: ElementOf<C>) => boolean,
): Topology {
  const list = topology[collection] as readonly ElementOf<C>[];
  const after = list.filter(keep);
  return after.length === list.length ? topology : { ...topology, [collection]: after };
}

export function appended<C extends Collection>(topology: Topology, collection: C, added: readonly ElementOf<C>[]): Topology {
  return added.length ? { ...topology, [collection]: [...(topology[collection] as readonly ElementOf<C>[]), ...added] } : topology;
}
