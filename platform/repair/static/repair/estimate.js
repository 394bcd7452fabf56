/* The editor of an estimate: lines by keyboard, a running total, photos, and a draft that is saved while it is typed. */
const form = document.getElementById("estimate");
const list = form.querySelector("[data-lines]");
const state = form.querySelector("[data-state]");
const problem = form.querySelector("[data-problem]");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const SAVE_AFTER_MS = 800;
let revision = Number(form.dataset.revision);
let timer = 0;
let saving = Promise.resolve();
let uploads = 0;

const lines = () => [...list.querySelectorAll("[data-line]")];
const field = (line, name) => line.querySelector(`[data-field=${name}]`);

function read(line) {
  const values = Object.fromEntries(["kind", "operation", "text", "quantity", "unit_price", "amount"].map((name) => [name, field(line, name).value]));
  return { ...values, photos: [...line.querySelectorAll("[data-ref]")].map((item) => item.dataset.ref) };
}

/* A number as typed, in hundredths: no sums of fractions. */
function hundredths(text) {
  const found = /^[¥￥]?\s*(\d+)(?:\.(\d{0,2}))?$/.exec(text.replaceAll(",", "").trim());
  return found ? BigInt(found[1]) * 100n + BigInt((found[2] ?? "").padEnd(2, "0")) : null;
}

const yuan = (fen) => `${fen / 100n}.${String(fen % 100n).padStart(2, "0")}`;

/* With a unit price the amount follows, half a fen upwards, and is not typed. */
function multiply(line) {
  const amount = field(line, "amount");
  const isPriced = field(line, "unit_price").value.trim() !== "";
  amount.readOnly = isPriced;
  amount.tabIndex = isPriced ? -1 : 0;
  if (!isPriced) return;
  const [quantity, price] = [hundredths(field(line, "quantity").value || "1"), hundredths(field(line, "unit_price").value)];
  amount.value = quantity === null || price === null ? "" : yuan((quantity * price + 50n) / 100n);
}

function total() {
  lines().forEach(multiply);
  const sum = lines().reduce((so_far, line) => so_far + (hundredths(field(line, "amount").value) ?? 0n), 0n);
  form.querySelector("[data-total]").value = `${(sum / 100n).toLocaleString("en")}.${String(sum % 100n).padStart(2, "0")}`;
}

/* A known code brings its name and kind, where nothing is written yet. */
function choose(line) {
  const found = document.querySelector(`#operations option[value="${CSS.escape(field(line, "operation").value.trim())}"]`);
  if (!found) return;
  field(line, "kind").value = found.dataset.kind;
  if (!field(line, "text").value.trim()) field(line, "text").value = found.label;
}

function say(text) {
  problem.textContent = text;
  problem.hidden = !text;
  if (text) problem.scrollIntoView({ block: "nearest" });
}

async function post(address, body) {
  const headers = { "X-CSRFToken": token, ...(body instanceof FormData ? {} : { "Content-Type": "application/json" }) };
  const answer = await fetch(address, { method: "POST", headers, body: body instanceof FormData ? body : JSON.stringify(body) });
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  return { ok: answer.ok, status: answer.status, data: isJson ? await answer.json() : {} };
}

function save() {
  clearTimeout(timer);
  timer = 0;
  saving = saving.then(async () => {
    state.textContent = form.dataset.wordSaving;
    try {
      const { ok, status, data } = await post(form.dataset.save, { lines: lines().map(read), revision });
      if (ok) {
        revision = data.revision;
        state.textContent = form.dataset.wordSaved;
      } else if (status === 409) {
        state.textContent = "";
        say(data.message);
      } else {
        state.textContent = Object.values(data.errors ?? {}).join(" ");
      }
    } catch {
      state.textContent = form.dataset.wordOffline;
      timer = setTimeout(save, 5000);
    }
  });
  return saving;
}

function soon() {
  total();
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_AFTER_MS);
}

function add(after) {
  const fresh = form.querySelector("[data-blank]").content.firstElementChild.cloneNode(true);
  after ? after.after(fresh) : list.append(fresh);
  field(fresh, "text").focus();
  soon();
}

