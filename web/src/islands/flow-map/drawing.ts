/** The map as SVG: boxes that say what people felt, arrows as thick as they are common. */
import type { Flow, Move, Step } from "./data";
import { curve, HEIGHT, type Placed, type PlacedStep, WIDTH } from "./layout";

const SVG = "http://www.w3.org/2000/svg";
const SIGNS = { gain: "▲", pain: "▼", neutral: "●" } as const;

export interface Chosen {
  step?: string;
  source?: string;
  target?: string;
}

function part<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Record<string, string | number> = {},
  text = "",
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text) made.textContent = text;
  return made;
}

function shortened(label: string, most: number): string {
  return label.length > most ? `${label.slice(0, most - 1)}…` : label;
}

/** Draws everything anew into `root`. */
export function draw(root: SVGGElement, placed: Placed, flow: Flow, choose: (chosen: Chosen) => void): void {
  root.replaceChildren();
  const largest = Math.max(0.01, ...placed.moves.map(({ move }) => move.share));
  for (const { move, points } of placed.moves) {
    root.append(arrow(move, curve(points), points[Math.floor(points.length / 2)], largest, flow, choose));
  }
  const again = new Map(flow.edges.filter((move) => move.source === move.target).map((move) => [move.source, move]));
  for (const one of placed.steps) root.append(box(one, again.get(one.step.id), flow, choose));
}

function arrow(
  move: Move,
  line: string,
  middle: { x: number; y: number } | undefined,
  largest: number,
  flow: Flow,
  choose: (chosen: Chosen) => void,
): SVGGElement {
  const names = new Map(flow.nodes.map((step) => [step.id, step.label]));
  const said = `${names.get(move.source)} → ${names.get(move.target)}: ${move.shareText} ${flow.texts.ofJourneys}, ${move.wait}`;
  const group = part("g", { class: "viv-flow-move", "data-source": move.source, "data-target": move.target });
  const thick = 1.2 + 8 * (move.share / largest);
  group.append(
    part("title", {}, said),
    part("path", { d: line, class: "viv-flow-reach" }),
    part("path", { d: line, class: "viv-flow-line", "stroke-width": thick, "marker-end": "url(#viv-flow-tip)" }),
  );
  if (middle && move.share >= largest / 6) {
    group.append(part("text", { x: middle.x, y: middle.y - thick / 2 - 4, class: "viv-flow-share" }, move.shareText));
  }
  button(group, said, () => choose({ source: move.source, target: move.target }));
  return group;
}

function box({ step, x, y }: PlacedStep, again: Move | undefined, flow: Flow, choose: (chosen: Chosen) => void): SVGGElement {
  const group = part("g", {
    class: `viv-flow-step viv-flow-${step.tone}`,
    transform: `translate(${x - WIDTH / 2},${y - HEIGHT / 2})`,
    "data-step": step.id,
  });
  const felt = [step.score, flow.texts[step.tone]].filter(Boolean).join(", ");
  const said = `${step.label}: ${step.shareText} ${flow.texts.ofJourneys}; ${felt}`;
  group.append(
    part("title", {}, said),
    part("rect", { width: WIDTH, height: HEIGHT, rx: 10, class: "viv-flow-box" }),
    part("rect", { width: 6, height: HEIGHT - 20, x: 8, y: 10, rx: 3, class: "viv-flow-tone" }),
    part("text", { x: 24, y: 26, class: "viv-flow-name" }, shortened(step.label, again ? 16 : 23)),
    part("text", { x: 24, y: 47, class: "viv-flow-about" }, `${step.shareText}  `),
  );
  if (step.score) group.append(part("text", { x: WIDTH - 12, y: 47, class: "viv-flow-score" }, `${SIGNS[step.tone]} ${step.score}`));
  if (again) group.append(part("text", { x: WIDTH - 12, y: 24, class: "viv-flow-again" }, `↻ ${again.shareText}`));
  edgeNotes(group, step, flow);
  button(group, again ? `${said}; ${again.shareText} ${flow.texts.again}` : said, () => choose({ step: step.id }));
  return group;
}

/** Where many journeys begin or end, the box says so; where they do both, there is room for the signs only. */
function edgeNotes(group: SVGGElement, step: Step, flow: Flow): void {
  const [begins, ends] = [step.starts >= 0.02, step.ends >= 0.02];
  const [begin, end] = begins && ends ? ["", ""] : [` ${flow.texts.begin}`, ` ${flow.texts.end}`];
  if (begins) group.append(part("text", { x: 24, y: 68, class: "viv-flow-note" }, `▸ ${step.startsText}${begin}`));
  if (ends) {
    group.append(part("text", { x: WIDTH - 12, y: 68, class: "viv-flow-note viv-flow-leave" }, `${step.endsText}${end} ⇥`));
  }
}

function button(group: SVGGElement, label: string, act: () => void): void {
  group.setAttribute("role", "button");
  group.setAttribute("tabindex", "-1");
  // A title names it for everybody: an aria-label would have to repeat every text in the box, word by word.
  const title = group.querySelector(":scope > title") ?? group.insertBefore(part("title", {}), group.firstChild);
  title.textContent = label;
  group.addEventListener("click", act);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
}

/** The tip of an arrow. */
export function tip(): SVGDefsElement {
  const defs = part("defs");
  const marker = part("marker", {
    id: "viv-flow-tip",
    viewBox: "0 0 8 8",
    refX: 7,
    refY: 4,
    markerWidth: 9,
    markerHeight: 9,
    markerUnits: "userSpaceOnUse",
    orient: "auto-start-reverse",
  });
  marker.append(part("path", { d: "M0,0 L8,4 L0,8 Z", class: "viv-flow-tip" }));
  defs.append(marker);
  return defs;
}
