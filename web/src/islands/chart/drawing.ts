/** One drawn chart: canvas, tooltip, keyboard. */
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { options } from "./options";
import { type Palette, palette } from "./palette";
import { type Point, type Spec, withUnit, written } from "./spec";

use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

const ROW_PIXELS = 34;
const LINE_PIXELS = 260;

export class Drawing {
  readonly #host: HTMLElement;
  readonly #spec: Spec;
  readonly #canvas: HTMLDivElement;
  readonly #voice: HTMLDivElement;
  readonly #chart: ECharts;
  #colours: Palette;
  #at = -1;

  constructor(host: HTMLElement, spec: Spec) {
    this.#host = host;
    this.#spec = spec;
    this.#colours = palette(host);
    this.#canvas = document.createElement("div");
    this.#canvas.style.height = `${this.#height()}px`;
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", spec.label);
    this.#canvas.tabIndex = 0;
    this.#voice = document.createElement("div");
    this.#voice.className = "visually-hidden";
    this.#voice.setAttribute("aria-live", "polite");
    host.append(this.#canvas, this.#voice);
    this.#chart = init(this.#canvas);
    this.redraw();
    this.#canvas.addEventListener("keydown", (event) => this.#walk(event));
    this.#canvas.addEventListener("blur", () => this.#chart.dispatchAction({ type: "hideTip" }));
    this.#chart.on("click", (event) => this.#open(event.dataIndex, event.seriesName));
  }

  redraw(): void {
    this.#colours = palette(this.#host);
    this.#chart.setOption(options(this.#spec, this.#colours, this.#host.clientWidth, this.#tooltip()), { notMerge: true });
  }

  resize(): void {
    this.#chart.resize();
    this.redraw();
  }

  dispose(): void {
    this.#chart.dispose();
    this.#canvas.remove();
    this.#voice.remove();
  }

  get #points(): Point[] {
    return this.#spec.series[0]?.points ?? [];
  }

  #height(): number {
    if (this.#spec.kind === "line") return LINE_PIXELS;
    const bars = this.#spec.kind === "stacked" ? 1 : this.#spec.series.length;
    const row = ROW_PIXELS + (bars - 1) * 14;
    return this.#points.length * row + 36 + (this.#spec.series.length > 1 ? 40 : 0);
  }

  #tooltip(): Record<string, unknown> {
    return {
      trigger: "axis",
      confine: true,
      axisPointer: { type: this.#spec.kind === "line" ? "line" : "none", lineStyle: { color: this.#colours.soft } },
      backgroundColor: this.#colours.surface,
      borderColor: this.#colours.line,
      textStyle: { color: this.#colours.ink, fontSize: 13, fontFamily: this.#colours.font },
      formatter: (items: { dataIndex: number }[]) => this.#card(items[0]?.dataIndex ?? 0),
    };
  }

  /** Built as elements, never as markup: labels come from people's data. */
  #card(row: number): HTMLElement {
    const card = document.createElement("div");
    const head = document.createElement("strong");
    head.textContent = this.#points[row]?.label ?? "";
    card.append(head);
    for (const sentence of this.#sentences(row)) {
      const each = document.createElement("div");
      each.textContent = sentence;
      card.append(each);
    }
    return card;
  }

  #sentences(row: number): string[] {
    return this.#spec.series.flatMap((series) => {
      const point = series.points[row];
      if (!point) return [];
      const name = this.#spec.series.length > 1 ? `${series.name}: ` : "";
      return [name + this.#sentence(point)];
    });
  }

  #sentence(point: Point): string {
    const { texts, decimals } = this.#spec;
    const n = point.n === null ? "" : ` · n = ${written(point.n, 0)}`;
    if (point.value === null) return texts.notEnough + n;
    const known = point.low !== null && point.high !== null;
    const interval = known ? ` (${written(point.low!, decimals)} ${texts.interval} ${written(point.high!, decimals)})` : "";
    return withUnit(point.value, this.#spec) + interval + n;
  }

  #walk(event: KeyboardEvent): void {
    const last = this.#points.length - 1;
    const moves: Record<string, number> = {
      ArrowRight: this.#at + 1,
      ArrowDown: this.#at + 1,
      ArrowLeft: this.#at - 1,
      ArrowUp: this.#at - 1,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (event.key === "Enter" && this.#at >= 0) this.#open(this.#at, undefined);
    if (to === undefined) return;
    event.preventDefault();
    this.#at = Math.min(last, Math.max(0, to));
    const drawn = (this.#chart.getOption()["series"] as { name?: string }[]).findIndex((one) => Boolean(one.name));
    this.#chart.dispatchAction({ type: "showTip", seriesIndex: Math.max(0, drawn), dataIndex: this.#at });
    this.#voice.textContent = [this.#points[this.#at]?.label, ...this.#sentences(this.#at)].join(": ");
  }

  #open(row: number, name: string | undefined): void {
    const series = this.#spec.series.find((one) => one.name === name) ?? this.#spec.series[0];
    const href = series?.points[row]?.href;
    if (href) window.location.assign(href);
  }
}
