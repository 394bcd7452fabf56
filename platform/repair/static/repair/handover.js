/* The agent at the vehicle: photos, the report, signatures. Everything goes through the queue (queue.js). */
const box = document.querySelector("[data-handover]");
const { all, canonical, flush, get, noteWaiting, othersWaiting, own, put, remove, sum } = await import(box.dataset.queueScript); // files carry their sum in their name
own(box.dataset.owner);
const leg = box.dataset.leg || "";
const report = JSON.parse(document.getElementById("ho-report")?.textContent || "null");
const form = document.querySelector("[data-report]");
const bar = document.querySelector("[data-queue]");
const pads = new Map();
const previews = new Map();
let line = "";

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
const uuid = () => crypto.randomUUID();

/* --- photos ------------------------------------------------------------------------------------------------------ */

async function keepPhoto(shot, blob) {
  for (const row of await mine("photos")) if (row.shot === shot) await remove("photos", row.key);
  const row = {
    key: uuid(), leg, shot, blob, name: blob.name || `${shot}.png`, sha256: await sum(blob), url: box.dataset.photoUrl,
    taken_at: new Date().toISOString(), at: Date.now() + Math.random(), state: "waiting",
  };
  await put("photos", row);
  if (report) delete report.sent[shot];
  return row;
}

const mine = async (store) => (await all(store)).filter((row) => row.leg === leg);

/* shot → {key, sha256, src}: what the phone has, else what the server has. */
async function shots() {
  const found = {};
  for (const [shot, sent] of Object.entries(report?.sent || {})) found[shot] = { key: sent.key, sha256: sent.sha256, src: sent.thumb, state: "sent" };
  for (const row of await mine("photos")) {
    if (!previews.has(row.key)) previews.set(row.key, URL.createObjectURL(row.blob));
    found[row.shot] = { key: row.key, sha256: row.sha256, src: previews.get(row.key), state: row.state, message: row.message };
  }
  return found;
}

async function showPhotos() {
  const have = await shots();
  if (form) {
    for (const name of Object.keys(have).filter((shot) => shot.startsWith("damage-"))) addDamage(name);
  }
  for (const input of document.querySelectorAll("[data-photo]")) {
    const holder = input.closest("label");
    const photo = have[input.dataset.photo];
    const image = holder.querySelector("[data-preview]");
    image.hidden = !photo;
    if (photo && image.src !== photo.src) image.src = photo.src;
    const words = { sent: `${box.dataset.sent} · ${box.dataset.retake}`, waiting: `${box.dataset.waiting} · ${box.dataset.retake}`, refused: photo?.message };
    holder.querySelector("[data-shot-state]").textContent = photo ? words[photo.state] : "";
  }
  if (!form) return;
  const taken = report.shots.filter((shot) => have[shot.key]);
  form.querySelector("[data-progress]").textContent = `${taken.length} / ${report.shots.length}`;
  form.querySelector("[data-progress-bar]").value = taken.length;
  const next = report.shots.find((shot) => !have[shot.key]);
  for (const item of form.querySelectorAll("[data-shot]")) item.toggleAttribute("data-next", item.dataset.shot === next?.key);
}

function addDamage(shot) {
  const list = form.querySelector("[data-damages]");
  if (list.querySelector(`[data-photo="${shot}"]`)) return;
  const item = document.createElement("li");
  const label = `${box.dataset.damage} ${shot.slice(7)}`;
  item.innerHTML = `<label><span class="ho-frames"><img data-preview hidden></span><span class="ho-shot-name"></span><small data-shot-state></small><input type="file" accept="image/jpeg,image/png,image/webp" capture="environment"></label>`;
  item.querySelector(".ho-shot-name").textContent = label;
  item.querySelector("img").alt = label;
  item.querySelector("input").setAttribute("aria-label", label);
  item.querySelector("input").dataset.photo = shot;
  list.append(item);
}

