/** Racks as elevations: every node and switch at its unit, both feeds, zones around them, what stands on the floor. */
import type { Catalog } from "../model/catalog.ts";
import { contentsOf, type Node, type Position, type Rack, type Switch, type Topology } from "../model/topology.ts";
import { linesOf } from "./lines.ts";
import { lookOfNode, lookOfSwitch } from "./looks.ts";
import { boundsOf, settled, type Box, type Rectangle, type Scene } from "./scene.ts";

export const UNIT = 18;
export const RAIL = 16;
export const INNER = 224;
export const RACK_WIDTH = INNER + 2 * RAIL;
export const HEAD = 28;
const GAP = 44;
const ROW = 10;
/** Racks beside each other where nobody placed them. */
export const FLOOR_WIDTH = INNER;
const ZONE_MARGIN = 26;

export interface RackPlace extends Rectangle {
  readonly rack: Rack;
  readonly units: number;
}

/** Where each rack stands: where a person put it, or in rows; zones side by side, as far as a row has room for them. */
export function rackPlaces(topology: Topology, catalog: Catalog): RackPlace[] {
  const counts = new Map<string, number>();
  for (const rack of topology.racks) counts.set(rack.zone, (counts.get(rack.zone) ?? 0) + 1);
  const tallest = Math.max(42, ...topology.racks.map((rack) => catalog.unitsOf(rack.spec)));
  const rowHeight = HEAD + tallest * UNIT + 3 * GAP;
  const starts = new Map<string, { row: number; x: number }>();
  let [row, filled, x] = [0, 0, 0];
  for (const [zone, count] of counts) {
    if (filled > 0 && filled + count > ROW) [row, filled, x] = [row + 1, 0, 0];
    starts.set(zone, { row, x });
    row += Math.ceil(count / ROW) - 1;
    filled += Math.min(count, ROW);
    x += Math.min(count, ROW) * (RACK_WIDTH + GAP) + 2 * ZONE_MARGIN;
  }
  const seen = new Map<string, number>();
  return topology.racks.map((rack) => {
    const units = catalog.unitsOf(rack.spec);
    const number = seen.get(rack.zone) ?? 0;
    seen.set(rack.zone, number + 1);
    const start = starts.get(rack.zone) ?? { row: 0, x: 0 };
    const place = rack.position ?? {
      x: start.x + (number % ROW) * (RACK_WIDTH + GAP),
      y: (start.row + Math.floor(number / ROW)) * rowHeight + (tallest - units) * UNIT,
    };
    return { rack, units, x: place.x, y: place.y, width: RACK_WIDTH, height: HEAD + units * UNIT + 10 };
  });
}

/** The upper edge of something `height` U high whose lowest unit is `unit`. */
export function topOf(place: RackPlace, unit: number, height: number): number {
  return place.y + HEAD + (place.units - (unit + height - 1)) * UNIT;
}

/** The rack and unit under a point, for something `height` U high held by its top; null beside all racks. */
export function unitAt(places: readonly RackPlace[], point: Position, height: number): { rack: string; unit: number } | null {
  for (const place of places) {
    if (point.x < place.x - GAP / 3 || point.x > place.x + place.width + GAP / 3) continue;
    if (point.y < place.y - HEAD || point.y > place.y + place.height + HEAD) continue;
    const fromTop = Math.round((point.y - place.y - HEAD) / UNIT);
    const unit = place.units - fromTop - height + 1;
    return { rack: place.rack.id, unit: Math.max(1, Math.min(unit, place.units - height + 1)) };
  }
  return null;
}

