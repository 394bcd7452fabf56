/* Files: drag and drop, names and sizes, and the upload's progress. Without this the plain form works. */
function size(bytes) {
  if (bytes < 1e3) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function refuse(drop, files) {
  const limit = Number(drop.dataset.maxBytes || 0);
  if (files.some((file) => file.size === 0)) return drop.dataset.empty;
  return limit && files.some((file) => file.size > limit) ? drop.dataset.tooBig : "";
}

function list(drop, input) {
  const files = [...input.files];
  const shown = files.map((file) => {
    const item = document.createElement("li");
    const bytes = document.createElement("span");
    bytes.textContent = size(file.size);
    item.append(file.name, bytes);
    return item;
  });
  drop.querySelector("[data-ui-files]").replaceChildren(...shown);
  const problem = refuse(drop, files);
  drop.querySelector("[data-ui-error]").textContent = problem;
  input.setCustomValidity(problem);
}

function drops() {
  for (const drop of document.querySelectorAll("[data-ui-drop]:not([data-ui-ready])")) {
    drop.dataset.uiReady = "yes";
    const input = drop.querySelector("input[type=file]");
    input.addEventListener("change", () => list(drop, input));
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add("ui-drop-over");
      });
    }
    drop.addEventListener("dragleave", (event) => drop.contains(event.relatedTarget) || drop.classList.remove("ui-drop-over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("ui-drop-over");
      const taken = new DataTransfer();
      [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1).forEach((file) => taken.items.add(file));
      input.files = taken.files;
      list(drop, input);
    });
  }
}

function show(form, share) {
  const box = form.querySelector("[data-ui-progress]");
  if (!box) return;
  box.hidden = false;
  box.querySelector("progress").value = share;
  box.querySelector("[data-ui-percent]").textContent = `${share} %`;
}

function fail(form, message) {
  form.querySelectorAll("[type=submit]").forEach((button) => (button.disabled = false));
  const box = form.querySelector("[data-ui-progress]");
  if (box) box.hidden = true;
  document.dispatchEvent(new CustomEvent("ui:toast", { detail: { text: message, level: "error" } }));
}

/* The answer of a form with errors is a page: put it in place of this one and start its scripts anew. */
function replace(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const fresh = page.querySelector("main");
  const old = document.querySelector("main");
  if (!fresh || !old) return false;
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  drops();
  fresh.querySelector("[data-ui-autofocus]")?.focus();
  return true;
}

/* This request has followed the redirect and used up the notices of the page behind it: hand them on. */
function keepNotices(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const notices = [...page.querySelectorAll("#ui-toasts [data-ui-toast]")].map((toast) => ({
    text: toast.querySelector(".ui-toast-text").textContent,
    level: [...toast.classList].find((name) => name.startsWith("ui-toast-")).slice("ui-toast-".length),
  }));
  if (notices.length) window.sessionStorage.setItem("baylink-notices", JSON.stringify(notices));
}

function send(form) {
  const strings = document.getElementById("ui-strings").dataset;
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => event.lengthComputable && show(form, Math.round((event.loaded / event.total) * 100)));
  request.addEventListener("load", () => {
    const moved = request.responseURL && new URL(request.responseURL).pathname !== new URL(form.action).pathname;
    if (request.status < 400 && moved) {
      keepNotices(request);
      window.location.assign(request.responseURL);
    } else if (!replace(request)) fail(form, strings.failed);
  });
  request.addEventListener("error", () => fail(form, strings.offline));
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.send(new FormData(form));
  form.querySelectorAll("[type=submit]").forEach((button) => (button.disabled = true));
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-ui-upload]") || event.defaultPrevented) return;
  event.preventDefault();
  send(event.target);
});
document.addEventListener("htmx:afterSwap", drops);
drops();
