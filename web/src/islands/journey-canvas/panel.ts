/** Everything about the chosen step, phase or lane, at the side of the board; on a phone over it. */

import { h, icon, type Child } from "../survey-builder/dom";
import { freshKey, type Comment, type Drawing, type Lane, type Link, type Phase, type Single, type Sort, type Step } from "./drawing";
import { type Overlay, type Said, sign } from "./showing";

export type Chosen = { of: "step" | "phase" | "lane"; key: string };

export interface Host {
  readonly said: Said;
  readonly editable: boolean;
  readonly me: string;
  readonly choices: Record<string, { value: string; label: string }[]>;
  drawing(): Drawing;
  overlay(step: string): Overlay | undefined;
  do(...operations: Single[]): void;
  branch(step: string): void;
  connect(source: string, target: string): void;
  discard(chosen: Chosen): void;
  shift(chosen: Chosen, by: number): void;
  closed(): void;
}

export class Panel {
  readonly element: HTMLElement;
  #chosen: Chosen | null = null;
  #drawn = "";
  #unfolded = new Map<string, boolean>(); // groups as somebody left them

  constructor(private readonly host: Host) {
    this.element = h("aside", { class: "viv-map-panel", hidden: true, "aria-label": host.said.say("details") });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  get chosen(): Chosen | null {
    return this.#chosen;
  }

  open(chosen: Chosen, focus: boolean): void {
    if (chosen.key !== this.#chosen?.key) this.element.scrollTop = 0;
    this.#chosen = chosen;
    this.#drawn = "";
    this.show();
    if (focus) this.element.querySelector<HTMLElement>("input, textarea, select, button")?.focus();
  }

  close(): void {
    this.#chosen = null;
    this.element.hidden = true;
    this.host.closed();
  }

  /** Draw anew what is not of the drawing: what is lived. */
  refresh(): void {
    this.#drawn = "";
    this.show();
  }

  /** Draw what is chosen as it is now; what somebody is typing stays. */
  show(): void {
    const chosen = this.#chosen;
    if (!chosen) return;
    const drawing = this.host.drawing();
    const part = this.#part(drawing, chosen);
    if (!part) return this.close();
    const now = JSON.stringify([part, drawing.links.filter((one) => one.source === chosen.key), drawing.comments.filter((one) => one.step === chosen.key), drawing.phases, drawing.steps.length]);
    if (now === this.#drawn && !this.element.hidden) return;
    this.#drawn = now;
    const typing = this.#typing();
    this.element.hidden = false;
    const scrolled = this.element.scrollTop;
    const body = this.#body(drawing, chosen, part).filter((one): one is Node => one instanceof Node);
    this.element.replaceChildren(this.#head(part.name), ...body);
    this.element.scrollTop = scrolled;
    typing?.();
  }

  #part(drawing: Drawing, { of, key }: Chosen): Step | Phase | Lane | undefined {
    const parts: (Step | Phase | Lane)[] = of === "step" ? drawing.steps : of === "phase" ? drawing.phases : drawing.lanes;
    return parts.find((one) => one.key === key);
  }

  /** What brings focus and the words being typed back after drawing. */
  #typing(): (() => void) | null {
    const field = document.activeElement;
    if (!(field instanceof HTMLElement) || !this.element.contains(field)) return null;
    const name = field.dataset["field"];
    const value = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value : null;
    return () => {
      const again = this.element.querySelector<HTMLElement>(`[data-field="${name}"]`);
      if (value !== null && (again instanceof HTMLInputElement || again instanceof HTMLTextAreaElement) && again.type !== "checkbox") again.value = value;
      again?.focus();
    };
  }

  #head(name: string): HTMLElement {
    const said = this.host.said;
    return h("div", { class: "viv-map-panel-head" },
      h("h2", {}, name || said.say("unnamed")),
      h("button", { type: "button", class: "btn btn-icon", "aria-label": said.say("close"), onclick: () => this.close() }, icon(said.sprite, "x")));
  }

  #body(drawing: Drawing, chosen: Chosen, part: Step | Phase | Lane): Child[] {
    if (chosen.of === "step") return this.#step(drawing, part as Step);
    const said = this.host.said;
    const name = this.#text(chosen.of, part.key, "name", part.name);
    const words = chosen.of === "phase"
      ? this.#select(chosen.of, part.key, "when", (part as Phase).when, said.words("whens"))
      : this.#select(chosen.of, part.key, "kind", (part as Lane).kind, said.words("lanes"), said.say("laneKind"));
    return [name, words, this.#shifts(chosen)];
  }

  #shifts(chosen: Chosen): HTMLElement | null {
    const { said, editable } = this.host;
    if (!editable) return null;
    return h("div", { class: "viv-map-panel-acts" },
      h("button", { type: "button", class: "btn btn-sm", onclick: () => this.host.shift(chosen, -1) }, icon(said.sprite, chosen.of === "lane" ? "arrow-up" : "arrow-left"), said.say("earlier")),
      h("button", { type: "button", class: "btn btn-sm", onclick: () => this.host.shift(chosen, 1) }, icon(said.sprite, chosen.of === "lane" ? "arrow-down" : "arrow-right"), said.say("later")),
      h("button", { type: "button", class: "btn btn-sm btn-danger", onclick: () => this.host.discard(chosen) }, icon(said.sprite, "trash"), said.say(chosen.of === "phase" ? "removePhase" : "remove")));
  }

