import type { Command } from "../editor.ts";
import type { Catalog } from "../model/catalog.ts";
import { choosePorts, speedOf } from "../model/ports.ts";
import { byId, freshId, linksByDevice, type End, type Link, type Network, type Topology } from "../model/topology.ts";
import { appended, mapped } from "./lists.ts";

/** Join two devices by `count` links with the ports that fit best; fewer, or none, where no more are free. */
export function connect(catalog: Catalog, a: string, b: string, count = 1, networks: readonly string[] = []): Command {
  return (topology) => {
    let after = topology;
    const bond = count > 1 ? `bond-${a}-${b}`.slice(0, 80) : "";
    for (let number = 0; number < count; number++) {
      const ports = choosePorts(after, catalog, a, b);
      if (!ports) break;
      const [from, to] = ports;
      const link: Link = {
        id: linkId(after, from, to),
        a: { element: from.element, port: from.port },
        b: { element: to.element, port: to.port },
        gbps: speedOf(from, to),
        bond,
        networks: [...networks],
        bends: [],
      };
      after = appended(after, "links", [link]);
    }
    return after;
  };
}

/** Why nothing can be linked between two devices, in words; null when something can. */
export function whyNot(catalog: Catalog, topology: Topology, a: string, b: string): string | null {
  if (a === b) return "A device is not linked to itself.";
  if (choosePorts(topology, catalog, a, b)) return null;
  return "No free ports of these two fit each other.";
}

/** Lead links through points, told from end a to end b; none lets a link run as it likes. */
export function bend(ways: ReadonlyMap<string, Link["bends"]>): Command {
  return (topology) =>
    mapped(topology, "links", (link) => {
      const bends = ways.get(link.id);
      return bends ? { ...link, bends } : link;
    });
}

/** Let links carry a network, or no longer. */
export function carry(ids: readonly string[], network: Network["id"], isCarried: boolean): Command {
  const wanted = new Set(ids);
  return (topology) =>
    mapped(topology, "links", (link) => {
      if (!wanted.has(link.id) || link.networks.includes(network) === isCarried) return link;
      const networks = isCarried ? [...link.networks, network] : link.networks.filter((one) => one !== network);
      return { ...link, networks };
    });
}

/** How many links join two devices. */
export function linksBetween(topology: Topology, a: string, b: string): number {
  const links = linksByDevice(topology).get(a) ?? [];
  return links.filter((link) => link.a.element === b || link.b.element === b).length;
}

function linkId(topology: Topology, a: End, b: End): string {
  const plain = `${a.element}.${a.port}`;
  if (plain.length > 76) return freshId(topology, `link-${b.port}`);
  return byId(topology, "links").has(plain) ? freshId(topology, plain) : plain;
}
