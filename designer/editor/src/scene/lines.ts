/** Links as lines between boxes: those that join the same two boxes the same way as one. */
import { byId, type Link, type Position, type Topology } from "../model/topology.ts";
import type { Box, Line, Rectangle } from "./scene.ts";

interface Bundle {
  links: Link[];
  planes: Set<string>;
  networks: Set<string>;
}

/** `isLed`: bends count. They are places of the network view; between racks lines run straight. */
export function linesOf(
  topology: Topology,
  boxes: ReadonlyMap<string, Box>,
  standIn: ReadonlyMap<string, string>,
  isLed: boolean,
): Line[] {
  const networks = byId(topology, "networks");
  const bundles = new Map<string, Bundle>();
  for (const link of topology.links) {
    const a = standIn.get(link.a.element) ?? link.a.element;
    const b = standIn.get(link.b.element) ?? link.b.element;
    if (a === b) continue;
    const isBent = isLed && link.bends.length > 0 && a === link.a.element && b === link.b.element;
    const way = isBent ? JSON.stringify(a < b ? link.bends : [...link.bends].reverse()) : "";
    const key = a < b ? `${a}|${b}|${way}` : `${b}|${a}|${way}`;
    let bundle = bundles.get(key);
    if (!bundle) bundles.set(key, (bundle = { links: [], planes: new Set(), networks: new Set() }));
    bundle.links.push(link);
    for (const id of link.networks) {
      bundle.networks.add(id);
      const network = networks.get(id);
      if (network) bundle.planes.add(network.plane);
    }
  }
  const found: Line[] = [];
  for (const { links, planes, networks: carried } of bundles.values()) {
    const link = links[0] as Link;
    const a = boxes.get(standIn.get(link.a.element) ?? link.a.element);
    const b = boxes.get(standIn.get(link.b.element) ?? link.b.element);
    if (!a || !b) continue;
    const bends = isLed && a.id === link.a.element && b.id === link.b.element ? link.bends : [];
    found.push({
      links: links.map((one) => one.id), a: a.id, b: b.id, points: pointsOf(a, b, bends), look: lookOf(link, a, b),
      planes, networks: carried, gbps: links.reduce((sum, one) => sum + one.gbps, 0),
    });
  }
  return found;
}

function lookOf(link: Link, a: Box, b: Box): Line["look"] {
  if (a.look === "oob" || b.look === "oob" || /^(bmc|mgmt)-/.test(link.a.port)) return "oob";
  const isFabric = (box: Box) => box.look === "leaf" || box.look === "spine" || box.look === "router";
  return isFabric(a) && isFabric(b) ? "uplink" : "access";
}

function pointsOf(a: Box, b: Box, bends: Link["bends"]): number[] {
  return [endsOf(a, b)[0], ...bends, endsOf(a, b)[1]].flatMap((point) => [point.x, point.y]);
}

/** Where a line leaves one box and reaches the other: below and above where they lie so, else side to side. */
export function endsOf(a: Rectangle, b: Rectangle): readonly [Position, Position] {
  const [ax, ay, bx, by] = [a.x + a.width / 2, a.y + a.height / 2, b.x + b.width / 2, b.y + b.height / 2];
  if (a.y + a.height <= b.y) return [{ x: ax, y: a.y + a.height }, { x: bx, y: b.y }];
  if (b.y + b.height <= a.y) return [{ x: ax, y: a.y }, { x: bx, y: b.y + b.height }];
  return ax < bx ? [{ x: a.x + a.width, y: ay }, { x: b.x, y: by }] : [{ x: a.x, y: ay }, { x: b.x + b.width, y: by }];
}

/** The bends of each link of `line`, where the line goes through `points`, told from its `a` to its `b`. */
export function bendsOf(topology: Topology, line: Line, points: readonly Position[]): Map<string, readonly Position[]> {
  const found = new Map<string, readonly Position[]>();
  for (const id of line.links) {
    const link = byId(topology, "links").get(id);
    if (link) found.set(id, link.a.element === line.a ? points : [...points].reverse());
  }
  return found;
}

/** Whether a line may be led: both of its ends are shown, not a group that stands for them. */
export function canBend(topology: Topology, line: Line): boolean {
  const link = byId(topology, "links").get(line.links[0] ?? "");
  return link !== undefined && [line.a, line.b].every((id) => id === link.a.element || id === link.b.element);
}
