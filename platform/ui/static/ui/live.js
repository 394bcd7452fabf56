/* Parts of a page that renew themselves. `data-ui-live` asks its address anew every few seconds (htmx does the asking and the
   swapping, see its hx- attributes; 204 says that nothing is new). It rests while the tab is hidden, and never takes away what
   somebody is typing or has picked: then `data-ui-news` says that there is news. */
const PAUSE = 5000;
const LONGEST = 60000;
let pause = PAUSE;

function target(poller) {
  return document.querySelector(poller.getAttribute("hx-target"));
}

function isBusy(part) {
  return part.dataset.uiTouched === "yes" || document.querySelector(".modal.show, .offcanvas.show") !== null;
}

function ask() {
  if (!document.hidden && navigator.onLine !== false) {
    for (const poller of document.querySelectorAll("[data-ui-live]")) window.htmx.trigger(poller, "ui:poll");
  }
}

function again() {
  setTimeout(() => {
    ask();
    again();
  }, pause);
}

document.addEventListener("input", (event) => {
  for (const poller of document.querySelectorAll("[data-ui-live]")) {
    const part = target(poller);
    if (part?.contains(event.target)) part.dataset.uiTouched = "yes";
  }
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const poller = event.detail.requestConfig?.elt;
  if (!poller?.matches("[data-ui-live]") || event.detail.xhr.status !== 200) return;
  if (!isBusy(target(poller))) return;
  event.detail.shouldSwap = false;
  for (const news of document.querySelectorAll("[data-ui-news]")) news.hidden = false;
});
/* What somebody has opened stays open in the new part. */
let opened = [];
function open() {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt?.matches("[data-ui-live]")) {
    opened = [...document.querySelectorAll("details[id][open]")].map((element) => element.id);
  }
});
document.addEventListener("htmx:afterSwap", open);
document.addEventListener("htmx:oobAfterSwap", open);
document.addEventListener("htmx:afterSettle", () => (opened = []));
/* A poll that fails says nothing: the next one may do, a little later. */
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (!event.detail.requestConfig?.elt?.matches("[data-ui-live]")) return;
    event.stopImmediatePropagation();
    pause = Math.min(LONGEST, pause * 2);
  }, true);
}
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.requestConfig?.elt?.matches("[data-ui-live]") && event.detail.xhr.status < 400) pause = PAUSE;
});
document.addEventListener("visibilitychange", ask);
document.addEventListener("hidden.bs.offcanvas", ask); // what was done at the side shows at once
document.addEventListener("hidden.bs.modal", ask);
again();
