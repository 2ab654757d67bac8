import type { Command } from "../editor.ts";
import { mapped } from "./lists.ts";

/** Let the drawing place things by itself again: those named, or all. */
export function forgetPositions(what: "racks" | "network", ids: readonly string[]): Command {
  const wanted = new Set(ids);
  const free = <T extends { id: string; position: unknown }>(element: T): T =>
    element.position && (!wanted.size || wanted.has(element.id)) ? { ...element, position: null } : element;
  return (topology) => {
    if (what === "racks") return mapped(topology, "racks", free);
    return mapped(mapped(mapped(topology, "nodes", free), "switches", free), "external_routers", free);
  };
}
