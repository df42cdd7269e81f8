/** The ways between steps: a short arrow to the neighbour, an arc above the steps to everywhere else. */

import type { Drawing, Link } from "./drawing";

interface Measures {
  width: number;
  head: number;
  zoom: number;
}

const SVG = "http://www.w3.org/2000/svg";
const ARC = 40; // height above the cards
const CARD = 92;

export function arrows(drawing: Drawing, places: Map<string, number>, first: number, last: number, size: Measures): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "viv-map-arrows");
  svg.setAttribute("aria-hidden", "true");
  const width = (last - first + 1) * size.width;
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String((ARC + CARD) * size.zoom));
  svg.style.left = `${size.head + first * size.width}px`;
  svg.append(heads());
  for (const link of drawing.links) {
    const from = places.get(link.source);
    const to = places.get(link.target);
    if (from === undefined || to === undefined) continue;
    if (Math.max(from, to) < first || Math.min(from, to) > last) continue;
    svg.append(way(link, from - first, to - first, size));
  }
  return svg;
}

function way(link: Link, from: number, to: number, { width, zoom }: Measures): SVGGElement {
  const group = document.createElementNS(SVG, "g");
  group.classList.add(`is-${link.kind}`);
  const near = to === from + 1 && link.kind === "next";
  group.dataset["from"] = link.source;
  group.dataset["to"] = link.target;
  if (!near) group.classList.add("is-far");
  const middle = (ARC + 40) * zoom;
  const lift = Math.min(ARC - 6, 12 + 9 * Math.log2(1 + Math.abs(to - from))) * zoom;
  const down = ARC * zoom + 2;
  const start = (from + 0.5) * width + Math.sign(to - from || 1) * 18 * zoom;
  const end = (to + 0.5) * width - Math.sign(to - from || 1) * 18 * zoom;
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", near
    ? `M ${(from + 1) * width - 9} ${middle} L ${(from + 1) * width + 3} ${middle}`
    : `M ${start} ${down} C ${start} ${down - lift * 1.3} ${end} ${down - lift * 1.3} ${end} ${down - 3}`);
  path.setAttribute("marker-end", `url(#viv-map-arrow-${link.kind})`);
  group.append(path);
  if (link.share !== null && !near) group.append(label(`${Math.round(link.share * 100)} %`, (start + end) / 2, down - lift - 2));
  if (link.share !== null && near) group.append(label(`${Math.round(link.share * 100)} %`, (from + 1) * width - 3, middle - 6));
  return group;
}

function label(text: string, x: number, y: number): SVGTextElement {
  const told = document.createElementNS(SVG, "text");
  told.setAttribute("x", String(x));
  told.setAttribute("y", String(y));
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
