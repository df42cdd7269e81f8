/** One question's card: its texts in every language side by side, its answers, its conditions. */

import { h, icon, type Child } from "./dom";
import { ends, newOption, WITH_OPTIONS, type Condition, type Option, type Question, type Questionnaire, type Texts } from "./document";

export interface Words {
  [key: string]: string | Record<string, string>;
}

/** What a card needs of the builder around it. */
export interface Bench {
  readonly it: Questionnaire;
  readonly sprite: string;
  say(key: string): string;
  partName(key: string): string;
  words(group: "kinds" | "parts" | "operators"): Record<string, string>;
  languageName(code: string): string;
  /** A text was typed: nothing is drawn anew. */
  typed(field: string): void;
  /** Something else changed: the card is drawn anew. */
  changed(question?: Question): void;
}

const OPERATORS_OF_NUMBERS = ["at least", "at most", "is", "is not", "answered", "not answered"];
const OPERATORS_OF_CODES = ["is", "is not", "answered", "not answered"];
const OPERATORS_OF_TEXTS = ["answered", "not answered"];

/** The same text in each language, side by side. `part` names it for problems: "text", "options.2". */
export function texts(bench: Bench, where: string, part: string, holder: Texts, label: string, rows = 2): HTMLElement {
  const fields = bench.it.languages.map((language) => {
    const id = `f-${where}-${part}-${language}`.replaceAll(".", "-");
    const input = h("textarea", {
      id, rows, class: "form-control", lang: language, "data-field": `${part}.${language}`, maxlength: 2000,
      oninput: (event) => {
        holder[language] = (event.target as HTMLTextAreaElement).value;
        bench.typed(id);
      },
    });
    input.value = holder[language] ?? "";
    return h("div", { class: "viv-survey-field" },
      h("label", { for: id, class: "form-label" }, `${label} (${bench.languageName(language)})`), input);
  });
  return h("div", { class: "viv-survey-pair" }, ...fields);
}

function tick(bench: Bench, question: Question, part: "required" | "multiple" | "other" | "scored"): HTMLElement {
  const input = h("input", {
    type: "checkbox", class: "form-check-input", checked: Boolean(question[part]), "data-field": part,
    onchange: (event) => {
      question[part] = (event.target as HTMLInputElement).checked;
      bench.changed(question);
    },
  });
  return h("label", { class: "form-check" }, input, h("span", { class: "form-check-label" }, bench.partName(part)));
}

function select(label: string, value: string, options: [string, string][], change: (value: string) => void, field = ""): HTMLElement {
  const control = h("select", { class: "form-select", "data-field": field, "aria-label": label,
    onchange: (event) => change((event.target as HTMLSelectElement).value) },
    ...options.map(([code, name]) => h("option", { value: code, selected: code === value }, name)));
  return control;
}

/** The card's body. */
export function body(bench: Bench, question: Question): HTMLElement {
  const earlier = bench.it.questions.slice(0, bench.it.questions.indexOf(question));
  const scored = earlier.filter((one) => ends(one) !== null);
  const parts: Child[] = [texts(bench, question.key, "text", question.text, bench.partName("text"))];
  if (ends(question)) parts.push(...scale(bench, question));
  if (WITH_OPTIONS.includes(question.kind)) {
    const columns = question.kind === "matrix";
    if (columns) parts.push(list(bench, question, "rows", bench.partName("rows"), bench.say("addRow")));
    const label = columns ? bench.say("columns") : bench.partName("options");
    parts.push(list(bench, question, "options", label, bench.say(columns ? "addColumn" : "addOption")));
  }
  if (question.kind === "consent") parts.push(line(bench, question, "purpose", bench.say("purposeHint")));
  if (question.kind === "text" && scored.length > 0) {
    const choices: [string, string][] = [["", bench.say("nothing")], ...scored.map((one): [string, string] => [one.key, name(one, bench)])];
    parts.push(labelled(bench.partName("about"), select(bench.partName("about"), question.about ?? "", choices, (value) => {
      question.about = value;
      bench.changed(question);
    }, "about")));
  }
  const ticks: HTMLElement[] = [tick(bench, question, "required")];
  if (question.kind === "choice") ticks.push(tick(bench, question, "multiple"), tick(bench, question, "other"));
  if (question.kind === "yes_no") ticks.push(tick(bench, question, "scored"));
  parts.push(h("div", { class: "viv-survey-ticks" }, ...ticks), more(bench, question, earlier));
  return h("div", { class: "viv-survey-body" }, ...parts);
}

