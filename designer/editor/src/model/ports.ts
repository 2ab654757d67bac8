/** Which ports two devices can be joined by. Hints while drawing: the server's check has the last word. */
import type { Catalog, PortGroup } from "./catalog.ts";
import { deviceOf, linksByDevice, type Device, type End, type Topology } from "./topology.ts";

export interface Port extends End {
  readonly gbps: number;
  readonly media: string;
}

const ROUTER: readonly PortGroup[] = [{ name: "port", count: 64, gbps: 100, media: "" }];

export function groupsOf(catalog: Catalog, device: Device): readonly PortGroup[] {
  return "spec" in device ? catalog.portsOf(device.spec) : ROUTER;
}

export function usedPorts(topology: Topology, device: string): Set<string> {
  const used = new Set<string>();
  for (const link of linksByDevice(topology).get(device) ?? []) {
    for (const end of [link.a, link.b]) if (end.element === device) used.add(end.port);
  }
  return used;
}

/** The free ports of a device, group by group. */
export function freePorts(topology: Topology, catalog: Catalog, id: string): Port[] {
  const device = deviceOf(topology, id);
  if (!device) return [];
  const used = usedPorts(topology, id);
  return groupsOf(catalog, device).flatMap((group) =>
    Array.from({ length: group.count }, (_, index) => `${group.name}-${index + 1}`)
      .filter((port) => !used.has(port))
      .map((port) => ({ element: id, port, gbps: group.gbps, media: group.media })),
  );
}

/** Why two ports do not fit each other, in words; null when they do. */
export function mismatch(a: Port, b: Port): string | null {
  if (a.element === b.element) return "A device is not linked to itself.";
  if ((isManagement(a) || isManagement(b)) && !isOutOfBand(a, b)) return "A management port goes to an out-of-band switch.";
  if (a.media && b.media && isCopper(a.media) !== isCopper(b.media)) return `${a.media} does not fit ${b.media}.`;
  return null;
}

/** The two ports to join two devices by: what fits, the fastest that both have; null when nothing is free. */
export function choosePorts(topology: Topology, catalog: Catalog, a: string, b: string): readonly [Port, Port] | null {
  const theirs = firstOfEachGroup(freePorts(topology, catalog, b));
  let best: readonly [Port, Port] | null = null;
  let bestScore = 0;
  for (const mine of firstOfEachGroup(freePorts(topology, catalog, a))) {
    for (const other of theirs) {
      const score = mismatch(mine, other) === null ? scoreOf(mine, other) : 0;
      if (score > bestScore) [best, bestScore] = [[mine, other], score];
    }
  }
  return best;
}

export function speedOf(a: Port, b: Port): number {
  return Math.min(a.gbps, b.gbps);
}

function scoreOf(a: Port, b: Port): number {
  const [low, high] = [Math.min(a.gbps, b.gbps), Math.max(a.gbps, b.gbps)];
  // Equal speeds first, then the faster; an uplink prefers a downlink port of the other side.
  return (low === high ? 1_000 : 0) + low + (groupOf(a) === "up" && groupOf(b) === "down" ? 500 : 0) + (groupOf(b) === "up" && groupOf(a) === "down" ? 500 : 0);
}

function firstOfEachGroup(ports: readonly Port[]): Port[] {
  const seen = new Map<string, Port>();
  for (const port of ports) if (!seen.has(groupOf(port))) seen.set(groupOf(port), port);
  return [...seen.values()];
}

function groupOf(port: End): string {
  return port.port.slice(0, port.port.lastIndexOf("-"));
}

function isManagement(port: Port): boolean {
  return groupOf(port) === "bmc" || groupOf(port) === "mgmt";
}

function isOutOfBand(a: Port, b: Port): boolean {
  const [own, other] = isManagement(a) ? [a, b] : [b, a];
  return isManagement(own) && !isManagement(other) && other.gbps <= 1 && groupOf(other) === "down";
}

function isCopper(media: string): boolean {
  return /rj-?45|base-?t/i.test(media);
}
