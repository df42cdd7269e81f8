/** Says so when a part of a page could not be loaded: nothing fails in silence. */
import { text } from "./texts";

function say(message: string): void {
  const place = document.querySelector("#viv-trouble");
  if (!place || !message) return;
  const note = document.createElement("div");
  note.className = "alert alert-danger";
  note.textContent = message;
  place.replaceChildren(note);
}

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = (event as CustomEvent<{ ctx: { response: { status: number } } }>).detail;
  if (ctx.response.status === 403) say(text("forbidden"));
  else if (ctx.response.status >= 500 || ctx.response.status === 404) say(text("broken"));
});

document.addEventListener("htmx:error", (event) => {
  const { error } = (event as CustomEvent<{ error?: unknown }>).detail;
  if (error instanceof TypeError || error instanceof DOMException) say(text("offline"));
});
