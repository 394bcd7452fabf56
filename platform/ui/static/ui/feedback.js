/* Toasts and dialogs, for the page itself and for what htmx answers. */
const toasts = document.getElementById("ui-toasts");
let before = null; // what had the focus when a dialog opened
const strings = document.getElementById("ui-strings").dataset;

function settle(toast) {
  const stays = toast.classList.contains("ui-toast-error") || toast.classList.contains("ui-toast-warning");
  if (!stays) setTimeout(() => toast.remove(), 6000);
}

function show({ text, level = "info" }) {
  const toast = document.getElementById("ui-toast-template").content.firstElementChild.cloneNode(true);
  toast.className = `ui-toast ui-toast-${level}`;
  toast.querySelector(".ui-toast-text").textContent = text;
  toasts.append(toast);
  settle(toast);
}

function overlay(kind) {
  const element = document.getElementById(`ui-${kind}`);
  const Kind = kind === "modal" ? window.tabler.Modal : window.tabler.Offcanvas;
  return Kind.getOrCreateInstance(element);
}

/* Notices that a script has read on the way to this page (upload.js). */
function showKept() {
  const kept = window.sessionStorage.getItem("baylink-notices");
  window.sessionStorage.removeItem("baylink-notices");
  if (kept) JSON.parse(kept).forEach(show);
}

toasts.querySelectorAll("[data-ui-toast]").forEach(settle);
showKept();
document.addEventListener("click", (event) => event.target.closest("[data-ui-dismiss]")?.closest("[data-ui-toast]").remove());
document.addEventListener("ui:toast", (event) => show(event.detail));
document.addEventListener("ui:close", () => ["modal", "drawer"].forEach((kind) => overlay(kind).hide()));

document.addEventListener("htmx:afterSwap", (event) => {
  const kind = { "ui-modal-body": "modal", "ui-drawer-body": "drawer" }[event.target.id];
  if (!kind) return;
  if (!document.getElementById(`ui-${kind}`).classList.contains("show")) before = document.activeElement;
  overlay(kind).show();
});
document.addEventListener("htmx:afterSettle", (event) => event.target.querySelector?.("[data-ui-focus]")?.focus());
document.addEventListener("htmx:afterSettle", (event) => {
  const go = event.target.closest?.("[data-ui-go]") || document.querySelector("[data-ui-go]");
  if (go) window.location.assign(go.dataset.uiGo);
});
document.addEventListener("htmx:responseError", () => show({ text: strings.failed, level: "error" }));
document.addEventListener("htmx:sendError", () => show({ text: strings.offline, level: "error" }));
for (const id of ["ui-modal", "ui-drawer"]) {
  const element = document.getElementById(id);
  const reset = () => {
    document.getElementById(`${id}-body`).replaceChildren();
    const back = before?.isConnected ? before : before?.id && document.getElementById(before.id);
    if (back && back !== document.body) back.focus({ preventScroll: true });
    before = null;
  };
  element.addEventListener("hidden.bs.modal", reset);
  element.addEventListener("hidden.bs.offcanvas", reset);
  element.addEventListener("shown.bs.modal", () => element.querySelector("[autofocus], input:not([type=hidden]), select, textarea")?.focus());
}
