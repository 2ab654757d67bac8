/** The drawing as plain data, as the API has it, and questions that any part of the editor asks of it. */
import type { components } from "../api/schema.ts";

type Sent = components["schemas"]["DesignTopology"];

/** Every field is there in what the server sends and in what the editor holds. */
type Whole<T> = T extends readonly (infer U)[]
  ? readonly Whole<U>[]
  : T extends object
    ? { readonly [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }
    : T;

export type Topology = Whole<Sent>;
export type Collection = Exclude<keyof Topology, "schema_version">;
export type ElementOf<C extends Collection> = Topology[C][number];
export type Rack = ElementOf<"racks">;
export type NodeGroup = ElementOf<"node_groups">;
export type Node = ElementOf<"nodes">;
export type Switch = ElementOf<"switches">;
export type Pdu = ElementOf<"pdus">;
export type ExternalRouter = ElementOf<"external_routers">;
export type Network = ElementOf<"networks">;
export type Link = ElementOf<"links">;
export type Pool = ElementOf<"pools">;
export type Note = ElementOf<"notes">;
export type AnyElement = ElementOf<Collection>;
export type Device = Node | Switch | ExternalRouter;
export type Position = { readonly x: number; readonly y: number };
export type End = Link["a"];

/** In the order in which the server checks and tells them. */
export const COLLECTIONS = [
  "racks", "node_groups", "nodes", "switches", "pdus", "external_routers", "networks", "links", "pools", "notes",
] as const satisfies readonly Collection[];

export const NAMES: Readonly<Record<Collection, string>> = {
  racks: "rack", node_groups: "node group", nodes: "node", switches: "switch", pdus: "PDU",
  external_routers: "external router", networks: "network", links: "link", pools: "pool", notes: "note",
};

/** What several of them are called. */
export function plural(collection: Collection): string {
  return collection === "switches" ? "switches" : `${NAMES[collection]}s`;
}

/** Lists whose elements share one space of ids, because a link names its ends by id alone. */
export const DEVICES = ["racks", "nodes", "switches", "pdus", "external_routers"] as const;

/** Lists whose elements links can end at. */
export const linkable: ReadonlySet<Collection> = new Set(["nodes", "switches", "external_routers"]);

/** An element by its list and id. */
export interface Key {
  readonly collection: Collection;
  readonly id: string;
}

const indices = new WeakMap<object, Map<string, AnyElement>>();

/** As `byId`, for a list that is not known beforehand. */
export function anyById(topology: Topology, collection: Collection): ReadonlyMap<string, AnyElement> {
  return byId<Collection>(topology, collection);
}

/** The elements of one list by id. Built once for a list, which never changes; ids are data, so a `Map` (R34). */
export function byId<C extends Collection>(topology: Topology, collection: C): ReadonlyMap<string, ElementOf<C>> {
  const list = topology[collection];
  let index = indices.get(list);
  if (!index) indices.set(list, (index = new Map(list.map((element) => [element.id, element]))));
  return index;
}

export function find<C extends Collection>(topology: Topology, collection: C, id: string): ElementOf<C> | undefined {
  return byId(topology, collection).get(id);
}

/** The list that holds the device or rack `id`. */
export function listOf(topology: Topology, id: string): (typeof DEVICES)[number] | undefined {
  return DEVICES.find((collection) => byId(topology, collection).has(id));
}

export function deviceOf(topology: Topology, id: string): Device | undefined {
  return find(topology, "nodes", id) ?? find(topology, "switches", id) ?? find(topology, "external_routers", id);
}

const linksOf = new WeakMap<object, Map<string, Link[]>>();

/** The links that end at each device. */
export function linksByDevice(topology: Topology): ReadonlyMap<string, readonly Link[]> {
  let found = linksOf.get(topology.links);
  if (!found) {
    found = new Map();
    for (const link of topology.links) {
      for (const end of [link.a.element, link.b.element]) {
        const known = found.get(end);
        if (known) known.push(link);
        else found.set(end, [link]);
      }
    }
    linksOf.set(topology.links, found);
  }
  return found;
}

const placedIn = new WeakMap<object, Map<object, Map<string, (Node | Switch)[]>>>();

/** Nodes and switches of each rack, placed at a unit or not. */
export function contentsOf(topology: Topology): ReadonlyMap<string, readonly (Node | Switch)[]> {
  let bySwitches = placedIn.get(topology.nodes);
  if (!bySwitches) placedIn.set(topology.nodes, (bySwitches = new Map<object, Map<string, (Node | Switch)[]>>()));
  let found = bySwitches.get(topology.switches);
  if (!found) {
    found = new Map();
    for (const device of [...topology.nodes, ...topology.switches]) {
      if (!device.rack) continue;
      const known = found.get(device.rack);
      if (known) known.push(device);
      else found.set(device.rack, [device]);
    }
    bySwitches.clear();
    bySwitches.set(topology.switches, found);
  }
  return found;
}

/** What people call an element. */
export function nameOf(element: AnyElement): string {
  return "name" in element ? element.name : element.id;
}

/** An id that no element of `topology` has: `node-1`, `node-2` ... */
export function freshId(topology: Topology, stem: string, taken: ReadonlySet<string> = new Set()): string {
  for (let number = 1; ; number++) {
    const id = `${stem}-${number}`;
    if (!taken.has(id) && !COLLECTIONS.some((collection) => byId(topology, collection).has(id))) return id;
  }
}
