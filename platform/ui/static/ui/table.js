/* Rows that lead somewhere: click, j and k to move, Enter to open, x to tick. A row with `data-ui-drawer` opens at the side; its
   link leads to the page still (another tab, no scripts). `ui:row` tells which row is the current one. */
const skip = "a, button, input, select, textarea, label, summary";

function rows() {
  return [...document.querySelectorAll("[data-ui-table] tbody tr[data-href]")].filter((row) => row.offsetParent !== null);
}

function open(row, newTab) {
  if (newTab) window.open(row.dataset.href, "_blank", "noopener");
  else if (row.dataset.uiDrawer) {
    row.querySelector(".ui-key a")?.focus({ preventScroll: true }); // where the focus comes back to
    window.htmx.ajax("GET", row.dataset.uiDrawer, { target: "#ui-drawer-body", swap: "innerHTML" });
  } else window.location.assign(row.dataset.href);
}

function mark(row) {
  if (row.classList.contains("ui-row-current")) return;
  for (const each of document.querySelectorAll(".ui-row-current")) each.classList.remove("ui-row-current");
  row.classList.add("ui-row-current");
  row.dispatchEvent(new CustomEvent("ui:row", { bubbles: true }));
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("ui-row-current"));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
  mark(next);
  (next.querySelector("td a") || next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-ui-table] tr[data-href]");
  if (!row || window.getSelection().toString()) return;
  const newTab = event.metaKey || event.ctrlKey;
  const key = row.dataset.uiDrawer && event.target.closest(".ui-key a");
  if (key ? newTab || event.shiftKey : event.target.closest(skip)) return;
  event.preventDefault();
  mark(row);
  open(row, newTab);
});
document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-ui-table] tr[data-href]");
  if (row && event.target.closest(".ui-key a")) mark(row);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, .modal, .offcanvas.show")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x") document.querySelector(".ui-row-current input[type=checkbox]")?.click();
  else if (event.key === "Enter" && !event.target.closest(skip)) {
    const row = document.querySelector(".ui-row-current");
    if (row) open(row, false);
  }
});

function count(table) {
  const ticked = table.querySelectorAll("tbody input[type=checkbox]:checked").length;
  for (const element of document.querySelectorAll("[data-ui-selected]")) {
    element.hidden = ticked === 0;
    const number = element.querySelector("[data-ui-count]");
    if (number) number.textContent = String(ticked);
  }
}

document.addEventListener("change", (event) => {
  const table = event.target.closest("[data-ui-table]");
  if (!table || event.target.type !== "checkbox") return;
  if (event.target.closest("thead")) {
    for (const box of table.querySelectorAll("tbody input[type=checkbox]")) box.checked = event.target.checked;
  }
  count(table);
});
