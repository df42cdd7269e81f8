/** From a spec to what ECharts draws. One function a kind. */
import type { EChartsCoreOption } from "echarts/core";
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts/types/dist/shared";
import type { Palette } from "./palette";
import { type Point, type Series, type Spec, written } from "./spec";

type Item = Record<string, unknown>;

const labels = (spec: Spec): string[] => spec.series[0]?.points.map((point) => point.label) ?? [];

function colourOf(point: Point, series: number, colours: Palette): string {
  return point.tone ? colours.tone[point.tone] : (colours.series[series % colours.series.length] ?? colours.ink);
}

function valueAxis(spec: Spec, colours: Palette, extra: Item = {}): Item {
  return {
    type: "value",
    scale: !spec.zero,
    min: spec.low ?? undefined,
    max: spec.high ?? undefined,
    splitNumber: 4,
    axisLabel: {
      color: colours.soft,
      fontSize: 12,
      hideOverlap: true,
      formatter: (value: number) => written(value, Math.max(2, spec.decimals), 0),
    },
    splitLine: { lineStyle: { color: colours.line } },
    ...extra,
  };
}

function categoryAxis(spec: Spec, colours: Palette, extra: Item = {}): Item {
  return {
    type: "category",
    data: labels(spec),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.soft, fontSize: 12, hideOverlap: true, margin: 14 },
    ...extra,
  };
}

function rowsAxis(spec: Spec, colours: Palette, width: number): Item {
  return categoryAxis(spec, colours, {
    inverse: true,
    axisLine: { show: false },
    axisLabel: { color: colours.ink, fontSize: 13, width: Math.min(220, width * 0.4), overflow: "truncate", margin: 10 },
  });
}

/** A line at the target, or at zero where values go both ways. */
function guide(spec: Spec, colours: Palette, axis: "xAxis" | "yAxis"): Item {
  const lines: Item[] = [];
  if (spec.target !== null) {
    lines.push({
      [axis]: spec.target,
      lineStyle: { color: colours.ink, type: "dashed", width: 1.25 },
      label: { formatter: spec.texts.target, color: colours.ink, position: axis === "yAxis" ? "insideEndTop" : "end" },
    });
  }
  if (spec.kind === "intervals") {
    lines.push({ [axis]: 0, lineStyle: { color: colours.soft, type: "solid", width: 1 }, label: { show: false } });
  }
  return lines.length ? { markLine: { silent: true, symbol: "none", animation: false, data: lines } } : {};
}

function band(series: Series, index: number, colours: Palette): Item[] {
  if (!series.points.some((point) => point.low !== null && point.high !== null)) return [];
  const plain = { type: "line", symbol: "none", silent: true, stack: `band-${index}`, stackStrategy: "all", tooltip: { show: false } };
  const span = (point: Point): number | null => (point.low === null || point.high === null ? null : point.high - point.low);
  return [
    { ...plain, data: series.points.map((point) => point.low), lineStyle: { opacity: 0 } },
    {
      ...plain,
      data: series.points.map(span),
      lineStyle: { opacity: 0 },
      areaStyle: { color: colours.series[index % colours.series.length], opacity: 0.16 },
    },
  ];
}

function line(spec: Spec, colours: Palette): Item[] {
  return spec.series.flatMap((series, index) => [
    ...band(series, index, colours),
    {
      type: "line",
      name: series.name,
      data: series.points.map((point) => point.value),
      symbol: "circle",
      symbolSize: series.points.length > 40 ? 0 : 6,
      showSymbol: true,
      lineStyle: { width: 2.25 },
      itemStyle: { color: colours.series[index % colours.series.length] },
      emphasis: { scale: 1.6 },
      ...(index === 0 ? guide(spec, colours, "yAxis") : {}),
    },
  ]);
}

