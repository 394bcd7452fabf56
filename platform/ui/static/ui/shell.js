/* The frame's behaviour: colour scheme, "/" for the search box, copy buttons, form focus. */
function markTheme() {
  const choice = document.documentElement.getAttribute("data-theme-choice") || "auto";
  for (const button of document.querySelectorAll("[data-ui-theme]")) {
    const on = button.dataset.uiTheme === choice;
    button.classList.toggle("active", on);
    button.setAttribute("aria-pressed", String(on));
  }
}

async function copy(button) {
  const strings = document.getElementById("ui-strings").dataset;
  try {
    await navigator.clipboard.writeText(button.dataset.uiCopy);
  } catch {
    const area = document.createElement("textarea");
    area.value = button.dataset.uiCopy;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  document.dispatchEvent(new CustomEvent("ui:toast", { detail: { text: strings.copied, level: "success" } }));
}

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable=true]") !== null;
}

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-ui-theme]");
  if (theme) window.baylinkTheme.choose(theme.dataset.uiTheme);
  const button = event.target.closest("[data-ui-copy]");
  if (button) copy(button);
  const fill = event.target.closest("[data-ui-fill]");
  if (fill) {
    const field = document.getElementById(fill.dataset.uiFill);
    field.value = fill.value;
    document.getElementById(fill.dataset.uiNext)?.focus();
  }
});

/* Whoever signs out leaves no page behind for the next reader of this device. */
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-sign-out]");
  if (!link || !("caches" in window)) return;
  event.preventDefault();
  await Promise.all((await caches.keys()).map((name) => caches.delete(name))).catch(() => {});
  window.location.assign(link.href);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const boxes = document.querySelectorAll("main [data-ui-search], .ui-top [data-ui-search]");
  const main = [...boxes].find((box) => box.closest("main"));
  const box = main || boxes[0];
  if (box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-ui-upload")) return;
  if (form.dataset.uiSent === "yes") {
    event.preventDefault();
    return;
  }
  form.dataset.uiSent = "yes";
  setTimeout(() => delete form.dataset.uiSent, 3000);
});

document.addEventListener("ui:theme", markTheme);
markTheme();
document.querySelector("[data-ui-autofocus]")?.focus();