document.addEventListener("change", async (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== "file" || !input.files.length || !leg) return;
  let shot = input.dataset.photo;
  if ("damage" in input.dataset) {
    const numbers = Object.keys(await shots()).filter((name) => name.startsWith("damage-")).map((name) => Number(name.slice(7)));
    shot = `damage-${Math.max(0, ...numbers) + 1}`;
  }
  if (!shot) return;
  const file = input.files[0];
  await keepPhoto(shot, file);
  input.value = "";
  unsign();
  await showPhotos();
  form?.querySelector("[data-next] input")?.focus();
  work();
});

/* --- the report -------------------------------------------------------------------------------------------------- */

const TEXTS = ["odometer_km", "energy_percent", "keys", "valuables", "remarks", "customer_name", "witness", "refusal"];

function values() {
  const found = Object.fromEntries(TEXTS.map((name) => [name, form.elements[name].value]));
  for (const item of report.items) found[`item-${item.key}`] = form.elements[`item-${item.key}`].checked;
  found.is_refused = form.elements.is_refused.checked;
  return found;
}

function restore(kept) {
  for (const [name, value] of Object.entries(kept || {})) {
    const field = form.elements[name];
    if (!field) continue;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
  }
}

async function content() {
  const typed = values();
  const have = await shots();
  const number = (name) => (/^\d+$/.test(typed[name]) ? Number(typed[name]) : null);
  const wanted = Object.keys(have).filter((shot) => report.shots.some((s) => s.key === shot) || shot.startsWith("damage-"));
  return {
    ...report.fixed,
    odometer_km: number("odometer_km"), energy_percent: number("energy_percent"), keys: number("keys"),
    shots: Object.fromEntries(wanted.map((shot) => [shot, have[shot].sha256])),
    items: Object.fromEntries(report.items.map((item) => [item.key, typed[`item-${item.key}`]])),
    valuables: typed.valuables.split("\n").map((name) => Array.from(name.trim()).slice(0, 120).join("").trim()).filter(Boolean).slice(0, 50),
    remarks: typed.remarks.trim(), customer_name: typed.customer_name.trim(),
    witness: typed.is_refused ? typed.witness.trim() : "", refusal: typed.is_refused ? typed.refusal.trim() : "",
  };
}

function labelOf(name) {
  const field = form.elements[name];
  return field.closest("label").firstChild.textContent.trim();
}

function missing(found) {
  const names = report.shots.filter((shot) => !found.shots[shot.key]).map((shot) => shot.label);
  for (const name of ["odometer_km", "energy_percent", "keys"]) if (found[name] === null || !form.elements[name].checkValidity()) names.push(labelOf(name));
  if (!found.customer_name) names.push(labelOf("customer_name"));
  if (form.elements.is_refused.checked) for (const name of ["witness", "refusal"]) if (!found[name]) names.push(labelOf(name));
  return names;
}

const say = (value) => (Array.isArray(value) ? value.join(", ") || box.dataset.none : String(value ?? box.dataset.none));

function compare(found) {
  const before = report.before;
  if (!before) return;
  for (const hint of form.querySelectorAll("[data-was]")) {
    const name = hint.dataset.was;
    const changed = found[name] !== null && say(found[name]) !== say(before[name]);
    const delta = typeof found[name] === "number" && changed ? ` (${found[name] > before[name] ? "+" : ""}${found[name] - before[name]})` : "";
    hint.textContent = fill(box.dataset.was, { was: say(before[name]) }) + delta;
    hint.classList.toggle("ho-changed", changed);
  }
  for (const hint of form.querySelectorAll("[data-was-item]")) {
    const was = Boolean(before.items?.[hint.dataset.wasItem]);
    hint.textContent = fill(box.dataset.was, { was: was ? box.dataset.yes : box.dataset.no });
    hint.classList.toggle("ho-changed", was !== found.items[hint.dataset.wasItem]);
  }
}

