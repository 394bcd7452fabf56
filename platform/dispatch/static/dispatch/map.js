/* The dispatchers' map: legs where they begin, in the colour of their clock and gathered where they crowd; agents, areas,
   workshops, sites. The list beside it holds the same legs and is the way by keyboard; the map follows its current row, and a
   leg that is chosen here becomes the current row and opens at the side. */
const pane = document.querySelector("[data-dp-map]");
const words = pane.dataset;
const AGAIN = 15000;
const CROWD = 44; // pixels within which legs are one bubble
const NARROW = 18;
let map = null;
let layers = {};
let data = { legs: [], agents: [], words: {} };
let named = new Map();
let text = "";
let search = null;
let chosen = null;
let offset = 0;
let asking = null;

const isShown = () => document.documentElement.dataset.dpShow !== "list";
const now = () => Date.now() / 1000 + offset;
const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

function objects({ columns, rows }) {
  return rows.map((row) => {
    const item = Object.fromEntries(columns.map((name, at) => [name, row[at]]));
    item.at = window.L.latLng(item.lat, item.lng);
    return item;
  });
}

/* --- words and colours ------------------------------------------------------------------------------------------------ */
const TONES = ["bad", "warn", "soon", "good", "neutral"];

function toneOf(leg) {
  if (!leg.due) return "neutral";
  const share = (now() - leg.since) / Math.max(1, leg.due - leg.since);
  if (now() >= leg.due) return "bad";
  return share >= 0.8 ? "warn" : share >= 0.5 ? "soon" : "good";
}

function worst(legs) {
  return TONES.find((tone) => legs.some((leg) => toneOf(leg) === tone)) || "neutral";
}

function span(seconds) {
  const [d, h, min] = words.units.split("|");
  const minutes = Math.floor(Math.abs(seconds) / 60);
  if (minutes >= 1440) return `${Math.floor(minutes / 1440)} ${d}`;
  return minutes >= 60 ? `${Math.floor(minutes / 60)} ${h} ${minutes % 60} ${min}` : `${minutes} ${min}`;
}

function dueOf(leg) {
  if (!leg.due) return "";
  const left = leg.due - now();
  return `${data.words.due[leg.state] || ""} ${left < 0 ? fill(words.late, { time: span(left) }) : span(left)}`.trim();
}

function lineOf(leg) {
  return [leg.label, data.words.kinds[leg.kind], data.words.states[leg.state], named.get(leg.agent)?.name, dueOf(leg)].filter(Boolean).join(" · ");
}

function element(tag, className, content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
}

/* --- gathering: each takes in what lies within so many pixels, so that no two signs overlap --------------------------------- */
function gather(items, pixels) {
  const bounds = map.getBounds().pad(0.2);
  const cells = new Map();
  const groups = [];
  for (const item of items) {
    if (!bounds.contains(item.at)) continue;
    const point = map.project(item.at);
    const x = Math.floor(point.x / pixels);
    const y = Math.floor(point.y / pixels);
    let home = null;
    for (let dx = -1; dx <= 1 && !home; dx += 1) {
      for (let dy = -1; dy <= 1 && !home; dy += 1) {
        home = (cells.get(`${x + dx}:${y + dy}`) || []).find((group) => group.point.distanceTo(point) < pixels);
      }
    }
    if (home) {
      home.items.push(item);
      continue;
    }
    const group = { point, at: item.at, items: [item] };
    groups.push(group);
    const key = `${x}:${y}`;
    cells.set(key, [...(cells.get(key) || []), group]);
  }
  return groups;
}

/* Only what has changed is drawn anew: a tooltip stays under the hand. */
function redraw(layer, groups, keyOf, make) {
  const wanted = new Map(groups.map((group) => [keyOf(group), group]));
  for (const [key, marker] of layer.drawn) {
    if (wanted.has(key)) continue;
    layer.group.removeLayer(marker);
    layer.drawn.delete(key);
  }
  for (const [key, group] of wanted) {
    if (layer.drawn.has(key)) layer.drawn.get(key).items = group.items;
    else layer.drawn.set(key, make(group).addTo(layer.group));
  }
}

