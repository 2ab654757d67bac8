/** The requests of the editor. Answers are told apart, not thrown: being offline is an ordinary state. */
import type { Operation } from "../model/change_set.ts";
import type { Topology } from "../model/topology.ts";

export interface Problem {
  readonly field: string;
  readonly value: unknown;
  readonly message: string;
  readonly remedy: string;
}

/** An edit that came from somewhere else. */
export interface MissedEdit {
  readonly version: number;
  readonly author: string;
  readonly part: string;
  readonly name: string;
  /** null: the drawing as a whole was replaced, or another part was changed. */
  readonly operations: readonly Operation[] | null;
}

export type Saved =
  | { readonly kind: "saved"; readonly version: number }
  | { readonly kind: "stale"; readonly version: number; readonly missed: readonly MissedEdit[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[]; readonly message: string }
  | { readonly kind: "offline" };

export interface Client {
  save(operations: readonly Operation[], name: string, key: string, version: number): Promise<Saved>;
  load(): Promise<{ topology: Topology; version: number } | null>;
}

export class HttpClient implements Client {
  constructor(
    readonly design: string,
    readonly csrfToken: string,
  ) {}

  async save(operations: readonly Operation[], name: string, key: string, version: number): Promise<Saved> {
    const answer = await this.send(`${this.design}change-sets/`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrfToken, "If-Match": `"${version}"` },
      body: JSON.stringify({ operations, name: name.slice(0, 120), key }),
      keepalive: JSON.stringify(operations).length < 50_000,
    });
    if (!answer || answer.status >= 500) return { kind: "offline" };
    const body = (await answer.json()) as Record<string, unknown>;
    if (answer.ok) return { kind: "saved", version: Number(body["version"]) };
    if (answer.status === 412) {
      return { kind: "stale", version: Number(body["version"]), missed: (body["changes"] ?? []) as MissedEdit[] };
    }
    const message = typeof body["detail"] === "string" ? body["detail"] : `The server answered ${answer.status}.`;
    return { kind: "refused", problems: (body["errors"] ?? []) as Problem[], message };
  }

  async load(): Promise<{ topology: Topology; version: number } | null> {
    const answer = await this.send(`${this.design}topology/`, {});
    if (!answer?.ok) return null;
    const version = Number((answer.headers.get("ETag") ?? "").replaceAll('"', ""));
    return { topology: (await answer.json()) as Topology, version };
  }

  async json<T>(address: string): Promise<T | null> {
    const answer = await this.send(address, {});
    return answer?.ok ? ((await answer.json()) as T) : null;
  }

  /** As `json`; null also where nothing is newer than `tag`. */
  async jsonUnless<T>(address: string, tag: string): Promise<T | null> {
    const answer = await this.send(address, { headers: { "If-None-Match": tag } });
    return answer?.ok ? ((await answer.json()) as T) : null;
  }

  /** Send a document to be looked at; what is wrong with it where the server refuses. */
  async check<T>(address: string, body: string): Promise<{ value: T } | { message: string; problems: readonly Problem[] }> {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.csrfToken };
    const answer = await this.send(address, { method: "POST", headers, body });
    if (!answer) return { message: "The server does not answer.", problems: [] };
    if (answer.ok) return { value: (await answer.json()) as T };
    const said = (await answer.json().catch(() => ({}))) as { detail?: string; errors?: Problem[] };
    return { message: said.detail ?? `The server answered ${answer.status}.`, problems: said.errors ?? [] };
  }

  /** Ask with a body; null where there is no answer, or it is a refusal. */
  async post<T>(address: string, body: unknown): Promise<T | null> {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.csrfToken };
    const answer = await this.send(address, { method: "POST", headers, body: JSON.stringify(body) });
    return answer?.ok ? ((await answer.json()) as T) : null;
  }

  async send(address: string, request: RequestInit): Promise<Response | null> {
    try {
      return await fetch(address, { credentials: "same-origin", ...request, headers: { Accept: "application/json", ...request.headers } });
    } catch {
      return null;
    }
  }
}
