/** `<button data-copy="#link" data-copied="Copied">`: copies that field and says so. */
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-copy]");
  const field = button && document.querySelector<HTMLInputElement>(button.dataset["copy"] ?? "");
  if (!button || !field) return;
  field.select();
  void navigator.clipboard?.writeText(field.value).then(() => {
    const label = button.querySelector("span");
    if (label) label.textContent = button.dataset["copied"] ?? "";
  });
});
