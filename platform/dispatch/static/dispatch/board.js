/* The board: list, map or both; `a` on a row opens it at the side with the field for another agent. */
const drawer = document.getElementById("ui-drawer");
let wantsName = false;

function marked() {
  const shown = document.documentElement.dataset.dpShow;
  for (const button of document.querySelectorAll(".dp-show [data-dp-show]")) {
    const on = button.dataset.dpShow === shown;
    button.classList.toggle("active", on);
    button.setAttribute("aria-pressed", String(on));
  }
}

function typeName() {
  const field = drawer.querySelector("[data-dp-name]");
  field?.focus();
  return Boolean(field);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".dp-show [data-dp-show]");
  if (button) window.baylinkShow.choose(button.dataset.dpShow);
});
document.addEventListener("dp:show", marked);
document.addEventListener("keydown", (event) => {
  if (event.key !== "a" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, .modal")) return;
  if (drawer.classList.contains("show")) {
    if (typeName()) event.preventDefault();
    return;
  }
  const link = document.querySelector(".ui-row-current .ui-key a");
  if (!link) return;
  event.preventDefault();
  wantsName = true;
  link.click();
});
drawer.addEventListener("shown.bs.offcanvas", () => {
  if (wantsName) typeName();
  wantsName = false;
});

document.querySelector(".dp-show").hidden = false;
marked();