function sign(at, className, content, size, height = 0) {
  const icon = window.L.divIcon({ className, html: content, iconSize: [size, size] });
  return window.L.marker(at, { icon, keyboard: false, zIndexOffset: height });
}

function bubble({ at, items }) {
  const single = items.length === 1;
  const size = single ? 18 : Math.min(40, 26 + String(items.length).length * 4);
  const tone = worst(items);
  const marker = sign(at, `dp-bubble ui-tone-${tone}${single ? " dp-single" : ""}`, element("span", "", single ? "" : items.length), size, 2000);
  marker.items = items;
  marker.bindTooltip(() => tooltip(marker.items), { direction: "top", offset: [0, -size / 2] });
  marker.on("click", () => press(marker));
  return marker;
}

function tooltip(items) {
  if (items.length === 1) return element("span", "", lineOf(items[0]));
  const late = items.filter((leg) => toneOf(leg) === "bad").length;
  const parts = [fill(words.legs, { count: items.length })];
  if (late) parts.push(fill(words.lateLegs, { count: late }));
  return element("span", "", parts.join(" · "));
}

function press(marker) {
  const { items } = marker;
  if (items.length === 1) choose(items[0]);
  else if (map.getZoom() < 16 && items.some((leg) => leg.at.distanceTo(items[0].at) > 60)) {
    map.fitBounds(window.L.latLngBounds(items.map((leg) => leg.at)), { padding: [60, 60], maxZoom: 17 });
  } else ask(marker.getLatLng(), items.map((leg) => button(leg)));
}

function button(leg) {
  const made = element("button", `dp-pick ui-tone-${toneOf(leg)}`, lineOf(leg));
  made.type = "button";
  made.addEventListener("click", () => choose(leg));
  return made;
}

function ask(at, lines) {
  const list = element("ul", "dp-popup");
  for (const line of lines) list.append(element("li"));
  lines.forEach((line, place) => list.children[place].append(line));
  map.openPopup(list, at, { maxWidth: 340, maxHeight: 280 });
  list.querySelector("button, a")?.focus({ preventScroll: true });
}

function agentSign({ at, items }) {
  const state = ["free", "busy", "unfit", "off"].find((name) => items.some((agent) => agent.state === name));
  const marker = sign(at, `dp-agent dp-agent-${state}`, element("span"), 14, 1000);
  marker.items = items;
  marker.bindTooltip(() => element("span", "", items.length > 3 ? fill(words.agents, { count: items.length }) : items.map(agentLine).join(" · ")), { direction: "top" });
  marker.on("click", () => ask(at, marker.items.map(agentLink)));
  return marker;
}

function agentLine(agent) {
  return `${agent.name}, ${words[`agent${agent.state[0].toUpperCase()}${agent.state.slice(1)}`]}, ${agent.where === "seen" ? words.seen : words.base}`;
}

function agentLink(agent) {
  const link = element("a", "", agentLine(agent));
  link.href = words.agentPage.replace("REF", agent.ref);
  return link;
}

/* --- what stands still --------------------------------------------------------------------------------------------------- */
function ground() {
  layers.ground.clearLayers();
  for (const area of data.areas) {
    layers.ground.addLayer(window.L.circle([area.lat, area.lng], { radius: area.radius, className: `dp-area ui-tone-${area.tone}`, weight: 1, interactive: false }));
    const name = window.L.divIcon({ className: "dp-area-name", html: element("span", "", area.name), iconSize: null });
    layers.ground.addLayer(window.L.marker([area.lat + area.radius / 111320, area.lng], { icon: name, interactive: false, keyboard: false }));
  }
  const tool = pane.querySelector('[data-dp-sign="workshop"]');
  for (const place of data.places) {
    const isSite = place.kind === "site";
    const marker = isSite
      ? window.L.circleMarker([place.lat, place.lng], { radius: 3, className: "dp-site", weight: 1.5 })
      : sign([place.lat, place.lng], "dp-workshop", tool.content.firstElementChild.cloneNode(true), 20);
    layers.ground.addLayer(marker.bindTooltip(element("span", "", place.name), { direction: "top" }));
  }
}

