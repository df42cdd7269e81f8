/**
 * The ways between steps: straight to the neighbour, along a line of its own where steps branch, and an arc above the
 * steps for short cuts and ways back.
 */

import type { Fork } from "./branches";
import type { Drawing, Link } from "./drawing";

export interface Plan {
  places: Map<string, number>; // step -> column
  levels: Map<string, number>; // step -> how far below the first line
  forks: Fork[];
  free: (column: number, level: number) => boolean; // no card there
}

export interface Names {
  then: Record<string, string>;
  share: (link: Link) => string;
}

interface Measures {
  width: number;
  head: number;
  zoom: number;
}

const SVG = "http://www.w3.org/2000/svg";
const ARC = 40; // height above the cards
export const CARD = 92;
const MIDDLE = 40; // of a card, from its top
const EDGE = 7; // between a card and its column's border
const LETTER = 5.6; // width of one of a label
const TALL = 12;
const ASIDE = [0, 0.6, -0.6, 1.1, -1.1];

export function arrows(drawing: Drawing, plan: Plan, names: Names, [first, last]: [number, number], size: Measures): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "viv-map-arrows");
  svg.setAttribute("aria-hidden", "true");
  const deepest = Math.max(0, ...plan.levels.values());
  svg.setAttribute("width", String((last - first + 1) * size.width));
  svg.setAttribute("height", String((ARC + CARD * (deepest + 1)) * size.zoom));
  svg.style.left = `${size.head + first * size.width}px`;
  svg.append(heads());
  const labels = new Labels();
  for (const link of drawing.links) {
    const [from, to] = [plan.places.get(link.source), plan.places.get(link.target)];
    if (from === undefined || to === undefined) continue;
    if (Math.max(from, to) < first || Math.min(from, to) > last) continue;
    svg.append(way(link, plan, names, labels, first, size));
  }
  for (const fork of plan.forks) {
    const at = plan.places.get(fork.step) ?? -1;
    if (at < first || at > last) continue;
    const below = (ARC + CARD * ((plan.levels.get(fork.step) ?? 0) + 1) + 16) * size.zoom;
    const x = (at - first + 1) * size.width - 14;
    const told = labels.put(names.then[fork.then] ?? "", x, below, "is-then", [0]) ?? labels.put(names.then[fork.then] ?? "", x, below + TALL + 1, "is-then", [0]);
    if (told) svg.append(told);
  }
  return svg;
}

function way(link: Link, plan: Plan, names: Names, labels: Labels, first: number, size: Measures): SVGGElement {
  const group = document.createElementNS(SVG, "g");
  group.classList.add(`is-${link.kind}`);
  group.dataset["from"] = link.source;
  group.dataset["to"] = link.target;
  const [from, to] = [plan.places.get(link.source)! , plan.places.get(link.target)!];
  const [here, there] = [plan.levels.get(link.source) ?? 0, plan.levels.get(link.target) ?? 0];
  const level = Math.max(here, there);
  let open = link.kind !== "loop" && to > from && (link.kind === "next" || here !== there || to > from + 1);
  for (let column = from + 1; column < to; column += 1) open &&= plan.free(column, level);
  const draw = open ? line : arc;
  group.append(...draw(link, names.share(link), labels, [from - first, here], [to - first, there], size));
  if (!open) group.classList.add("is-far");
  return group;
}

/** Down right behind the step where the way leads down, up right before the next where it leads up. Its label stands
 * above the card it leads to, or along the part of the line where no card is. */
