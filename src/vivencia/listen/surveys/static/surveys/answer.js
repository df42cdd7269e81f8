/* What answer pages gain with scripts; they need none. Pages change in place (a kiosk stays full screen), a score pressed
   in a mail is confirmed at once, a frame tells its height, a kiosk left alone begins again. */
(() => {
  "use strict";
  const framed = window.parent !== window;
  let timer = 0;
  let busy = false;

  const height = () => {
    if (framed) window.parent.postMessage({ vivencia: "height", height: document.getElementById("survey").offsetHeight }, "*");
  };

  const show = (html) => {
    const next = new DOMParser().parseFromString(html, "text/html");
    const main = next.getElementById("survey");
    if (!main) return false;
    document.getElementById("survey").replaceWith(main);
    document.title = next.title;
    document.documentElement.lang = next.documentElement.lang;
    begin(true);
    return true;
  };

  const get = async (address) => {
    const answer = await fetch(address, { credentials: "omit" });
    if (!show(await answer.text())) location.assign(address);
  };

  const send = async (form, button, extra) => {
    if (busy) return;
    busy = true;
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.append(button.name, button.value);
    if (extra) body.append(extra, "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "omit" });
      const html = await answer.text();
      if (!extra) show(html);
      else if (answer.ok && html.includes('class="end"')) show(html);
    } catch {
      busy = false;
      if (!extra) form.submit();
    }
    busy = false;
  };

  const reset = () => {
    const main = document.getElementById("survey");
    clearTimeout(timer);
    if (main.dataset.reset) timer = setTimeout(() => void get(main.dataset.home), 1000 * Number(main.dataset.reset));
  };

  const full = () => {
    const button = document.querySelector("[data-full]");
    if (!button || !document.documentElement.requestFullscreen) return;
    button.hidden = document.fullscreenElement !== null;
    button.onclick = () => void document.documentElement.requestFullscreen().then(() => { button.hidden = true; });
  };

  const begin = (moved) => {
    const form = document.querySelector("main form");
    if (form) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void send(form, event.submitter);
      });
      if (form.hasAttribute("data-confirm") && !moved) void send(form, null, "confirm");
    }
    if (moved) {
      const heading = document.querySelector(".end h1, .trouble, .question textarea, .question input, .question button, .question select");
      if (heading) {
        if (heading.matches(".trouble")) heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
      }
      window.scrollTo(0, 0);
      if (framed && document.querySelector(".end")) window.parent.postMessage({ vivencia: "done" }, "*");
    }
    full();
    reset();
    height();
  };

  document.addEventListener("input", reset);
  document.addEventListener("pointerdown", reset);
  document.addEventListener("keydown", (event) => {
    reset();
    if (framed && event.key === "Escape") window.parent.postMessage({ vivencia: "close" }, "*");
  });
  window.addEventListener("load", height);
  if ("ResizeObserver" in window && framed) new ResizeObserver(height).observe(document.body);
  begin(false);
})();
