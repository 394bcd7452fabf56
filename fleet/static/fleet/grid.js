/* A sheet whose cells are typed over in place: what is typed goes out at once and comes back checked. */
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
const grid = () => document.getElementById("grid");
const note = () => document.getElementById("grid-note");
const waiting = new Map(); // "line column" -> {line, column, text, seen}
let editing = null; // {cell, line, column, before, field}
let isSending = false;
let same = null;

const columnOf = (cell) => cell.dataset.col;
const rowOf = (cell) => cell.closest("tr");
const lineOf = (cell) => Number(rowOf(cell).dataset.line);
const textOf = (cell) => cell.querySelector(".fl-text").textContent;
const isOpen = (cell) => Boolean(cell && cell.dataset.col && rowOf(cell).hasAttribute("data-open"));
const cellAt = (line, column) => grid()?.querySelector(`tr[data-line="${line}"] td[data-col="${column}"]`);

function cellsOf(row) {
  return [...row.querySelectorAll("td")];
}

function select(cell) {
  if (!cell) return;
  for (const other of grid().querySelectorAll('td[tabindex="0"]')) other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function step(cell, down, right) {
  const row = rowOf(cell);
  if (right) return cellsOf(row)[cellsOf(row).indexOf(cell) + right] || null;
  const next = down > 0 ? row.nextElementSibling : row.previousElementSibling;
  return next ? cellsOf(next)[cellsOf(row).indexOf(cell)] : null;
}

function nextFault(cell) {
  const bad = [...grid().querySelectorAll("tr[data-open] td.is-bad")];
  return bad.find((each) => cell.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING) || null;
}

/* Typing into a cell. */
function edit(cell, text) {
  if (!isOpen(cell) || editing) return;
  const field = document.createElement("textarea");
  field.rows = 1;
  field.value = text === undefined ? textOf(cell) : text;
  field.setAttribute("aria-label", `${grid().dataset.edit}: ${headOf(cell)}`);
  editing = { cell, line: lineOf(cell), column: columnOf(cell), before: textOf(cell), field };
  cell.querySelector(".fl-text").hidden = true;
  cell.prepend(field);
  field.focus();
  if (text === undefined) field.select();
}

function headOf(cell) {
  return grid().querySelector(`thead th[data-col="${columnOf(cell)}"]`).textContent;
}

function leave(isKept) {
  const { cell, before, field } = editing;
  const typed = field.value;
  editing = null;
  field.remove();
  cell.querySelector(".fl-text").hidden = false;
  if (isKept && typed !== before) put(cell, typed);
  return cell;
}

function put(cell, text) {
  if (!isOpen(cell)) return;
  const key = `${lineOf(cell)} ${columnOf(cell)}`;
  const before = waiting.get(key);
  const seen = before ? before.seen : textOf(cell);
  cell.querySelector(".fl-text").textContent = text;
  cell.classList.add("is-sent");
  waiting.set(key, { line: lineOf(cell), column: columnOf(cell), text, seen });
  queueMicrotask(send);
}

/* Out to the server, one request at a time. */
async function post(url, fields) {
  const answer = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": csrf(), Accept: "application/json" },
    redirect: "error",
  });
  if (![200, 409, 422].includes(answer.status)) throw new Error(String(answer.status));
  return { status: answer.status, data: await answer.json() };
}

async function send() {
  if (isSending || !waiting.size || !grid()) return;
  isSending = true;
  const sent = [...waiting.values()];
  waiting.clear();
  const rows = new Map();
  for (const { line, column, text, seen } of sent) {
    const row = rows.get(line) || { line, cells: {}, seen: {} };
    row.cells[column] = text;
    row.seen[column] = seen;
    rows.set(line, row);
  }
  try {
    const data = JSON.stringify({ rows: [...rows.values()], columns: grid().dataset.columns.split(" ") });
    const answer = await post(grid().dataset.mend, { data });
    take(answer.data, sent);
  } catch {
    keep(sent);
  } finally {
    isSending = false;
  }
  if (waiting.size) send();
}

function keep(sent) {
  for (const each of sent) {
    const key = `${each.line} ${each.column}`;
    if (!waiting.has(key)) waiting.set(key, each);
    cellAt(each.line, each.column)?.classList.add("is-lost");
  }
  tell(grid().dataset.lost);
  const again = [...waiting.values()];
  waiting.clear();
  setTimeout(() => {
    for (const each of again) if (!waiting.has(`${each.line} ${each.column}`)) waiting.set(`${each.line} ${each.column}`, each);
    send();
  }, 5000);
}

function tell(text, sent) {
  note().hidden = !text;
  note().textContent = text || "";
  if (!sent) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = grid().dataset.mine;
  button.addEventListener("click", () => {
    tell("");
    for (const { line, column, text: mine } of sent) {
      const cell = cellAt(line, column);
      if (cell) put(cell, mine);
    }
  });
  note().append(button);
}

function take(data, sent) {
  if (data.is_busy && !data.message) {
    window.location.reload();
    return;
  }
  for (const [line, html] of Object.entries(data.rows || {})) replaceRow(line, html);
  tell(data.message, data.is_changed ? sent : null);
  if (data.summary) {
    const summary = document.getElementById("grid-summary");
    summary.innerHTML = data.summary;
    window.htmx?.process(summary);
  }
  if (!data.message) offer(data.same);
}

