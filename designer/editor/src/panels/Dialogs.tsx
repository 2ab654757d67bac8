import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { COLLECTIONS, nameOf, NAMES, type AnyElement, type Key } from "../model/topology.ts";
import { SHORTCUTS } from "../tools/keyboard.ts";
import type { App } from "./context.ts";

export function Help({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const dialog = useDialog(isOpen);
  return (
    <dialog ref={dialog} class="editor__dialog" aria-label="Keys" onClose={onClose}>
      <h2>Keys</h2>
      <div class="columns">
        {SHORTCUTS.map(([title, shortcuts]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl class="facts">{shortcuts.map(({ keys, does }) => <><dt><kbd>{keys}</kbd></dt><dd>{does}</dd></>)}</dl>
          </section>
        ))}
      </div>
      <form method="dialog"><button class="btn btn-primary" type="submit">Close</button></form>
    </dialog>
  );
}

/** Find an element by its name, and go there. */
export function Find({ app, isOpen, onClose }: { app: App; isOpen: boolean; onClose: () => void }) {
  const dialog = useDialog(isOpen);
  const [query, setQuery] = useState("");
  useEffect(() => {
    if (isOpen) setQuery("");
  }, [isOpen]);
  const { workspace } = app;
  const words = query.trim().toLowerCase();
  const found: { key: Key; element: AnyElement }[] = [];
  if (isOpen && words) {
    for (const collection of COLLECTIONS) {
      for (const element of workspace.topology[collection] as readonly AnyElement[]) {
        if (found.length < 50 && `${nameOf(element)} ${element.id}`.toLowerCase().includes(words)) found.push({ key: { collection, id: element.id }, element });
      }
    }
  }
  const go = (key: Key) => {
    workspace.select([key]);
    workspace.reveal(key.id);
    onClose();
  };
  return (
    <dialog ref={dialog} class="editor__dialog editor__dialog--find" aria-label="Find" onClose={onClose}>
      <form onSubmit={(event) => {
        event.preventDefault();
        if (found[0]) go(found[0].key);
      }}>
        <input type="search" class="form-control" placeholder="Name or id" aria-label="Name or id" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      </form>
      <ul class="inspector__list">{found.map(({ key, element }) => <li key={`${key.collection}:${key.id}`}><button type="button" class="plane" onClick={() => go(key)}><span>{nameOf(element)}</span><small>{NAMES[key.collection]}</small></button></li>)}</ul>
      {words && !found.length && <p class="about">Nothing is called that.</p>}
    </dialog>
  );
}

function useDialog(isOpen: boolean) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key: who types on at once types into the dialog.
  useLayoutEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal();
    if (!isOpen && dialog.current?.open) dialog.current.close();
  }, [isOpen]);
  return dialog;
}
