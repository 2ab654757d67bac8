import { useEffect, useState } from "preact/hooks";
import type { Revision } from "../api/revisions.ts";
import type { Change } from "../model/compare.ts";
import { nameOf, NAMES, type AnyElement } from "../model/topology.ts";
import type { App } from "./context.ts";
import { useChanges } from "./hooks.ts";

/** Frozen states of the design, and what differs from one of them: marked on the drawing, and told in a table. */
export function RevisionsPanel({ app }: { app: App }) {
  const { revisions, workspace } = app;
  const [name, setName] = useState("");
  useChanges(revisions, workspace);
  useEffect(() => void revisions.load(), []);
  const freeze = async () => {
    await app.save.flush();
    const frozen = await revisions.freeze(name);
    if (!frozen) return;
    setName("");
    workspace.say(`Frozen: ${titleOf(frozen)}.`);
  };
  return (
    <div class="revisions">
      {!workspace.isReadOnly && (
        <form class="revisions__freeze" onSubmit={(event) => (event.preventDefault(), void freeze())}>
          <input class="form-control" aria-label="Name of the revision" placeholder="Name, if any" maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          <button type="submit" class="btn">Freeze now</button>
        </form>
      )}
      {revisions.problem && <p class="editor__problem" role="alert">{revisions.problem}</p>}
      {revisions.list?.length === 0 && <p class="about">None yet. Freeze the drawing to come back to it, or to compare with it.</p>}
      <ul class="inspector__list">{revisions.list?.map((one) => <Item key={one.id} app={app} revision={one} />)}</ul>
      {revisions.compared && <Changes app={app} revision={revisions.compared} changes={workspace.comparison.changes} />}
    </div>
  );
}

function Item({ app, revision }: { app: App; revision: Revision }) {
  const { revisions, workspace, page } = app;
  const [isForking, setForking] = useState(false);
  const isCompared = revisions.compared?.id === revision.id;
  const restore = async () => {
    await app.save.flush();
    if (await revisions.restore(revision)) {
      await app.together.look();
      workspace.say(`Restored: ${titleOf(revision)}. What was there before is frozen.`);
    }
  };
  const fork = async (name: string) => {
    const made = await revisions.fork(revision, name);
    if (made) window.location.assign(page.links.editor.replace(page.design, made));
  };
  return (
    <li class="revision" aria-current={isCompared || undefined}>
      <strong>{titleOf(revision)}</strong>
      <small>{new Date(revision.frozen_at).toLocaleString()}, {revision.author}</small>
      <span class="revision__actions">
        <button type="button" class="link" aria-pressed={isCompared} onClick={() => void revisions.compare(isCompared ? null : revision)}>{isCompared ? "Stop comparing" : "Compare"}</button>
        {!workspace.isReadOnly && <button type="button" class="link" onClick={() => void restore()}>Restore</button>}
        {!workspace.isReadOnly && <button type="button" class="link" aria-expanded={isForking} onClick={() => setForking(!isForking)}>Fork …</button>}
      </span>
      {isForking && (
        <form class="revisions__freeze" onSubmit={(event) => {
          event.preventDefault();
          void fork(new FormData(event.currentTarget).get("name") as string);
        }}>
          <input class="form-control" name="name" required maxLength={120} aria-label="Name of the new design" defaultValue={`${page.name.slice(0, 100)}, from revision ${revision.number}`} />
          <button type="submit" class="btn">Make a design</button>
        </form>
      )}
    </li>
  );
}

const SIGNS = { added: "+", removed: "−", changed: "≠" } as const;

function Changes({ app, revision, changes }: { app: App; revision: Revision; changes: readonly Change[] }) {
  const go = (change: Change) => {
    app.workspace.select([{ collection: change.collection, id: change.id }]);
    app.workspace.reveal(change.id);
  };
  const count = (kind: Change["kind"]) => changes.filter((change) => change.kind === kind).length;
  return (
    <section class="revisions__changes" aria-label={`Since ${titleOf(revision)}`}>
      <h2>Since {titleOf(revision)}</h2>
      <p role="status">{changes.length ? `${count("added")} added, ${count("removed")} removed, ${count("changed")} changed.` : "Nothing differs."}</p>
      {changes.length > 0 && (
        <table class="table">
          <thead><tr><th scope="col">What</th><th scope="col">How</th></tr></thead>
          <tbody>{changes.slice(0, MOST_ROWS).map((change) => (
            <tr key={`${change.collection}:${change.id}`} class={`change--${change.kind}`}>
              <td>{change.kind === "removed" ? change.name : <button type="button" class="link" onClick={() => go(change)}>{change.name}</button>} <small>{NAMES[change.collection]}</small></td>
              <td><strong><span aria-hidden="true">{SIGNS[change.kind]} </span>{change.kind}</strong>{change.fields.map((field) => <small key={field.name}>{field.name.replaceAll("_", " ")}: {shown(field.before)} → {shown(field.after)}</small>)}</td>
            </tr>
          ))}</tbody>
        </table>
      )}
      {changes.length > MOST_ROWS && <p class="about">And {changes.length - MOST_ROWS} more, marked on the drawing.</p>}
    </section>
  );
}

const MOST_ROWS = 500;

function titleOf(revision: Revision): string {
  return revision.name ? `${revision.number}, ${revision.name}` : `revision ${revision.number}`;
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (Array.isArray(value)) return value.length ? (value.every((one) => typeof one === "string") ? value.join(", ") : `${value.length}`) : "none";
  if (typeof value === "object") return "id" in value ? nameOf(value as AnyElement) : Object.entries(value).map(([name, one]) => `${name} ${JSON.stringify(one)}`).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
