/**
 * `<viv-survey-builder>`: questions to add, order and write in every language, with a live preview.
 *
 * The draft is kept on the server a moment after each change; the server says what is wrong, and each sentence is shown
 * at the field it is about.
 */

import { body, name, texts, type Bench, type Words } from "./survey-builder/card";
import { freeKey, History, newQuestion, type Question, type Questionnaire } from "./survey-builder/document";
import { h, icon } from "./survey-builder/dom";
import { Preview } from "./survey-builder/preview";

interface Problem {
  question: string;
  part: string;
  where: string;
  text: string;
}

interface Data {
  document: Questionnaire;
  problems: Problem[];
  languages: { code: string; name: string }[];
  save: string;
  preview: string;
  changed: boolean;
  texts: Words;
}

const SAVE_AFTER_MS = 500;

class VivSurveyBuilder extends HTMLElement implements Bench {
  #data!: Data;
  #history!: History;
  #preview!: Preview;
  #open = "";
  #problems: Problem[] = [];
  #timer = 0;
  #saving: Promise<void> = Promise.resolve();
  #list = h("ol", { class: "viv-survey-list" });
  #whole = h("div", {});
  #status = h("p", { class: "viv-survey-status", role: "status" });
  #spoken = h("p", { class: "visually-hidden", role: "status" });
  #undo!: HTMLButtonElement;
  #redo!: HTMLButtonElement;
  #dragged: Question | null = null;

  get it(): Questionnaire {
    return this.#history.it;
  }

  get sprite(): string {
    return this.dataset["icons"] ?? "";
  }

