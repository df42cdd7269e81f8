/** The page's colour tokens as the canvas needs them: resolved for light or dark. */
export interface Palette {
  ink: string;
  soft: string;
  line: string;
  surface: string;
  series: string[];
  tone: Record<"gain" | "pain" | "neutral", string>;
  font: string;
}

export function palette(host: HTMLElement): Palette {
  const probe = document.createElement("span");
  host.append(probe);
  const colour = (token: string): string => {
    probe.style.color = `var(--viv-${token})`;
    return getComputedStyle(probe).color;
  };
  const found: Palette = {
    ink: colour("ink"),
    soft: colour("ink-soft"),
    line: colour("line"),
    surface: colour("raised"),
    series: [1, 2, 3, 4, 5, 6, 7].map((number) => colour(`series-${number}`)),
    tone: { gain: colour("gain"), pain: colour("pain"), neutral: colour("neutral") },
    font: getComputedStyle(host).fontFamily,
  };
  probe.remove();
  return found;
}
