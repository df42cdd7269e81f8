/**
 * One confirmation dialog for the whole product, in place of the browser's own.
 *
 * `hx-confirm="Undo this import?"` on an htmx element, or `data-confirm="..."` on a plain form.
 * `data-confirm-action="Undo"` names the button.
 */
import { text } from "./texts";

interface ConfirmDetail {
  ctx: { confirm?: string };
  issueRequest: () => void;
  dropRequest: () => void;
}

function ask(question: string, action: string | undefined): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>("#viv-confirm");
  if (!dialog) return Promise.resolve(window.confirm(question));
  const button = dialog.querySelector<HTMLButtonElement>("[value=yes]");
  dialog.querySelector("[data-question]")!.textContent = question;
  if (button) button.textContent = action || text("confirm");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((decide) => {
    dialog.addEventListener("close", () => decide(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = (event as CustomEvent<ConfirmDetail>).detail;
  if (!ctx.confirm) return;
  event.preventDefault();
  const element = event.target as HTMLElement;
  void ask(ctx.confirm, element.dataset["confirmAction"]).then((yes) => (yes ? issueRequest() : dropRequest()));
});

const confirmed = new WeakSet<HTMLFormElement>();

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const button = event.submitter as HTMLButtonElement | null;
  const question = button?.dataset["confirm"] ?? form.dataset["confirm"];
  if (!question || confirmed.delete(form)) return;
  event.preventDefault();
  void ask(question, button?.dataset["confirmAction"] ?? form.dataset["confirmAction"]).then((yes) => {
    if (!yes) return;
    confirmed.add(form);
    form.requestSubmit(button);
  });
});