function scale(bench: Bench, question: Question): Child[] {
  const [low, high] = ends(question) ?? [1, 5];
  const parts: Child[] = [];
  if (question.kind === "scale") {
    parts.push(h("div", { class: "viv-survey-pair" },
      labelled(bench.partName("low_end"), select(bench.partName("low_end"), String(low), [["0", "0"], ["1", "1"]], (value) => {
        question.low_end = Number(value);
        bench.changed(question);
      }, "low_end")),
      labelled(bench.partName("high_end"), select(bench.partName("high_end"), String(high),
        [2, 3, 4, 5, 6, 7, 8, 9, 10].map((n): [string, string] => [String(n), String(n)]), (value) => {
          question.high_end = Number(value);
          bench.changed(question);
        }, "high_end"))));
  }
  question.low ??= {};
  question.high ??= {};
  parts.push(texts(bench, question.key, "low", question.low, `${low}: ${bench.partName("low")}`, 1));
  parts.push(texts(bench, question.key, "high", question.high, `${high}: ${bench.partName("high")}`, 1));
  return parts;
}

function labelled(label: string, control: HTMLElement): HTMLElement {
  return h("div", { class: "viv-survey-field" }, h("span", { class: "form-label", "aria-hidden": "true" }, label), control);
}

function line(bench: Bench, question: Question, part: "purpose" | "key", hint: string): HTMLElement {
  const id = `f-${question.key}-${part}`;
  const input = h("input", { id, class: "form-control", "data-field": part, maxlength: 40, "aria-describedby": `${id}-hint`, autocapitalize: "none" });
  input.value = String(question[part] ?? "");
  const take = (): void => {
    if (part === "key") rename(bench, question, input.value);
    else question.purpose = input.value.trim();
    bench.changed(question);
  };
  input.addEventListener("change", take);
  return h("div", { class: "viv-survey-field" }, h("label", { for: id, class: "form-label" }, bench.partName(part)), input,
    h("p", { class: "form-hint", id: `${id}-hint` }, hint));
}

/** A new short name, also where other questions mention the old one. What is no short name is made into one. */
function rename(bench: Bench, question: Question, wish: string): void {
  const old = question.key;
  const plain = wish.toLowerCase().normalize("NFD").replace(/[^a-z0-9_]+/g, "_").replace(/^[^a-z]+/, "").slice(0, 40);
  if (plain === "" || bench.it.questions.some((one) => one !== question && one.key === plain)) return;
  question.key = plain;
  for (const one of bench.it.questions) {
    if (one.about === old) one.about = plain;
    for (const condition of one.show_if ?? []) if (condition.question === old) condition.question = plain;
    for (const language of Object.keys(one.text)) {
      one.text[language] = (one.text[language] ?? "").replaceAll(`{answer.${old}`, `{answer.${plain}`);
    }
  }
}

function list(bench: Bench, question: Question, part: "options" | "rows", label: string, add: string): HTMLElement {
  const options = (question[part] ??= []);
  const items = options.map((option, place) => entry(bench, question, part, options, option, place));
  return h("fieldset", { class: "viv-survey-options", "data-field": part },
    h("legend", { class: "form-label" }, label), ...items,
    h("button", { type: "button", class: "btn btn-sm", onclick: () => {
      options.push(newOption(options.map((one) => one.code)));
      bench.changed(question);
    } }, icon(bench.sprite, "plus"), add));
}

function entry(bench: Bench, question: Question, part: string, options: Option[], option: Option, place: number): HTMLElement {
  const inputs = bench.it.languages.map((language) => {
    const input = h("input", {
      class: "form-control", lang: language, "data-field": `${part}.${place}.${language}`, maxlength: 500,
      placeholder: bench.languageName(language), "aria-label": `${place + 1} (${bench.languageName(language)})`,
      oninput: (event) => {
        option.text[language] = (event.target as HTMLInputElement).value;
        bench.typed(`${question.key}-${part}-${option.code}-${language}`);
      },
    });
    input.value = option.text[language] ?? "";
    return input;
  });
  const swap = (by: number): void => {
    const other = options[place + by];
    if (!other) return;
    options[place] = other;
    options[place + by] = option;
    bench.changed(question);
  };
  const small = (label: string, name: string, press: () => void, disabled = false): HTMLElement =>
    h("button", { type: "button", class: "btn btn-icon btn-sm", "aria-label": `${label}: ${place + 1}`, title: label, disabled, onclick: press }, icon(bench.sprite, name));
  return h("div", { class: "viv-survey-option" }, ...inputs,
    small(bench.say("up"), "chevron-up", () => swap(-1), place === 0),
    small(bench.say("down"), "chevron-down", () => swap(1), place === options.length - 1),
    small(bench.say("removeOption"), "x", () => {
      options.splice(place, 1);
      bench.changed(question);
    }));
}