/** The interval of each row as a line with the value as a dot, or as whiskers over a bar. */
function whiskers(spec: Spec, series: Series, index: number, colours: Palette, dot: boolean): Item {
  const count = spec.series.length;
  return {
    type: "custom",
    name: series.name,
    z: 5,
    silent: !dot,
    clip: true,
    data: series.points.map((point, row) => [row, point.value ?? "-", point.low ?? "-", point.high ?? "-"]),
    encode: { x: [1, 2, 3], y: 0 },
    renderItem: (_params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const row = api.value(0) as number;
      const point = series.points[row];
      if (!point || point.value === null) return null;
      const height = (api.size!([0, 1]) as number[])[1] ?? 0;
      const shift = (index - (count - 1) / 2) * Math.min(14, (height * 0.7) / count);
      const at = (value: number): [number, number] => {
        const [x, y] = api.coord([value, row]) as [number, number];
        return [x, y + shift];
      };
      const colour = dot ? colourOf(point, index, colours) : colours.ink;
      return { type: "group", children: intervalShapes(point, at, colour, dot) } as never;
    },
    ...(index === 0 && dot ? guide(spec, colours, "xAxis") : {}),
  };
}

function intervalShapes(point: Point, at: (value: number) => [number, number], colour: string, dot: boolean): Item[] {
  const shapes: Item[] = [];
  const stroke = { stroke: colour, lineWidth: dot ? 2 : 1.25, opacity: dot ? 1 : 0.7 };
  if (point.low !== null && point.high !== null) {
    const [x1, y] = at(point.low);
    const [x2] = at(point.high);
    shapes.push({ type: "line", shape: { x1, y1: y, x2, y2: y }, style: stroke });
    for (const x of [x1, x2]) shapes.push({ type: "line", shape: { x1: x, y1: y - 4, x2: x, y2: y + 4 }, style: stroke });
  }
  const [cx, cy] = at(point.value ?? 0);
  if (dot) shapes.push({ type: "circle", shape: { cx, cy, r: 5 }, style: { fill: colour } });
  return shapes;
}

function bars(spec: Spec, colours: Palette): Item[] {
  const drawn = spec.series.map((series, index) => ({
    type: "bar",
    name: series.name,
    barMaxWidth: 22,
    barGap: "15%",
    itemStyle: { color: colours.series[index % colours.series.length], borderRadius: 2 },
    data: series.points.map((point) => ({ value: point.value, itemStyle: { color: colourOf(point, index, colours) } })),
    ...(index === 0 ? guide(spec, colours, "xAxis") : {}),
  }));
  return [...drawn, ...spec.series.map((series, index) => whiskers(spec, series, index, colours, false))];
}

function stacked(spec: Spec, colours: Palette): Item[] {
  return spec.series.map((series, index) => {
    const tone = series.points[0]?.tone;
    return {
      type: "bar",
      name: series.name,
      stack: "all",
      barMaxWidth: 26,
      itemStyle: {
        color: tone ? colours.tone[tone] : colours.series[index % colours.series.length],
        borderColor: colours.surface,
        borderWidth: 1,
      },
      data: series.points.map((point) => point.value),
    };
  });
}

function intervals(spec: Spec, colours: Palette): Item[] {
  return spec.series.map((series, index) => whiskers(spec, series, index, colours, true));
}

const SERIES = { line, bars, stacked, intervals };

/** The whole picture, `width` pixels wide. */
export function options(spec: Spec, colours: Palette, width: number, tooltip: Item): EChartsCoreOption {
  const rows = spec.kind !== "line";
  const legend = spec.series.length > 1;
  return {
    animation: false,
    textStyle: { fontFamily: colours.font, color: colours.ink },
    // Figures all as wide as each other (the page's choice) are wider than ECharts measures them: names need more room.
    grid: { top: legend ? 40 : 12, right: 20, bottom: 4, left: rows ? 20 : 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: legend
      ? {
          top: 0,
          left: 0,
          icon: "roundRect",
          itemWidth: 12,
          itemHeight: 12,
          textStyle: { color: colours.ink, fontSize: 13 },
          data: spec.series.map((series) => series.name),
          selectedMode: false,
        }
      : { show: false },
    tooltip,
    xAxis: rows ? valueAxis(spec, colours) : categoryAxis(spec, colours, { boundaryGap: false }),
    yAxis: rows ? rowsAxis(spec, colours, width) : valueAxis(spec, colours),
    series: SERIES[spec.kind](spec, colours),
  };
}
