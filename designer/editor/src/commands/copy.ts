import type { Command } from "../editor.ts";
import { freshId, type AnyElement, type Collection, type Key, type Position, type Topology } from "../model/topology.ts";
import { byId } from "../model/topology.ts";
import { appended } from "./lists.ts";

/** Elements taken out of a drawing, with the links among them: what the clipboard holds. */
export interface Clip {
  readonly format: "stackwright-clip-1";
  readonly elements: Partial<Record<Collection, readonly AnyElement[]>>;
}

const COPIED = ["racks", "nodes", "switches", "external_routers", "notes"] as const;

/** Copy elements, the contents of racks among them, and the links and PDUs that belong to them. */
export function clip(topology: Topology, keys: readonly Key[]): Clip {
  const wanted = new Set(keys.map((key) => key.id));
  const isIn = (device: { id: string; rack: string }) => wanted.has(device.id) || (device.rack !== "" && wanted.has(device.rack));
  const nodes = topology.nodes.filter(isIn);
  const switches = topology.switches.filter(isIn);
  const devices = new Set([...nodes, ...switches, ...topology.external_routers.filter((r) => wanted.has(r.id))].map((d) => d.id));
  return {
    format: "stackwright-clip-1",
    elements: {
      racks: topology.racks.filter((rack) => wanted.has(rack.id)),
      nodes,
      switches,
      external_routers: topology.external_routers.filter((router) => wanted.has(router.id)),
      notes: topology.notes.filter((note) => wanted.has(note.id)),
      pdus: topology.pdus.filter((pdu) => wanted.has(pdu.rack)),
      links: topology.links.filter((link) => devices.has(link.a.element) && devices.has(link.b.element)),
    },
  };
}

/** Put a clip into the drawing, moved by `by`, with ids and names of its own; links of what came along come too. */
export function paste(copied: Clip, by: Position): { command: Command; added: (topology: Topology) => Key[] } {
  const plan = (topology: Topology) => {
    const ids = new Map<string, string>();
    const taken = new Set<string>();
    for (const collection of COPIED) {
      for (const element of copied.elements[collection] ?? []) {
        const id = freshId(topology, element.id.replace(/-?\d+$/, "") || element.id, taken);
        ids.set(element.id, id);
        taken.add(id);
      }
    }
    return { ids, taken };
  };
  const command: Command = (topology) => {
    const { ids, taken } = plan(topology);
    const moved = (position: Position | null) => (position ? { x: position.x + by.x, y: position.y + by.y } : position);
    let after = topology;
    for (const collection of COPIED) {
      const fresh = (copied.elements[collection] ?? []).map((element) => {
        const id = ids.get(element.id) ?? element.id;
        const renamed = { ...element, id, position: "position" in element ? moved(element.position) : null };
        if ("name" in renamed) Object.assign(renamed, { name: id });
        if ("rack" in renamed) {
          const rack = ids.get(renamed.rack);
          // In a rack that came along it keeps its place; else the place is taken, and it stands on the floor.
          Object.assign(renamed, rack === undefined ? { rack: "", unit: null } : { rack });
        }
        if ("group" in renamed && !byId(topology, "node_groups").has(renamed.group)) Object.assign(renamed, { group: "" });
        return renamed;
      });
      after = appended(after, collection, fresh as never);
    }
    const pdus = ((copied.elements.pdus ?? []) as Topology["pdus"]).map((pdu) => {
      const id = freshId(topology, pdu.id.replace(/-?\d+$/, ""), taken);
      taken.add(id);
      return { ...pdu, id, name: id, rack: ids.get(pdu.rack) ?? pdu.rack };
    });
    const links = ((copied.elements.links ?? []) as Topology["links"]).map((link) => {
      const [a, b] = [link.a, link.b].map((end) => ({ ...end, element: ids.get(end.element) ?? end.element }));
      const id = freshId(topology, `${a?.element}.${a?.port}`.slice(0, 76), taken);
      taken.add(id);
      const networks = link.networks.filter((network) => byId(topology, "networks").has(network));
      return { ...link, id, a: a ?? link.a, b: b ?? link.b, networks };
    });
    return appended(appended(after, "pdus", pdus), "links", links);
  };
  const added = (topology: Topology): Key[] => {
    const { ids } = plan(topology);
    return COPIED.flatMap((collection) =>
      (copied.elements[collection] ?? []).map((element) => ({ collection, id: ids.get(element.id) ?? element.id })),
    );
  };
  return { command, added };
}

/** A clip from text of the clipboard; null when it is something else. */
export function readClip(text: string): Clip | null {
  try {
    const data: unknown = JSON.parse(text);
    const isClip = typeof data === "object" && data !== null && (data as Clip).format === "stackwright-clip-1";
    return isClip ? (data as Clip) : null;
  } catch {
    return null;
  }
}
