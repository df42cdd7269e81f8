/**
 * The board: phases and steps across, lanes down. Only the columns in sight are in the page, every row has one height,
 * so that neither scrolling nor an edit makes the browser lay out a large map anew.
 */

import { h, icon } from "../survey-builder/dom";
import { arrows, CARD, type Plan } from "./arrows";
import { type Fork, forks, levels } from "./branches";
import type { Cell, Drawing, Lane, Link, Phase, Step } from "./drawing";
import { chips, emotion, laneText, type Overlay, type Overlays, overlayBand, type Said } from "./showing";
import type { Person } from "./store";

export interface Column {
  phase: Phase;
  step: Step | null;
}

/** Where somebody is: a row ("phase", "step" or a lane's key) and a column; -1 is the lanes' names. */
export interface Spot {
  row: string;
  column: number;
}

const AHEAD = 6; // columns kept ready beyond what is in sight
const EDGE = 2; // of them, from which on further ones are made ready
const FEW_LINKS = 24; // up to here every way is drawn at full strength
export const ARC = 40;
const HEIGHTS = { phase: 38, step: ARC + CARD, emotion: 92 };
const LINE = 17.6; // of a lane's text
const PADDING = 13; // above and below it
const SOON_MS = 150; // after the last zoom
const LETTER = 6.3; // width of one, on average, with the room words leave at the ends of lines
const BOLD = 1.25; // as much wider, and it breaks sooner
const LINES = { least: 3, most: 7 }; // of a lane; longer texts are whole in the panel

/** A column in the page, and what it was made of: as long as that is the same it is only put elsewhere. */
interface Shown {
  step: Step | null;
  cells: HTMLElement[];
  of: string; // its level and the feelings beside it, which its piece of the curve meets
  overlay: Overlay | undefined;
}

export class Board {
  readonly view: HTMLElement;
  readonly columns: Column[] = [];
  spot: Spot = { row: "step", column: 0 };
  zoom = 1;
  #board = h("div", { class: "viv-map-board", role: "presentation" });
  #drop = h("div", { class: "viv-map-drop", hidden: true });
  #rows = new Map<string, HTMLElement>();
  #shown = new Map<number, Shown>();
  #lines = new Map<string, number>(); // of each lane's longest text, and of "overlay"
  #marked: HTMLElement | null = null;
  #plan: Plan = { places: new Map(), levels: new Map(), forks: [], free: () => true };
  #svg: SVGSVGElement | null = null;
  #drawing!: Drawing;
  #forks: Fork[] = [];
  #levels = new Map<string, number>();
  #deepest = 0;
  #notes = new Map<string, Cell>();
  #people: Person[] = [];
  #frame = 0;
  #later = 0;

