/* Leaflet with points of ours. Without tiles it draws a graticule, so that a place still has a frame. */
const loading = new Map();
const drawn = new WeakSet();

function load(url, kind) {
  if (!loading.has(url)) {
    loading.set(url, new Promise((resolve, reject) => {
      const element = document.createElement(kind);
      if (kind === "link") Object.assign(element, { rel: "stylesheet", href: url });
      else element.src = url;
      element.addEventListener("load", resolve);
      element.addEventListener("error", reject);
      document.head.prepend(element);
    }));
  }
  return loading.get(url);
}

function step(span) {
  const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30];
  return steps.find((value) => span / value <= 8) || 45;
}

function graticule(map) {
  const layer = window.L.layerGroup().addTo(map);
  const label = (at, html) => window.L.marker(at, { interactive: false, keyboard: false, icon: window.L.divIcon({ className: "ui-map-grid-label", html, iconSize: null }) });
  const line = (points) => window.L.polyline(points, { className: "ui-map-grid-line", weight: 1, interactive: false });
  function redraw() {
    layer.clearLayers();
    const box = map.getBounds();
    const by = step(box.getEast() - box.getWest());
    const digits = Math.max(0, Math.ceil(-Math.log10(by)));
    for (let lng = Math.ceil(box.getWest() / by) * by; lng < box.getEast(); lng += by) {
      layer.addLayer(line([[box.getSouth(), lng], [box.getNorth(), lng]]));
      layer.addLayer(label([box.getNorth(), lng], `&nbsp;${lng.toFixed(digits)}°`));
    }
    for (let lat = Math.ceil(box.getSouth() / by) * by; lat < box.getNorth(); lat += by) {
      layer.addLayer(line([[lat, box.getWest()], [lat, box.getEast()]]));
      layer.addLayer(label([lat, box.getWest()], `&nbsp;${lat.toFixed(digits)}°`));
    }
  }
  map.on("moveend", redraw);
  redraw();
}

/* An element, not a string: Leaflet takes strings for HTML, and a label is what somebody typed. */
function text(point, linked) {
  const element = document.createElement(linked ? "a" : "span");
  if (linked) element.href = point.url;
  element.textContent = point.label;
  return element;
}

/* A map in a section that has the attributes of the tag `map_attributes`: tiles or a graticule, the buttons, the scale. */
async function frame(section, options = {}) {
  const data = section.dataset;
  await Promise.all([load(data.style, "link"), load(data.script, "script")]);
  const L = window.L;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(section.querySelector("[data-ui-canvas]"), {
    zoomControl: false, scrollWheelZoom: false, attributionControl: Boolean(data.tiles), zoomSnap: 0.5, maxZoom: 18,
    zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm, ...options,
  });
  L.control.zoom({ zoomInTitle: data.zoomIn, zoomOutTitle: data.zoomOut, position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  map.setView([31.2304, 121.4737], 9);
  if (data.tiles) L.tileLayer(data.tiles, { attribution: data.attribution, maxZoom: 18 }).addTo(map);
  else graticule(map);
  return map;
}

function reach(map, point) {
  window.L.circle([point.lat, point.lng], { radius: point.radius_m, className: `ui-map-reach ui-tone-${point.tone || "active"}`, weight: 1, interactive: false }).addTo(map);
}

async function draw(section) {
  const points = JSON.parse(document.getElementById(section.dataset.uiMap).textContent);
  const map = await frame(section);
  const places = points.map((point) => [point.lat, point.lng]);
  if (places.length) map.fitBounds(places, { padding: [36, 36], maxZoom: 14 });
  for (const point of points) {
    if (point.radius_m) reach(map, point);
    const circle = window.L.circleMarker([point.lat, point.lng], { radius: point.kind === "site" ? 8 : 6, className: `ui-map-point ui-tone-${point.tone || "active"}` });
    circle.addTo(map).bindPopup(text(point, Boolean(point.url))).bindTooltip(text(point, false));
  }
}

function start() {
  for (const section of document.querySelectorAll("[data-ui-map]")) {
    if (drawn.has(section)) continue;
    drawn.add(section);
    draw(section);
  }
}

window.baylinkMaps = { frame };
document.addEventListener("htmx:afterSettle", start);
start();