function replaceRow(line, html) {
  const old = grid().querySelector(`tr[data-line="${line}"]`);
  if (!old) return;
  const box = document.createElement("tbody");
  box.innerHTML = html;
  const fresh = box.querySelector("tr");
  const held = old.contains(document.activeElement) ? document.activeElement.closest("td") : null;
  const place = held ? cellsOf(old).indexOf(held) : -1;
  const open = editing && editing.line === Number(line) ? editing : null;
  if (open) {
    const cell = fresh.querySelector(`td[data-col="${open.column}"]`);
    cell.querySelector(".fl-text").hidden = true;
    cell.prepend(open.field);
    open.cell = cell;
    open.before = textOf(cell);
  }
  old.replaceWith(fresh);
  for (const { line: l, column, text } of waiting.values()) {
    if (l !== Number(line)) continue;
    const cell = cellAt(l, column);
    cell.querySelector(".fl-text").textContent = text;
    cell.classList.add("is-sent");
  }
  if (open) open.field.focus();
  else if (place >= 0) select(cellsOf(fresh)[place]);
}

/* The same wrong value elsewhere. */
function offer(found) {
  same = found || null;
  const bar = document.getElementById("grid-same");
  bar.hidden = !same;
  if (same) bar.querySelector("span").textContent = same.text;
}

async function replaceEverywhere() {
  const { column, was, now, lines } = same;
  offer(null);
  try {
    const { data } = await post(grid().dataset.replace, { column, was, text: now, lines: lines.join(",") });
    if (data.message) tell(data.message);
    else window.location.reload();
  } catch {
    tell(grid().dataset.lost);
  }
}

/* Keys, clicks, the clipboard. */
function onEditKey(event) {
  if (event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    select(leave(false));
  } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    const cell = leave(true);
    select(step(cell, 1, 0) || cell);
  } else if (event.key === "Tab") {
    event.preventDefault();
    const cell = leave(true);
    const next = step(cell, 0, event.shiftKey ? -1 : 1);
    select(next || cell);
    if (isOpen(next)) edit(next);
  }
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function onKey(event, cell) {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key in MOVES && isPlain) {
    event.preventDefault();
    select(step(cell, ...MOVES[event.key]));
  } else if (event.key === "Home" || event.key === "End") {
    event.preventDefault();
    const cells = cellsOf(rowOf(cell));
    select(event.key === "Home" ? cells[0] : cells[cells.length - 1]);
  } else if (event.key === "Tab" && isPlain && !event.shiftKey && nextFault(cell)) {
    event.preventDefault();
    select(nextFault(cell));
  } else if (event.key === "Enter" || event.key === "F2") {
    event.preventDefault();
    edit(cell);
  } else if ((event.key === "Delete" || event.key === "Backspace") && isPlain) {
    event.preventDefault();
    if (isOpen(cell) && textOf(cell)) put(cell, "");
  } else if (event.key.length === 1 && isPlain) {
    if (!isOpen(cell)) return;
    event.preventDefault();
    edit(cell, event.key);
  }
}

document.addEventListener("keydown", (event) => {
  if (editing && event.target === editing.field) onEditKey(event);
  else if (event.target.matches?.("#grid td")) onKey(event, event.target);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-grid-same]")) replaceEverywhere();
  if (event.target.closest("[data-grid-same-no]")) offer(null);
  const cell = event.target.closest("#grid td");
  if (!cell || (editing && editing.cell === cell)) return;
  const isSecond = document.activeElement === cell && cell.dataset.picked === "yes";
  if (editing) leave(true);
  for (const other of grid().querySelectorAll("[data-picked]")) delete other.dataset.picked;
  select(cell);
  cell.dataset.picked = "yes";
  if (isSecond || window.matchMedia("(pointer: coarse)").matches) edit(cell);
});

document.addEventListener("focusout", (event) => {
  if (!editing || event.target !== editing.field) return;
  const { field } = editing;
  setTimeout(() => {
    if (editing && editing.field === field && document.activeElement !== field) leave(true);
  });
});

document.addEventListener("copy", (event) => {
  const cell = document.activeElement?.closest?.("#grid td");
  if (editing || !cell?.dataset.col || window.getSelection().toString()) return;
  event.clipboardData.setData("text/plain", textOf(cell));
  event.preventDefault();
});

document.addEventListener("paste", (event) => {
  const first = document.activeElement?.closest?.("#grid td");
  if (editing || !first?.dataset.col) return;
  event.preventDefault();
  const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  let start = first;
  for (const row of text.split("\n")) {
    let cell = start;
    for (const value of row.split("\t")) {
      if (isOpen(cell) && textOf(cell) !== value) put(cell, value);
      cell = cell && step(cell, 0, 1);
    }
    start = start && step(start, 1, 0);
    if (!start) break;
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-grid-filter]")) event.target.form.submit();
});

window.addEventListener("beforeunload", (event) => {
  if (waiting.size || isSending) event.preventDefault();
});

const start = grid() && (grid().querySelector("tr[data-open] td.is-bad") || grid().querySelector("td"));
if (start) start.tabIndex = 0;
