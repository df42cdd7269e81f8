/**
 * The survey on a company's own site: one script tag, no style sheet, no cookie, nothing stored.
 *
 *     <script src="https://cx.example.com/s/widget.js" data-survey="found" async></script>
 *
 * data-mode    "button" (default): a button that stays at the edge of the page; "inline": the survey where the tag stands
 * data-target  with "inline": a selector of the element to put it in
 * data-label   the button's words; data-side "right" (default) or "left"
 * data-language "es" or "en"; otherwise the page's
 * data-customer, data-signature   who answers, signed by the site's server (see the guide)
 *
 * Styles are set on elements one by one, which a strict Content-Security-Policy allows; the site must allow this origin
 * as script-src and frame-src.
 */

const LABELS: Record<string, [string, string, string]> = { es: ["Opinar", "Encuesta", "Cerrar"], en: ["Feedback", "Survey", "Close"] };

type Style = Partial<Record<keyof CSSStyleDeclaration, string>>;

function styled<Name extends keyof HTMLElementTagNameMap>(name: Name, style: Style): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  Object.assign(element.style, style);
  return element;
}

function begin(script: HTMLScriptElement): void {
  const said = script.dataset;
  const survey = said["survey"];
  if (!survey) return;
  const origin = new URL(script.src).origin;
  const base = script.src.slice(0, script.src.lastIndexOf("/"));
  const language = (said["language"] ?? document.documentElement.lang).slice(0, 2).toLowerCase();
  const [label, title, close] = LABELS[language] ?? LABELS["en"]!;
  const inline = said["mode"] === "inline";

  const frame = styled("iframe", { border: "0", width: "100%", display: "block", height: "280px", colorScheme: "light dark" });
  frame.title = title;
  const query = new URLSearchParams({ channel: inline ? "widget" : "button", page: location.origin + location.pathname });
  if (language in LABELS) query.set("lang", language);
  for (const name of ["customer", "signature"]) if (said[name]) query.set(name, said[name]!);
  const source = `${base}/${encodeURIComponent(survey)}/?${query}`;

  let finish = (): void => undefined;
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame.contentWindow) return;
    const told = event.data as { vivencia?: string; height?: number };
    if (told.vivencia === "height" && told.height) frame.style.height = `${Math.min(Math.max(told.height, 120), 1200)}px`;
    if (told.vivencia === "close") finish();
  });

  if (inline) {
    frame.src = source;
    const place = said["target"] ? document.querySelector(said["target"]) : null;
    if (place) place.append(frame);
    else script.after(frame);
    return;
  }

  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const side = said["side"] === "left" ? "left" : "right";
  const font = "500 15px/1.2 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
  const button = styled("button", {
    position: "fixed", [side]: "16px", bottom: "16px", zIndex: "2147483000", padding: "12px 18px", minHeight: "44px", border: "0",
    borderRadius: "999px", background: dark ? "#7fcab2" : "#1c5c4c", color: dark ? "#0d2019" : "#ffffff", font, cursor: "pointer",
    boxShadow: "0 2px 10px rgb(0 0 0 / 25%)",
  } as Style);
  button.type = "button";
  button.textContent = said["label"] ?? label;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-haspopup", "dialog");

  const panel = styled("div", {
    position: "fixed", [side]: "16px", bottom: "72px", zIndex: "2147483000", width: "min(400px, calc(100vw - 32px))",
    maxHeight: "calc(100vh - 96px)", overflow: "auto", borderRadius: "12px", background: dark ? "#1a1e1b" : "#ffffff",
    boxShadow: "0 8px 32px rgb(0 0 0 / 30%)", display: "none",
  } as Style);
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", title);
  const shut = styled("button", {
    position: "absolute", top: "8px", right: "8px", width: "40px", height: "40px", border: "0", background: "transparent",
    color: dark ? "#e6eae6" : "#1d2420", font: "24px/1 system-ui, sans-serif", cursor: "pointer",
  });
  shut.type = "button";
  shut.textContent = "×";
  shut.setAttribute("aria-label", close);
  panel.append(frame, shut);

  const show = (on: boolean): void => {
    panel.style.display = on ? "block" : "none";
    button.setAttribute("aria-expanded", String(on));
    if (on && !frame.src) frame.src = source;
    if (on) shut.focus();
    else button.focus();
  };
  finish = () => show(false);
  button.addEventListener("click", () => show(panel.style.display === "none"));
  shut.addEventListener("click", finish);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") finish();
  });
  document.body.append(button, panel);
}

const own = document.currentScript;
if (own instanceof HTMLScriptElement) {
  if (document.body) begin(own);
  else addEventListener("DOMContentLoaded", () => begin(own));
}
