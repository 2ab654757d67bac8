/** What takes a finding away where its remedy leaves nothing to choose. */
import type { Command } from "../editor.ts";
import type { Catalog } from "../model/catalog.ts";
import { find, freshId, type Pdu, type Topology } from "../model/topology.ts";
import { appended } from "./lists.ts";
import { placeInRack } from "./place.ts";

interface Mending {
  readonly label: string;
  readonly command: Command;
}

/** How to mend what `rule` found of `elements`; null where a person must choose, or there is no room. */
export function mend(topology: Topology, catalog: Catalog, rule: string, elements: readonly string[]): Mending | null {
  if (rule === "V150") return toFreeUnits(topology, catalog, elements[0] ?? "");
  if (rule === "V153") return secondFeed(topology, elements);
  return null;
}

/** A device that fills units of another, or reaches above the top, goes to the nearest free ones. */
function toFreeUnits(topology: Topology, catalog: Catalog, id: string): Mending | null {
  const device = find(topology, "nodes", id) ?? find(topology, "switches", id);
  if (!device?.rack || device.unit === null) return null;
  const command = placeInRack(catalog, [id], device.rack, device.unit);
  return command(topology) === topology ? null : { label: `Move ${device.name} to free units`, command };
}

/** Racks of `elements` whose PDUs are all on one feed get as many of the same models on the other. */
function secondFeed(topology: Topology, elements: readonly string[]): Mending | null {
  const racks = new Set(elements.flatMap((id) => (find(topology, "nodes", id) ?? find(topology, "switches", id))?.rack || []));
  const added: Pdu[] = [];
  const taken = new Set<string>();
  for (const rack of racks) {
    const pdus = topology.pdus.filter((pdu) => pdu.rack === rack);
    if (new Set(pdus.map((pdu) => pdu.feed)).size !== 1) continue;
    for (const pdu of pdus) {
      const id = freshId(topology, `pdu-${rack}`.slice(0, 70), taken);
      taken.add(id);
      added.push({ ...pdu, id, name: id, feed: pdu.feed === "feed-b" ? "feed-a" : "feed-b" });
    }
  }
  if (!added.length) return null;
  return { label: `Add ${added.length} ${added.length === 1 ? "PDU" : "PDUs"} on the second feed`, command: (now) => appended(now, "pdus", added) };
}
