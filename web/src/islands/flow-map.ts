/**
 * `<viv-flow-map>`: who follows whom, as a map. Its child `<script type="application/json">` holds the whole flow; the
 * slider decides here how much of it is drawn. Choosing a step or a move asks the server what is behind it and shows
 * the answer in `#journey-detail`. Arrow keys walk from step to step along the moves, Enter opens.
 */
import "./flow-map/flow-map.css";
import htmx from "htmx.org";
import { type Flow, LEVELS, readable, shown } from "./flow-map/data";
import { type Chosen, draw, tip } from "./flow-map/drawing";
import { place } from "./flow-map/layout";
import { View } from "./flow-map/view";

const NARROW = 640;
const READABLE = 0.85; // a map that would have to shrink further runs from top to bottom instead
const TALLEST = 1500;
const SVG = "http://www.w3.org/2000/svg";

class VivFlowMap extends HTMLElement {
  #flow: Flow | undefined;
  #view: View | undefined;
  #root: SVGGElement | undefined;
  #status: HTMLElement | undefined;
  #resized: ResizeObserver | undefined;
  #level = 0;
  #width = 0;

  connectedCallback(): void {
    const data = this.querySelector<HTMLScriptElement>(":scope > script[type='application/json']");
    if (this.#flow || !data?.textContent) return;
    this.#flow = JSON.parse(data.textContent) as Flow;
    this.#level = readable(this.#flow, window.innerWidth < NARROW);
    this.#build(this.#flow);
    this.#resized = new ResizeObserver(() => {
      if (Math.abs(this.clientWidth - this.#width) > 8) this.#draw();
    });
    this.#resized.observe(this);
  }

  disconnectedCallback(): void {
    this.#resized?.disconnect();
  }

  #build(flow: Flow): void {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "viv-flow-svg");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", flow.texts.map ?? "");
    this.#root = document.createElementNS(SVG, "g");
    svg.append(tip(), this.#root);
    svg.addEventListener("keydown", (event) => this.#walk(event));
    this.#status = document.createElement("p");
    this.#status.className = "viv-flow-status text-secondary";
    this.#status.setAttribute("role", "status");
    this.append(this.#tools(flow), svg, this.#legend(flow), this.#status);
    this.#view = new View(svg, this.#root);
  }

  #tools(flow: Flow): HTMLElement {
    const tools = document.createElement("div");
    tools.className = "viv-flow-tools";
    const label = document.createElement("label");
    const said = document.createElement("output");
    const slider = document.createElement("input");
    slider.type = "range";
    slider.className = "form-range";
    slider.setAttribute("aria-label", flow.texts.least ?? ""); // its <label> belongs to the output, which comes first
    slider.max = String(LEVELS.length - 1);
    slider.value = String(this.#level);
    const say = (): void => {
      const least = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
      said.textContent = `${flow.texts.least} ${least.format(LEVELS[this.#level] ?? 0)}`;
      slider.setAttribute("aria-valuetext", said.textContent);
    };
    slider.addEventListener("input", () => {
      this.#level = Number(slider.value);
      say();
      this.#draw();
    });
    say();
    label.append(said, slider);
    tools.append(label, this.#button("+", flow.texts.zoomIn, () => this.#view?.zoom(1.25)));
    tools.append(this.#button("−", flow.texts.zoomOut, () => this.#view?.zoom(0.8)));
    tools.append(this.#button("⤢", flow.texts.fit, () => this.#draw()));
    return tools;
  }

  #button(sign: string, label: string | undefined, act: () => void): HTMLButtonElement {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-icon";
    made.textContent = sign;
    made.title = label ?? "";
    made.setAttribute("aria-label", label ?? "");
    made.addEventListener("click", act);
    return made;
  }

  #legend(flow: Flow): HTMLElement {
    const legend = document.createElement("ul");
    legend.className = "viv-flow-legend";
    for (const [tone, sign] of [["gain", "▲"], ["neutral", "●"], ["pain", "▼"]] as const) {
      const item = document.createElement("li");
      item.className = `viv-flow-key-${tone}`;
      item.textContent = `${sign} ${flow.texts[tone]}`;
      legend.append(item);
    }
    const ends = document.createElement("li");
    ends.textContent = `▸ ${flow.texts.begin} · ⇥ ${flow.texts.end} · ↻ ${flow.texts.again}`;
    legend.append(ends);
    return legend;
  }

  #draw(): void {
    if (!this.#flow || !this.#root || !this.#view) return;
    this.#width = this.clientWidth;
    const part = shown(this.#flow, LEVELS[this.#level] ?? 0);
    const across = place(part, false);
    const placed = across.width * READABLE <= this.#width ? across : place(part, true);
    const scale = Math.min(1, this.#width / placed.width);
    this.#view.svg.style.height = `${Math.min(Math.max(placed.height * scale, 320), TALLEST)}px`;
    draw(this.#root, placed, this.#flow, (chosen) => this.#choose(chosen));
    this.#view.fit(placed.width, placed.height);
    this.#root.querySelector(".viv-flow-step")?.setAttribute("tabindex", "0");
    if (this.#flow.chosen) this.#mark(this.#flow.chosen);
    if (this.#status) {
      this.#status.textContent = (this.#flow.texts.shown ?? "")
        .replace("{nodes}", String(part.steps.length))
        .replace("{all}", String(this.#flow.nodes.length))
        .replace("{edges}", String(part.moves.length));
    }
  }

  #choose(chosen: Chosen): void {
    if (!this.#flow) return;
    this.#flow.chosen = chosen;
    this.#mark(chosen);
    const address = new URL(this.#flow.detail, location.href);
    for (const [key, value] of Object.entries(chosen)) address.searchParams.set(key, value as string);
    void htmx.ajax("GET", address.pathname + address.search, { target: "#journey-detail", swap: "innerHTML" });
  }

  #mark(chosen: Chosen): void {
    if (!this.#root) return;
    for (const marked of this.#root.querySelectorAll("[aria-pressed]")) marked.removeAttribute("aria-pressed");
    const find = (name: string, value: string): string => `[data-${name}="${CSS.escape(value)}"]`;
    const selector = chosen.step
      ? find("step", chosen.step)
      : find("source", chosen.source ?? "") + find("target", chosen.target ?? "");
    this.#root.querySelector(selector)?.setAttribute("aria-pressed", "true");
  }

  /** Right and down follow the commonest way on, left and up the commonest way back; other arrows the next box. */
  #walk(event: KeyboardEvent): void {
    const here = (event.target as Element).closest<SVGGElement>("[data-step]")?.dataset.step;
    const way = { ArrowRight: "on", ArrowLeft: "back", ArrowDown: "next", ArrowUp: "before" }[event.key];
    if (!way || !this.#flow || !this.#root) return;
    event.preventDefault();
    const boxes = [...this.#root.querySelectorAll<SVGGElement>("[data-step]")];
    const at = boxes.findIndex((box) => box.dataset.step === here);
    const step = { next: 1, before: -1 }[way];
    const target = step
      ? boxes[(at + step + boxes.length) % boxes.length]
      : this.#along(here ?? "", way === "on", boxes);
    if (!target) return;
    for (const box of boxes) box.setAttribute("tabindex", box === target ? "0" : "-1");
    target.focus();
    this.#view?.reveal(target);
  }

  #along(here: string, on: boolean, boxes: SVGGElement[]): SVGGElement | undefined {
    const near = this.#flow?.edges.filter((move) => move.source !== move.target && (on ? move.source : move.target) === here);
    for (const move of near ?? []) {
      const found = boxes.find((box) => box.dataset.step === (on ? move.target : move.source));
      if (found) return found;
    }
    return undefined;
  }
}

customElements.define("viv-flow-map", VivFlowMap);
