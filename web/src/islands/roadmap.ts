/**
 * `<viv-roadmap>`: bars of a timeline that can be dragged, or moved with the arrow keys, to another quarter.
 *
 * The table inside works without it. A move fills in the form named by `data-form` and sends it: the server completes the
 * plan around the change and answers with the page that says what it costs.
 */

interface Texts {
  move: string;
  moved: string;
  working: string;
  back: string;
}

interface Bar {
  element: HTMLElement;
  start: number;
  lasts: number;
  title: string;
  at: number;
}

const filled = (text: string, ...words: string[]): string => words.reduce((told, word) => told.replace("%s", word), text);

class VivRoadmap extends HTMLElement {
  #texts!: Texts;
  #form: HTMLFormElement | null = null;
  #heads: HTMLElement[] = [];
  #status: HTMLElement | null = null;
  #busy = false;

  connectedCallback(): void {
    const told = this.querySelector<HTMLScriptElement>(":scope > script[type='application/json']");
    const form = this.dataset["form"];
    if (!told?.textContent || !form || this.#form) return;
    this.#texts = JSON.parse(told.textContent) as Texts;
    this.#form = document.getElementById(form) as HTMLFormElement | null;
    this.#heads = [...this.querySelectorAll<HTMLElement>("th[data-quarter]")];
    this.#status = this.querySelector(".viv-roadmap-status");
    for (const element of this.querySelectorAll<HTMLElement>(".viv-roadmap-bar")) this.#take(element);
  }

  #take(element: HTMLElement): void {
    const { start, lasts, title } = element.dataset;
    const bar: Bar = { element, start: Number(start), lasts: Number(lasts), title: title ?? "", at: Number(start) };
    element.tabIndex = 0;
    element.setAttribute("role", "slider");
    element.setAttribute("aria-valuemin", "0");
    element.setAttribute("aria-valuemax", String(this.#last(bar)));
    element.setAttribute("aria-label", filled(this.#texts.move, bar.title, this.#quarter(bar.start)));
    this.#show(bar);
    element.addEventListener("keydown", (event) => this.#key(event, bar));
    element.addEventListener("blur", () => this.#put(bar, bar.start));
    element.addEventListener("pointerdown", (event) => this.#grab(event, bar));
  }

  #last(bar: Bar): number {
    return this.#heads.length - bar.lasts;
  }

  #quarter(at: number): string {
    return this.#heads[at]?.textContent ?? "";
  }

  #show(bar: Bar): void {
    bar.element.setAttribute("aria-valuenow", String(bar.at));
    bar.element.setAttribute("aria-valuetext", this.#quarter(bar.at));
  }

  /** Where the bar would be, drawn by shifting it over the columns. */
  #put(bar: Bar, at: number): void {
    if (this.#busy) return;
    bar.at = Math.max(0, Math.min(at, this.#last(bar)));
    const from = this.#heads[bar.start]?.offsetLeft ?? 0;
    const to = this.#heads[bar.at]?.offsetLeft ?? 0;
    bar.element.style.translate = bar.at === bar.start ? "" : `${to - from}px`;
    bar.element.classList.toggle("viv-roadmap-moved", bar.at !== bar.start);
    this.#show(bar);
  }

  #key(event: KeyboardEvent, bar: Bar): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      this.#put(bar, bar.at + step);
      this.#say(filled(this.#texts.moved, bar.title, this.#quarter(bar.at)));
    } else if (event.key === "Escape") {
      this.#put(bar, bar.start);
      this.#say(filled(this.#texts.back, bar.title, this.#quarter(bar.start)));
    } else if (event.key === "Enter" || event.key === " ") this.#send(bar);
    else return;
    event.preventDefault();
  }

  #grab(event: PointerEvent, bar: Bar): void {
    if (event.button !== 0 || this.#busy) return;
    const width = this.#heads[0]?.offsetWidth || 1;
    const move = (moved: PointerEvent): void =>
      this.#put(bar, bar.start + Math.round((moved.clientX - event.clientX) / width));
    const end = (ended: PointerEvent): void => {
      bar.element.removeEventListener("pointermove", move);
      bar.element.removeEventListener("pointerup", end);
      bar.element.removeEventListener("pointercancel", end);
      if (ended.type === "pointerup") this.#send(bar);
      else this.#put(bar, bar.start);
    };
    bar.element.setPointerCapture(event.pointerId);
    bar.element.addEventListener("pointermove", move);
    bar.element.addEventListener("pointerup", end);
    bar.element.addEventListener("pointercancel", end);
  }

  #send(bar: Bar): void {
    if (!this.#form || bar.at === bar.start || this.#busy) return;
    this.#busy = true;
    this.#say(this.#texts.working);
    this.setAttribute("aria-busy", "true");
    const fields = this.#form.elements;
    (fields.namedItem("initiative") as HTMLSelectElement).value = bar.element.dataset["initiative"] ?? "";
    (fields.namedItem("place") as HTMLSelectElement).value = String(bar.at);
    this.#form.requestSubmit();
  }

  #say(text: string): void {
    if (this.#status) this.#status.textContent = text;
  }
}

customElements.define("viv-roadmap", VivRoadmap);
