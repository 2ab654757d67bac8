/** The network: routers, spines, leaves and what hangs below them, tier by tier; groups of nodes as one box on request. */
import type { Catalog } from "../model/catalog.ts";
import type { Node, Position, Switch, Topology } from "../model/topology.ts";
import { linesOf } from "./lines.ts";
import { lookOfNode } from "./looks.ts";
import { deviceBox, noteBox } from "./racks.ts";
import { settled, type Box, type Scene } from "./scene.ts";

export const WIDTH = 132;
export const HEIGHT = 34;
const GAP_X = 18;
const GAP_Y = 12;
const TIER = 130;
const COLUMNS = 2;
const BLOCK_GAP = 56;

/** Where devices stand that nobody placed: one block a rack, its leaves above its nodes, spines over the middle. */
export function defaultPositions(topology: Topology, catalog: Catalog, collapsed: ReadonlySet<string>): Map<string, Position> {
  void catalog;
  const positions = new Map<string, Position>();
  const racks = ["", ...topology.racks.map((rack) => rack.id)];
  const blocks = new Map<string, { leaves: Switch[]; oob: Switch[]; nodes: Node[] }>(
    racks.map((id) => [id, { leaves: [], oob: [], nodes: [] }]),
  );
  const [spines, above]: [Switch[], Switch[]] = [[], []];
  for (const one of topology.switches) {
    const block = blocks.get(one.rack) ?? blocks.get("");
    if (one.role === "spine") spines.push(one);
    else if (one.role === "super-spine") above.push(one);
    else if (one.role === "oob") block?.oob.push(one);
    else block?.leaves.push(one);
  }
  for (const node of topology.nodes) (blocks.get(node.rack) ?? blocks.get(""))?.nodes.push(node);
  let x = 0;
  const ordered = [...racks.slice(1), ""];
  for (const id of ordered) {
    const block = blocks.get(id);
    if (!block || !(block.leaves.length + block.oob.length + block.nodes.length)) continue;
    const heads = [...block.leaves, ...block.oob];
    const columns = Math.max(COLUMNS, heads.length);
    heads.forEach((one, index) => positions.set(one.id, { x: x + index * (WIDTH + GAP_X), y: 2 * TIER }));
    let slot = 0;
    const shown = new Set<string>();
    for (const node of block.nodes) {
      const name = collapsed.has(node.group) ? groupBoxId(node) : node.id;
      if (!shown.has(name)) {
        shown.add(name);
        const at = slot++;
        positions.set(name, { x: x + (at % columns) * (WIDTH + GAP_X), y: 3 * TIER + Math.floor(at / columns) * (HEIGHT + GAP_Y) });
      }
    }
    x += columns * (WIDTH + GAP_X) - GAP_X + BLOCK_GAP;
  }
  const middle = Math.max(0, (x - BLOCK_GAP) / 2);
  const spread = (devices: readonly { id: string }[], y: number) =>
    devices.forEach((device, index) =>
      positions.set(device.id, { x: middle + (index - devices.length / 2) * (WIDTH + 3 * GAP_X), y }),
    );
  spread(spines, TIER);
  spread(above, 0);
  spread(topology.external_routers, above.length ? -TIER : 0);
  return positions;
}

/** The box of a collapsed group in one rack. */
export function groupBoxId(node: Node): string {
  return `group:${node.group}@${node.rack}`;
}

export function networkScene(topology: Topology, catalog: Catalog, before: Scene | null, collapsed: ReadonlySet<string>): Scene {
  const positions = defaultPositions(topology, catalog, collapsed);
  const standIn = new Map<string, string>();
  const groups = new Map<string, Node[]>();
  const boxes: Box[] = [];
  const at = (id: string, position: Position | null): Position => position ?? positions.get(id) ?? { x: 0, y: 0 };
  for (const router of topology.external_routers) {
    const { x, y } = at(router.id, router.position);
    boxes.push({
      id: router.id, collection: "external_routers", look: "router", x, y, width: WIDTH, height: HEIGHT,
      label: router.name, detail: "External router", members: null,
    });
  }
  for (const one of topology.switches) {
    const { x, y } = at(one.id, one.position);
    boxes.push(deviceBox(one, x, y, WIDTH, HEIGHT));
  }
  for (const node of topology.nodes) {
    if (collapsed.has(node.group)) {
      const id = groupBoxId(node);
      standIn.set(node.id, id);
      const known = groups.get(id);
      if (known) known.push(node);
      else groups.set(id, [node]);
    } else {
      const { x, y } = at(node.id, node.position);
      boxes.push(deviceBox(node, x, y, WIDTH, HEIGHT));
    }
  }
  for (const [id, members] of groups) {
    const first = members[0] as Node;
    const { x, y } = at(id, null);
    boxes.push({
      id, collection: "node_groups", look: lookOfNode(first), x, y, width: WIDTH, height: HEIGHT + 8,
      label: `${members.length} × ${first.group}`, detail: first.spec, members: members.map((node) => node.id),
    });
  }
  for (const note of topology.notes) boxes.push(noteBox(note));
  const scene = settled(before, boxes, [], standIn);
  return { ...scene, lines: linesOf(topology, scene.byId, standIn, true) };
}