  constructor(private readonly said: Said, private readonly editable: boolean, private readonly overlays: () => Overlays) {
    this.view = h("div", { class: "viv-map-view", role: "grid", tabindex: "0", "aria-label": said.say("map") }, this.#board);
    this.view.addEventListener("scroll", () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.#soon()).observe(this.view);
  }

  get width(): number {
    return Math.round((window.innerWidth < 640 ? 158 : 184) * this.zoom);
  }

  get head(): number {
    return window.innerWidth < 640 ? 92 : 148;
  }

  /** Branches below each other would leave the lanes no room: then the steps scroll with them. */
  get #deep(): boolean {
    return this.#deepest > 1;
  }

  get rowNames(): string[] {
    return ["phase", "step", ...this.#drawing.lanes.map((lane) => lane.key)];
  }

  /** Draw a drawing, where people are stays; only what has changed. `anew`: all of it. */
  show(drawing: Drawing, anew = false): void {
    const before = this.#drawing;
    if (!anew && before && this.#shown.size > 0 && sameShape(before, drawing)) return this.#refresh(before, drawing);
    this.#drawing = drawing;
    this.#forks = forks(drawing);
    this.#levels = levels(drawing, this.#forks);
    this.#deepest = Math.max(0, ...this.#levels.values());
    this.#notes = new Map(drawing.notes.map((one) => [`${one.step} ${one.lane}`, one]));
    this.#arrange(drawing);
    this.#keepSpot();
    this.#lines = this.#longest();
    if (anew || !before || before.lanes !== drawing.lanes) this.#build();
    this.#measure();
    this.#phases();
    this.#draw(this.#taken());
  }

  /** Show it larger or smaller around a place of the screen: what is in the page stays and takes its new size. */
  zoomTo(zoom: number, clientX = this.view.getBoundingClientRect().left + this.head + (this.view.clientWidth - this.head) / 2): void {
    const across = clientX - this.view.getBoundingClientRect().left - this.head;
    const at = (this.view.scrollLeft + across) / this.width;
    this.zoom = zoom;
    this.#inSight(); // the fewer there are the sooner they have their size
    this.#measure();
    this.view.scrollLeft = at * this.width - across;
    this.#svg?.remove();
    this.#svg = null;
    this.#draw(new Map(), EDGE);
    clearTimeout(this.#later);
    this.#later = window.setTimeout(() => this.#draw(), SOON_MS);
  }

  #arrange(drawing: Drawing): void {
    this.columns.length = 0;
    const inside = new Map(drawing.phases.map((phase): [string, Step[]] => [phase.key, []]));
    for (const step of drawing.steps) inside.get(step.phase)?.push(step);
    for (const phase of drawing.phases) {
      const steps = inside.get(phase.key) ?? [];
      if (steps.length === 0) this.columns.push({ phase, step: null });
      for (const step of steps) this.columns.push({ phase, step });
    }
    const levelAt = this.columns.map(({ step }) => (step ? (this.#levels.get(step.key) ?? 0) : -1));
    this.#plan = {
      places: new Map(this.columns.map((one, place) => [one.step?.key ?? "", place])),
      levels: this.#levels, forks: this.#forks, free: (column, level) => levelAt[column] !== level,
    };
  }

  /** What is in the page, by step, to be put where it belongs now. */
  #taken(): Map<string, Shown> {
    const taken = new Map<string, Shown>();
    for (const one of this.#shown.values()) {
      if (one.step) taken.set(one.step.key, one);
      else for (const cell of one.cells) cell.remove();
    }
    this.#shown.clear();
    this.#svg?.remove();
    this.#svg = null;
    return taken;
  }

  /** How many lines the longest text of each lane takes. */
  #longest(): Map<string, number> {
    const told = new Map<string, number>();
    for (const lane of this.#drawing.lanes) {
      let most = 0;
      for (const step of this.#drawing.steps) most = Math.max(most, this.#linesOf(this.#text(step, lane)));
      told.set(lane.key, Math.min(Math.max(most, LINES.least), LINES.most));
    }
    let badges = 0;
    for (const one of Object.values(this.overlays())) {
      const lines = (one.badges ?? []).map((badge) => Math.min(3, this.#linesOf(`--- ${badge.text}`, BOLD)));
      badges = Math.max(badges, lines.reduce((sum, n) => sum + n, Math.min(3, this.#linesOf(one.trend ?? ""))));
    }
    return told.set("overlay", badges);
  }

  #linesOf(text: string, wide = 1): number {
    if (!text) return 0;
    const letters = (this.width / this.zoom - 22) / (LETTER * wide);
    return text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / letters)), 0);
  }

  #text(step: Step, lane: Lane): string {
    return [laneText(step, lane, this.said), this.#notes.get(`${step.key} ${lane.key}`)?.text].filter(Boolean).join("\n");
  }

  #felt(lane: Lane, step: Step | null | undefined): number | null {
    if (!step) return null;
    const expected = step.expectations["feeling"];
    return this.#notes.get(`${step.key} ${lane.key}`)?.feeling ?? (typeof expected === "number" ? expected : null);
  }

  /** The columns whose step, notes or comments have changed, and their neighbours, which share a curve with them. */
  #refresh(before: Drawing, drawing: Drawing): void {
    this.#drawing = drawing;
    const old = this.#notes;
    if (before.notes !== drawing.notes) this.#notes = new Map(drawing.notes.map((one) => [`${one.step} ${one.lane}`, one]));
    const steps = new Map(drawing.steps.map((step) => [step.key, step]));
    const changed = new Set<number>();
    this.columns.forEach((column, place) => {
      const step = column.step && (steps.get(column.step.key) ?? null);
      const noted = step && before.notes !== drawing.notes && drawing.lanes.some((lane) => old.get(`${step.key} ${lane.key}`) !== this.#notes.get(`${step.key} ${lane.key}`));
      const said = step && before.comments !== drawing.comments;
      if (step !== column.step || noted || said) for (const one of [place - 1, place, place + 1]) changed.add(one);
      column.step = step;
    });
    for (const place of changed) {
      const shown = this.#shown.get(place);
      if (!shown) continue;
      for (const cell of shown.cells) cell.remove();
      this.#shown.set(place, this.#column(place));
    }
    this.#grow(changed);
    this.mark();
  }

  /** A longer text makes its lane higher at once; a shorter one when the map is next arranged. */
  #grow(changed: Set<number>): void {
    let grown = false;
    for (const lane of this.#drawing.lanes) {
      for (const place of changed) {
        const step = this.columns[place]?.step;
        const lines = step ? Math.min(this.#linesOf(this.#text(step, lane)), LINES.most) : 0;
        if (lines <= (this.#lines.get(lane.key) ?? 0)) continue;
        this.#lines.set(lane.key, lines);
        grown = true;
      }
    }
    if (grown) this.#measure();
  }

  columnOf(key: string): number {
    return this.columns.findIndex((one) => one.step?.key === key);
  }

  height(row: string, lane?: Lane): number {
    const kind = row === "phase" || row === "step" ? row : lane?.kind === "emotion" ? "emotion" : null;
    const inside = kind ? HEIGHTS[kind] : PADDING + LINE * (this.#lines.get(row) ?? LINES.least);
    return Math.round((inside + (row === "step" ? CARD * this.#deepest : 0)) * this.zoom);
  }

  #build(): void {
    for (const one of this.#shown.values()) for (const cell of one.cells) cell.remove();
    this.#shown.clear();
    this.#rows.clear();
    this.#svg = null;
    const rows = [this.#row("phase", this.said.say("phase")), this.#row("step", this.said.say("step"))];
    if (Object.values(this.overlays()).some((one) => one.badges?.length)) rows.push(this.#row("overlay", this.said.say("overlay")));
    for (const lane of this.#drawing.lanes) rows.push(this.#row(lane.key, lane.name, lane));
    this.#board.replaceChildren(...rows, this.#drop);
  }

  /** Sizes alone, most of them as properties that the style sheet counts with: nothing in the page is made anew. */
  #measure(): void {
    const sizes = { "--z": this.zoom, "--deepest": this.#deepest, "--column": `${this.width}px`, "--head": `${this.head}px` };
    for (const [name, value] of Object.entries(sizes)) this.view.style.setProperty(name, String(value));
    this.view.classList.toggle("is-deep", this.#deep);
    this.view.setAttribute("aria-rowcount", String(this.rowNames.length));
    this.view.setAttribute("aria-colcount", String(this.columns.length + 1));
    this.#board.style.width = `${this.head + this.columns.length * this.width + (this.editable ? this.width : 0)}px`;
    const lanes = new Map(this.#drawing.lanes.map((lane) => [lane.key, lane]));
    for (const [name, row] of this.#rows) {
      row.style.height = `${this.height(name, lanes.get(name))}px`;
      row.style.setProperty("--lines", String(this.#lines.get(name) ?? LINES.least));
      if (name === "step") row.style.top = this.#deep ? "" : `${this.height("phase")}px`;
    }
  }

  #row(name: string, label: string, lane?: Lane): HTMLElement {
    const head = h("div", {
      class: "viv-map-head", role: "rowheader", "data-row": name, "data-column": "-1", id: `viv-spot-${name}--1`,
      draggable: lane && this.editable ? "true" : null, title: label,
    }, h("span", {}, label || this.said.say("unnamed")));
    const kind = lane ? ` is-${lane.kind}` : ` is-${name}`;
    const row = h("div", { class: `viv-map-row${kind}`, role: "row", "data-row": name }, head);
    this.#rows.set(name, row);
    return row;
  }

  #phases(): void {
    const row = this.#rows.get("phase");
    while (row && row.childElementCount > 1) row.lastElementChild?.remove();
    const spans = new Map<string, number>();
    for (const { phase } of this.columns) spans.set(phase.key, (spans.get(phase.key) ?? 0) + 1);
    let at = 0;
    for (const phase of this.#drawing.phases) {
      const span = spans.get(phase.key) ?? 1;
      const cell = h("div", {
        class: `viv-map-phase is-${phase.when}`, role: "columnheader", "data-row": "phase", "data-column": at, "data-phase": phase.key,
        id: `viv-spot-phase-${at}`, "aria-colindex": at + 2, "aria-colspan": span, draggable: this.editable ? "true" : null,
      }, h("span", {}, phase.name || this.said.say("unnamed")));
      cell.style.setProperty("--at", String(at));
      cell.style.setProperty("--span", String(span));
      row?.append(cell);
      at += span;
    }
    if (this.editable) row?.append(this.#adder("phase", at, this.said.say("addPhase")));
  }

  #adder(of: string, at: number, label: string): HTMLElement {
    const cell = h("div", { class: "viv-map-adder", role: "gridcell" },
      h("button", { type: "button", class: "viv-map-add", "data-add": of, tabindex: "-1", title: label }, icon(this.said.sprite, "plus"), label));
    cell.style.setProperty("--at", String(at));
    return cell;
  }

  #soon(): void {
    if (this.#frame || !this.#drawing) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #seen(): [number, number] {
    const left = this.view.scrollLeft;
    return [Math.floor(left / this.width), Math.ceil((left + this.view.clientWidth - this.head) / this.width)];
  }

  /** Take out of the page what is not in sight. */
  #inSight(): void {
    const [from, to] = this.#seen();
    this.#keep(from, to);
  }

  #keep(first: number, last: number): boolean {
    let changed = false;
    for (const [place, shown] of this.#shown) {
      if (place >= first && place <= last) continue;
      for (const cell of shown.cells) cell.remove();
      this.#shown.delete(place);
      changed = true;
    }
    return changed;
  }

  /** Put the columns in sight, and some beyond, into the page; those `taken` before are used again where they are the
   * same; take the others out. */
  #draw(taken = new Map<string, Shown>(), ahead = AHEAD): void {
    const [from, to] = this.#seen();
    const least = Math.max(0, from - EDGE);
    const most = Math.min(this.columns.length - 1, to + EDGE);
    if (this.#svg && this.#shown.has(least) && this.#shown.has(most)) return this.mark();
    const first = Math.max(0, from - ahead);
    const last = Math.min(this.columns.length - 1, to + ahead);
    let changed = this.#svg === null || this.#shown.size === 0;
    changed = this.#keep(first, last) || changed;
    for (let place = first; place <= last; place += 1) {
      if (this.#shown.has(place)) continue;
      const key = this.columns[place]?.step?.key ?? "";
      this.#shown.set(place, this.#again(place, taken.get(key)));
      taken.delete(key);
      changed = true;
    }
    for (const one of taken.values()) for (const cell of one.cells) cell.remove();
    if (changed) this.#arrows(first, last);
    this.mark();
  }

  /** A column that is in the page already, where it is still right; else a new one. */
  #again(place: number, shown: Shown | undefined): Shown {
    const { step } = this.columns[place]!;
    if (!shown || !step || shown.step !== step || shown.of !== this.#of(place) || shown.overlay !== this.overlays()[step.key]) {
      for (const cell of shown?.cells ?? []) cell.remove();
      return this.#column(place);
    }
    for (const cell of shown.cells) this.#put(cell, cell.dataset["row"]!, place);
    return shown;
  }

  #of(place: number): string {
    const step = this.columns[place]?.step;
    const beside = [place - 1, place, place + 1].map((one) => this.columns[one]?.step);
    const felt = this.#drawing.lanes.filter((one) => one.kind === "emotion").map((lane) => beside.map((one) => this.#felt(lane, one)).join());
    return [step ? this.#levels.get(step.key) : 0, ...felt].join(";");
  }

  #put(cell: HTMLElement, row: string, place: number): void {
    cell.style.setProperty("--at", String(place));
    cell.dataset["row"] = row;
    cell.dataset["column"] = String(place);
    cell.id = `viv-spot-${row}-${place}`;
    cell.setAttribute("aria-colindex", String(place + 2));
  }

  #arrows(first: number, last: number): void {
    this.#svg?.remove();
    const names = { then: this.said.words("then"), share: (link: Link) => this.#share(link) };
    this.#svg = arrows(this.#drawing, this.#plan, names, [first, last], { width: this.width, head: this.head, zoom: this.zoom });
    this.#rows.get("step")?.append(this.#svg);
  }

  /** The share wanted, and where the data know it the share who really go that way; a lived map's share is that. */
  #share(link: Link): string {
    const wanted = link.share === null ? "" : this.said.percent(Math.round(link.share * 100) / 100);
    if (this.#drawing.kind === "lived") return wanted;
    const lived = this.overlays()[link.source]?.ways?.[link.target]?.short;
    return [wanted, lived ? this.said.say("livedShare", { share: lived }) : ""].filter(Boolean).join(" · ");
  }

  /** Who else is here, at the steps they are on. */
  present(people: Person[]): void {
    this.#people = people;
    for (const card of this.view.querySelectorAll<HTMLElement>(".viv-map-step[data-step]")) this.#who(card, card.dataset["step"]!);
  }

  #who(card: HTMLElement, step: string): void {
    card.querySelector(".viv-map-who")?.remove();
    const there = this.#people.filter((one) => one.step === step);
    const [first] = there;
    if (!first) return;
    const names = there.map((one) => one.name).join(", ");
    card.append(h("span", { class: `viv-map-who is-person-${first.id % 6}`, title: names }, names));
  }

  #column(place: number): Shown {
    const { phase, step } = this.columns[place]!;
    const cells: HTMLElement[] = [];
    const put = (row: string, cell: HTMLElement): void => {
      cell.setAttribute("role", "gridcell");
      this.#put(cell, row, place);
      this.#rows.get(row)?.append(cell);
      cells.push(cell);
    };
    const overlay = step ? this.overlays()[step.key] : undefined;
    const shown = { step, cells, of: this.#of(place), overlay };
    put("step", step ? this.#card(step) : this.#vacant(phase));
    if (!step) return shown;
    if (overlay?.badges?.length && this.#rows.has("overlay")) put("overlay", overlayBand(overlay, this.said));
    for (const lane of this.#drawing.lanes) put(lane.key, this.#cell(step, lane, place));
    return shown;
  }

  #card(step: Step): HTMLElement {
    const talk = this.#drawing.comments.filter((one) => one.step === step.key && !one.resolved).length;
    const overlay = this.overlays()[step.key];
    const level = this.#levels.get(step.key) ?? 0;
    const card = h("div", { class: "viv-map-step", draggable: this.editable ? "true" : null, "data-step": step.key },
      h("div", { class: `viv-map-card${step.optional ? " is-optional" : ""}${overlay?.moment ? " is-moment" : ""}` },
        h("strong", { class: "viv-map-name" }, step.name || this.said.say("unnamed")),
        h("span", { class: "viv-map-chips" },
          overlay?.moment ? h("span", { class: "viv-map-chip is-moment", title: this.said.say("moment") }, icon(this.said.sprite, "star")) : null,
          talk > 0 ? h("span", { class: "viv-map-chip", title: this.said.say("comments") }, icon(this.said.sprite, "message-2"), String(talk)) : null,
          ...chips(step, this.said).map((text) => h("span", { class: "viv-map-chip" }, text)))));
    card.style.setProperty("--level", String(level));
    if (this.editable) card.append(this.#act("plus", "viv-map-after", "step", step, "addStep"), this.#act("git-branch", "viv-map-after is-branch", "branch", step, "addBranch"), this.#handle(step));
    this.#who(card, step.key);
    return card;
  }

  #act(sign: string, name: string, add: string, step: Step, text: string): HTMLElement {
    const label = this.said.say(text);
    return h("button", { type: "button", class: name, "data-add": add, "data-after": step.key, tabindex: "-1", title: label, "aria-label": label }, icon(this.said.sprite, sign));
  }

  /** Dragged onto another step it makes a way there. */
  #handle(step: Step): HTMLElement {
    return h("span", { class: "viv-map-handle", draggable: "true", "data-way": step.key, title: this.said.say("drawWay") }, icon(this.said.sprite, "arrow-right"));
  }

  #vacant(phase: Phase): HTMLElement {
    const text = this.said.say(this.editable ? "addStep" : "emptyPhase");
    const inside = this.editable
      ? h("button", { type: "button", class: "viv-map-first", "data-add": "step", "data-phase": phase.key, tabindex: "-1" }, icon(this.said.sprite, "plus"), text)
      : h("span", { class: "viv-map-none" }, text);
    return h("div", { class: "viv-map-step", "data-phase": phase.key }, inside);
  }

  #cell(step: Step, lane: Lane, place: number): HTMLElement {
    const noted = this.#notes.get(`${step.key} ${lane.key}`);
    const text = this.#text(step, lane);
    const cell = h("div", { class: `viv-map-cell${noted?.source === "lived" ? " is-lived" : ""}`, title: text.length > 60 ? text : null });
    if (lane.kind === "emotion") cell.append(emotion(place, (at) => this.#felt(lane, this.columns[at]?.step), this.said));
    const low = lane.kind === "emotion" && (this.#felt(lane, step) ?? 0) >= 0;
    if (text) cell.append(h("span", { class: `viv-map-text${low ? " is-below" : ""}` }, text));
    return cell;
  }

  /** The cell of a spot, scrolled into sight. */
  reach(spot: Spot): HTMLElement | null {
    if (spot.column >= 0) {
      const left = spot.column * this.width;
      const room = this.view.clientWidth - this.head;
      if (left < this.view.scrollLeft) this.view.scrollLeft = left;
      else if (left + this.width > this.view.scrollLeft + room) this.view.scrollLeft = left + this.width - room;
      this.#draw();
    }
    const cell = this.cell(spot);
    const row = this.#rows.get(spot.row);
    if (row && spot.row !== "phase" && spot.row !== "step") {
      const above = this.height("phase") + (this.#deep ? 0 : this.height("step"));
      if (row.offsetTop - above < this.view.scrollTop) this.view.scrollTop = row.offsetTop - above;
      else if (row.offsetTop + row.offsetHeight > this.view.scrollTop + this.view.clientHeight) {
        this.view.scrollTop = row.offsetTop + row.offsetHeight - this.view.clientHeight;
      }
    }
    return cell;
  }

  cell(spot: Spot): HTMLElement | null {
    if (spot.row !== "phase") return this.view.querySelector(`#viv-spot-${CSS.escape(spot.row)}-${spot.column}`);
    const phase = this.columns[spot.column]?.phase.key;
    return phase === undefined ? null : this.view.querySelector(`[data-phase="${CSS.escape(phase)}"][role="columnheader"]`);
  }

  /** Mark where somebody is, for the eye and for screen readers. */
  mark(): void {
    const cell = this.cell(this.spot);
    if (this.#marked !== cell) this.#marked?.classList.remove("is-here");
    this.#marked = cell;
    cell?.classList.add("is-here");
    if (cell?.id) this.view.setAttribute("aria-activedescendant", cell.id);
    else this.view.removeAttribute("aria-activedescendant");
    const step = this.columns[this.spot.column]?.step?.key;
    const many = this.#drawing.links.length > FEW_LINKS;
    this.#svg?.classList.toggle("is-crowded", many);
    for (const way of this.#svg?.querySelectorAll<SVGGElement>("g.is-far") ?? []) {
      way.classList.toggle("is-mine", way.dataset["from"] === step || way.dataset["to"] === step);
    }
  }

  #keepSpot(): void {
    const { row, column } = this.spot;
    const rows = this.rowNames;
    this.spot = {
      row: rows.includes(row) ? row : "step",
      column: Math.min(Math.max(column, row === "phase" || row === "step" ? 0 : -1), Math.max(0, this.columns.length - 1)),
    };
  }

  /** The column under the pointer, and whether the pointer is in its left half. */
  under(clientX: number): { column: number; left: boolean } | null {
    const at = (clientX - this.view.getBoundingClientRect().left + this.view.scrollLeft - this.head) / this.width;
    if (this.columns.length === 0) return null;
    const column = Math.min(Math.max(0, Math.floor(at)), this.columns.length - 1);
    return { column, left: at - column < 0.5 };
  }

  /** Mark the step a way being drawn would lead to. */
  aim(column: number | null): void {
    this.view.querySelector(".viv-map-step.is-aimed")?.classList.remove("is-aimed");
    if (column !== null) this.cell({ row: "step", column })?.classList.add("is-aimed");
  }

  showDrop(column: number | null): void {
    this.#drop.hidden = column === null;
    if (column !== null) this.#drop.style.left = `${this.head + column * this.width - 3}px`;
  }
}

/** Whether two drawings have the same parts in the same places, so that only their texts may differ. */
function sameShape(one: Drawing, other: Drawing): boolean {
  if (one.phases !== other.phases || one.lanes !== other.lanes || one.links !== other.links || one.steps.length !== other.steps.length) return false;
  return one.steps.every((step, place) => {
    const there = other.steps[place]!;
    return step === there || (step.key === there.key && step.phase === there.phase && step.then === there.then);
  });
}