  connectedCallback(): void {
    const data = this.querySelector<HTMLScriptElement>(":scope > script[type='application/json']");
    if (!data?.textContent || this.#data) return;
    this.#data = JSON.parse(data.textContent) as Data;
    this.#history = new History(this.#data.document);
    this.#problems = this.#data.problems;
    this.#preview = new Preview(this.#data.preview, (key) => this.say(key), (code) => this.languageName(code));
    this.#undo = this.#tool("arrow-back-up", "undo", () => this.#travel("undo"));
    this.#redo = this.#tool("rotate-clockwise", "redo", () => this.#travel("redo"));
    this.#open = this.it.questions[0]?.key ?? "";
    this.replaceChildren(h("div", { class: "viv-survey-bench" }, this.#editor(), this.#preview.element));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.#draw();
    this.#preview.show(this.it, this.#open);
  }

  say(key: string): string {
    return String(this.#data.texts[key] ?? key);
  }

  partName(key: string): string {
    return this.words("parts")[key] ?? key;
  }

  words(group: "kinds" | "parts" | "operators"): Record<string, string> {
    return this.#data.texts[group] as Record<string, string>;
  }

  languageName(code: string): string {
    return this.#data.languages.find((one) => one.code === code)?.name ?? code;
  }

  typed(field: string): void {
    this.#history.changed(field);
    this.#later();
  }

  changed(question?: Question): void {
    this.#history.changed();
    if (question) this.#open = question.key;
    const where = this.#focus();
    this.#draw();
    this.#refocus(where);
    this.#later();
  }

  #editor(): HTMLElement {
    const kinds = h("select", { class: "form-select", "aria-label": this.partName("kind") },
      ...Object.entries(this.words("kinds")).map(([code, label]) => h("option", { value: code }, label)));
    const add = h("button", { type: "button", class: "btn", onclick: () => this.#add(kinds.value) }, icon(this.sprite, "plus"), this.say("add"));
    return h("div", { class: "viv-survey-editor" },
      h("div", { class: "viv-survey-tools" }, this.#status, h("span", { class: "viv-survey-tools-right" }, this.#undo, this.#redo)),
      this.#whole, this.#list,
      h("div", { class: "viv-survey-add" }, kinds, add), this.#spoken);
  }

  #tool(name_: string, label: string, press: () => void): HTMLButtonElement {
    return h("button", { type: "button", class: "btn btn-icon", "aria-label": this.say(label), title: this.say(label), onclick: press }, icon(this.sprite, name_));
  }

  #draw(): void {
    this.#whole.replaceChildren(this.#settings());
    const cards = this.it.questions.map((question, place) => this.#card(question, place));
    const empty = h("li", { class: "viv-survey-none" }, this.say("empty"));
    this.#list.replaceChildren(...(cards.length > 0 ? cards : [empty]));
    this.#undo.disabled = !this.#history.canUndo;
    this.#redo.disabled = !this.#history.canRedo;
    this.#tell();
  }

  #settings(): HTMLElement {
    const it = this.it;
    const open = this.#open === "";
    const ticks = this.#data.languages.map(({ code, name: label }) =>
      h("label", { class: "form-check" }, h("input", {
        type: "checkbox", class: "form-check-input", checked: it.languages.includes(code), "data-field": "languages",
        onchange: (event) => {
          const on = (event.target as HTMLInputElement).checked;
          it.languages = this.#data.languages.map((one) => one.code).filter((one) => one === code ? on : it.languages.includes(one));
          this.changed();
        },
      }), h("span", { class: "form-check-label" }, label)));
    const display = h("select", { class: "form-select", "aria-label": this.partName("display"), onchange: (event) => {
      it.display = (event.target as HTMLSelectElement).value;
      this.changed();
    } }, ...["one", "page"].map((code) => h("option", { value: code, selected: it.display === code }, this.say(code))));
    return h("section", { class: "card viv-survey-card", "data-key": "" },
      this.#heading("", "settings", this.say("settings"), it.title[document.documentElement.lang] || (it.languages.map((code) => it.title[code]).find(Boolean) ?? ""), open),
      open ? h("div", { class: "viv-survey-body" },
        h("div", { class: "viv-survey-ticks" }, ...ticks, display),
        texts(this, "whole", "title", it.title, this.partName("title"), 1),
        texts(this, "whole", "intro", it.intro, this.partName("intro"), 2),
        texts(this, "whole", "thanks", it.thanks, this.partName("thanks"), 3)) : null);
  }

  #card(question: Question, place: number): HTMLElement {
    const open = this.#open === question.key;
    const last = place === this.it.questions.length - 1;
    const kind = this.words("kinds")[question.kind] ?? question.kind;
    const card = h("li", { class: "card viv-survey-card", "data-key": question.key },
      h("div", { class: "viv-survey-head" },
        h("span", { class: "viv-survey-grip", title: this.say("drag"), draggable: "true", "aria-hidden": "true" }, icon(this.sprite, "grip-vertical")),
        this.#heading(question.key, String(place + 1), name(question, this), kind, open),
        h("span", { class: "viv-survey-buttons" },
          this.#act("chevron-up", "up", place, () => this.#move(question, place - 1), place === 0),
          this.#act("chevron-down", "down", place, () => this.#move(question, place + 1), last),
          this.#act("copy", "copy", place, () => this.#copy(question, place)),
          this.#act("trash", "remove", place, () => this.#remove(place)))),
      open ? body(this, question) : null);
    this.#draggable(card, question);
    return card;
  }

  #heading(key: string, mark: string, title: string, aside: string, open: boolean): HTMLElement {
    const number = mark === "settings" ? icon(this.sprite, "settings") : mark;
    return h("button", { type: "button", class: "viv-survey-title", "aria-expanded": String(open), "data-title": key, onclick: () => {
      this.#open = open ? "-" : key;
      this.#draw();
      this.querySelector<HTMLElement>(`[data-title="${key}"]`)?.focus();
      this.#preview.show(this.it, key === "" ? "end" : key);
    } }, h("span", { class: "viv-survey-mark" }, number), h("span", { class: "viv-survey-name" }, title, h("small", {}, aside)));
  }

  #act(name_: string, label: string, place: number, press: () => void, disabled = false): HTMLElement {
    const said = `${this.say(label)}: ${place + 1}`;
    return h("button", { type: "button", class: "btn btn-icon btn-sm", "data-act": label, "aria-label": said, title: this.say(label), disabled, onclick: press }, icon(this.sprite, name_));
  }

  #draggable(card: HTMLElement, question: Question): void {
    const grip = card.querySelector<HTMLElement>(".viv-survey-grip");
    grip?.addEventListener("dragstart", (event) => {
      this.#dragged = question;
      event.dataTransfer?.setData("text/plain", question.key);
      event.dataTransfer?.setDragImage(card, 20, 20);
      card.classList.add("is-dragged");
    });
    grip?.addEventListener("dragend", () => {
      this.#dragged = null;
      this.querySelectorAll(".is-dragged, .is-target").forEach((one) => one.classList.remove("is-dragged", "is-target"));
    });
    card.addEventListener("dragover", (event) => {
      if (!this.#dragged || this.#dragged === question) return;
      event.preventDefault();
      card.classList.add("is-target");
    });
    card.addEventListener("dragleave", () => card.classList.remove("is-target"));
    card.addEventListener("drop", (event) => {
      event.preventDefault();
      if (this.#dragged) this.#move(this.#dragged, this.it.questions.indexOf(question));
    });
  }

  #add(kind: string): void {
    const question = newQuestion(kind, this.it.questions.map((one) => one.key));
    this.it.questions.push(question);
    this.changed(question);
    this.querySelector<HTMLElement>(`[data-key="${question.key}"] textarea`)?.focus();
  }

  #copy(question: Question, place: number): void {
    const copy = structuredClone(question);
    copy.key = freeKey(question.key, this.it.questions.map((one) => one.key));
    this.it.questions.splice(place + 1, 0, copy);
    this.changed(copy);
  }

  #remove(place: number): void {
    this.it.questions.splice(place, 1);
    this.changed();
    this.#spoken.textContent = this.say("removed");
  }

  #move(question: Question, to: number): void {
    const from = this.it.questions.indexOf(question);
    if (from < 0 || to < 0 || to >= this.it.questions.length) return;
    this.it.questions.splice(from, 1);
    this.it.questions.splice(to, 0, question);
    const act = to < from ? "up" : "down";
    this.#history.changed();
    this.#draw();
    this.#later();
    const button = this.querySelector<HTMLButtonElement>(`[data-key="${question.key}"] [data-act="${act}"]`);
    (button?.disabled ? this.querySelector<HTMLElement>(`[data-title="${question.key}"]`) : button)?.focus();
    this.#spoken.textContent = this.say("moved").replace("{n}", String(to + 1));
  }

