/**
 * `<viv-journey-slides>`: a map for a room, one step at a time. Arrow keys, Page up and down and space walk, Home and
 * End go to the ends, F fills the screen, Escape leaves. Without scripts all slides stand one below the other.
 */

import { h, icon } from "./survey-builder/dom";

class VivJourneySlides extends HTMLElement {
  #slides: HTMLElement[] = [];
  #at = 0;
  #count = h("output", {});

  connectedCallback(): void {
    if (this.#slides.length > 0) return;
    this.#slides = [...this.querySelectorAll<HTMLElement>(".viv-slide")];
    this.classList.add("is-alive");
    const sprite = this.dataset["icons"] ?? "";
    const tool = (name: string, label: string, press: () => void): HTMLElement =>
      h("button", { type: "button", class: "btn btn-icon", "aria-label": label, title: label, onclick: press }, icon(sprite, name));
    this.append(h("nav", { class: "viv-slide-tools" },
      tool("arrow-left", this.dataset["back"] ?? "", () => this.#go(this.#at - 1)), this.#count,
      tool("arrow-right", this.dataset["next"] ?? "", () => this.#go(this.#at + 1)),
      tool("device-desktop", this.dataset["full"] ?? "", () => this.#fill()),
      tool("x", this.dataset["close"] ?? "", () => this.#leave())));
    document.addEventListener("keydown", this.#key);
    this.#go(Number(window.location.hash.slice(1)) || 0);
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#key);
  }

  #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = (event.target as HTMLElement).closest("button, a") !== null;
    if (onButton && (event.key === " " || event.key === "Enter")) return;
    const to: Record<string, number> = {
      ArrowRight: this.#at + 1, ArrowDown: this.#at + 1, PageDown: this.#at + 1, " ": this.#at + 1,
      ArrowLeft: this.#at - 1, ArrowUp: this.#at - 1, PageUp: this.#at - 1, Home: 0, End: this.#slides.length - 1,
    };
    const next = to[event.key];
    if (next !== undefined) this.#go(next);
    else if (event.key === "f" || event.key === "F") this.#fill();
    else if (event.key === "Escape" && !document.fullscreenElement) this.#leave();
    else return;
    event.preventDefault();
  };

  #go(to: number): void {
    this.#at = Math.min(Math.max(0, to), this.#slides.length - 1);
    this.#slides.forEach((slide, place) => {
      slide.hidden = place !== this.#at;
    });
    this.#count.textContent = `${this.#at + 1} / ${this.#slides.length}`;
    history.replaceState(null, "", `#${this.#at}`);
  }

  #fill(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.requestFullscreen();
  }

  #leave(): void {
    window.location.href = this.dataset["away"] ?? "/";
  }
}

customElements.define("viv-journey-slides", VivJourneySlides);
