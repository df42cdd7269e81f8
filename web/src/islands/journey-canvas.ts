/**
 * `<viv-journey-canvas>`: a journey map to read and to draw, alone or with others.
 *
 * Every edit is an operation (`journey-canvas/drawing.ts`) shown at once and kept by the server in everybody's order
 * (`store.ts`). The board (`board.ts`) has only what is in sight in the page. The tables inside the element stay for
 * paper, and for who has no scripts.
 */

import "./journey-canvas/journey-canvas.css";
import { Board, type Spot } from "./journey-canvas/board";
import { forks } from "./journey-canvas/branches";
import { type Drawing, freshKey, type Link, newStep, type Single, type Step } from "./journey-canvas/drawing";
import { dragging } from "./journey-canvas/dragging";
import { type Chosen, type Host, Panel } from "./journey-canvas/panel";
import { laneText, type Overlay, type Overlays, Said } from "./journey-canvas/showing";
import { type Listener, type News, type Person, type Saving, Store } from "./journey-canvas/store";
import { h, icon } from "./survey-builder/dom";

interface Data {
  seq: number;
  drawing: Drawing;
  can: { undo: boolean; redo: boolean };
  editable: boolean;
  me: string;
  state: string;
  edit: string;
  undo: string;
  here: string;
  sheets: string;
  overlay: string;
  choices: Record<string, { value: string; label: string }[]>;
  texts: Record<string, string | Record<string, string>>;
}

const ZOOMS = [0.55, 0.7, 0.85, 1, 1.2, 1.45];
const WHEEL = 40;
const TOLD_MS = 9_000;
const LAY_AFTER_MS = 2_500;

/** Lanes whose text is a step's own field, typed in place. */
const FIELDS: Record<string, "touchpoint" | "channels" | "goal" | "questions" | "responsible" | "systems" | "policies" | "ideas"> = {
  touchpoint: "touchpoint", channel: "channels", goal: "goal", questions: "questions", responsible: "responsible",
  systems: "systems", policies: "policies", ideas: "ideas",
};

class VivJourneyCanvas extends HTMLElement implements Listener, Host {
  said!: Said;
  editable = false;
  me = "";
  choices: Data["choices"] = {};
  #data!: Data;
  #store!: Store;
  #board!: Board;
  #panel!: Panel;
  #status = h("span", { class: "viv-map-saving", role: "status" });
  #signs = h("ul", { class: "viv-map-legend" });
  #spoken = h("p", { class: "visually-hidden", "aria-live": "polite" });
  #people = h("ul", { class: "viv-map-people", hidden: true });
  #known = new Map<number, string>();
  #touched = false; // whether somebody has gone to a step
  #told = h("div", { class: "viv-map-told", role: "status" });
  #sheets = h("div", { class: "viv-map-sheets" });
  #undo!: HTMLButtonElement;
  #redo!: HTMLButtonElement;
  #paper: Drawing | null = null; // of which the tables for paper are
  #wheeled = 0;
  #overlays: Overlays = {};
  #laying = 0;
  #stale = false; // what is drawn is of earlier figures
  #editing: HTMLElement | null = null;

