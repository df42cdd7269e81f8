/** The questionnaire as the server keeps it, and changing it with undo. */

export type Texts = Record<string, string>;

export interface Option {
  code: string;
  text: Texts;
}

export interface Condition {
  question: string;
  operator: string;
  value: string;
}

export interface Question {
  key: string;
  kind: string;
  text: Texts;
  hint?: Texts;
  low?: Texts;
  high?: Texts;
  low_end?: number;
  high_end?: number;
  required?: boolean;
  multiple?: boolean;
  other?: boolean;
  scored?: boolean;
  about?: string;
  purpose?: string;
  options?: Option[];
  rows?: Option[];
  show_if?: Condition[];
  match?: string;
}

export interface Questionnaire {
  languages: string[];
  display: string;
  title: Texts;
  intro: Texts;
  thanks: Texts;
  questions: Question[];
}

export const ENDS: Record<string, [number, number]> = { nps: [0, 10], enps: [0, 10], csat: [1, 5], ces: [1, 7] };
export const WITH_OPTIONS = ["choice", "ranking", "matrix"];
const STEPS_KEPT = 100;

/** Where a scale begins and ends; null for other kinds. */
export function ends(question: Question): [number, number] | null {
  if (question.kind === "scale") return [question.low_end ?? 1, question.high_end ?? 5];
  return ENDS[question.kind] ?? null;
}

/** A short name nobody has yet: "nps", "choice_2". */
export function freeKey(wish: string, taken: string[]): string {
  if (!taken.includes(wish)) return wish;
  let n = 2;
  while (taken.includes(`${wish}_${n}`)) n += 1;
  return `${wish}_${n}`;
}

/** A new question of a kind, with two empty answers where it needs some. */
export function newQuestion(kind: string, taken: string[]): Question {
  const question: Question = { key: freeKey(kind, taken), kind, text: {} };
  if (WITH_OPTIONS.includes(kind)) question.options = [newOption([]), newOption(["a"])];
  if (kind === "matrix") question.rows = [newOption([])];
  return question;
}

/** An answer with the next letter as its code: a, b, … a2. */
export function newOption(taken: string[]): Option {
  const letters = "abcdefghijklmnopqrstuvwxyz".split("");
  return { code: letters.find((letter) => !taken.includes(letter)) ?? freeKey("a", taken), text: {} };
}

/** Keeps earlier states. Changes of one field in a row are one step. */
export class History {
  #before: string[] = [];
  #after: string[] = [];
  #field = "";
  #now: string;

  constructor(public it: Questionnaire) {
    this.#now = JSON.stringify(it);
  }

  /** Note that `it` has been changed; `field` names the text being typed, "" for anything else. */
  changed(field = ""): void {
    const next = JSON.stringify(this.it);
    if (next === this.#now) return;
    if (field === "" || field !== this.#field) this.#before.push(this.#now);
    this.#before = this.#before.slice(-STEPS_KEPT);
    this.#after = [];
    this.#field = field;
    this.#now = next;
  }

  get canUndo(): boolean {
    return this.#before.length > 0;
  }

  get canRedo(): boolean {
    return this.#after.length > 0;
  }

  undo(): void {
    this.#go(this.#before, this.#after);
  }

  redo(): void {
    this.#go(this.#after, this.#before);
  }

  #go(from: string[], to: string[]): void {
    const there = from.pop();
    if (there === undefined) return;
    to.push(this.#now);
    this.#now = there;
    this.#field = "";
    this.it = JSON.parse(there) as Questionnaire;
  }
}
