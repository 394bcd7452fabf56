/* A field to sign in, by finger, pen or mouse; the form gets an SVG data address. */
async function start() {
  for (const box of document.querySelectorAll("[data-ui-sign]:not([data-ui-ready])")) {
    box.dataset.uiReady = "yes";
    if (!window.SignaturePad) {
      await new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = box.dataset.script;
        script.addEventListener("load", resolve);
        script.addEventListener("error", reject);
        document.head.append(script);
      });
    }
    prepare(box);
  }
}

function prepare(box) {
  const canvas = box.querySelector("canvas");
  const input = box.querySelector("input");
  const pad = new window.SignaturePad(canvas, { penColor: "#10233f" });
  const fit = () => {
    const strokes = pad.toData();
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.fromData(strokes);
  };
  fit();
  new ResizeObserver(fit).observe(canvas);
  pad.addEventListener("endStroke", () => (input.value = pad.toDataURL("image/svg+xml")));
  box.querySelector("[data-ui-clear]").addEventListener("click", () => {
    pad.clear();
    input.value = "";
  });
  input.form?.addEventListener("submit", (event) => {
    if (input.hasAttribute("data-required") && pad.isEmpty()) {
      event.preventDefault();
      canvas.focus();
    }
  });
}

document.addEventListener("htmx:afterSettle", start);
start();
