/**
 * `<viv-chart>`: draws the chart its child `<script type="application/json">` describes (`foundation/charts.py` writes it).
 *
 * The picture is a canvas; the same numbers stand in a table beside it. Arrow keys walk from point to point and say each
 * one aloud; Enter opens it. Redraws on resize and when light turns dark. Drawing code comes only when a chart is in view.
 */
import type { Spec } from "./chart/spec";
import type { Drawing } from "./chart/drawing";

/** Labels are measured once: with the letters of another typeface their places would be too narrow. */
async function lettersOf(host: HTMLElement): Promise<unknown> {
  return document.fonts.load(`13px ${getComputedStyle(host).fontFamily}`).catch(() => undefined);
}

class VivChart extends HTMLElement {
  #drawing: Drawing | undefined;
  #inView: IntersectionObserver | undefined;
  #resized: ResizeObserver | undefined;
  readonly #redraw = (): void => this.#drawing?.redraw();

  connectedCallback(): void {
    this.#inView = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void this.#draw();
      },
      { rootMargin: "200px" },
    );
    this.#inView.observe(this);
  }

  disconnectedCallback(): void {
    this.#inView?.disconnect();
    this.#resized?.disconnect();
    document.documentElement.removeEventListener("viv:themed", this.#redraw);
    this.#drawing?.dispose();
    this.#drawing = undefined;
  }

  async #draw(): Promise<void> {
    this.#inView?.disconnect();
    const data = this.querySelector<HTMLScriptElement>(":scope > script[type='application/json']");
    if (this.#drawing || !data?.textContent) return;
    const spec = JSON.parse(data.textContent) as Spec;
    const [{ Drawing }] = await Promise.all([import("./chart/drawing"), lettersOf(this)]);
    if (!this.isConnected || this.#drawing) return;
    this.#drawing = new Drawing(this, spec);
    this.setAttribute("drawn", "");
    this.#resized = new ResizeObserver(() => this.#drawing?.resize());
    this.#resized.observe(this);
    document.documentElement.addEventListener("viv:themed", this.#redraw);
  }
}

customElements.define("viv-chart", VivChart);
