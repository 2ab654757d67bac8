import { set } from "../commands/set.ts";
import type { Node } from "../model/topology.ts";
import type { App } from "./context.ts";
import { useChanges } from "./hooks.ts";

/** Who runs where: a service a row, its nodes as chips that can be dragged to another row or taken away. */
export function ServicesView({ app }: { app: App }) {
  const { workspace, page } = app;
  useChanges(workspace);
  const { topology, isReadOnly } = workspace;
  const place = (node: Node, service: string, isOn: boolean) => {
    if (node.services.includes(service) === isOn) return;
    const services = isOn ? [...node.services, service] : node.services.filter((one) => one !== service);
    workspace.editor.run(`${isOn ? "Place" : "Take away"} ${service} on ${node.name}`, set("nodes", [node.id], { services }));
  };
  return (
    <section class="services" aria-label="Services" tabIndex={0}>
      <table class="table">
        <thead><tr><th scope="col">Service</th><th scope="col">Runs on</th><th scope="col" class="num">Nodes</th></tr></thead>
        <tbody>
          {page.services.map((service) => {
            const nodes = topology.nodes.filter((node) => node.services.includes(service.id));
            return (
              <tr key={service.id} onDragOver={(event) => !isReadOnly && event.preventDefault()} onDrop={(event) => {
                const id = event.dataTransfer?.getData("text/x-node") ?? "";
                const node = topology.nodes.find((one) => one.id === id);
                if (node) place(node, service.id, true);
              }}>
                <th scope="row">{service.name}<small> {service.roles.join(", ")}</small>{service.needs.length > 0 && <p class="about">Needs {service.needs.join(", ")}</p>}</th>
                <td>
                  <ul class="chips">
                    {nodes.slice(0, 60).map((node) => (
                      <li key={node.id} draggable={!isReadOnly} class={`chip chip--${node.roles[0] ?? "compute"}`} aria-current={workspace.isSelected(node.id) || undefined} onDragStart={(event) => event.dataTransfer?.setData("text/x-node", node.id)}>
                        <button type="button" onClick={() => workspace.select([{ collection: "nodes", id: node.id }])}>{node.name}</button>
                        {!isReadOnly && <button type="button" class="chip__remove" aria-label={`Take ${service.name} off ${node.name}`} onClick={() => place(node, service.id, false)}>×</button>}
                      </li>
                    ))}
                    {nodes.length > 60 && <li class="about">and {nodes.length - 60} more</li>}
                  </ul>
                  {!isReadOnly && (
                    <select class="form-select form-select-sm" aria-label={`Place ${service.name} on`} value="" onChange={(event) => {
                      const node = topology.nodes.find((one) => one.id === event.currentTarget.value);
                      if (node) place(node, service.id, true);
                    }}>
                      <option value="">Place on …</option>
                      {topology.nodes.filter((node) => !node.services.includes(service.id)).map((node) => <option key={node.id} value={node.id}>{node.name}</option>)}
                    </select>
                  )}
                </td>
                <td class="num">{nodes.length}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
