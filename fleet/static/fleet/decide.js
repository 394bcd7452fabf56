/* The decision's running sum: what a yes comes to, in whole fen, and whether it is within the limit. */
function fen(text) {
  const match = /^\s*¥?\s*([0-9][0-9,]*)(?:\.([0-9]{1,2}))?\s*$/.exec(text);
  if (!match) return null;
  return Number(match[1].replaceAll(",", "")) * 100 + Number((match[2] || "0").padEnd(2, "0"));
}

function shown(amount) {
  const yuan = Math.floor(amount / 100).toLocaleString("en-US");
  return `¥${yuan}.${String(amount % 100).padStart(2, "0")}`;
}

function draw(form) {
  let total = 0;
  for (const line of form.querySelectorAll("[data-fl-line]")) {
    const [choice, amount, reason] = line.querySelectorAll("select, input");
    const isApproved = choice.value === "approve";
    const asked = Number(line.dataset.asked);
    const given = amount.value.trim() ? fen(amount.value) : asked;
    amount.hidden = !isApproved;
    reason.hidden = isApproved && given === asked && !reason.value;
    if (isApproved) total = total === null || given === null ? null : total + given;
  }
  const sum = form.querySelector("[data-fl-sum]");
  if (!sum) return;
  sum.hidden = total === null;
  sum.querySelector("[data-fl-total]").textContent = total === null ? "" : shown(total);
  sum.querySelector("[data-fl-over]").hidden = total === null || !("room" in form.dataset) || total <= Number(form.dataset.room);
}

function drawAll() {
  document.querySelectorAll("[data-fl-decide]").forEach(draw);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-fl-decide]");
  if (form) draw(form);
});
document.addEventListener("htmx:afterSettle", drawAll);
drawAll();