async function review() {
  const found = await content();
  const names = missing(found);
  const note = form.querySelector("[data-missing-list]");
  note.hidden = !names.length;
  note.textContent = fill(box.dataset.missing, { names: names.join(", ") });
  if (names.length) return note.scrollIntoView({ block: "center" });
  const list = form.querySelector("[data-summary]");
  list.replaceChildren();
  const rows = ["odometer_km", "energy_percent", "keys", "valuables", "customer_name", "remarks"].map((name) => [labelOf(name), say(found[name]), report.before?.[name], name]);
  for (const item of report.items) rows.push([item.label, found.items[item.key] ? box.dataset.yes : box.dataset.no, undefined, ""]);
  for (const [label, text, was, name] of rows) {
    const row = document.createElement("div");
    row.append(Object.assign(document.createElement("dt"), { textContent: label }));
    const old = was !== undefined && name !== "customer_name" && name !== "remarks" && say(was) !== text ? ` · ${fill(box.dataset.was, { was: say(was) })}` : "";
    row.append(Object.assign(document.createElement("dd"), { textContent: text + old }));
    list.append(row);
  }
  const total = await sum(canonical(found));
  form.querySelector("[data-hash]").textContent = total.match(/.{8}/g).join(" ");
  form.dataset.hash = total;
  form.querySelector("[data-reviewed]").hidden = false;
  form.querySelector('[data-pad="sign-customer"]').hidden = Boolean(found.witness);
  await preparePads();
}

/* Anything that changes takes the signatures away. */
function unsign() {
  if (!form || !form.dataset.hash) return;
  delete form.dataset.hash;
  form.querySelector("[data-reviewed]").hidden = true;
  for (const name of ["sign-agent", "sign-customer"]) pads.get(name)?.clear();
}

async function sign(event) {
  event.preventDefault();
  const found = await content();
  const note = form.querySelector("[data-sign-error]");
  const wanted = found.witness ? ["sign-agent"] : ["sign-customer", "sign-agent"];
  note.hidden = wanted.every((name) => pads.get(name) && !pads.get(name).isEmpty());
  note.textContent = box.dataset.draw;
  if (!note.hidden || !form.dataset.hash) return;
  if ((await sum(canonical(found))) !== form.dataset.hash) return unsign();
  const have = await shots();
  const photos = Object.fromEntries(Object.keys(found.shots).map((shot) => [shot, have[shot].key]));
  for (const name of wanted) photos[name] = (await keepPhoto(name, await drawn(name))).key;
  await queueStep("sign", form.dataset.url, { ...found, hash: form.dataset.hash }, photos);
}

/* --- signatures -------------------------------------------------------------------------------------------------- */

async function preparePads() {
  if (!window.SignaturePad) {
    await new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: box.dataset.signScript, onload: resolve, onerror: reject });
      document.head.append(script);
    });
  }
  for (const holder of box.querySelectorAll("[data-pad]")) {
    const canvas = holder.querySelector("canvas");
    if (pads.has(holder.dataset.pad) || !canvas.offsetWidth) continue;
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    const pad = new window.SignaturePad(canvas, { penColor: "#10233f", backgroundColor: "#ffffff" });
    pads.set(holder.dataset.pad, pad);
    holder.querySelector("[data-pad-clear]").addEventListener("click", () => pad.clear());
  }
}

const drawn = (name) => new Promise((resolve) => box.querySelector(`[data-pad="${name}"] canvas`).toBlob(resolve, "image/png"));

/* --- steps ------------------------------------------------------------------------------------------------------- */

async function queueStep(kind, url, typed, photos) {
  await put("steps", { submission: uuid(), leg, kind, url, values: typed, photos, at: Date.now() + Math.random(), state: "waiting" });
  await show();
  work();
}

async function takeStep(event) {
  event.preventDefault();
  const step = event.target;
  const note = step.querySelector(".ho-error");
  const typed = {};
  for (const field of step.elements) {
    if (!field.name) continue;
    typed[field.name] = field.type === "checkbox" ? field.checked : "number" in field.dataset ? Number(field.value) : field.value;
  }
  const photos = {};
  const have = await shots();
  for (const input of step.querySelectorAll("[data-photo]")) if (have[input.dataset.photo]) photos[input.dataset.photo] = have[input.dataset.photo].key;
  const lacks = [...step.querySelectorAll("[data-photo]")].some((input) => !photos[input.dataset.photo]);
  const pad = step.querySelector("[data-pad]")?.dataset.pad;
  const blank = pad && (!pads.get(pad) || pads.get(pad).isEmpty());
  note.hidden = !lacks && !blank;
  note.textContent = blank ? box.dataset.draw : fill(box.dataset.missing, { names: step.querySelector(".ho-camera")?.textContent.trim() || "" });
  if (!note.hidden) return;
  if (pad) photos[pad] = (await keepPhoto(pad, await drawn(pad))).key;
  await queueStep(step.dataset.step, step.dataset.url, typed, photos);
}

