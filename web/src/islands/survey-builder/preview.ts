/** The survey as people will see it, on a phone and on a desktop, in each language. */

import { h } from "./dom";
import type { Questionnaire } from "./document";

const WIDTHS = { phone: 390, desktop: 1024 };
type Device = keyof typeof WIDTHS;

export class Preview {
  readonly element: HTMLElement;
  #frame: HTMLIFrameElement;
  #screen: HTMLElement;
  #device: Device = "phone";
  #language = "";
  #at = "";
  #it: Questionnaire | undefined;
  #choices = h("div", { class: "viv-survey-switches" });

  constructor(private address: string, private say: (key: string) => string, private languageName: (code: string) => string) {
    // No scripts and no forms: nothing pressed in a preview is an answer.
    this.#frame = h("iframe", { title: say("previewOf"), sandbox: "allow-same-origin" });
    this.#screen = h("div", { class: "viv-survey-screen" }, this.#frame);
    this.element = h("aside", { class: "viv-survey-preview", "aria-label": say("preview") },
      h("h2", { class: "viv-section-title" }, say("previewOf")), this.#choices, this.#screen);
    new ResizeObserver(() => this.#fit()).observe(this.#screen);
  }

  /** Show the screen with this question; "end" is the thanks. */
  show(it: Questionnaire, at: string): void {
    this.#it = it;
    this.#at = at;
    if (!it.languages.includes(this.#language)) {
      const page = document.documentElement.lang;
      this.#language = it.languages.includes(page) ? page : it.languages[0] ?? "";
    }
    this.#draw();
    this.#frame.src = this.#source();
  }

  /** The same screen after a change, without a flicker where it is loaded already. */
  async refresh(it: Questionnaire): Promise<void> {
    this.#it = it;
    if (!it.languages.includes(this.#language)) return this.show(it, this.#at);
    const answer = await fetch(this.#source());
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("survey");
    const now = this.#frame.contentDocument?.getElementById("survey");
    if (next && now) now.replaceWith(this.#frame.contentDocument!.importNode(next, true));
    else this.#frame.src = this.#source();
    this.#draw();
  }

  #source(): string {
    return `${this.address}?lang=${encodeURIComponent(this.#language)}&at=${encodeURIComponent(this.#at)}`;
  }

  #draw(): void {
    const it = this.#it;
    if (!it) return;
    const button = (label: string, on: boolean, press: () => void): HTMLElement =>
      h("button", { type: "button", "aria-pressed": String(on), onclick: press }, label);
    const devices = (Object.keys(WIDTHS) as Device[]).map((one) => button(this.say(one), one === this.#device, () => {
      this.#device = one;
      this.#draw();
    }));
    const languages = it.languages.map((one) => button(this.languageName(one), one === this.#language, () => {
      this.#language = one;
      this.show(it, this.#at);
    }));
    this.#choices.replaceChildren(h("div", { class: "viv-choice" }, ...devices), h("div", { class: "viv-choice" }, ...languages),
      h("div", { class: "viv-choice" }, button(this.say("thanks"), this.#at === "end", () => this.show(it, "end"))));
    this.#screen.dataset["device"] = this.#device;
    this.#fit();
  }

  /** The device's true width, made smaller to fit: what breaks there breaks here. */
  #fit(): void {
    const width = WIDTHS[this.#device];
    const room = this.#screen.clientWidth;
    if (room === 0) return;
    const scale = Math.min(1, room / width);
    const height = this.#device === "phone" ? 720 : 680;
    this.#frame.style.width = `${width}px`;
    this.#frame.style.height = `${height}px`;
    this.#frame.style.transform = `scale(${scale})`;
    this.#screen.style.height = `${height * scale}px`;
  }
}
