import { useEffect, useRef, useState } from "preact/hooks";
import { COLLECTIONS, nameOf, NAMES, plural, type AnyElement, type Collection } from "../model/topology.ts";
import type { App } from "./context.ts";
import { FieldInput, FIELDS } from "./fields.tsx";
import { useChanges } from "./hooks.ts";

const ROW = 40;
const SPARE = 12;

/** Everything of the drawing as tables: whatever the canvas can do can be done here. */
export function Outline({ app }: { app: App }) {
  const { workspace } = app;
  useChanges(workspace);
  const [shown, show] = useState<Collection>("nodes");
  const [query, setQuery] = useState("");
  const all = workspace.topology[shown] as readonly AnyElement[];
  const words = query.toLowerCase();
  const rows = words ? all.filter((one) => JSON.stringify(one).toLowerCase().includes(words)) : all;
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const size = new ResizeObserver(() => setHeight(element.clientHeight));
    size.observe(element);
    return () => size.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW) + SPARE);
  const fields = FIELDS[shown];
  return (
    <section class="outline" aria-label="Outline">
      <div class="outline__bar">
        <div class="segments" role="radiogroup" aria-label="Kind of element">
          {COLLECTIONS.map((collection) => (
            <button key={collection} type="button" role="radio" aria-checked={shown === collection} onClick={() => {
              show(collection);
              setTop(0);
              scroller.current?.scrollTo(0, 0);
            }}>{capital(plural(collection))} <small>{workspace.topology[collection].length}</small></button>
          ))}
        </div>
        <input type="search" class="form-control" placeholder="Filter" aria-label="Filter the outline" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      </div>
      <div class="outline__rows" ref={scroller} tabIndex={0} role="region" aria-label={plural(shown)} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
        <table class="table" aria-rowcount={rows.length + 1}>
          <thead><tr><th scope="col"><span class="visually-hidden">Selected</span></th><th scope="col">Id</th>{fields.map((field) => <th key={field.name} scope="col">{field.label}{field.unit ? `, ${field.unit}` : ""}</th>)}</tr></thead>
          <tbody>
            {first > 0 && <tr aria-hidden="true" class="outline__gap"><td colSpan={fields.length + 2}><svg width="1" height={first * ROW} /></td></tr>}
            {rows.slice(first, last).map((element, index) => {
              const key = { collection: shown, id: element.id };
              const isSelected = workspace.isSelected(element.id);
              return (
                <tr key={element.id} aria-rowindex={first + index + 2} aria-selected={isSelected}>
                  <td><input type="checkbox" checked={isSelected} aria-label={`Select ${NAMES[shown]} ${nameOf(element)}`} onChange={() => workspace.toggle(key)} /></td>
                  <th scope="row"><button type="button" class="link" onClick={() => workspace.select([key])}>{element.id}</button></th>
                  {fields.map((field) => (
                    <td key={field.name}>{field.kind === "many" ? ((element as unknown as Record<string, readonly string[]>)[field.name] ?? []).join(", ") : (
                      <FieldInput key={`${element.id}:${field.name}`} workspace={workspace} collection={shown} elements={[element]} field={field} isBare />
                    )}</td>
                  ))}
                </tr>
              );
            })}
            {last < rows.length && <tr aria-hidden="true" class="outline__gap"><td colSpan={fields.length + 2}><svg width="1" height={(rows.length - last) * ROW} /></td></tr>}
          </tbody>
        </table>
        {rows.length === 0 && <p class="about outline__empty">{all.length ? "Nothing is called that." : `No ${plural(shown)} yet.`}</p>}
      </div>
    </section>
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
