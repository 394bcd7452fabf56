/* The agents' day: a leg is dragged to a lane, or selected and named by `a`, a name and Enter. The server judges; what it
   answers is shown above the lanes, with who else could go, or with a way back. */
const said = document.getElementById("day-said");
const ask = document.getElementById("dp-ask");
const field = document.getElementById("dp-ask-agent");
let dragged = null;
let asked = null;

const day = () => document.querySelector("[data-dp-day]");
const lanes = () => [...document.querySelectorAll(".dp-lane")];
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

async function hand(leg, agent, seen) {
  said.setAttribute("aria-busy", "true");
  const body = new URLSearchParams({ agent, seen });
  try {
    const answer = await fetch(day().dataset.hand.replace("REF", leg), {
      method: "POST", body, headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch" },
    });
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const part = page.querySelector("[data-dp-done], [data-dp-refused]") || page.querySelector("main, body");
    said.replaceChildren(document.importNode(part, true));
    refresh(leg);
  } catch {
    const text = document.getElementById("ui-strings").dataset.offline;
    document.dispatchEvent(new CustomEvent("ui:toast", { detail: { text, level: "error" } }));
  } finally {
    said.removeAttribute("aria-busy");
  }
}

function refresh(leg) {
  const poller = document.querySelector("#day-live [data-ui-live]");
  if (!poller) return;
  document.addEventListener("htmx:afterSettle", () => document.getElementById(`leg-${leg}`)?.focus({ preventScroll: true }), { once: true });
  window.htmx.trigger(poller, "ui:poll");
}

function laneAt(target) {
  return target instanceof Element ? target.closest(".dp-lane") : null;
}

/* A lane that lies outside the window comes into it: near an edge the page goes on under the hand, the faster the nearer. */
const EDGE = 72;
const FASTEST = 22;
let pointer = null;
let running = false;

function pull(at, first, last) {
  const into = Math.max(0, first + EDGE - at) - Math.max(0, at - (last - EDGE));
  return -Math.round((Math.max(-EDGE, Math.min(EDGE, into)) / EDGE) * FASTEST);
}

function scrollOn() {
  running = Boolean(dragged && pointer);
  if (!running) return;
  const head = document.querySelector(".ui-top")?.getBoundingClientRect().bottom || 0;
  window.scrollBy(0, pull(pointer.y, Math.max(0, head), window.innerHeight));
  const wide = document.querySelector(".dp-lanes");
  const box = wide?.getBoundingClientRect();
  if (box && pointer.x > box.left && pointer.x < box.right) wide.scrollLeft += pull(pointer.x, box.left, box.right);
  requestAnimationFrame(scrollOn);
}

document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  pointer = { x: event.clientX, y: event.clientY };
  if (!running) scrollOn();
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) pointer = null; // it has left the window
});

document.addEventListener("dragstart", (event) => {
  const leg = event.target instanceof Element ? event.target.closest(".dp-leg") : null;
  if (!leg || !day()?.dataset.can) return;
  dragged = { leg: leg.dataset.leg, seen: leg.dataset.seen };
  day().dataset.uiTouched = "yes"; // live.js leaves the part alone, or the leg would vanish under the hand
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", leg.dataset.leg);
});
document.addEventListener("dragover", (event) => {
  const lane = laneAt(event.target);
  for (const each of lanes()) each.classList.toggle("dp-over", each === lane && dragged !== null);
  if (lane && dragged) event.preventDefault();
});
document.addEventListener("dragend", () => {
  dragged = pointer = null;
  if (day()) delete day().dataset.uiTouched;
  for (const each of lanes()) each.classList.remove("dp-over");
});
document.addEventListener("drop", (event) => {
  const lane = laneAt(event.target);
  if (!lane || !dragged) return;
  event.preventDefault();
  const { leg, seen } = dragged;
  delete day().dataset.uiTouched;
  if (lane.dataset.agent !== seen) hand(leg, lane.dataset.agent, seen);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "a" || event.ctrlKey || event.metaKey || event.altKey || !day()?.dataset.can) return;
  const leg = event.target instanceof Element ? event.target.closest(".dp-leg") : null;
  if (!leg) return;
  event.preventDefault();
  asked = { leg: leg.dataset.leg, seen: leg.dataset.seen };
  ask.querySelector("[data-dp-what]").textContent = leg.textContent.trim().split("\n")[0];
  field.value = "";
  ask.showModal();
  field.focus();
});
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const typed = field.value.trim().toLowerCase();
  const found = lanes().find((lane) => lane.dataset.name.toLowerCase() === typed)
    || lanes().find((lane) => typed && lane.dataset.name.toLowerCase().startsWith(typed));
  field.setAttribute("aria-invalid", String(!found));
  field.classList.toggle("is-invalid", !found);
  if (!found || !asked) return;
  ask.close();
  hand(asked.leg, found.dataset.agent, asked.seen);
});
said.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dp-hand]");
  if (button) hand(button.dataset.dpLeg, button.dataset.dpHand, button.dataset.dpSeen);
});