export function racksScene(topology: Topology, catalog: Catalog, before: Scene | null, showLinks: boolean): Scene {
  const places = rackPlaces(topology, catalog);
  const boxes: Box[] = [...zones(places)];
  const contents = contentsOf(topology);
  for (const place of places) {
    boxes.push({
      id: place.rack.id, collection: "racks", look: "frame", x: place.x, y: place.y, width: place.width,
      height: place.height, label: place.rack.name, detail: `${place.units} U`, members: null,
    });
  }
  const byRack = new Map(places.map((place) => [place.rack.id, place]));
  for (const [id, devices] of contents) {
    const place = byRack.get(id);
    if (!place) continue;
    let loose = 0;
    for (const device of devices) {
      const height = catalog.heightOf(device.spec);
      const y = device.unit === null ? place.y + place.height + 6 + loose++ * (UNIT + 2) : topOf(place, device.unit, height);
      boxes.push(deviceBox(device, place.x + RAIL, y, INNER, (device.unit === null ? 1 : height) * UNIT - 2));
    }
  }
  for (const pdu of topology.pdus) {
    const place = byRack.get(pdu.rack);
    if (!place) continue;
    const isA = pdu.feed !== "feed-b";
    boxes.push({
      id: pdu.id, collection: "pdus", look: isA ? "pdu-a" : "pdu-b", x: isA ? place.x + 3 : place.x + place.width - RAIL + 3,
      y: place.y + HEAD, width: RAIL - 6, height: place.units * UNIT, label: "", detail: pdu.name, members: null,
    });
  }
  addFloor(topology, catalog, boxes, places);
  for (const note of topology.notes) boxes.push(noteBox(note));
  const scene = settled(before, boxes, [], new Map());
  return showLinks ? { ...scene, lines: linesOf(topology, scene.byId, new Map(), false) } : scene;
}

/** What stands in no rack: where a person put it, or in a column to the right of all racks. */
function addFloor(topology: Topology, catalog: Catalog, boxes: Box[], places: readonly RackPlace[]): void {
  const bounds = boundsOf(places);
  const left = bounds ? bounds.x + bounds.width + 2 * GAP : 0;
  let y = bounds?.y ?? 0;
  const place = (position: Position | null, height: number): Position => {
    if (position) return position;
    const at = { x: left, y };
    y += height + 8;
    return at;
  };
  for (const device of [...topology.nodes, ...topology.switches]) {
    if (device.rack) continue;
    const height = catalog.heightOf(device.spec) * UNIT - 2;
    const at = place(device.position, height);
    boxes.push(deviceBox(device, at.x, at.y, FLOOR_WIDTH, height));
  }
  for (const router of topology.external_routers) {
    const at = place(router.position, 2 * UNIT);
    boxes.push({
      id: router.id, collection: "external_routers", look: "router", x: at.x, y: at.y, width: FLOOR_WIDTH,
      height: 2 * UNIT, label: router.name, detail: "", members: null,
    });
  }
}

function zones(places: readonly RackPlace[]): Box[] {
  const found: Box[] = [];
  for (const zone of new Set(places.map((place) => place.rack.zone))) {
    const bounds = zone ? boundsOf(places.filter((place) => place.rack.zone === zone)) : null;
    if (!bounds) continue;
    found.push({
      id: `zone:${zone}`, collection: "zones", look: "zone", x: bounds.x - ZONE_MARGIN, y: bounds.y - ZONE_MARGIN - 18,
      width: bounds.width + 2 * ZONE_MARGIN, height: bounds.height + 2 * ZONE_MARGIN + 18, label: `Zone ${zone}`,
      detail: "", members: null,
    });
  }
  return found;
}

export function deviceBox(device: Node | Switch, x: number, y: number, width: number, height: number): Box {
  const isNode = "roles" in device;
  return {
    id: device.id, collection: isNode ? "nodes" : "switches", look: isNode ? lookOfNode(device) : lookOfSwitch(device),
    x, y, width, height, label: device.name, detail: device.spec, members: null,
  };
}

export function noteBox(note: Topology["notes"][number]): Box {
  const lines = note.text.split("\n");
  const width = Math.min(360, 24 + 7 * Math.max(...lines.map((line) => line.length)));
  return {
    id: note.id, collection: "notes", look: "note", x: note.position.x, y: note.position.y, width,
    height: 12 + 16 * lines.length, label: note.text, detail: "", members: null,
  };
}
