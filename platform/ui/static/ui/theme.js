/* Runs before the first paint: the page must never flash in the wrong colours. A classic script on purpose. */
(function () {
  "use strict";
  const key = "baylink-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return window.localStorage.getItem(key) || "auto";
    } catch {
      return "auto";
    }
  }

  function apply() {
    const choice = chosen();
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    const root = document.documentElement;
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
    root.setAttribute("data-theme-choice", choice);
    document.dispatchEvent(new CustomEvent("ui:theme", { detail: { dark, choice } }));
  }

  window.baylinkTheme = {
    choose(choice) {
      try {
        window.localStorage.setItem(key, choice);
      } catch {
        document.documentElement.setAttribute("data-theme-choice", choice);
      }
      apply();
    },
  };

  system.addEventListener("change", apply);
  window.addEventListener("storage", (event) => event.key === key && apply());
  apply();
})();
