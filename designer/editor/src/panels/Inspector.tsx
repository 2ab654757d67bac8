import { bend } from "../commands/link.ts";
import { remove } from "../commands/remove.ts";
import { set } from "../commands/set.ts";
import { freshNetwork, freshPool } from "../commands/extras.ts";
import { usedPorts, groupsOf } from "../model/ports.ts";
import { wattsOf } from "../model/racks.ts";
import { anyById, contentsOf, find, linksByDevice, NAMES, nameOf, plural, type AnyElement, type Collection, type Device, type Link, type Node } from "../model/topology.ts";
import { joinDevices } from "../tools/link.ts";
import type { App } from "./context.ts";
import { FieldInput, FIELDS } from "./fields.tsx";
import { useChanges } from "./hooks.ts";

/** What is selected, to read and to change: one element, or what several have in common. */
export function Inspector({ app }: { app: App }) {
  const { workspace } = app;
  useChanges(workspace);
  const { topology, selection } = workspace;
  const groups = new Map<Collection, AnyElement[]>();
  for (const key of selection) {
    const members = workspace.scene.byId.get(key.id)?.members;
    const keys = members ? members.map((id) => ({ collection: "nodes" as const, id })) : [key];
    for (const one of keys) {
      const element = anyById(topology, one.collection).get(one.id);
      if (!element) continue;
      const known = groups.get(one.collection);
      if (known) known.push(element);
      else groups.set(one.collection, [element]);
    }
  }
  if (!groups.size) return <Nothing app={app} />;
  return (
    <div class="inspector">
      {[...groups].map(([collection, elements]) => (
        <section key={collection} class="inspector__part" aria-label={`Inspector: ${NAMES[collection]}`}>
          <h2>{elements.length === 1 && elements[0] ? `${capital(NAMES[collection])} ${nameOf(elements[0])}` : `${elements.length} ${plural(collection)}`}</h2>
          {FIELDS[collection].filter((field) => elements.length === 1 || field.name !== "name").map((field) => (
            <FieldInput key={`${field.name}:${elements.map((one) => one.id).join()}`} workspace={workspace} collection={collection} elements={elements} field={field} />
          ))}
          {elements.length === 1 && elements[0] && <More app={app} collection={collection} element={elements[0]} />}
          {elements.length === 2 && (collection === "nodes" || collection === "switches") && elements[0] && elements[1] && (
            <Join app={app} a={elements[0].id} b={elements[1].id} />
          )}
          {!workspace.isReadOnly && (
            <button type="button" class="btn btn-outline-danger" onClick={() => workspace.editor.run(`Remove ${elements.length === 1 ? `${NAMES[collection]} ${elements[0]?.id}` : `${elements.length} ${plural(collection)}`}`, remove(elements.map((element) => ({ collection, id: element.id }))))}>
              Remove
            </button>
          )}
        </section>
      ))}
    </div>
  );
}

function Join({ app, a, b }: { app: App; a: string; b: string }) {
  return (
    <p class="inspector__actions">
      <button type="button" class="btn" onClick={() => joinDevices(app.workspace, a, b)}>Link them</button>
      <button type="button" class="btn" onClick={() => joinDevices(app.workspace, a, b, 2)}>Link by a bond of two</button>
    </p>
  );
}

function More({ app, collection, element }: { app: App; collection: Collection; element: AnyElement }) {
  switch (collection) {
    case "racks": return <RackFacts app={app} id={element.id} />;
    case "nodes": return <><Services app={app} node={element as Node} /><Ports app={app} device={element as Device} /></>;
    case "switches":
    case "external_routers": return <Ports app={app} device={element as Device} />;
    case "links": return <LinkEnds app={app} link={element as Link} />;
    default: return null;
  }
}

function RackFacts({ app, id }: { app: App; id: string }) {
  const { topology, catalog } = app.workspace;
  const devices = contentsOf(topology).get(id) ?? [];
  const used = devices.reduce((sum, device) => sum + (device.unit === null ? 0 : catalog.heightOf(device.spec)), 0);
  const kg = devices.reduce((sum, device) => sum + (catalog.specs.get(device.spec)?.weight_kg ?? 0), 0);
  const rack = find(topology, "racks", id);
  return (
    <dl class="facts">
      <dt>Filled</dt><dd>{used} of {catalog.unitsOf(rack?.spec ?? "")} U</dd>
      <dt>Highest power</dt><dd>{wattsOf(topology, catalog, id).toLocaleString("en")} W</dd>
      <dt>Weight of what stands in it</dt><dd>{Math.round(kg).toLocaleString("en")} kg</dd>
    </dl>
  );
}

