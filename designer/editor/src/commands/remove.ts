import type { Command } from "../editor.ts";
import type { Key, Topology } from "../model/topology.ts";
import { kept, mapped } from "./lists.ts";

/** Remove elements and, in the same step, what would be left hanging: links, PDUs of a rack, networks of links. */
export function remove(keys: readonly Key[]): Command {
  const gone = (collection: Key["collection"]) =>
    new Set(keys.filter((key) => key.collection === collection).map((key) => key.id));
  const racks = gone("racks");
  const networks = gone("networks");
  const groups = gone("node_groups");
  const devices = new Set([...gone("nodes"), ...gone("switches"), ...gone("external_routers")]);
  const links = gone("links");
  const [pdus, pools, notes] = [gone("pdus"), gone("pools"), gone("notes")];
  return (topology) => {
    let after = kept(topology, "racks", (rack) => !racks.has(rack.id));
    after = kept(after, "nodes", (node) => !devices.has(node.id));
    after = kept(after, "switches", (one) => !devices.has(one.id));
    after = kept(after, "external_routers", (router) => !devices.has(router.id));
    after = kept(after, "pdus", (pdu) => !pdus.has(pdu.id) && !racks.has(pdu.rack));
    after = kept(after, "links", (link) => !links.has(link.id) && !devices.has(link.a.element) && !devices.has(link.b.element));
    after = kept(after, "networks", (network) => !networks.has(network.id));
    after = kept(after, "node_groups", (group) => !groups.has(group.id));
    after = kept(after, "pools", (pool) => !pools.has(pool.id));
    after = kept(after, "notes", (note) => !notes.has(note.id));
    return withoutReferences(after, racks, networks, groups);
  };
}

/** What stood in a rack that is gone stands on the floor. */
function withoutReferences(
  topology: Topology,
  racks: ReadonlySet<string>,
  networks: ReadonlySet<string>,
  groups: ReadonlySet<string>,
): Topology {
  let after = topology;
  if (racks.size || groups.size) {
    after = mapped(after, "nodes", (node) => {
      const moved = racks.has(node.rack) ? { ...node, rack: "", unit: null } : node;
      return groups.has(node.group) ? { ...moved, group: "" } : moved;
    });
    after = mapped(after, "switches", (one) => (racks.has(one.rack) ? { ...one, rack: "", unit: null } : one));
  }
  if (networks.size) {
    after = mapped(after, "links", (link) =>
      link.networks.some((network) => networks.has(network))
        ? { ...link, networks: link.networks.filter((network) => !networks.has(network)) }
        : link,
    );
  }
  return after;
}
