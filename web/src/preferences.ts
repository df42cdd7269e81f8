/** Light, dark or automatic without a page load; without scripts the same form posts and the server sets the cookie. */
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const button = event.submitter as HTMLButtonElement | null;
  if (!form.matches("[data-theme-form]") || !button) return;
  event.preventDefault();
  const year = 365 * 24 * 3600;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${button.value}; path=/; max-age=${year}; SameSite=Lax${secure}`;
  for (const other of form.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
  document.documentElement.dataset["theme"] = button.value;
  document.documentElement.dispatchEvent(new CustomEvent("viv:theme"));
});