function line(link: Link, share: string, labels: Labels, [from, here]: [number, number], [to, there]: [number, number], { width, zoom }: Measures): SVGElement[] {
  const y = (level: number): number => (ARC + CARD * level + MIDDLE) * zoom;
  const start = (from + 1) * width - EDGE - 2;
  const end = to * width + EDGE - 4;
  const turn = there > here ? (from + 1) * width - 1 : to * width - 1;
  const path = here === there ? `M ${start} ${y(here)} L ${end} ${y(here)}` : `M ${start} ${y(here)} L ${turn} ${y(here)} L ${turn} ${y(there)} L ${end} ${y(there)}`;
  if (!share) return [drawn(link, path)];
  const near = to === from + 1;
  const above = (level: number): number => (ARC + CARD * level - 6) * zoom;
  const told = near && here === there ? labels.put(share, (from + 1) * width, above(here), "")
    : near && there > here ? labels.put(share, to * width + EDGE + 2, above(there), "is-along")
    : near ? labels.put(share, (from + 1) * width - EDGE - 2, above(here), "is-before")
    : labels.put(share, (from + 1) * width + 8, y(Math.max(here, there)) - 6, "is-along");
  return told ? [drawn(link, path), told] : [drawn(link, path)];
}

function arc(link: Link, share: string, labels: Labels, [from, here]: [number, number], [to, there]: [number, number], { width, zoom }: Measures): SVGElement[] {
  const lift = Math.min(ARC - 6, 12 + 9 * Math.log2(1 + Math.abs(to - from))) * zoom;
  const down = ARC * zoom + 2;
  const top = (level: number): number => (ARC + CARD * level) * zoom + 2;
  const start = (from + 0.5) * width + Math.sign(to - from || 1) * 18 * zoom;
  const end = (to + 0.5) * width - Math.sign(to - from || 1) * 18 * zoom;
  const path = `M ${start} ${top(here)} L ${start} ${down} C ${start} ${down - lift * 1.3} ${end} ${down - lift * 1.3} ${end} ${down - 3} L ${end} ${top(there) - 3}`;
  const told = share ? labels.put(share, (start + end) / 2, Math.max(down - lift - 2, 11), "") : null;
  return told ? [drawn(link, path), told] : [drawn(link, path)];
}

/** Texts beside ways that keep off one another: where one stands already the next moves aside, or is left to the panel. */
class Labels {
  #taken: [number, number, number][] = []; // left, right, baseline

  put(text: string, x: number, y: number, name: string, asides = ASIDE): SVGTextElement | null {
    const wide = text.length * LETTER;
    for (const aside of asides) {
      const at = x + aside * (wide + 6);
      const left = name === "is-along" ? at : name === "is-before" || name === "is-then" ? at - wide : at - wide / 2;
      if (this.#taken.some(([begin, end, line]) => Math.abs(line - y) < TALL && left < end + 4 && begin < left + wide + 4)) continue;
      this.#taken.push([left, left + wide, y]);
      return label(text, at, y, name);
    }
    return null;
  }
}

function drawn(link: Link, d: string): SVGPathElement {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", d);
  path.setAttribute("marker-end", `url(#viv-map-arrow-${link.kind})`);
  return path;
}

function label(text: string, x: number, y: number, name = ""): SVGTextElement {
  const told = document.createElementNS(SVG, "text");
  told.setAttribute("x", String(x));
  told.setAttribute("y", String(y));
  if (name) told.setAttribute("class", name);
  told.textContent = text;
  return told;
}

function heads(): SVGDefsElement {
  const defs = document.createElementNS(SVG, "defs");
  for (const kind of ["next", "optional", "loop"]) {
    const marker = document.createElementNS(SVG, "marker");
    const tip = document.createElementNS(SVG, "path");
    marker.setAttribute("id", `viv-map-arrow-${kind}`);
    marker.setAttribute("class", `is-${kind}`);
    for (const [name, value] of Object.entries({ viewBox: "0 0 8 8", refX: "6", refY: "4", markerWidth: "7", markerHeight: "7", orient: "auto" })) {
      marker.setAttribute(name, value);
    }
    tip.setAttribute("d", "M 0 0.5 L 7 4 L 0 7.5 z");
    marker.append(tip);
    defs.append(marker);
  }
  return defs;
}
