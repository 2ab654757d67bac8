import type { Finding, Measure } from "../api/live.ts";
import { mend } from "../commands/mend.ts";
import { COLLECTIONS, find, type Key } from "../model/topology.ts";
import type { App } from "./context.ts";
import { useChanges } from "./hooks.ts";
import { Icon } from "./Icon.tsx";

/** What the server says of the drawing as it is saved, with the change since the save before. */
export function LivePanel({ app }: { app: App }) {
  const { live } = app;
  useChanges(live, app.save);
  const { answer, before } = live;
  if (!answer) return <p class="about">Working it out …</p>;
  const was = new Map(before?.measures.map((measure) => [measure.id, measure.value]));
  return (
    <div class="live" aria-busy={app.save.state.kind === "saving"}>
      <dl class="live__measures">
        {answer.measures.map((measure) => <Row key={measure.id} measure={measure} before={was.get(measure.id)} />)}
      </dl>
      <h2>Power by rack and feed</h2>
      <ul class="live__racks">
        {answer.racks.map((rack) => {
          const share = rack.feed_watts ? rack.watts / rack.feed_watts : null;
          return (
            <li key={rack.id}>
              <button type="button" class="link" onClick={() => (app.workspace.select([{ collection: "racks", id: rack.id }]), app.workspace.reveal(rack.id))}>{rack.id}</button>
              <meter min={0} max={1} high={0.8} optimum={0.4} value={Math.min(1, share ?? 0)} aria-label={`Power of ${rack.id}`} />
              <span class="num">{format(rack.watts)} W{rack.feed_watts ? ` of ${format(rack.feed_watts)} a feed` : ", no feed"}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Row({ measure, before }: { measure: Measure; before: number | undefined }) {
  const change = before === undefined ? 0 : measure.value - before;
  return (
    <>
      <dt title={measure.source}>{measure.label}</dt>
      <dd>
        <strong>{format(measure.value)}</strong>{measure.of !== null ? ` of ${format(measure.of)}` : ""} {measure.unit}
        {Math.abs(change) > 1e-9 && <span class="live__change">{change > 0 ? "+" : "−"}{format(Math.abs(change))}</span>}
      </dd>
    </>
  );
}

export function Findings({ app }: { app: App }) {
  useChanges(app.live, app.workspace);
  const found = app.live.answer?.findings.filter((finding) => !finding.is_suppressed) ?? [];
  if (!app.live.answer) return <p class="about">Checking …</p>;
  if (!found.length) return <p class="about">No rule objects to this drawing.</p>;
  return <ul class="findings">{found.map((finding, index) => <Item key={`${finding.rule}:${index}`} app={app} finding={finding} />)}</ul>;
}

const WORDS = { error: "Error", warning: "Warning", info: "Note" } as const;
const ICONS = { error: "alert-octagon", warning: "alert-triangle", info: "info-circle" } as const;

function Item({ app, finding }: { app: App; finding: Finding }) {
  const { workspace } = app;
  const keys = finding.elements.flatMap((id): Key[] => {
    const collection = COLLECTIONS.find((one) => find(workspace.topology, one, id));
    return collection ? [{ collection, id }] : [];
  });
  const go = () => {
    workspace.select(keys);
    if (keys[0]) workspace.reveal(keys[0].id);
  };
  const mending = workspace.isReadOnly ? null : mend(workspace.topology, workspace.catalog, finding.rule, finding.elements);
  return (
    <li class={`finding finding--${finding.severity}`}>
      <button type="button" onClick={go} disabled={!keys.length}>
        <Icon name={ICONS[finding.severity]} /> <strong>{WORDS[finding.severity]} {finding.rule}</strong>
        <span>{finding.message}</span>
      </button>
      {finding.remedy && <p>{finding.remedy}</p>}
      {mending && <p><button type="button" class="btn" onClick={() => {
        workspace.editor.run(mending.label, mending.command);
        workspace.say(`${mending.label}: done.`);
      }}>{mending.label}</button></p>}
    </li>
  );
}

function format(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 });
}