  #travel(way: "undo" | "redo"): void {
    this.#history[way]();
    this.#draw();
    this.#later();
  }

  #key(event: KeyboardEvent): void {
    const typing = (event.target as HTMLElement).matches("input, textarea, select");
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    this.#travel(event.shiftKey ? "redo" : "undo");
  }

  #later(): void {
    this.#undo.disabled = !this.#history.canUndo;
    this.#redo.disabled = !this.#history.canRedo;
    clearTimeout(this.#timer);
    this.#status.textContent = this.say("saving");
    this.dispatchEvent(new CustomEvent("viv:draft", { bubbles: true }));
    this.#timer = window.setTimeout(() => {
      this.#saving = this.#saving.then(() => this.#save());
    }, SAVE_AFTER_MS);
  }

  async #save(): Promise<void> {
    try {
      const token = (JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}") as Record<string, string>)["X-CSRFToken"] ?? "";
      const answer = await fetch(this.#data.save, {
        method: "POST", body: JSON.stringify(this.it), headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      });
      const said = (await answer.json()) as { problems?: Problem[]; error?: string };
      if (!said.problems) {
        this.#status.textContent = said.error ?? this.say("unsaved");
        return;
      }
      this.#problems = said.problems;
      this.#tell();
      await this.#preview.refresh(this.it);
    } catch {
      this.#status.textContent = this.say("unsaved");
    }
  }

  /** How far it is, and each problem at its place. */
  #tell(): void {
    const n = this.#problems.length;
    const said = n === 0 ? this.say("ready") : this.say(n === 1 ? "problem" : "problems").replace("{n}", String(n));
    this.#status.replaceChildren(icon(this.sprite, n === 0 ? "circle-check" : "alert-circle"), `${this.say("saved")} · ${said}`);
    this.querySelectorAll(".viv-survey-error").forEach((one) => one.remove());
    this.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    for (const card of this.querySelectorAll<HTMLElement>("[data-key]")) {
      const own = this.#problems.filter((one) => one.question === card.dataset["key"]);
      card.classList.toggle("has-problems", own.length > 0);
      for (const problem of own) this.#mark(card, problem);
    }
  }

  #mark(card: HTMLElement, problem: Problem): void {
    const field = card.querySelector<HTMLElement>(`[data-field="${problem.part}"]`);
    if (card.querySelector(".viv-survey-body") === null) return;
    const id = `p-${problem.question}-${problem.part}`.replaceAll(".", "-");
    const said = h("p", { class: "viv-survey-error", id }, problem.text);
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", id);
      const option = field.closest(".viv-survey-option");
      (field.matches("fieldset") ? field.lastElementChild : option ?? field)?.after(said);
      const folded = field.closest("details");
      if (folded) folded.open = true;
    } else {
      card.querySelector(".viv-survey-body")?.prepend(said);
    }
  }

  #focus(): string {
    const active = document.activeElement as HTMLElement | null;
    const card = active?.closest<HTMLElement>("[data-key]");
    if (!active || !card) return "";
    const all = [...card.querySelectorAll<HTMLElement>("input, textarea, select, button")];
    return `${card.dataset["key"]}|${all.indexOf(active)}`;
  }

  #refocus(where: string): void {
    const [key, place] = where.split("|");
    if (place === undefined) return;
    const all = this.querySelectorAll<HTMLElement>(`[data-key="${key}"] :is(input, textarea, select, button)`);
    (all[Math.min(Number(place), all.length - 1)] as HTMLElement | undefined)?.focus();
  }
}

customElements.define("viv-survey-builder", VivSurveyBuilder);
