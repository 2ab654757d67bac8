import type { Command } from "../editor.ts";
import type { Catalog } from "../model/catalog.ts";
import { freshId, type Collection, type ElementOf, type Position, type Topology } from "../model/topology.ts";
import { appended } from "./lists.ts";

/** Add an element as it is. */
export function add<C extends Collection>(collection: C, element: ElementOf<C>): Command {
  return (topology) => appended(topology, collection, [element]);
}

const STEMS: Readonly<Record<string, string>> = { control: "ctl", compute: "cmp", storage: "sto", leaf: "leaf", spine: "spine", "super-spine": "super", oob: "oob" };

/** A new thing of the catalog, free on the plane at `position`, named after what it is; null for an unknown spec. */
export function fresh(
  topology: Topology,
  catalog: Catalog,
  specId: string,
  position: Position | null,
): { collection: "racks" | "nodes" | "switches"; element: ElementOf<"racks" | "nodes" | "switches"> } | null {
  const spec = catalog.specs.get(specId);
  switch (spec?.kind) {
    case "rack": {
      const id = freshId(topology, "rack");
      return { collection: "racks", element: { id, name: id, spec: spec.id, zone: "", position } };
    }
    case "node": {
      const roles = spec.roles as ElementOf<"nodes">["roles"];
      const id = freshId(topology, roles.length > 1 ? "hci" : (STEMS[roles[0] ?? ""] ?? "node"));
      return {
        collection: "nodes",
        element: { id, name: id, spec: spec.id, roles, group: "", rack: "", unit: null, position, services: [] },
      };
    }
    case "switch": {
      const id = freshId(topology, STEMS[spec.role] ?? "switch");
      return { collection: "switches", element: { id, name: id, spec: spec.id, role: spec.role, rack: "", unit: null, position } };
    }
    default:
      return null;
  }
}