function remove(line) {
  const next = line.nextElementSibling ?? line.previousElementSibling;
  line.remove();
  next ? field(next, "text").focus() : add();
  soon();
}

function move(line, by) {
  const focused = document.activeElement;
  if (by < 0) line.previousElementSibling?.before(line);
  else line.nextElementSibling?.after(line);
  focused.focus();
  soon();
}

/* randomUUID is missing where the page came without https. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function photograph(line, input) {
  const [file] = input.files;
  if (!file) return;
  const body = new FormData();
  body.append("photo", file);
  body.append("key", uuid());
  const words = line.querySelector("[data-error]");
  words.hidden = false;
  words.textContent = form.dataset.wordUploading;
  uploads += 1;
  try {
    const { ok, data } = await post(form.dataset.photos, body);
    if (!ok) {
      words.textContent = data.message ?? form.dataset.wordGone;
      return;
    }
    words.hidden = true;
    const item = document.createElement("li");
    item.dataset.ref = data.ref;
    const image = Object.assign(new Image(72, 54), { src: data.url, alt: file.name });
    const drop = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    drop.dataset.drop = "";
    drop.setAttribute("aria-label", form.dataset.wordDrop);
    item.append(image, drop);
    line.querySelector("[data-photos]").append(item);
    soon();
  } catch {
    words.textContent = form.dataset.wordGone;
  } finally {
    uploads -= 1;
    input.value = "";
  }
}

function show(errors) {
  const filled = lines().filter((line) => ["text", "unit_price", "amount"].some((name) => field(line, name).value.trim()));
  for (const line of lines()) {
    line.querySelector("[data-error]").hidden = true;
    for (const input of line.querySelectorAll("[data-field]")) input.classList.remove("is-invalid");
  }
  const rest = [];
  for (const [name, text] of Object.entries(errors)) {
    const [, number, part] = name.split(".");
    const line = number === undefined ? undefined : filled[Number(number)];
    if (!line) {
      rest.push(text);
      continue;
    }
    const words = line.querySelector("[data-error]");
    words.textContent = words.hidden ? text : `${words.textContent} ${text}`;
    words.hidden = false;
    const input = field(line, part.replace(/_fen$/, ""));
    input?.classList.add("is-invalid");
  }
  say(rest.join(" "));
  form.querySelector(".is-invalid")?.focus();
}

async function send() {
  clearTimeout(timer);
  timer = 0;
  await saving;
  if (uploads) return;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const note = form.querySelector("[data-note]")?.value ?? "";
    const { ok, status, data } = await post(form.dataset.send, { lines: lines().map(read), revision, note });
    if (ok) {
      window.removeEventListener("beforeunload", warn);
      window.location.assign(data.url);
      return;
    }
    revision = data.revision ?? revision;
    if (status === 422) show(data.errors);
    else say(data.message ?? form.dataset.wordOffline);
  } catch {
    say(form.dataset.wordOffline);
  }
  button.disabled = false;
}

function warn(event) {
  if (timer || uploads) event.preventDefault();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
form.addEventListener("input", (event) => {
  if (event.target.matches("[data-photo]")) photograph(event.target.closest("[data-line]"), event.target);
  else if (event.target.closest("[data-line]")) {
    if (event.target.matches("[data-field=operation]")) choose(event.target.closest("[data-line]"));
    event.target.classList.remove("is-invalid");
    const line = event.target.closest("[data-line]");
    if (!line.querySelector(".is-invalid")) line.querySelector("[data-error]").hidden = true;
    soon();
  }
});
form.addEventListener("click", (event) => {
  const line = event.target.closest("[data-line]");
  if (event.target.closest("[data-add]")) add();
  if (line && event.target.closest("[data-remove]")) remove(line);
  if (line && event.target.closest("[data-drop]")) {
    event.target.closest("li[data-ref]").remove();
    soon();
  }
});
form.addEventListener("keydown", (event) => {
  const line = event.target.closest("[data-line]");
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    send();
  } else if (line && event.key === "Enter" && event.target.matches("input[data-field]")) {
    event.preventDefault();
    add(line);
  } else if (line && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    move(line, event.key === "ArrowUp" ? -1 : 1);
  }
});
window.addEventListener("beforeunload", warn);
total();