  #step(drawing: Drawing, step: Step): Child[] {
    const { said } = this.host;
    const phases = Object.fromEntries(drawing.phases.map((one) => [one.key, one.name || said.say("unnamed")]));
    const text = (field: keyof Step & string, lines = 1): HTMLElement => this.#text("step", step.key, field, String(step[field] ?? ""), lines);
    return [
      this.#overlay(step),
      this.#group(said.say("what"), true,
        text("name"),
        this.#label("phase", this.#choice(phases, step.phase, "phase", (value) => this.host.do({ do: "move", of: "step", key: step.key, after: this.#lastOf(drawing, value), phase: value }))),
        this.#text("step", step.key, "touchpoint", step.touchpoint ?? "", 1, "touchpoints"),
        this.#list(step, "channels"), text("goal", 2), text("questions", 2), this.#tick(step)),
      this.#group(said.say("expectations"), true, ...this.#expectations(step)),
      this.#group(said.say("ours"), false, text("responsible"), text("team"), this.#list(step, "systems"), this.#list(step, "policies"), text("ideas", 3)),
      this.#group(said.say("ways"), drawing.links.some((one) => one.source === step.key && one.kind !== "next") || drawing.links.filter((one) => one.source === step.key).length > 1, ...this.#ways(drawing, step)),
      this.#group(`${said.say("comments")} (${drawing.comments.filter((one) => one.step === step.key).length})`, true, ...this.#comments(drawing, step)),
      this.#shifts({ of: "step", key: step.key }),
    ];
  }

  #lastOf(drawing: Drawing, phase: string): string | null {
    return drawing.steps.filter((one) => one.phase === phase).at(-1)?.key ?? null;
  }

  #overlay(step: Step): HTMLElement | null {
    const overlay = this.host.overlay(step.key);
    const { said } = this.host;
    if (!overlay?.lines?.length && !overlay?.moment) return null;
    const lines = (overlay.lines ?? []).map((one) => h("li", { class: `is-${one.tone ?? "neutral"}` },
      h("span", {}, one.label), h("strong", {}, sign(one.tone, said), one.href ? h("a", { href: one.href }, one.text) : one.text)));
    const moment = overlay.moment ? h("p", { class: "viv-map-moment" }, icon(said.sprite, "star"),
      overlay.href ? h("a", { href: overlay.href }, said.say("moment")) : said.say("moment"),
      typeof overlay.moment === "string" ? `: ${overlay.moment}` : "") : null;
    return this.#group(said.say("overlay"), true, moment, h("ul", { class: "viv-map-figures" }, ...lines));
  }

  #group(title: string, open: boolean, ...children: Child[]): HTMLElement {
    const body = h("div", { class: "viv-map-fields" }, ...children);
    const name = title.replace(/ \(\d+\)$/, "");
    return h("details", {
      class: "viv-map-group", open: this.#unfolded.get(name) ?? open,
      ontoggle: (event) => this.#unfolded.set(name, (event.target as HTMLDetailsElement).open),
    }, h("summary", {}, title), body);
  }

  #label(field: string, control: HTMLElement, hint = ""): HTMLElement {
    const name = this.host.said.words("fields")[field] ?? field;
    return h("label", { class: "viv-map-field" }, h("span", {}, hint ? `${name} (${hint})` : name), control);
  }

  #named(label: string, control: HTMLElement): HTMLElement {
    return h("label", { class: "viv-map-field" }, h("span", {}, label), control);
  }

  #text(of: Sort, key: string, field: string, value: string, lines = 1, choices = ""): HTMLElement {
    const change = (event: Event): void => {
      const typed = (event.target as HTMLInputElement).value.trim();
      if (typed !== value) this.host.do({ do: "set", of, key, field, value: field === "touchpoint" ? this.#stored(choices, typed) : typed });
    };
    const shown = choices ? this.host.said.called(value) : value;
    return this.#label(field, lines === 1 ? this.#input({ value: shown, field, choices, change }) : h("textarea", {
      class: "form-control", rows: lines, "data-field": field, maxlength: 4000, readonly: !this.host.editable, onchange: change,
    }, value));
  }

  /** The data's own word for what was chosen by its name. */
  #stored(choices: string, typed: string): string | null {
    return (this.host.choices[choices] ?? []).find((one) => one.label === typed)?.value ?? (typed || null);
  }

  #input({ value, field, choices = "", change, type = "text", step = "" }: { value: string; field: string; choices?: string; change: (event: Event) => void; type?: string; step?: string }): HTMLElement {
    const list = choices ? `viv-map-${choices}` : null;
    const input = h("input", {
      class: "form-control", type, step: step || null, "data-field": field, maxlength: type === "text" ? 200 : null, list,
      disabled: !this.host.editable, onchange: change,
    });
    input.value = value;
    if (!list) return input;
    const options = (this.host.choices[choices] ?? []).map((one) => h("option", { value: one.label }));
    return h("span", {}, input, h("datalist", { id: list }, ...options));
  }

  #choice(words: Record<string, string>, value: string, field: string, chosen: (value: string) => void, none = ""): HTMLSelectElement {
    const entries = Object.entries(words);
    // Objects put whole numbers before all else: feelings go from very bad to very good.
    if (entries.every(([code]) => !Number.isNaN(Number(code)))) entries.sort((a, b) => Number(a[0]) - Number(b[0]));
    const options = entries.map(([code, label]) => h("option", { value: code, selected: code === value }, label));
    const first = none ? [h("option", { value: "", selected: value === "" }, none)] : [];
    return h("select", {
      class: "form-select", "data-field": field, disabled: !this.host.editable,
      onchange: (event) => chosen((event.target as HTMLSelectElement).value),
    }, ...first, ...options);
  }

  #select(of: Sort, key: string, field: string, value: string, words: Record<string, string>, label = ""): HTMLElement {
    const control = this.#choice(words, value, field, (chosen) => this.host.do({ do: "set", of, key, field, value: chosen }));
    return label ? this.#named(label, control) : this.#label(field, control);
  }

  #list(step: Step, field: "channels" | "systems" | "policies"): HTMLElement {
    const change = (event: Event): void => {
      const value = (event.target as HTMLInputElement).value.split(",").map((one) => one.trim()).filter(Boolean);
      this.host.do({ do: "set", of: "step", key: step.key, field, value });
    };
    return this.#label(field, this.#input({ value: step[field].join(", "), field, change }), this.host.said.say("comma"));
  }

  #tick(step: Step): HTMLElement {
    const said = this.host.said;
    return h("label", { class: "form-check" }, h("input", {
      type: "checkbox", class: "form-check-input", checked: step.optional, disabled: !this.host.editable, "data-field": "optional",
      onchange: (event) => this.host.do({ do: "set", of: "step", key: step.key, field: "optional", value: (event.target as HTMLInputElement).checked }),
    }), h("span", { class: "form-check-label" }, said.words("fields")["optional"] ?? ""));
  }

  #expectations(step: Step): HTMLElement[] {
    const it = step.expectations;
    const said = this.host.said;
    const set = (name: string, value: unknown): void => this.host.do({ do: "set", of: "step", key: step.key, field: `expectations.${name}`, value });
    const named = (name: string): string => (typeof it[name] === "string" ? (it[name] as string) : "");
    const word = (name: string, choices: string): HTMLElement => this.#label(`expectations.${name}`, this.#input({
      value: said.called(named(name)), field: name, choices, change: (event) => set(name, this.#stored(choices, (event.target as HTMLInputElement).value.trim())),
    }));
    const truth = { yes: said.say("yes"), no: said.say("no") };
    const human = it["human_reachable"];
    return [
      this.#waiting(step, set), word("promise", "promises"), this.#number(step, "promise_share", set, 100, 0, 1), word("score_metric", "metrics"),
      this.#number(step, "score", set, 1, -1e6, 1e6),
      this.#label("expectations.feeling", this.#choice(said.words("feelings"), typeof it["feeling"] === "number" ? String(it["feeling"]) : "", "feeling", (value) => set("feeling", value === "" ? null : Number(value)), said.say("notSet"))),
      this.#number(step, "pass_share", set, 100, 0, 1), this.#number(step, "effort", set, 1, 1, 7),
      this.#label("expectations.human_reachable", this.#choice(truth, human === undefined ? "" : human ? "yes" : "no", "human_reachable", (value) => set("human_reachable", value === "" ? null : value === "yes"), said.say("notSet"))),
    ];
  }

  #number(step: Step, name: string, set: (name: string, value: unknown) => void, times: number, low: number, high: number): HTMLElement {
    const value = step.expectations[name];
    const shown = typeof value === "number" ? String(Math.round(value * times * 1000) / 1000) : "";
    const input = this.#input({ value: shown, field: name, type: "number", step: "any", change: (event) => {
      const field = event.target as HTMLInputElement;
      const given = field.value === "" ? null : Number(field.value) / times;
      if (given !== null && !(given >= low && given <= high)) {
        field.setCustomValidity(`${low * times} – ${high * times}`);
        field.reportValidity();
        return;
      }
      field.setCustomValidity("");
      set(name, given);
    } });
    return this.#label(`expectations.${name}`, input, times === 100 ? "%" : "");
  }

  #waiting(step: Step, set: (name: string, value: unknown) => void): HTMLElement {
    const value = step.expectations["waiting_seconds"];
    const seconds = typeof value === "number" ? value : null;
    const unit = seconds === null || seconds >= 86_400 ? 86_400 : seconds >= 3_600 ? 3_600 : seconds >= 60 ? 60 : 1;
    const units = this.#choice(this.host.said.words("units"), String(unit), "waiting_unit", () => keep());
    const input = h("input", { class: "form-control", type: "number", min: "0", step: "any", "data-field": "waiting_seconds", disabled: !this.host.editable, onchange: () => keep() });
    input.value = seconds === null ? "" : String(Math.round((seconds / unit) * 100) / 100);
    const keep = (): void => {
      const typed = input.value === "" ? null : Number(input.value) * Number(units.value);
      if (typed !== seconds && (typed === null || typed >= 0)) set("waiting_seconds", typed);
    };
    units.setAttribute("aria-label", this.host.said.words("fields")["expectations.waiting_seconds"] ?? "");
    return this.#label("expectations.waiting_seconds", h("span", { class: "viv-map-pair" }, input, units));
  }

  #ways(drawing: Drawing, step: Step): Child[] {
    const { said, editable } = this.host;
    const mine = drawing.links.filter((one) => one.source === step.key);
    const rows = mine.map((link) => this.#way(drawing, link));
    const there = new Set(mine.map((one) => one.target));
    const others = Object.fromEntries(drawing.steps.filter((one) => !there.has(one.key)).map((one) => [one.key, one.name || said.say("unnamed")]));
    const onward = mine.filter((one) => one.kind !== "loop");
    const then = onward.length > 1 ? this.#named(said.say("thenLabel"), this.#choice(said.words("then"), step.then, "then", (value) => this.host.do({ do: "set", of: "step", key: step.key, field: "then", value }))) : null;
    if (!editable) return [then, ...rows];
    const to = this.#choice(others, "", "connect", () => undefined, said.say("choose"));
    const connect = h("button", { type: "button", class: "btn btn-sm", onclick: () => (to.value ? this.host.connect(step.key, to.value) : to.focus()) }, said.say("connectNow"));
    const branch = h("button", { type: "button", class: "btn btn-sm", onclick: () => this.host.branch(step.key) }, icon(said.sprite, "git-branch"), said.say("addBranch"));
    return [then, ...rows, this.#sum(step, onward), this.#named(said.say("connect"), h("span", { class: "viv-map-pair" }, to, connect)), branch];
  }

  /** Shares of ways of which one is taken make up a whole. */
  #sum(step: Step, onward: Link[]): HTMLElement | null {
    const { said } = this.host;
    if (step.then === "all" || onward.length < 2 || onward.some((one) => one.share === null)) return null;
    const sum = onward.reduce((whole, one) => whole + (one.share ?? 0), 0);
    return Math.abs(sum - 1) < 0.005 ? null : h("p", { class: "viv-map-hint" }, said.say("sum", { sum: said.percent(sum) }));
  }

  #way(drawing: Drawing, link: Link): HTMLElement {
    const { said, editable } = this.host;
    const key = `${link.source} ${link.target}`;
    const target = drawing.steps.find((one) => one.key === link.target)?.name ?? "";
    const kind = this.#choice(said.words("links"), link.kind, `kind ${key}`, (value) => this.host.do({ do: "set", of: "link", key, field: "kind", value }));
    kind.setAttribute("aria-label", `${said.say("ways")}: ${target}`);
    const share = h("input", {
      class: "form-control", type: "number", min: "0", max: "100", step: "any", "data-field": `share ${key}`, disabled: !editable, "aria-label": `${said.words("fields")["share"]} (%): ${target}`, placeholder: "%",
      onchange: (event) => {
        const field = event.target as HTMLInputElement;
        if (field.reportValidity()) this.host.do({ do: "set", of: "link", key, field: "share", value: field.value === "" ? null : Number(field.value) / 100 });
      },
    });
    share.value = link.share === null ? "" : String(Math.round(link.share * 1000) / 10);
    const lived = this.host.overlay(link.source)?.ways?.[link.target];
    return h("div", { class: "viv-map-way" }, h("strong", {}, `→ ${target}`), kind, share,
      editable ? h("button", { type: "button", class: "btn btn-icon btn-sm", "aria-label": `${said.say("disconnect")}: ${target}`, onclick: () => this.host.do({ do: "remove", of: "link", key }) }, icon(said.sprite, "x")) : null,
      lived ? h("small", { class: `viv-map-livedway is-${lived.tone ?? "neutral"}` }, sign(lived.tone, said), lived.text) : null);
  }

  #comments(drawing: Drawing, step: Step): Child[] {
    const { said, editable } = this.host;
    const rows = drawing.comments.filter((one) => one.step === step.key).map((one) => this.#comment(one));
    const field = h("textarea", { class: "form-control", rows: 2, "data-field": "comment", maxlength: 4000 });
    const add = h("button", { type: "button", class: "btn btn-sm", onclick: () => {
      const text = field.value.trim();
      if (!text) return field.focus();
      field.value = "";
      const part: Comment = { key: freshKey("c"), text, by: this.host.me, at: new Date().toISOString(), step: step.key, resolved: false };
      this.host.do({ do: "add", of: "comment", part, after: null });
    } }, said.say("sayAdd"));
    return editable ? [...rows, this.#named(said.say("say"), field), add] : rows;
  }

  #comment(it: Comment): HTMLElement {
    const { said, editable, me } = this.host;
    const at = new Date(it.at);
    const when = Number.isNaN(at.getTime()) ? "" : at.toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short" });
    const settle = h("button", { type: "button", class: "btn btn-sm", onclick: () => this.host.do({ do: "set", of: "comment", key: it.key, field: "resolved", value: !it.resolved }) }, said.say(it.resolved ? "reopen" : "settle"));
    const drop = h("button", { type: "button", class: "btn btn-sm", onclick: () => this.host.do({ do: "remove", of: "comment", key: it.key }) }, said.say("removeComment"));
    return h("div", { class: `viv-map-comment${it.resolved ? " is-settled" : ""}` },
      h("p", {}, it.text), h("small", {}, `${it.by} · ${when}`),
      editable ? h("span", { class: "viv-map-panel-acts" }, settle, it.by === me ? drop : null) : null);
  }
}
