import { useState } from "preact/hooks";
import { nameOf, NAMES, type AnyElement } from "../model/topology.ts";
import type { Conflict } from "../model/change_set.ts";
import type { App } from "./context.ts";
import { useChanges } from "./hooks.ts";

/** What a person must decide: work that was left, edits that cross, what the server refused. */
export function Notices({ app }: { app: App }) {
  const { save } = app;
  useChanges(save);
  const [left, setLeft] = useState(() => save.leftover());
  return (
    <div class="editor__notices" aria-live="polite">
      {left && (
        <div class="note info">
          <p>{left.operations.length} unsaved {left.operations.length === 1 ? "change" : "changes"} of {new Date(left.at).toLocaleString()} {left.operations.length === 1 ? "is" : "are"} kept in this browser: {left.names.slice(-3).join(", ")}.</p>
          <p class="actions"><button type="button" class="btn btn-primary" onClick={() => (setLeft(null), save.reapply(left))}>Apply them</button> <button type="button" class="btn" onClick={() => (setLeft(null), save.discard())}>Throw them away</button></p>
        </div>
      )}
      {save.state.kind === "refused" && (
        <div class="note error" role="alert">
          <p><strong>Not saved.</strong> {save.state.message}</p>
          {save.state.problems.length > 0 && <ul>{save.state.problems.slice(0, 5).map((problem) => <li key={problem.field}>{problem.field}: {problem.message}. {problem.remedy}</li>)}</ul>}
          <p>Your work stays here. Undo the last step, or change it; it is sent again with the next change.</p>
        </div>
      )}
      {save.conflicts.map((conflict) => <Crossing key={`${conflict.collection}:${conflict.id}:${conflict.field}`} app={app} conflict={conflict} />)}
    </div>
  );
}

function Crossing({ app, conflict }: { app: App; conflict: Conflict }) {
  const what = `${NAMES[conflict.collection]} ${conflict.id}`;
  const words = conflict.field === null
    ? `${what} was ${conflict.mine === null ? "removed by you and changed by somebody else" : conflict.theirs === null ? "changed by you and removed by somebody else" : "added by both"}.`
    : `${conflict.field.replaceAll("_", " ")} of ${what}: ${shown(conflict.theirs)} now, ${shown(conflict.mine)} was yours.`;
  return (
    <div class="note warning" role="alertdialog" aria-label={`Conflict: ${what}`}>
      <p>{words}</p>
      <p class="actions"><button type="button" class="btn" onClick={() => app.save.resolve(conflict, false)}>Keep theirs</button> <button type="button" class="btn btn-primary" onClick={() => app.save.resolve(conflict, true)}>Use mine</button></p>
    </div>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (typeof value === "object" && "id" in value) return nameOf(value as AnyElement);
  return typeof value === "string" ? value : JSON.stringify(value);
}
