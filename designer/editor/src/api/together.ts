/** Working at the same time: who else is there, and what they save, taken in within seconds. */
import type { Autosave } from "./autosave.ts";
import type { HttpClient, MissedEdit } from "./client.ts";

const BEAT = 15_000;
const LOOK = 3_000;
/** Milliseconds between two heartbeats, and between two looks for edits of others. */

export class Together {
  /** Names of the others who have the design open. */
  others: readonly string[] = [];
  #isLooking = false;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly client: HttpClient,
    readonly design: string,
    readonly save: Autosave,
  ) {}

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begin; a window that nobody sees neither beats nor looks, and is brought up to date when it is seen again. */
  start(): void {
    const isSeen = () => document.visibilityState === "visible";
    setInterval(() => isSeen() && void this.beat(), BEAT);
    setInterval(() => isSeen() && void this.look(), LOOK);
    document.addEventListener("visibilitychange", () => {
      if (isSeen()) void Promise.all([this.beat(), this.look()]);
    });
    void this.beat();
  }

  async beat(): Promise<void> {
    const answer = await this.client.post<{ others: string[] }>(`${this.design}presence/`, undefined);
    if (!answer || answer.others.join("\n") === this.others.join("\n")) return;
    this.others = answer.others;
    for (const listener of this.#listeners) listener();
  }

  /** Take in what others saved since the version that we have. */
  async look(): Promise<void> {
    if (this.#isLooking || this.save.isDirty) return; // what we send is answered with what we missed
    this.#isLooking = true;
    const { version } = this.save;
    try {
      const answer = await this.client.jsonUnless<{ version: number; changes: MissedEdit[] }>(`${this.design}change-sets/?since=${version}`, `"${version}"`);
      if (answer) await this.save.catchUp(answer.version, answer.changes);
    } finally {
      this.#isLooking = false;
    }
  }
}