  connectedCallback(): void {
    const data = this.querySelector<HTMLScriptElement>(":scope > script[type='application/json']");
    if (!data?.textContent || this.#data) return;
    this.#data = JSON.parse(data.textContent) as Data;
    const { texts, choices, editable, me } = this.#data;
    this.said = new Said(texts, choices, this.dataset["icons"] ?? "");
    Object.assign(this, { editable, me, choices });
    this.#board = new Board(this.said, editable, () => this.#overlays);
    this.#panel = new Panel(this);
    this.#store = new Store(this.#data, this.#data, this);
    this.#undo = this.#tool("arrow-back-up", "undo", () => void this.#travel(false));
    this.#redo = this.#tool("rotate-clockwise", "redo", () => void this.#travel(true));
    this.prepend(this.#tools(), this.#told, h("div", { class: "viv-map-work" }, this.#board.view, this.#panel.element), this.#signs, this.#spoken, this.#sheets);
    this.classList.add("is-alive");
    this.#listen();
    this.drawn();
    this.#legend();
    this.saving("saved");
    void this.#lay();
    this.#named();
    window.addEventListener("hashchange", () => this.#named());
  }

  /** The step an address names after its #, as gaps and the library link to it. */
  #named(): void {
    const key = decodeURIComponent(location.hash.slice(1));
    const column = key ? this.#board.columnOf(key) : -1;
    if (column < 0) return;
    this.#go({ row: "step", column });
    this.#panel.open({ of: "step", key }, false);
    this.#board.reach({ row: "step", column }); // the panel may have covered it
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#anywhere);
    this.#store?.stop();
  }

  // What the store tells.

  drawn(): void {
    if (this.#editing) return; // drawn when the typing is over
    this.#board.show(this.#store.drawing, this.#stale);
    this.#stale = false;
    this.#panel.show();
    this.#undo.disabled = !this.#store.can.undo;
    this.#redo.disabled = !this.#store.can.redo;
  }

  saving(state: Saving): void {
    this.#status.textContent = this.said.say({ saved: "saved", saving: "saving", "not saved": "notSaved" }[state]);
    this.#status.classList.toggle("is-trouble", state === "not saved");
  }

  others(news: News[]): void {
    for (const one of news.slice(-3)) this.#tell(this.said.say("others", { ...one }));
  }

  lost(why: string): void {
    this.#tell(this.said.words("why")[why] ?? why, true);
  }

  overwrote(news: News): void {
    this.#tell(this.said.say("overwrote", { ...news }), true);
  }

  refused(why: string): void {
    this.#tell(this.said.say("refused", { why }), true);
  }

  people(people: Person[]): void {
    this.#board.present(people);
    const names = new Map(people.map((one) => [one.id, one.name]));
    for (const [id, name] of names) if (!this.#known.has(id)) this.#say(this.said.say("came", { name }));
    for (const [id, name] of this.#known) if (!names.has(id)) this.#say(this.said.say("went", { name }));
    this.#known = names;
    this.#people.hidden = people.length === 0;
    this.#people.replaceChildren(...people.map((one) => this.#person(one)));
  }

  at(): string {
    return this.#touched ? (this.#board.columns[this.#board.spot.column]?.step?.key ?? "") : "";
  }

  #person(one: Person): HTMLElement {
    const step = this.drawing().steps.find((each) => each.key === one.step);
    const name = h("strong", { class: `is-person-${one.id % 6}` }, one.name);
    if (!step) return h("li", {}, name, ` ${this.said.say("here")}`);
    const go = (): void => {
      this.#go({ row: "step", column: this.#board.columnOf(step.key) });
      this.#board.view.focus();
    };
    return h("li", {}, name, h("button", { type: "button", class: "viv-map-there", onclick: go }, this.said.say("there", { step: step.name || this.said.say("unnamed") })));
  }

  // What the panel asks.

  drawing(): Drawing {
    return this.#store.drawing;
  }

  overlay(step: string): Overlay | undefined {
    return this.#overlays[step];
  }

  do(...operations: Single[]): void {
    if (!this.editable) return;
    this.#store.do(...operations);
    if (!operations.some((one) => one.do === "set" && (one.field.startsWith("expectations.") || one.field === "touchpoint"))) return;
    clearTimeout(this.#laying);
    this.#laying = window.setTimeout(() => void this.#store.flush().then(() => this.#lay()), LAY_AFTER_MS);
  }

  closed(): void {
    this.#board.view.focus();
  }

  discard({ of, key }: Chosen): void {
    if (!this.editable) return;
    const name = this.#name(of, key);
    this.do({ do: "remove", of, key });
    this.#say(this.said.say("removed", { name }));
    this.#board.view.focus();
  }

  shift(chosen: Chosen, by: number): void {
    if (!this.editable) return;
    if (chosen.of === "step") return this.#shiftStep(chosen.key, by);
    const drawing = this.drawing();
    const parts = chosen.of === "phase" ? drawing.phases : drawing.lanes;
    const place = parts.findIndex((one) => one.key === chosen.key) + by;
    if (place < 0 || place >= parts.length) return;
    const others = parts.filter((one) => one.key !== chosen.key);
    this.do({ do: "move", of: chosen.of, key: chosen.key, after: others[place - 1]?.key ?? null, phase: "" });
    if (chosen.of === "phase") this.#go({ row: "phase", column: this.#board.columns.findIndex((one) => one.phase.key === chosen.key) });
    this.#say(this.said.say("moved", { name: this.#name(chosen.of, chosen.key), place: place + 1, of: parts.length, phase: "" }));
  }

  /** One place on, over the edge of a phase into the next. */
  #shiftStep(key: string, by: number): void {
    const drawing = this.drawing();
    const step = drawing.steps.find((one) => one.key === key);
    if (!step) return;
    const row = drawing.steps.filter((one) => one.phase === step.phase);
    const place = row.indexOf(step) + by;
    if (place >= 0 && place < row.length) {
      const others = row.filter((one) => one !== step);
      return this.place(key, step.phase, others[place - 1]?.key ?? null);
    }
    const phase = drawing.phases[drawing.phases.findIndex((one) => one.key === step.phase) + by];
    if (!phase) return;
    const there = drawing.steps.filter((one) => one.phase === phase.key);
    this.place(key, phase.key, by > 0 ? null : (there.at(-1)?.key ?? null));
  }

  /** Put a step behind another, in a phase; say where it is now. */
  place(key: string, phase: string, after: string | null): void {
    this.do({ do: "move", of: "step", key, after, phase });
    this.#go({ row: "step", column: this.#board.columnOf(key) });
    const row = this.drawing().steps.filter((one) => one.phase === phase);
    this.#say(this.said.say("moved", {
      name: this.#name("step", key), place: row.findIndex((one) => one.key === key) + 1, of: row.length, phase: this.#name("phase", phase),
    }));
  }

  #name(of: Chosen["of"], key: string): string {
    const { steps, phases, lanes } = this.drawing();
    const parts: { key: string; name: string }[] = of === "step" ? steps : of === "phase" ? phases : lanes;
    return parts.find((one) => one.key === key)?.name || this.said.say("unnamed");
  }

