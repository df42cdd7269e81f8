/** A step's facts in few words: expectations as chips, lanes' texts, the curve of feelings, what is lived. */

import { h, icon } from "../survey-builder/dom";
import type { Lane, Step } from "./drawing";

/** What the server says of a step as lived; `tone` is a gain or a pain against what is expected. */
export interface Overlay {
  tone?: string;
  moment?: boolean | string;
  badges?: { text: string; tone?: string; title?: string }[];
  lines?: { label: string; text: string; tone?: string; href?: string }[];
  trend?: string;
  ways?: Record<string, { short: string; text: string; tone?: string }>; // how many really go to each step
  href?: string;
}

export type Overlays = Record<string, Overlay>;

type Words = Record<string, string>;

/** The page's texts, names of what is in the data, numbers as the reader writes them. */
export class Said {
  readonly sprite: string;
  #texts: Record<string, string | Words>;
  #names = new Map<string, string>();

  constructor(texts: Record<string, string | Words>, choices: Record<string, { value: string; label: string }[]>, sprite: string) {
    this.#texts = texts;
    this.sprite = sprite;
    for (const all of Object.values(choices)) for (const one of all) this.#names.set(one.value, one.label);
  }

  say(key: string, names: Record<string, string | number> = {}): string {
    const text = String(this.#texts[key] ?? key);
    return text.replace(/%\((\w+)\)s/g, (_whole, name: string) => String(names[name] ?? ""));
  }

  words(group: string): Words {
    return (this.#texts[group] ?? {}) as Words;
  }

  /** How the data's own word reads. */
  called(word: string): string {
    return this.#names.get(word) ?? word;
  }

  number(value: number, digits = 1): string {
    return value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });
  }

  percent(value: number): string {
    return `${this.number(value * 100)} %`;
  }

  /** A length of time in its largest fitting unit. */
  time(seconds: number): string {
    const unit = seconds >= 86_400 ? 86_400 : seconds >= 3_600 ? 3_600 : seconds >= 60 ? 60 : 1;
    return `${this.number(seconds / unit)} ${this.words("short")[String(unit)] ?? ""}`;
  }

  feeling(value: number): string {
    const near = Object.keys(this.words("feelings")).sort((a, b) => Math.abs(Number(a) - value) - Math.abs(Number(b) - value))[0] ?? "0";
    return this.words("feelings")[near] ?? "";
  }
}

export function chips(step: Step, said: Said): string[] {
  const it = step.expectations;
  const found: string[] = [];
  if (typeof it["waiting_seconds"] === "number") found.push(`≤ ${said.time(it["waiting_seconds"])}`);
  if (typeof it["promise_share"] === "number") found.push(`≥ ${said.percent(it["promise_share"])} ${said.called(String(it["promise"] ?? ""))}`.trim());
  if (typeof it["score"] === "number") found.push(`${said.called(String(it["score_metric"] ?? ""))} ≥ ${said.number(it["score"])}`.trim());
  if (typeof it["pass_share"] === "number") found.push(`→ ${said.percent(it["pass_share"])}`);
  if (typeof it["effort"] === "number") found.push(`${said.words("fields")["expectations.effort"]?.split(" ")[0] ?? ""} ≥ ${said.number(it["effort"])}`);
  return found;
}

export function laneText(step: Step, lane: Lane, said: Said): string {
  switch (lane.kind) {
    case "touchpoint":
      return step.touchpoint ? said.called(step.touchpoint) : "";
    case "channel":
      return step.channels.join(", ");
    case "promise":
      return promised(step, said);
    case "responsible":
      return [step.responsible, step.team].filter(Boolean).join(" · ");
    case "systems":
      return step.systems.join(", ");
    case "policies":
      return step.policies.join(", ");
    case "goal":
      return step.goal;
    case "questions":
      return step.questions;
    case "ideas":
      return step.ideas;
    default:
      return "";
  }
}

function promised(step: Step, said: Said): string {
  const { promise, promise_share: share } = step.expectations;
  const parts = [promise ? said.called(String(promise)) : "", typeof share === "number" ? `≥ ${said.percent(share)}` : ""];
  return parts.filter(Boolean).join(" ");
}

const SVG = "http://www.w3.org/2000/svg";

/** A column's piece of the curve, meeting its neighbours' half-way. `felt`: the feeling at a column, null where none. */
export function emotion(place: number, felt: (column: number) => number | null, said: Said): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "viv-map-felt");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("preserveAspectRatio", "none");
  const here = felt(place);
  if (here === null) svg.setAttribute("aria-hidden", "true");
  else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", said.feeling(here));
  }
  const y = (feeling: number): number => 50 - 36 * feeling;
  svg.append(line("viv-map-zero", "M 0 50 L 100 50"));
  if (here === null) return svg;
  for (const [neighbour, x] of [[place - 1, 0], [place + 1, 100]] as const) {
    const beside = felt(neighbour);
    if (beside !== null) svg.append(line("viv-map-curve", `M 50 ${y(here)} L ${x} ${(y(here) + y(beside)) / 2}`));
  }
  svg.append(line(`viv-map-dot ${here > 0.2 ? "is-gain" : here < -0.2 ? "is-pain" : ""}`, `M 50 ${y(here)} l 0.01 0`));
  return svg;
}

function line(name: string, d: string): SVGPathElement {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", name);
  path.setAttribute("d", d);
  return path;
}

export function overlayBand(overlay: Overlay, said: Said): HTMLElement {
  const badges = (overlay.badges ?? []).map((one) =>
    h("span", { class: `viv-map-badge is-${one.tone ?? "neutral"}`, title: one.title ?? one.text }, sign(one.tone, said), h("span", {}, one.text)));
  return h("div", { class: `viv-map-lived is-${overlay.tone ?? "neutral"}` }, ...badges,
    overlay.trend ? h("span", { class: "viv-map-trend" }, overlay.trend) : null);
}

/** Colour never says it alone. */
export function sign(tone: string | undefined, said: Said): SVGSVGElement | null {
  const names: Record<string, string> = { gain: "circle-check", pain: "alert-triangle", caution: "info-circle" };
  const name = names[tone ?? ""];
  return name ? icon(said.sprite, name) : null;
}
