import type { Command } from "../editor.ts";
import type { Catalog } from "../model/catalog.ts";
import { filledUnits, nearestFree } from "../model/racks.ts";
import { find, type Position } from "../model/topology.ts";
import { mapped } from "./lists.ts";

/** Put a node or switch into a rack at a unit, or at the nearest free one; nothing changes where none is free. */
export function placeInRack(catalog: Catalog, ids: readonly string[], rack: string, unit: number): Command {
  return (topology) => {
    const target = find(topology, "racks", rack);
    if (!target) return topology;
    const moving = new Set(ids);
    const filled = filledUnits(topology, catalog, rack, moving);
    const units = new Map<string, number>();
    let wanted = unit;
    for (const id of ids) {
      const device = find(topology, "nodes", id) ?? find(topology, "switches", id);
      if (!device) continue;
      const height = catalog.heightOf(device.spec);
      const top = catalog.unitsOf(target.spec) - height + 1;
      const free = nearestFree(filled, height, catalog.unitsOf(target.spec), Math.max(1, Math.min(wanted, top)));
      if (free === null) return topology;
      units.set(id, free);
      for (let at = free; at < free + height; at++) filled.set(at, id);
      wanted = free + height;
    }
    const placed = <T extends { id: string; rack: string; unit: number | null }>(device: T): T => {
      const at = units.get(device.id);
      return at === undefined || (device.rack === rack && device.unit === at) ? device : { ...device, rack, unit: at };
    };
    return mapped(mapped(topology, "nodes", placed), "switches", placed);
  };
}

/** Take nodes and switches out of their racks. */
export function takeOut(ids: readonly string[]): Command {
  const out = new Set(ids);
  const free = <T extends { id: string; rack: string; unit: number | null }>(device: T): T =>
    out.has(device.id) && (device.rack || device.unit !== null) ? { ...device, rack: "", unit: null } : device;
  return (topology) => mapped(mapped(topology, "nodes", free), "switches", free);
}

/** Give racks, devices, routers and notes their positions on the plane, as ids -> position, to the pixel. */
export function moveTo(exact: ReadonlyMap<string, Position>): Command {
  const positions = new Map([...exact].map(([id, to]) => [id, { x: Math.round(to.x), y: Math.round(to.y) }]));
  const moved = <T extends { id: string; position: Position | null }>(element: T): T => {
    const to = positions.get(element.id);
    return !to || (element.position?.x === to.x && element.position.y === to.y) ? element : { ...element, position: to };
  };
  return (topology) => {
    let after = topology;
    for (const collection of ["racks", "nodes", "switches", "external_routers"] as const) after = mapped(after, collection, moved);
    return mapped(after, "notes", (note) => {
      const to = positions.get(note.id);
      return to ? { ...note, position: to } : note;
    });
  };
}
