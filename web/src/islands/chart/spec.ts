/** What `foundation/charts.py` sends: keep the two in step. */
export type Kind = "line" | "bars" | "stacked" | "intervals";
export type Tone = "gain" | "pain" | "neutral" | "";

export interface Point {
  label: string;
  value: number | null; // null: not enough data
  low: number | null;
  high: number | null;
  n: number | null;
  tone: Tone;
  href: string;
}

export interface Series {
  name: string;
  points: Point[];
}

export interface Spec {
  kind: Kind;
  label: string; // what the chart says, for those who cannot see it
  unit: string;
  decimals: number;
  target: number | null;
  zero: boolean; // the value axis begins at zero
  low: number | null; // fixed ends of the value axis
  high: number | null;
  series: Series[];
  texts: { target: string; notEnough: string; interval: string };
}

const language = document.documentElement.lang || "en";

/** A number as the page's language writes it, with a true minus; `least` decimals at least. */
export function written(value: number, decimals: number, least: number = decimals): string {
  const form: Intl.NumberFormatOptions = {
    minimumFractionDigits: least,
    maximumFractionDigits: decimals,
    useGrouping: "always" as unknown as boolean,
  };
  return new Intl.NumberFormat(language, form).format(value).replace("-", "\u2212");
}

/** A value with its unit: "82.8 %", "4.08". */
export function withUnit(value: number, spec: Spec): string {
  return spec.unit ? `${written(value, spec.decimals)} ${spec.unit}` : written(value, spec.decimals);
}
