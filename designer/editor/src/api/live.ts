/** What the server says of the drawing as it is saved: findings and figures, asked anew after each save. */
import type { HttpClient } from "./client.ts";
import type { Severity } from "../workspace.ts";

export interface Finding {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy: string;
  readonly elements: readonly string[];
  readonly is_suppressed: boolean;
}

export interface Measure {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** What it is measured against, if anything. */
  readonly of: number | null;
  readonly source: string;
}

export interface LiveAnswer {
  readonly version: number;
  readonly findings: readonly Finding[];
  readonly measures: readonly Measure[];
  readonly racks: readonly { readonly id: string; readonly watts: number; readonly feed_watts: number | null; readonly units: number; readonly used_units: number }[];
}

export class Live {
  answer: LiveAnswer | null = null;
  /** That of the version that was last opened or frozen in this panel, to say what changed. */
  before: LiveAnswer | null = null;
  #isAsking = false;
  #isStale = false;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly client: HttpClient,
    readonly address: string,
  ) {}

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ask again; once more when another save came meanwhile. */
  async ask(): Promise<void> {
    if (this.#isAsking) {
      this.#isStale = true;
      return;
    }
    this.#isAsking = true;
    const answer = await this.client.json<LiveAnswer>(this.address);
    this.#isAsking = false;
    if (answer) {
      this.before = this.answer && this.answer.version !== answer.version ? this.answer : this.before;
      this.answer = answer;
      for (const listener of this.#listeners) listener();
    }
    if (this.#isStale) {
      this.#isStale = false;
      await this.ask();
    }
  }
}
