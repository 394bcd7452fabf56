/* The queue of approvals: what is picked comes to how much, against the reader's limit and each budget; `a` approves. */
function shown(amount) {
  const yuan = Math.floor(amount / 100).toLocaleString("en-US");
  return `¥${yuan}.${String(amount % 100).padStart(2, "0")}`;
}

function draw() {
  const bar = document.querySelector("[data-fl-queue]");
  if (!bar) return;
  const rows = [...document.querySelectorAll("[data-ui-table] tbody input[type=checkbox]:checked")].map((box) => box.closest("tr"));
  const above = rows.filter((row) => !row.dataset.ok).length;
  bar.querySelector("[data-fl-sum]").textContent = shown(rows.reduce((sum, row) => sum + Number(row.dataset.fen), 0));
  bar.querySelector("[data-fl-above]").hidden = above === 0;
  bar.querySelector("[data-fl-above-count]").textContent = String(above);
  for (const budget of bar.querySelectorAll("[data-fl-budget]")) {
    const used = rows.filter((row) => row.dataset.budget === budget.dataset.flBudget).reduce((sum, row) => sum + Number(row.dataset.fen), 0);
    budget.hidden = used === 0;
    budget.classList.toggle("ui-tone-warn", used > Number(budget.dataset.free));
    budget.querySelector("[data-fl-used]").textContent = shown(used);
  }
}

document.addEventListener("change", draw);
document.addEventListener("htmx:afterSettle", draw);
document.addEventListener("keydown", (event) => {
  if (event.key !== "a" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select, .modal")) return;
  const bar = document.querySelector("[data-fl-queue]");
  if (bar && !bar.hidden) bar.requestSubmit();
});
draw();
