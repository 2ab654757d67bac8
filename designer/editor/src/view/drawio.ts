/** The drawing of a view as a file of draw.io (mxfile, not compressed): the same boxes and lines in the same colours. */
import { HEAD, RAIL, UNIT } from "../scene/racks.ts";
import type { Box, Line, Scene } from "../scene/scene.ts";
import type { Palette } from "./palette.ts";

/** `name` is that of the page; `hex` tells a colour of the palette as `#rrggbb`, or `none`. */
export function drawioOf(scene: Scene, palette: Palette, network: string | null, name: string, hex: (colour: string) => string): string {
  const lines = network === null ? scene.lines : scene.lines.filter((line) => line.networks.has(network));
  const cells = [
    ...scene.boxes.map((box) => boxCell(box, palette, hex)),
    ...scene.boxes.flatMap((box) => (box.look === "frame" ? slotCells(box, palette, hex) : [])),
    ...lines.map((line) => lineCell(line, scene, palette, network, hex)),
  ];
  // Containers and their slots lie below what stands in them; lines over all, as on the screen.
  cells.sort((a, b) => a.layer - b.layer);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<mxfile host="Stackwright" compressed="false">',
    `<diagram id="drawing" name="${escaped(name)}">`,
    `<mxGraphModel grid="0" page="0" background="${hex(palette.background)}">`,
    "<root>", '<mxCell id="0"/>', '<mxCell id="1" parent="0"/>',
    ...cells.map((cell) => cell.xml),
    "</root>", "</mxGraphModel>", "</diagram>", "</mxfile>", "",
  ].join("\n");
}

interface Cell {
  readonly layer: number;
  readonly xml: string;
}

function boxCell(box: Box, palette: Palette, hex: (colour: string) => string): Cell {
  const paint = palette.looks.get(box.look);
  const isContainer = box.look === "zone" || box.look === "frame";
  const size = box.look === "frame" ? 13 : box.look === "zone" ? 14 : 11;
  const style = styleOf({
    rounded: 1, absoluteArcSize: 1, arcSize: 6, html: 0, whiteSpace: "wrap", overflow: "hidden", fillColor: hex(paint?.fill ?? ""), strokeColor: hex(paint?.stroke ?? ""),
    fontColor: hex(palette.text), fontSize: size, fontStyle: box.look === "note" ? 0 : 1, align: "left", spacingLeft: 4,
    verticalAlign: isContainer || box.look === "note" ? "top" : "middle", ...(box.look === "zone" ? { dashed: 1, fillColor: "none" } : {}),
  });
  const label = box.detail && !isContainer && box.height > 30 && box.label ? `${box.label}\n${box.detail}` : box.label;
  return {
    layer: box.look === "zone" ? 0 : box.look === "frame" ? 1 : 3,
    xml: `<mxCell id="${cellId(box.id)}" value="${escaped(label)}" style="${style}" vertex="1" parent="1">${geometry(box.x, box.y, box.width, box.height)}</mxCell>`,
  };
}

/** The units of a rack: a line above each, with its number on the left rail. */
function slotCells(rack: Box, palette: Palette, hex: (colour: string) => string): Cell[] {
  const units = Math.round((rack.height - HEAD - 10) / UNIT);
  const style = styleOf({ html: 0, fillColor: "none", strokeColor: "none", fontColor: hex(palette.faint), fontSize: 9, align: "right", spacing: 0 });
  const edge = styleOf({ html: 0, endArrow: "none", strokeColor: hex(palette.slot), strokeWidth: 0.5 });
  return Array.from({ length: units }, (_, index) => {
    const unit = index + 1;
    const y = rack.y + HEAD + (units - unit) * UNIT;
    const id = `${cellId(rack.id)}.u${unit}`;
    const line = `<mxCell id="${id}l" style="${edge}" edge="1" parent="1"><mxGeometry relative="1" as="geometry"><mxPoint x="${number(rack.x + RAIL)}" y="${number(y)}" as="sourcePoint"/><mxPoint x="${number(rack.x + rack.width - RAIL)}" y="${number(y)}" as="targetPoint"/></mxGeometry></mxCell>`;
    const text = `<mxCell id="${id}" value="${unit}" style="${style}" vertex="1" parent="1">${geometry(rack.x, y, RAIL - 3, UNIT)}</mxCell>`;
    return { layer: 2, xml: line + text };
  });
}

function lineCell(line: Line, scene: Scene, palette: Palette, network: string | null, hex: (colour: string) => string): Cell {
  const [a, b] = [scene.byId.get(line.a), scene.byId.get(line.b)];
  const { points } = line;
  const plane = network === null ? null : [...line.planes].find((one) => palette.planes.has(one));
  const colour = plane ? (palette.planes.get(plane) ?? palette.lines[line.look]) : palette.lines[line.look];
  const style = styleOf({
    html: 0, endArrow: "none", rounded: 0, strokeColor: hex(colour), strokeWidth: 1.2,
    ...fixed("exit", a, points[0] ?? 0, points[1] ?? 0), ...fixed("entry", b, points.at(-2) ?? 0, points.at(-1) ?? 0),
  });
  const bends = Array.from({ length: points.length / 2 - 2 }, (_, i) => `<mxPoint x="${number(points[2 * i + 2] ?? 0)}" y="${number(points[2 * i + 3] ?? 0)}"/>`);
  const way = bends.length ? `<Array as="points">${bends.join("")}</Array>` : "";
  const ends = `source="${cellId(line.a)}" target="${cellId(line.b)}"`;
  return {
    layer: 4,
    xml: `<mxCell id="line:${escaped(line.links[0] ?? "")}" style="${style}" edge="1" parent="1" ${ends}><mxGeometry relative="1" as="geometry">${way}</mxGeometry></mxCell>`,
  };
}

/** Where on its box a line ends, as a share of width and height. */
function fixed(end: "exit" | "entry", box: Box | undefined, x: number, y: number): Record<string, number> {
  if (!box) return {};
  return { [`${end}X`]: share(x - box.x, box.width), [`${end}Y`]: share(y - box.y, box.height), [`${end}Dx`]: 0, [`${end}Dy`]: 0, [`${end}Perimeter`]: 0 };
}

function share(part: number, whole: number): number {
  return whole ? Math.round((part / whole) * 1_000) / 1_000 : 0.5;
}

function styleOf(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values).map(([name, value]) => `${name}=${value};`).join("");
}

function geometry(x: number, y: number, width: number, height: number): string {
  return `<mxGeometry x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" as="geometry"/>`;
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function cellId(id: string): string {
  return `box:${escaped(id)}`;
}

/** Text as a value of an XML attribute; what XML cannot hold is left out. */
function escaped(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "")
    .replace(/[&<>"\n\t\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
