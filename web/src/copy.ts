/** `<button data-copy="#link" data-copied="Copied">`: copies that field, or that element's text, and says so. */
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-copy]");
  const place = button && document.querySelector<HTMLElement>(button.dataset["copy"] ?? "");
  if (!button || !place) return;
  const field = place instanceof HTMLInputElement || place instanceof HTMLTextAreaElement ? place : null;
  if (field) field.select();
  else getSelection()?.selectAllChildren(place);
  const copied = (): void => {
    const label = button.querySelector("span");
    if (label) label.textContent = button.dataset["copied"] ?? "";
  };
  // Browsers give the clipboard to pages over HTTPS only; inside a network there is still the old way.
  if (navigator.clipboard) void navigator.clipboard.writeText(field ? field.value : (place.textContent ?? "")).then(copied);
  else if (document.execCommand("copy")) copied();
});