/* --- the queue's state ------------------------------------------------------------------------------------------- */

async function show() {
  const photos = (await all("photos")).filter((row) => row.state === "waiting").length;
  const steps = await all("steps");
  const waiting = steps.filter((row) => row.state === "waiting").length;
  const refused = steps.find((row) => row.state === "refused");
  const words = [];
  if (photos) words.push(fill(bar.dataset.photos, { n: photos }));
  if (waiting) words.push(fill(bar.dataset.steps, { n: waiting }));
  if (line === "offline" || !navigator.onLine) words.push(bar.dataset.offline);
  else if (line === "signed-out") words.push(bar.dataset.signedOut);
  else if (line === "other-agent") words.push(fill(bar.dataset.otherAgent, { name: box.dataset.ownerName }));
  else if (photos || waiting) words.push(bar.dataset.sending);
  noteWaiting(box.dataset.ownerName, photos + steps.length);
  for (const other of othersWaiting()) words.push(fill(bar.dataset.others, { n: other.count, name: other.name }));
  bar.replaceChildren();
  if (words.length) bar.append(Object.assign(document.createElement("p"), { textContent: words.join(" ") }));
  if (refused) bar.append(...refusal(refused));
  bar.hidden = !words.length && !refused;
  const mineNow = steps.filter((row) => row.leg === leg).map((row) => row.kind);
  for (const step of document.querySelectorAll("[data-step]")) step.hidden = mineNow.includes(step.dataset.step);
  if (form) form.hidden = mineNow.includes("sign");
}

function refusal(step) {
  const text = Object.assign(document.createElement("p"), { textContent: `${bar.dataset.refused} ${step.message}` });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: bar.dataset.again });
  button.addEventListener("click", async () => {
    await remove("steps", step.submission);
    unsign();
    if (step.leg === leg) window.location.reload();
    await show();
  });
  return [text, button];
}

let again = 0;
async function work() {
  let isDone = false;
  line = await flush(refresh, async (step) => (isDone = isDone || step.leg === leg));
  await refresh();
  const rest = (await mine("steps")).length;
  if (isDone && !rest) return window.location.reload();
  window.clearTimeout(again);
  again = window.setTimeout(work, line ? 5_000 : 15_000);
}

async function refresh() {
  await show();
  if (leg) await showPhotos();
}

/* --- start ------------------------------------------------------------------------------------------------------- */

async function start() {
  if (form) {
    for (const [shot, links] of Object.entries(report.before_photos || {})) {
      const image = form.querySelector(`[data-shot="${shot}"] [data-before]`);
      if (image) Object.assign(image, { src: links.thumb, hidden: false });
    }
    const kept = await get("drafts", leg);
    restore(kept?.values || report.draft);
    const touch = async () => {
      form.querySelector("[data-witness]").hidden = !form.elements.is_refused.checked;
      compare(await content());
    };
    form.addEventListener("input", async (event) => {
      if (event.target.type === "file") return;
      unsign();
      await put("drafts", { leg, values: values(), url: box.dataset.draftUrl, at: Date.now() + Math.random(), dirty: true });
      await touch();
    });
    form.addEventListener("submit", sign);
    form.querySelector("[data-review]").addEventListener("click", review);
    await touch();
  }
  for (const step of document.querySelectorAll("[data-step]")) step.addEventListener("submit", takeStep);
  if (box.querySelector("[data-step] [data-pad]")) await preparePads();
  window.addEventListener("online", work);
  window.addEventListener("offline", show);
  await refresh();
  work();
  box.dataset.ready = "yes";
  await keepPage();
}

async function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(box.dataset.worker);
  const worker = (await navigator.serviceWorker.ready).active;
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  worker.postMessage({ owner: box.dataset.owner, keep: [window.location.href, box.dataset.signScript, ...loaded].filter(Boolean).map((url) => new URL(url, window.location.href).href) });
  box.dataset.kept = "yes";
}

start();
