/* What waits on the phone until the line is there: photos, drafts and steps, each with a number of its own, so that
   whatever is sent twice is done once. IndexedDB survives a reload and a flat battery. Each agent has a database of his
   own: on a phone that two share, nobody's work is sent, or seen, by the other. */
const NAME = "baylink-handover";
let owner;
let opened;

/* Whose queue it is: before anything else. */
export function own(id) {
  owner = id;
}

function open() {
  opened ||= new Promise((resolve, reject) => {
    if (!owner) throw new Error("a queue belongs to somebody");
    const request = indexedDB.open(`${NAME}-${owner}`, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("photos", { keyPath: "key" });
      request.result.createObjectStore("drafts", { keyPath: "leg" });
      request.result.createObjectStore("steps", { keyPath: "submission" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function run(store, mode, act) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const work = db.transaction(store, mode);
    const request = act(work.objectStore(store));
    work.oncomplete = () => resolve(request?.result);
    work.onerror = work.onabort = () => reject(work.error);
  });
}

export const put = (store, row) => run(store, "readwrite", (s) => s.put(row));
export const get = (store, key) => run(store, "readonly", (s) => s.get(key));
export const remove = (store, key) => run(store, "readwrite", (s) => s.delete(key));
export const all = async (store) => (await run(store, "readonly", (s) => s.getAll())).sort((a, b) => a.at - b.at);

export async function sum(blob) {
  const bytes = typeof blob === "string" ? new TextEncoder().encode(blob) : await blob.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* The same text as the server's for the same value: keys in order, nothing between. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

/* {ok, refused, answer}; throws when there is no line, or somebody else or nobody is signed in: then it is tried again. */
async function post(url, body) {
  const headers = { "X-CSRFToken": token(), "X-Agent": owner, Accept: "application/json" };
  if (!(body instanceof FormData)) headers["Content-Type"] = "application/json";
  const response = await fetch(url, { method: "POST", headers, body: body instanceof FormData ? body : JSON.stringify(body) });
  const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
  if (response.redirected || (!isJson && response.status < 500 && response.status !== 404)) throw new Error("signed-out");
  if (response.status >= 500 || response.status === 429) throw new Error("later");
  const answer = isJson ? await response.json() : {};
  if (answer.code === "other_agent") throw new Error("other-agent");
  return { ok: response.ok, answer };
}

async function sendPhotos(changed) {
  for (const photo of (await all("photos")).filter((row) => row.state === "waiting")) {
    const form = new FormData();
    form.append("key", photo.key);
    form.append("shot", photo.shot);
    form.append("taken_at", photo.taken_at);
    form.append("photo", photo.blob, photo.name || `${photo.shot}.jpg`);
    const { ok, answer } = await post(photo.url, form);
    const now = await get("photos", photo.key); // it may have been taken again meanwhile
    if (now) await put("photos", { ...now, state: ok ? "sent" : "refused", message: answer.message || "" });
    await changed();
  }
}

async function sendDrafts() {
  for (const draft of (await all("drafts")).filter((row) => row.dirty)) {
    const { ok } = await post(draft.url, draft.values);
    const now = await get("drafts", draft.leg);
    if (now && now.at === draft.at) await put("drafts", { ...now, dirty: false, refused: !ok });
  }
}

async function sendSteps(changed, done) {
  for (const step of await all("steps")) {
    if (step.state !== "waiting") return; // what comes after one that was refused waits for it
    await sendPhotos(changed); // its own may have been taken while the earlier ones were under way
    const keys = Object.values(step.photos);
    const rows = await Promise.all(keys.map((key) => get("photos", key)));
    const bad = rows.find((row) => row?.state === "refused");
    const { ok, answer } = bad
      ? { ok: false, answer: { message: bad.message } }
      : await post(step.url, { submission: step.submission, values: step.values, photos: step.photos });
    if (ok) {
      await remove("steps", step.submission);
      for (const key of keys) await remove("photos", key);
      if (["sign", "fail"].includes(step.kind)) await remove("drafts", step.leg);
      await done(step);
    } else {
      await put("steps", { ...step, state: "refused", message: answer.message || "" });
    }
    await changed();
  }
}

/* How much waits, by whom: so that another who takes the phone is told. */
const waiting = () => JSON.parse(localStorage.getItem(`${NAME}-waiting`) || "{}");

export function noteWaiting(name, count) {
  const found = waiting();
  if (count) found[owner] = { name, count };
  else delete found[owner];
  localStorage.setItem(`${NAME}-waiting`, JSON.stringify(found));
}

export const othersWaiting = () => Object.entries(waiting()).filter(([id]) => id !== owner).map(([, row]) => row);

/* One flush at a time, also among the tabs of one phone. Gives "", "offline", "signed-out", "other-agent" or "later". */
export function flush(changed, done) {
  return navigator.locks.request(`${NAME}-${owner}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return "";
    try {
      await sendPhotos(changed);
      await sendDrafts();
      await sendSteps(changed, done);
      return "";
    } catch (error) {
      return ["signed-out", "other-agent", "later"].includes(error.message) ? error.message : "offline";
    }
  });
}