  #tools(): HTMLElement {
    const say = (key: string): string => this.said.say(key);
    const make = h("span", { class: "viv-map-group-of-tools" },
      h("button", { type: "button", class: "btn", onclick: () => this.#addStepHere() }, icon(this.said.sprite, "plus"), say("addStep")),
      h("button", { type: "button", class: "btn viv-map-wide", onclick: () => this.#addPhase() }, icon(this.said.sprite, "plus"), say("addPhase")),
      h("button", { type: "button", class: "btn viv-map-wide", onclick: () => this.#addLane() }, icon(this.said.sprite, "plus"), say("addLane")));
    this.#people.setAttribute("aria-label", this.said.say("people"));
    return h("div", { class: "viv-map-tools" }, this.editable ? make : null,
      this.editable ? h("span", { class: "viv-map-group-of-tools" }, this.#undo, this.#redo) : null,
      h("span", { class: "viv-map-group-of-tools" },
        this.#tool("zoom-out", "zoomOut", () => this.#zoom(-1)), this.#tool("zoom-in", "zoomIn", () => this.#zoom(1))),
      this.editable ? this.#status : null, this.#people,
      this.editable ? h("details", { class: "viv-menu viv-map-keys" }, h("summary", { class: "btn btn-icon", "aria-label": say("keys"), title: say("keys") }, icon(this.said.sprite, "help-circle")),
        h("div", { class: "viv-menu-body" }, ...say("keysText").split(" · ").map((one) => h("p", {}, one)))) : null);
  }

  #tool(sign: string, label: string, press: () => void): HTMLButtonElement {
    return h("button", { type: "button", class: "btn btn-icon", "aria-label": this.said.say(label), title: this.said.say(label), onclick: press }, icon(this.said.sprite, sign));
  }

  #legend(): void {
    const item = (name: string, text: string): HTMLElement => h("li", { class: name }, text);
    const kinds = new Set(this.drawing().links.map((one) => one.kind));
    const links = Object.entries(this.said.words("links")).filter(([kind]) => kinds.has(kind));
    const laid = Object.keys(this.#overlays).length > 0;
    const tones = laid ? Object.entries(this.said.words("tones")) : [];
    const moments = Object.values(this.#overlays).some((one) => one.moment);
    this.#signs.setAttribute("aria-label", this.said.say("legend"));
    this.#signs.replaceChildren(...links.map(([kind, text]) => item(`is-way is-${kind}`, text)),
      ...tones.map(([tone, text]) => item(`is-tone is-${tone}`, text)),
      ...(moments ? [item("is-tone is-moment", this.said.say("moment"))] : []));
  }

  /** Ask how each step is lived; the map is there before. */
  async #lay(): Promise<void> {
    try {
      const answer = await fetch(this.#data.overlay, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      this.#overlays = (await answer.json()) as Overlays;
      this.#stale = true;
      this.drawn();
      this.#panel.refresh();
      this.#legend();
    } catch {
      /* the map is readable without */
    }
  }

  #zoom(by: number, clientX?: number): void {
    const zoom = ZOOMS[ZOOMS.indexOf(this.#board.zoom) + by];
    if (zoom !== undefined) this.#board.zoomTo(zoom, clientX);
  }

  /** Two fingers on a touch pad, or the wheel with Ctrl. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.#wheeled += event.deltaY;
    if (Math.abs(this.#wheeled) < WHEEL) return;
    this.#zoom(this.#wheeled < 0 ? 1 : -1, event.clientX);
    this.#wheeled = 0;
  }

  #listen(): void {
    const view = this.#board.view;
    view.addEventListener("keydown", (event) => this.#key(event));
    view.addEventListener("click", (event) => this.#click(event));
    view.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    view.addEventListener("dblclick", (event) => this.#edit(this.#spotOf(event)));
    document.addEventListener("keydown", this.#anywhere);
    if (this.editable) dragging(this.#board, {
      drawing: () => this.drawing(), place: (key, phase, after) => this.place(key, phase, after),
      move: (of, key, after) => this.do({ do: "move", of, key, after, phase: "" }),
      connect: (source, target) => this.connect(source, target),
    });
    let width = window.innerWidth;
    window.addEventListener("resize", () => {
      if (Math.abs(window.innerWidth - width) > 40) this.#board.show(this.drawing(), true);
      width = window.innerWidth;
    });
    window.addEventListener("beforeprint", () => this.#print());
    window.matchMedia("print").addEventListener("change", (event) => event.matches && this.#print());
    window.addEventListener("beforeunload", (event) => {
      if (!this.#store.idle) event.preventDefault();
    });
  }

  #spotOf(event: Event): Spot | null {
    const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-row][data-column]");
    if (!cell) return null;
    return { row: cell.dataset["row"] ?? "step", column: Number(cell.dataset["column"]) };
  }

  #click(event: Event): void {
    const add = (event.target as HTMLElement).closest<HTMLElement>("[data-add]");
    if (add) return this.#adds(add.dataset);
    const spot = this.#spotOf(event);
    if (!spot || this.#editing || spot.row === "overlay") return;
    this.#board.spot = spot;
    this.#moved();
    this.#board.mark();
    const chosen = this.#chosenAt(spot);
    const shown = this.#panel.chosen !== null;
    if (chosen && (shown || spot.row === "step" || spot.row === "phase" || spot.column < 0)) this.#panel.open(chosen, false);
    this.#board.reach(spot); // the panel may have covered it
  }

  #adds(what: DOMStringMap): void {
    if (what["add"] === "phase") return this.#addPhase();
    const after = what["after"] ?? null;
    if (what["add"] === "branch" && after) return this.branch(after);
    const phase = what["phase"] ?? this.drawing().steps.find((one) => one.key === after)?.phase;
    if (phase) this.#addStep(phase, after);
  }

  #chosenAt(spot: Spot): Chosen | null {
    if (spot.column < 0) return { of: "lane", key: spot.row };
    const column = this.#board.columns[spot.column];
    if (!column) return null;
    if (spot.row === "phase" || !column.step) return { of: "phase", key: column.phase.key };
    return { of: "step", key: column.step.key };
  }

  /** Undo and redo wherever the focus is, but in fields, which have their own, and in open dialogs. */
  #anywhere = (event: KeyboardEvent): void => {
    const busy = document.querySelector("dialog[open]");
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (!(event.ctrlKey || event.metaKey) || typing || busy || event.defaultPrevented || !this.editable) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    void this.#travel(key === "y" || event.shiftKey);
  };

  #key(event: KeyboardEvent): void {
    if (this.#editing || event.target !== this.#board.view) return;
    const { key, altKey } = event;
    const steps: Record<string, [number, number]> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const arrow = steps[key];
    if (arrow) {
      event.preventDefault();
      return altKey ? this.#carry(arrow) : this.#walk(arrow);
    }
    if (event.ctrlKey || event.metaKey || altKey) return;
    const acts: Record<string, () => void> = {
      Home: () => this.#go({ ...this.#board.spot, column: 0 }),
      End: () => this.#go({ ...this.#board.spot, column: this.#board.columns.length - 1 }),
      Enter: () => this.#edit(this.#board.spot),
      F2: () => this.#edit(this.#board.spot),
      " ": () => this.#details(),
      Delete: () => this.#clear(),
      Insert: () => (event.shiftKey ? this.#branchHere() : this.#addStepHere()),
      "+": () => this.#addStepHere(),
      "/": () => this.#branchHere(),
      Escape: () => this.#panel.chosen && this.#panel.close(),
    };
    const typed = key === "+" || key === "/";
    const act = typed && this.#board.spot.row !== "step" ? undefined : acts[key];
    if (act) {
      event.preventDefault();
      act();
    } else if (key.length === 1 && this.editable && this.#board.spot.row !== "step" && this.#board.spot.row !== "phase" && this.#board.spot.column >= 0) {
      event.preventDefault();
      this.#edit(this.#board.spot, key);
    }
  }

  #walk([down, right]: [number, number]): void {
    const rows = this.#board.rowNames;
    const { row, column } = this.#board.spot;
    const next = rows[Math.min(Math.max(0, rows.indexOf(row) + down), rows.length - 1)] ?? "step";
    let to = column + right;
    if (next === "phase" && right !== 0) {
      const here = this.#board.columns[column]?.phase.key;
      while (this.#board.columns[to]?.phase.key === here && to > 0) to += right;
      while (to > 0 && this.#board.columns[to - 1]?.phase.key === this.#board.columns[to]?.phase.key) to -= 1;
    }
    const least = next === "phase" || next === "step" ? 0 : -1;
    this.#go({ row: next, column: Math.min(Math.max(least, to), Math.max(0, this.#board.columns.length - 1)) });
  }

  #moved(): void {
    this.#touched = true;
    this.#store.moved();
  }

  #go(spot: Spot): void {
    this.#board.spot = spot;
    this.#moved();
    this.#board.reach(spot);
    this.#board.mark();
    const chosen = this.#chosenAt(spot);
    if (this.#panel.chosen && chosen) this.#panel.open(chosen, false);
  }

  #carry([down, right]: [number, number]): void {
    const chosen = this.#chosenAt(this.#board.spot);
    if (!chosen || !this.editable) return;
    if (chosen.of === "lane" ? down : right) this.shift(chosen, chosen.of === "lane" ? down : right);
    if (chosen.of === "lane") this.#board.mark();
  }

  #details(): void {
    const chosen = this.#chosenAt(this.#board.spot);
    if (chosen) this.#panel.open(chosen, true);
    this.#board.reach(this.#board.spot);
  }

  #clear(): void {
    const { spot } = this.#board;
    const chosen = this.#chosenAt(spot);
    if (!chosen || !this.editable) return;
    if (spot.row === "phase" || spot.row === "step" || spot.column < 0) return this.discard(chosen);
    this.#write(spot, "");
  }

  #addStepHere(): void {
    const column = this.#board.columns[this.#board.spot.column] ?? this.#board.columns[0];
    if (column) return this.#addStep(column.phase.key, column.step?.key ?? null);
    this.#addPhase();
  }

  /** A step after another comes onto the way: what led on from there leads on from the new one. */
  #addStep(phase: string, after: string | null): void {
    const drawing = this.drawing();
    const step = newStep(phase, this.said.say("newStep"));
    const place = drawing.steps.findIndex((one) => one.key === after);
    const follower = drawing.steps[place + 1];
    const onward = after ? drawing.links.find((one) => one.source === after && one.target === follower?.key && one.kind === "next") : undefined;
    const links: Link[] = after ? [{ source: after, target: step.key, kind: "next", share: onward?.share ?? null }] : [];
    if (onward) links.push({ ...onward, source: step.key, share: null });
    const added: Single = { do: "add", of: "step", part: step, after, belongings: { links } };
    this.do(added, ...(onward ? [{ do: "remove", of: "link", key: `${onward.source} ${onward.target}` } as const] : []));
    this.#say(this.said.say("added", { name: step.name }));
    this.#go({ row: "step", column: this.#board.columnOf(step.key) });
    this.#edit(this.#board.spot);
  }

  #branchHere(): void {
    const step = this.#board.columns[this.#board.spot.column]?.step;
    if (step) this.branch(step.key);
  }

  /** Another way on from a step: a new step beside those that follow, which comes together with them again. */
  branch(key: string): void {
    if (!this.editable) return;
    const drawing = this.drawing();
    const place = drawing.steps.findIndex((one) => one.key === key);
    const follower = drawing.steps[place + 1];
    if (!follower) return this.#addStep(drawing.steps[place]?.phase ?? "", key);
    const onward = (source: string): Link[] => drawing.links.filter((one) => one.source === source && one.kind !== "loop");
    const way = (source: string, target: string): Single => ({ do: "add", of: "link", part: { source, target, kind: "next", share: null }, after: null });
    const fork = forks(drawing).find((one) => one.step === key);
    const beside = onward(key)[0]?.target ?? follower.key;
    const meet = fork ? fork.join : (onward(beside)[0]?.target ?? drawing.steps[drawing.steps.findIndex((one) => one.key === beside) + 1]?.key ?? null);
    const after = fork?.branches.at(-1)?.steps.at(-1) ?? beside;
    const there = drawing.steps.find((one) => one.key === after) ?? follower;
    const step = newStep(there.phase, this.said.say("newStep"));
    const all: Single[] = [{ do: "add", of: "step", part: step, after }, way(key, step.key)];
    if (onward(key).length === 0) all.push(way(key, beside)); // the line that was understood is said
    if (!fork && meet && onward(beside).length === 0) all.push(way(beside, meet));
    if (meet) all.push(way(step.key, meet));
    this.do(...all);
    this.#say(this.said.say("branched", { name: this.#name("step", key) }));
    this.#go({ row: "step", column: this.#board.columnOf(step.key) });
    this.#edit(this.#board.spot);
  }

  /** A way from one step to another; back, where the other stands before it. */
  connect(source: string, target: string): void {
    const drawing = this.drawing();
    if (!this.editable || drawing.links.some((one) => one.source === source && one.target === target)) return;
    const places = drawing.steps.map((one) => one.key);
    const kind = places.indexOf(target) <= places.indexOf(source) ? "loop" : "next";
    this.do({ do: "add", of: "link", part: { source, target, kind, share: null }, after: null });
    this.#say(this.said.say("connected", { source: this.#name("step", source), target: this.#name("step", target) }));
  }

  #addPhase(): void {
    const key = freshKey("p");
    const { phases } = this.drawing();
    const here = this.#board.columns[this.#board.spot.column]?.phase.key;
    const after = here ?? phases.at(-1)?.key ?? null;
    const when = phases.find((one) => one.key === after)?.when ?? "before";
    this.do({ do: "add", of: "phase", part: { key, name: this.said.say("newPhase"), when }, after });
    this.#go({ row: "phase", column: this.#board.columns.findIndex((one) => one.phase.key === key) });
    this.#edit(this.#board.spot);
  }

  #addLane(): void {
    const key = freshKey("l");
    this.do({ do: "add", of: "lane", part: { key, name: this.said.say("newLane"), kind: "free" }, after: this.drawing().lanes.at(-1)?.key ?? null });
    this.#go({ row: key, column: -1 });
    this.#edit(this.#board.spot);
  }