function Services({ app, node }: { app: App; node: Node }) {
  const { workspace, page } = app;
  const change = (id: string, isOn: boolean) => {
    const services = isOn ? [...node.services, id] : node.services.filter((one) => one !== id);
    workspace.editor.run(`${isOn ? "Place" : "Take away"} ${id} on ${node.name}`, set("nodes", [node.id], { services }));
  };
  return (
    <details class="inspector__more">
      <summary>Services ({node.services.length})</summary>
      <fieldset class="editor__many"><legend class="visually-hidden">Services</legend>
        {page.services.map((service) => (
          <label key={service.id}><input type="checkbox" disabled={workspace.isReadOnly} checked={node.services.includes(service.id)} onChange={(event) => change(service.id, event.currentTarget.checked)} /> {service.name}</label>
        ))}
      </fieldset>
    </details>
  );
}

function Ports({ app, device }: { app: App; device: Device }) {
  const { topology, catalog } = app.workspace;
  const used = usedPorts(topology, device.id);
  const links = linksByDevice(topology).get(device.id) ?? [];
  return (
    <>
      <dl class="facts">
        {groupsOf(catalog, device).map((group) => {
          const taken = [...used].filter((port) => port.startsWith(`${group.name}-`)).length;
          return <><dt>{group.name}, {group.gbps} Gbit/s {group.media}</dt><dd>{taken} of {group.count} used</dd></>;
        })}
      </dl>
      {links.length > 0 && (
        <details class="inspector__more"><summary>Links ({links.length})</summary>
          <ul>{links.map((link) => {
            const [own, other] = link.a.element === device.id ? [link.a, link.b] : [link.b, link.a];
            return <li key={link.id}><button type="button" class="link" onClick={() => app.workspace.select([{ collection: "links", id: link.id }])}>{own.port} to {other.element} {other.port}</button></li>;
          })}</ul>
        </details>
      )}
    </>
  );
}

function LinkEnds({ app, link }: { app: App; link: Link }) {
  return (
    <>
      <dl class="facts">
        <dt>From</dt><dd>{link.a.element}, port {link.a.port}</dd>
        <dt>To</dt><dd>{link.b.element}, port {link.b.port}</dd>
      </dl>
      {link.bends.length > 0 && <button type="button" class="btn" onClick={() => app.workspace.editor.run(`Straighten link ${link.id}`, bend(new Map([[link.id, []]])))}>Straighten</button>}
    </>
  );
}

/** With nothing selected: what belongs to the drawing as a whole. */
function Nothing({ app }: { app: App }) {
  const { workspace } = app;
  const { topology, isReadOnly } = workspace;
  const pick = (collection: Collection, id: string) => workspace.select([{ collection, id }]);
  const make = (made: ReturnType<typeof freshNetwork>) => {
    workspace.editor.run(made.label, made.command);
    workspace.select([made.key]);
  };
  return (
    <div class="inspector">
      <section class="inspector__part">
        <h2>Networks</h2>
        <ul class="inspector__list">{topology.networks.map((network) => (
          <li key={network.id}><button type="button" class={`plane plane--${network.plane}`} onClick={() => pick("networks", network.id)}><span>{network.name}</span><small>{network.vlan ? `VLAN ${network.vlan}` : "no VLAN"} · {network.cidr || "no subnet"}</small></button></li>
        ))}</ul>
        {!isReadOnly && <button type="button" class="btn" onClick={() => make(freshNetwork(topology))}>Add network</button>}
      </section>
      <section class="inspector__part">
        <h2>Ceph pools</h2>
        {topology.pools.length === 0 && <p class="about">None yet. A sizing plans them.</p>}
        <ul class="inspector__list">{topology.pools.map((pool) => (
          <li key={pool.id}><button type="button" class="plane" onClick={() => pick("pools", pool.id)}><span>{pool.name}</span><small>{pool.kind}, size {pool.size}, by {pool.failure_domain}, {Math.round(pool.share_of_raw * 1000) / 10} % of raw</small></button></li>
        ))}</ul>
        {!isReadOnly && <button type="button" class="btn" onClick={() => make(freshPool(topology))}>Add pool</button>}
      </section>
    </div>
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
