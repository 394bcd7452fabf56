/* Clocks that count down in business time: the page says what time it was when it was made. */
const offsets = new WeakMap();
const tones = ["good", "soon", "warn", "bad"];

function text(seconds, units) {
  const [d, h, min, s] = units;
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days) return `${days} ${d} ${hours} ${h}`;
  if (hours) return `${hours} ${h} ${String(minutes).padStart(2, "0")} ${min}`;
  if (minutes >= 10) return `${minutes} ${min}`;
  if (minutes) return `${minutes} ${min} ${String(Math.floor(seconds % 60)).padStart(2, "0")} ${s}`;
  return `${Math.floor(seconds)} ${s}`;
}

function tone(share) {
  if (share >= 1) return "bad";
  if (share >= 0.8) return "warn";
  return share >= 0.5 ? "soon" : "good";
}

function draw(clock) {
  if (!offsets.has(clock)) offsets.set(clock, clock.dataset.now ? Date.parse(clock.dataset.now) - Date.now() : 0);
  const now = Date.now() + offsets.get(clock);
  const due = Date.parse(clock.dataset.due);
  const left = (due - now) / 1000;
  const shown = text(Math.abs(left), (clock.dataset.units || "d|h|min|s").split("|"));
  clock.textContent = left < 0 ? clock.dataset.late.replace("{time}", shown) : shown;
  const started = clock.dataset.started ? Date.parse(clock.dataset.started) : NaN;
  const share = left < 0 ? 1 : Number.isNaN(started) ? 0 : (now - started) / (due - started); // late before it began is late
  const chip = clock.closest(".ui-clock");
  if (!chip) return;
  const wanted = `ui-tone-${tone(share)}`;
  if (chip.classList.contains(wanted)) return;
  chip.classList.remove(...tones.map((name) => `ui-tone-${name}`));
  chip.classList.add(wanted);
}

function drawAll() {
  if (!document.hidden) document.querySelectorAll("time[data-due]").forEach(draw);
}

drawAll();
setInterval(drawAll, 1000);
document.addEventListener("htmx:afterSwap", drawAll);
document.addEventListener("visibilitychange", drawAll);
