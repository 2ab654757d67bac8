/** What the page sent along, as data: never markup, never a script. */
import type { AnySpec } from "../model/catalog.ts";
import type { Topology } from "../model/topology.ts";

export interface PageData {
  readonly design: string;
  /** Address of the design in the API, with a slash at its end. */
  readonly api: string;
  readonly name: string;
  readonly version: number;
  readonly topology: Topology;
  readonly specs: readonly AnySpec[];
  /** Specs that the design is built from, shown first. */
  readonly chosen: readonly string[];
  readonly services: readonly { readonly id: string; readonly name: string; readonly roles: readonly string[]; readonly needs: readonly string[] }[];
  readonly mayEdit: boolean;
  readonly csrfToken: string;
  readonly sprite: string;
  readonly links: { readonly svg: string; readonly json: string; readonly history: string; readonly overview: string; readonly editor: string };
}

let data: PageData | null = null;

export function readPage(): PageData {
  const element = document.getElementById("editor-data");
  data ??= JSON.parse(element?.textContent ?? "null") as PageData;
  return data;
}

export function sprite(): string {
  return data?.sprite ?? "";
}
