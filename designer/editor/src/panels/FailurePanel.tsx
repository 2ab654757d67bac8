import type { App } from "./context.ts";
import { useChanges } from "./hooks.ts";

const WORDS: Record<string, string> = { up: "up", degraded: "degraded", down: "down" };

/** What stops when the chosen elements fail. */
export function FailurePanel({ app }: { app: App }) {
  const { failing } = app;
  useChanges(failing);
  const { report } = failing;
  return (
    <div class="failing">
      <p class="about">Choose elements on the drawing, or select them and press X: they fail together. The drawing is not changed.</p>
      {failing.failed.length > 0 && (
        <ul class="chips">
          {failing.failed.map((key) => (
            <li key={`${key.collection}:${key.id}`} class="chip chip--failed">
              <button type="button" aria-label={`Repair ${key.id}`} onClick={() => failing.toggle(key)}>{key.id} ×</button>
            </li>
          ))}
        </ul>
      )}
      {failing.problem && <p class="editor__problem" role="alert">{failing.problem}</p>}
      {report && (
        <>
          <p><strong>{report.sentence}</strong></p>
          <dl class="facts"><dt>VMs that run on</dt><dd>{Math.round(report.compute.running).toLocaleString("en")} of {report.compute.vms.toLocaleString("en")}</dd></dl>
          <Table title="Services" rows={report.services.filter((one) => one.state !== "up").map((one) => [one.name, one.state, one.missing.join(", ")])} none="All services are up." />
          <Table title="Networks" rows={report.networks.filter((one) => one.state !== "up").map((one) => [one.name, one.state, one.cut_off.slice(0, 8).join(", ")])} none="All networks reach everybody." />
          {report.pools.length > 0 && <Table title="Ceph pools" rows={report.pools.map((one) => [one.name, one.state, ""])} none="" />}
          {report.notes.map((note) => <p key={note} class="about">{note}</p>)}
        </>
      )}
    </div>
  );
}

function Table({ title, rows, none }: { title: string; rows: readonly (readonly [string, string, string])[]; none: string }) {
  return (
    <>
      <h2>{title}</h2>
      {rows.length === 0 ? <p>{none}</p> : (
        <table class="table compact"><tbody>
          {rows.map(([name, state, missing]) => <tr key={name}><th scope="row">{name}</th><td class={`state state--${state}`}>{WORDS[state] ?? state}</td><td>{missing}</td></tr>)}
        </tbody></table>
      )}
    </>
  );
}