  /** Type in place. Enter keeps, Shift+Enter begins a line, Escape leaves it as it was. */
  #edit(spot: Spot | null, typed?: string): void {
    if (!spot || !this.editable || this.#editing) return;
    const told = this.#written(spot);
    const cell = this.#board.reach(spot);
    if (!cell || told === null) return this.#details();
    const label = cell.closest("[role=row]")?.querySelector("[role=rowheader]")?.textContent ?? "";
    const field = h("textarea", { class: "viv-map-typing", "aria-label": label, maxlength: spot.row === "step" || spot.row === "phase" || spot.column < 0 ? 200 : 4000 });
    field.value = typed ?? told;
    this.#editing = field;
    let over = false;
    const end = (keep: boolean): void => {
      if (over) return;
      over = true;
      this.#editing = null;
      field.remove();
      if (keep && field.value.trim() !== told) this.#write(spot, field.value.trim());
      else this.drawn();
      this.#board.mark();
      if (document.activeElement === document.body || document.activeElement === null) this.#board.view.focus({ preventScroll: true });
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey) || event.key === "Tab") {
        event.preventDefault();
        end(event.key !== "Escape");
      }
    });
    field.addEventListener("blur", () => end(true));
    cell.append(field);
    field.focus();
    if (typed === undefined) field.select();
  }

  /** The text of a spot as it is typed; null where it is not a text (then the panel opens). */
  #written(spot: Spot): string | null {
    const column = this.#board.columns[spot.column];
    const lane = this.drawing().lanes.find((one) => one.key === spot.row);
    if (spot.column < 0) return lane?.name ?? null;
    if (spot.row === "phase") return column?.phase.name ?? null;
    if (!column?.step) return null;
    if (spot.row === "step") return column.step.name;
    if (!lane || lane.kind === "promise") return null;
    if (lane.kind === "responsible") return column.step.responsible;
    if (FIELDS[lane.kind]) return laneText(column.step, lane, this.said);
    return this.drawing().notes.find((one) => one.step === column.step?.key && one.lane === lane.key)?.text ?? "";
  }

  #write(spot: Spot, text: string): void {
    const column = this.#board.columns[spot.column];
    if (spot.column < 0) return this.do({ do: "set", of: "lane", key: spot.row, field: "name", value: text });
    if (spot.row === "phase") return this.do({ do: "set", of: "phase", key: column?.phase.key ?? "", field: "name", value: text });
    const step = column?.step;
    if (!step) return;
    if (spot.row === "step") return this.do({ do: "set", of: "step", key: step.key, field: "name", value: text });
    this.#writeLane(step, spot.row, text);
  }

  #writeLane(step: Step, row: string, text: string): void {
    const lane = this.drawing().lanes.find((one) => one.key === row);
    if (!lane || lane.kind === "promise") return;
    const field = FIELDS[lane.kind];
    if (!field) {
      const expected = step.expectations["feeling"];
      const noted = this.drawing().notes.find((one) => one.step === step.key && one.lane === row)?.feeling;
      const feeling = lane.kind === "emotion" ? (noted ?? (typeof expected === "number" ? expected : null)) : null;
      return this.do({ do: "note", cell: { step: step.key, lane: row, text, feeling, source: "written" } });
    }
    const listed = field === "channels" || field === "systems" || field === "policies";
    const stored = this.choices["touchpoints"]?.find((one) => one.label === text)?.value ?? (text || null);
    const value = field === "touchpoint" ? stored : listed ? text.split(",").map((one) => one.trim()).filter(Boolean) : text;
    this.do({ do: "set", of: "step", key: step.key, field, value });
  }

  async #travel(again: boolean): Promise<void> {
    const there = await this.#store.travel(again);
    if (there === "left") return this.#say("");
    this.#say(this.said.say(there === "done" ? (again ? "redone" : "undone") : again ? "nothingAgain" : "nothing"));
  }

  #say(text: string): void {
    this.#spoken.textContent = text;
  }

  /** Something to read for a while; `stays` until it is closed. */
  #tell(text: string, stays = false): void {
    const close = h("button", { type: "button", class: "btn btn-icon btn-sm", "aria-label": this.said.say("close"), onclick: () => note.remove() }, icon(this.said.sprite, "x"));
    const note = h("p", { class: stays ? "is-caution" : "" }, text, close);
    this.#told.append(note);
    while (this.#told.childElementCount > 4) this.#told.firstElementChild?.remove();
    if (!stays) setTimeout(() => note.remove(), TOLD_MS);
  }

  /** The tables for paper, when they are printed: a page about to be printed cannot wait, so this asks at once. */
  #print(): void {
    if (this.#paper === this.drawing()) return;
    const ask = new XMLHttpRequest();
    ask.open("GET", this.#data.sheets, false);
    try {
      ask.send();
    } catch {
      return; // no connection: what was there before is printed
    }
    const page = new DOMParser().parseFromString(ask.responseText, "text/html");
    if (ask.status === 200) this.#sheets.replaceChildren(...page.body.childNodes);
    this.#paper = this.drawing();
  }
}

customElements.define("viv-journey-canvas", VivJourneyCanvas);