function more(bench: Bench, question: Question, earlier: Question[]): HTMLElement {
  const conditions = (question.show_if ??= []);
  question.hint ??= {};
  const rows = conditions.map((condition, place) => when(bench, question, conditions, condition, place, earlier));
  const match = conditions.length > 1
    ? select(bench.say("match"), question.match ?? "all", [["all", bench.say("all")], ["any", bench.say("any")]], (value) => {
      question.match = value;
      bench.changed(question);
    }, "match")
    : null;
  const add = earlier.length > 0
    ? h("button", { type: "button", class: "btn btn-sm", onclick: () => {
      const asked = earlier[earlier.length - 1] as Question;
      const number = ends(asked);
      conditions.push({ question: asked.key, operator: number ? "at most" : operators(asked)[0] ?? "answered", value: number ? String(Math.floor((number[0] + number[1]) / 2) + 1) : values(bench, asked)[0]?.[0] ?? "" });
      bench.changed(question);
    } }, icon(bench.sprite, "plus"), bench.say("addCondition"))
    : null;
  const open = conditions.length > 0 || Object.values(question.hint).some(Boolean);
  return h("details", { class: "viv-survey-more", open },
    h("summary", {}, bench.say("more")),
    texts(bench, question.key, "hint", question.hint, bench.partName("hint"), 1),
    h("p", { class: "form-hint" }, bench.say("placesHint")),
    h("fieldset", { class: "viv-survey-options", "data-field": "show_if" },
      h("legend", { class: "form-label" }, bench.say("conditions")),
      rows.length === 0 ? h("p", { class: "form-hint" }, bench.say("always")) : null, ...rows, match, add),
    line(bench, question, "key", bench.say("keyHint")));
}

function when(bench: Bench, question: Question, conditions: Condition[], condition: Condition, place: number, earlier: Question[]): HTMLElement {
  const asked = earlier.find((one) => one.key === condition.question);
  const names = earlier.map((one): [string, string] => [one.key, name(one, bench)]);
  if (!asked) names.unshift([condition.question, condition.question]);
  const needsValue = !condition.operator.endsWith("answered");
  const change = (part: keyof Condition) => (value: string): void => {
    condition[part] = value;
    bench.changed(question);
  };
  const words = bench.words("operators");
  return h("div", { class: "viv-survey-condition" },
    select(bench.say("question"), condition.question, names, (value) => {
      const next = earlier.find((one) => one.key === value);
      condition.question = value;
      if (next && !operators(next).includes(condition.operator)) condition.operator = operators(next)[0] ?? "answered";
      if (next) condition.value = values(bench, next)[0]?.[0] ?? "";
      bench.changed(question);
    }),
    select(bench.say("conditions"), condition.operator, (asked ? operators(asked) : OPERATORS_OF_NUMBERS).map((one): [string, string] => [one, words[one] ?? one]), change("operator")),
    needsValue ? select(bench.say("value"), condition.value, withOwn(asked ? values(bench, asked) : [], condition.value), change("value")) : null,
    h("button", { type: "button", class: "btn btn-icon btn-sm", "aria-label": bench.say("removeCondition"), title: bench.say("removeCondition"), onclick: () => {
      conditions.splice(place, 1);
      bench.changed(question);
    } }, icon(bench.sprite, "x")));
}

function operators(asked: Question): string[] {
  if (ends(asked)) return OPERATORS_OF_NUMBERS;
  return asked.kind === "text" ? OPERATORS_OF_TEXTS : OPERATORS_OF_CODES;
}

function withOwn(known: [string, string][], own: string): [string, string][] {
  return known.some(([code]) => code === own) ? known : [[own, own], ...known];
}

function values(bench: Bench, asked: Question): [string, string][] {
  const range = ends(asked);
  if (range) return Array.from({ length: range[1] - range[0] + 1 }, (_, n) => [String(range[0] + n), String(range[0] + n)]);
  if (asked.kind === "yes_no" || asked.kind === "consent") return [["yes", bench.say("yes")], ["no", bench.say("no")]];
  const named = (asked.options ?? []).map((one): [string, string] => [one.code, bench.it.languages.map((code) => one.text[code]).find(Boolean) ?? one.code]);
  return asked.other ? [...named, ["other", bench.say("other")]] : named;
}

/** A question's text as lists show it. */
export function name(question: Question, bench: Bench): string {
  const page = document.documentElement.lang;
  const text = question.text[page] || bench.it.languages.map((code) => question.text[code]).find(Boolean) || bench.say("untitled");
  return text.length > 70 ? `${text.slice(0, 68)}…` : text;
}
