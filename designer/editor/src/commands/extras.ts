import type { Command } from "../editor.ts";
import { freshId, type Key, type Position, type Topology } from "../model/topology.ts";
import { appended } from "./lists.ts";

interface Made {
  readonly label: string;
  readonly command: Command;
  readonly key: Key;
}

export function freshNote(topology: Topology, position: Position): Made {
  const id = freshId(topology, "note");
  return { label: "Add note", key: { collection: "notes", id }, command: (t) => appended(t, "notes", [{ id, text: "Note", position }]) };
}

export function freshRouter(topology: Topology, position: Position): Made {
  const id = freshId(topology, "ext");
  return {
    label: `Add external router ${id}`, key: { collection: "external_routers", id },
    command: (t) => appended(t, "external_routers", [{ id, name: id, position }]),
  };
}

export function freshNetwork(topology: Topology): Made {
  const id = freshId(topology, "network");
  return {
    label: `Add network ${id}`, key: { collection: "networks", id },
    command: (t) => appended(t, "networks", [{ id, name: id, plane: "tenant", vlan: "", cidr: "", mtu: 1500 }]),
  };
}

export function freshPool(topology: Topology): Made {
  const id = freshId(topology, "pool");
  return {
    label: `Add pool ${id}`, key: { collection: "pools", id },
    command: (t) =>
      appended(t, "pools", [{
        id, name: id, kind: "replicated", size: 3, min_size: 2, share_of_raw: 0, pg_num: 32, failure_domain: "host",
        media: "", coding_chunks: 0, is_bulk: false,
      }]),
  };
}
