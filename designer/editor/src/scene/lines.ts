/** Links as lines between boxes: those that join the same two boxes as one, unless a person led them. */
import { byId, type Link, type Topology } from "../model/topology.ts";
import type { Box, Line } from "./scene.ts";

interface Bundle {
  links: Link[];
  planes: Set<string>;
  networks: Set<string>;
}

export function linesOf(
  topology: Topology,
  boxes: ReadonlyMap<string, Box>,
  standIn: ReadonlyMap<string, string>,
): Line[] {
  const networks = byId(topology, "networks");
  const bundles = new Map<string, Bundle>();
  for (const link of topology.links) {
    const a = standIn.get(link.a.element) ?? link.a.element;
    const b = standIn.get(link.b.element) ?? link.b.element;
    if (a === b) continue;
    const key = link.bends.length ? `bent:${link.id}` : a < b ? `${a}|${b}` : `${b}|${a}`;
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
    found.push({
      links: links.map((one) => one.id), a: a.id, b: b.id, points: pointsOf(a, b, link), look: lookOf(link, a, b),
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

/** From edge to edge: below and above where the boxes lie so, else side to side. */
function pointsOf(a: Box, b: Box, link: Link): number[] {
  const bends = link.bends.flatMap((bend) => [bend.x, bend.y]);
  const [ax, ay, bx, by] = [a.x + a.width / 2, a.y + a.height / 2, b.x + b.width / 2, b.y + b.height / 2];
  if (a.y + a.height <= b.y) return [ax, a.y + a.height, ...bends, bx, b.y];
  if (b.y + b.height <= a.y) return [ax, a.y, ...bends, bx, b.y + b.height];
  return ax < bx ? [a.x + a.width, ay, ...bends, b.x, by] : [a.x, ay, ...bends, b.x + b.width, by];
}