function moving() {
  redraw(layers.agents, gather(data.agents, NARROW), ({ at, items }) => `${at.lat},${at.lng}|${items.map((agent) => agent.ref + agent.state).join()}`, agentSign);
  redraw(layers.legs, gather(data.legs, CROWD), ({ at, items }) => `${at.lat},${at.lng}|${items.length}|${worst(items)}|${items.length === 1 ? items[0].ref : ""}`, bubble);
}

/* --- the chosen leg ---------------------------------------------------------------------------------------------------------- */
function trace() {
  layers.chosen.clearLayers();
  const leg = chosen && data.legs.find((item) => item.ref === chosen);
  if (!leg) return;
  const L = window.L;
  if (leg.toLat !== null) {
    const end = [leg.toLat, leg.toLng];
    layers.chosen.addLayer(L.polyline([leg.at, end], { className: "dp-way", weight: 3, interactive: false }));
    layers.chosen.addLayer(L.circleMarker(end, { radius: 5, className: "dp-end", weight: 3, interactive: false }));
  }
  const agent = named.get(leg.agent);
  if (agent) layers.chosen.addLayer(L.polyline([agent.at, leg.at], { className: "dp-way dp-way-there", weight: 2, dashArray: "4 6", interactive: false }));
  layers.chosen.addLayer(L.circleMarker(leg.at, { radius: 24, className: "dp-ring", weight: 3, interactive: false }));
  if (!map.getBounds().pad(-0.1).contains(leg.at)) map.panTo(leg.at);
}

function choose(leg) {
  map.closePopup();
  chosen = leg.ref;
  trace();
  const row = document.querySelector(`tr[data-leg="${leg.ref}"]`);
  if (row && row.offsetParent !== null) {
    row.querySelector(".ui-key a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  } else map.getContainer().focus({ preventScroll: true });
  window.htmx.ajax("GET", words.drawer.replace("REF", leg.ref), { target: "#ui-drawer-body", swap: "innerHTML" });
}

document.addEventListener("ui:row", (event) => {
  chosen = event.target.dataset.leg || null;
  if (map && isShown()) trace();
});

/* --- asking ------------------------------------------------------------------------------------------------------------------- */
async function read() {
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams(window.location.search);
  query.delete("page");
  query.delete("sort");
  let found;
  try {
    const answer = await fetch(`${words.dpMap}?${query}`, { signal: asking.signal, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) return;
    found = await answer.json();
  } catch {
    return; // overtaken by another, or no line: the next one may do
  }
  offset = Date.parse(found.now) / 1000 - Date.now() / 1000;
  const isNew = search !== query.toString();
  search = query.toString();
  const { now: _now, ...rest } = found;
  const told = JSON.stringify(rest);
  if (told === text) return;
  text = told;
  data = { ...found, legs: objects(found.legs), agents: objects(found.agents) };
  named = new Map(data.agents.map((agent) => [agent.ref, agent]));
  pane.querySelector("[data-dp-note]").textContent = found.more ? fill(words.more, { count: data.legs.length }) : "";
  ground();
  if (isNew) fit();
  moving();
  trace();
}

function fit() {
  const places = data.legs.length ? data.legs.map((leg) => leg.at) : data.areas.map((area) => [area.lat, area.lng]);
  if (places.length) map.fitBounds(window.L.latLngBounds(places), { padding: [40, 40], maxZoom: 14, animate: false });
}

async function start() {
  if (!isShown()) return;
  if (!map) {
    map = await (pane.drawing ||= window.baylinkMaps.frame(pane, { scrollWheelZoom: true }));
    if (layers.legs) return;
    const group = () => window.L.layerGroup().addTo(map);
    layers = { ground: group(), chosen: group(), agents: { group: group(), drawn: new Map() }, legs: { group: group(), drawn: new Map() } };
    map.on("moveend zoomend", moving);
    new ResizeObserver(() => map.invalidateSize()).observe(map.getContainer());
  }
  await read();
}

document.addEventListener("dp:show", start);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "board-live" && map && isShown()) read();
});
setInterval(() => {
  if (!document.hidden && map && isShown()) read();
}, AGAIN);
setInterval(() => {
  if (!document.hidden && map && isShown()) moving(); // colours move on with the clocks
}, 5000);
start();
