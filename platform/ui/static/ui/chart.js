/* ECharts in the page's colours and language. The option lies in a JSON script beside the canvas. */
const charts = new Map();
const loading = new Map();

function load(url) {
  if (!loading.has(url)) {
    loading.set(url, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = url;
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    }));
  }
  return loading.get(url);
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function theme() {
  const [text, muted, line] = ["--ui-text", "--ui-muted", "--ui-line"].map(colour);
  const axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: muted }, splitLine: { lineStyle: { color: line } }, nameTextStyle: { color: muted } };
  return {
    color: ["--active-dot", "--info-dot", "--wait-dot", "--warn-dot", "--good-dot", "--bad-dot", "--neutral-dot"].map(colour),
    backgroundColor: "transparent",
    textStyle: { color: text, fontFamily: getComputedStyle(document.body).fontFamily },
    legend: { textStyle: { color: muted }, icon: "roundRect", itemWidth: 10, itemHeight: 10 },
    categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: axis, timeAxis: axis, logAxis: axis,
    tooltip: { backgroundColor: colour("--ui-raised"), borderColor: line, textStyle: { color: text } },
    bar: { itemStyle: { borderRadius: [3, 3, 0, 0] } },
    line: { symbolSize: 5, lineStyle: { width: 2 } },
  };
}

const tones = { neutral: 1, info: 1, active: 1, wait: 1, good: 1, soon: 1, warn: 1, bad: 1, ended: 1 };

/* A series may name a tone instead of a colour. */
function toned(option) {
  for (const series of [].concat(option.series || [])) {
    if (series.tone in tones) series.itemStyle = { ...series.itemStyle, color: colour(`--${series.tone}-dot`) };
  }
  return option;
}

function draw(figure) {
  const canvas = figure.querySelector("[data-ui-canvas]");
  charts.get(figure)?.dispose();
  const locale = document.documentElement.lang.startsWith("zh") ? "ZH" : "EN";
  const option = toned(JSON.parse(document.getElementById(figure.dataset.uiChart).textContent));
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const chart = window.echarts.init(canvas, theme(), { locale, renderer: "svg" });
  const axes = { left: 8, right: 12, top: option.legend ? 36 : 16, bottom: 8, containLabel: true };
  chart.setOption({
    animation: !still,
    ...option,
    grid: { ...axes, ...option.grid },
    legend: option.legend ? { top: 0, left: 0, ...option.legend } : undefined,
    // Drawn text, not HTML: the page's policy forbids inline styles.
    tooltip: { trigger: "axis", confine: true, renderMode: "richText", ...option.tooltip },
  });
  charts.set(figure, chart);
}

async function start() {
  const figures = [...document.querySelectorAll("[data-ui-chart]")].filter((figure) => !charts.has(figure));
  if (!figures.length) return;
  await load(figures[0].dataset.script);
  if (document.documentElement.lang.startsWith("zh")) await load(figures[0].dataset.localeScript);
  for (const figure of figures) {
    draw(figure);
    new ResizeObserver(() => charts.get(figure)?.resize()).observe(figure);
  }
}

document.addEventListener("ui:theme", () => [...charts.keys()].filter((figure) => figure.isConnected).forEach(draw));
document.addEventListener("htmx:afterSettle", start);
start();
