/** Letting elements fail on the drawing as it is saved: what the server says stops. Nothing of it is stored. */
import type { Key } from "../model/topology.ts";
import type { Workspace } from "../workspace.ts";
import type { HttpClient } from "./client.ts";

export interface FailureReport {
  readonly sentence: string;
  readonly dead: readonly { readonly id: string }[];
  readonly networks: readonly { readonly id: string; readonly name: string; readonly state: string; readonly cut_off: readonly string[] }[];
  readonly services: readonly { readonly id: string; readonly name: string; readonly state: string; readonly missing: readonly string[] }[];
  readonly compute: { readonly vms: number; readonly running: number };
  readonly pools: readonly { readonly name: string; readonly state: string }[];
  readonly notes: readonly string[];
}

/** Kind of what fails, as the API names its lists. */
const LISTS: Partial<Record<Key["collection"], string>> = {
  nodes: "devices", switches: "devices", external_routers: "devices", links: "links", racks: "racks", pdus: "pdus", networks: "networks",
};

export class Failing {
  isOn = false;
  report: FailureReport | null = null;
  problem = "";
  #failed: readonly Key[] = [];
  #asked = 0;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly client: HttpClient,
    readonly address: string,
    readonly workspace: Workspace,
  ) {}

  get failed(): readonly Key[] {
    return this.#failed;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  turn(isOn: boolean): void {
    this.isOn = isOn;
    if (!isOn) void this.set([]);
    else this.#notify();
  }

  toggle(key: Key): void {
    const isIn = this.#failed.some((one) => one.id === key.id && one.collection === key.collection);
    void this.set(isIn ? this.#failed.filter((one) => one.id !== key.id || one.collection !== key.collection) : [...this.#failed, key]);
  }

  /** Let exactly these fail, and tell what that does. */
  async set(keys: readonly Key[]): Promise<void> {
    const failing = keys.filter((key) => LISTS[key.collection]);
    this.#failed = failing;
    const number = ++this.#asked;
    if (!failing.length) {
      this.report = null;
      this.problem = "";
      this.#mark();
      return;
    }
    const failed: Record<string, string[]> = {};
    for (const key of failing) (failed[LISTS[key.collection] as string] ??= []).push(key.id);
    const answer = await this.client.post<{ report: FailureReport }>(this.address, { failed });
    if (number !== this.#asked) return;
    this.report = answer?.report ?? null;
    this.problem = answer ? "" : "The server did not answer. Save first, or try again.";
    this.#mark();
    this.workspace.say(this.report?.sentence ?? this.problem);
  }

  #mark(): void {
    const marks = new Map<string, "dead" | "cut" | "weak">();
    for (const network of this.report?.networks ?? []) for (const id of network.cut_off) marks.set(id, "cut");
    for (const element of this.report?.dead ?? []) marks.set(element.id, "dead");
    for (const key of this.#failed) marks.set(key.id, "dead");
    this.workspace.failed = marks;
    this.workspace.changed();
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
