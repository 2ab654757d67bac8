/** Small drawings to test with. */
import { Catalog } from "../src/model/catalog.ts";
import type { Link, Node, Rack, Switch, Topology } from "../src/model/topology.ts";

const price = { typical: 1000, currency: "USD" };

export const CATALOG = new Catalog([
  { kind: "rack", id: "rack-42u", name: "Rack", model: "R", rack_units: 42, depth_mm: 1000, weight_kg: 100, price, max_load_kg: 1000 },
  {
    kind: "node", id: "cmp", name: "Compute", model: "C", rack_units: 1, depth_mm: 800, weight_kg: 20, price, roles: ["compute"],
    ports: [{ name: "fast", count: 2, gbps: 25, media: "SFP28" }], max_watts: 700, threads: 64, ram_gib: 512, osds: 0, osd_tb: 0, osd_media: null,
  },
  {
    kind: "node", id: "sto", name: "Storage", model: "S", rack_units: 2, depth_mm: 1200, weight_kg: 30, price, roles: ["storage"],
    ports: [{ name: "fast", count: 4, gbps: 25, media: "SFP28" }], max_watts: 900, threads: 32, ram_gib: 256, osds: 12, osd_tb: 7, osd_media: "nvme",
  },
  {
    kind: "switch", id: "leaf", name: "Leaf", model: "L", rack_units: 1, depth_mm: 500, weight_kg: 10, price, role: "leaf",
    ports: [{ name: "down", count: 48, gbps: 25, media: "SFP28" }, { name: "up", count: 8, gbps: 100, media: "QSFP28" }], max_watts: 400,
  },
  {
    kind: "switch", id: "oob", name: "Out-of-band", model: "O", rack_units: 1, depth_mm: 400, weight_kg: 5, price, role: "oob",
    ports: [{ name: "down", count: 48, gbps: 1, media: "RJ45" }], max_watts: 100,
  },
]);

export function rack(id: string, more: Partial<Rack> = {}): Rack {
  return { id, name: id, spec: "rack-42u", zone: "", position: null, ...more };
}

export function node(id: string, more: Partial<Node> = {}): Node {
  return { id, name: id, spec: "cmp", roles: ["compute"], group: "", rack: "", unit: null, position: null, services: [], ...more };
}

export function leaf(id: string, more: Partial<Switch> = {}): Switch {
  return { id, name: id, spec: "leaf", role: "leaf", rack: "", unit: null, position: null, ...more };
}

export function link(a: string, aPort: string, b: string, bPort: string, more: Partial<Link> = {}): Link {
  return { id: `${a}.${aPort}`, a: { element: a, port: aPort }, b: { element: b, port: bPort }, gbps: 25, bond: "", networks: [], bends: [], ...more };
}

export function drawing(more: Partial<Topology> = {}): Topology {
  return {
    schema_version: 1, racks: [], node_groups: [], nodes: [], switches: [], pdus: [], external_routers: [], networks: [],
    links: [], pools: [], notes: [], ...more,
  };
}

/** Two racks, a node and a leaf in the first, joined by two links. */
export const SMALL: Topology = drawing({
  racks: [rack("rack-1"), rack("rack-2")],
  nodes: [node("cmp-1", { rack: "rack-1", unit: 1 }), node("cmp-2", { rack: "rack-1", unit: 2 })],
  switches: [leaf("leaf-1", { rack: "rack-1", unit: 40 })],
  networks: [{ id: "mgmt", name: "Management", plane: "management", vlan: "10", cidr: "10.0.0.0/24", mtu: 1500 }],
  links: [
    link("cmp-1", "fast-1", "leaf-1", "down-1", { networks: ["mgmt"] }),
    link("cmp-1", "fast-2", "leaf-1", "down-2"),
    link("cmp-2", "fast-1", "leaf-1", "down-3"),
  ],
});
