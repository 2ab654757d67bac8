/** Frozen states of the design: listed, compared with the drawing, restored, and begun anew from. */
import type { Topology } from "../model/topology.ts";
import type { Workspace } from "../workspace.ts";
import type { HttpClient } from "./client.ts";

export interface Revision {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly author: string;
  readonly frozen_at: string;
}

export class Revisions {
  list: readonly Revision[] | null = null;
  /** The one that the drawing is compared with. */
  compared: Revision | null = null;
  problem = "";
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly client: HttpClient,
    /** Address of the design, and of all revisions, in the API. */
    readonly design: string,
    readonly address: string,
    readonly workspace: Workspace,
  ) {}

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async load(): Promise<void> {
    const found = await this.client.json<readonly Revision[]>(`${this.design}revisions/`);
    this.list = found ?? this.list;
    this.#tell(found ? "" : "The revisions could not be read.");
  }

  /** Freeze the drawing as it is saved. */
  async freeze(name: string): Promise<Revision | null> {
    const frozen = await this.client.post<Revision>(`${this.design}revisions/`, { name });
    if (frozen) await this.load();
    else this.#tell("It could not be frozen.");
    return frozen;
  }

  /** Mark what differs between `revision` and the drawing; null: no longer. */
  async compare(revision: Revision | null): Promise<void> {
    const topology = revision && (await this.client.json<Topology>(`${this.address}${revision.id}/topology/`));
    this.compared = topology ? revision : null;
    this.workspace.compareWith(topology);
    this.#tell(revision && !topology ? "The revision could not be read." : "");
  }

  /** Make `revision` the drawing again; what there is now is frozen first. True when it is done. */
  async restore(revision: Revision): Promise<boolean> {
    const kept = await this.freeze("");
    const restored = kept && (await this.client.post<{ version: number }>(`${this.address}${revision.id}/restore/`, undefined));
    this.#tell(restored ? "" : "It could not be restored.");
    return Boolean(restored);
  }

  /** Start a design from `revision`; its id. */
  async fork(revision: Revision, name: string): Promise<string | null> {
    const made = await this.client.post<{ id: string }>(`${this.address}${revision.id}/fork/`, { name });
    this.#tell(made ? "" : "No design could be made of it.");
    return made?.id ?? null;
  }

  #tell(problem: string): void {
    this.problem = problem;
    for (const listener of this.#listeners) listener();
  }
}
