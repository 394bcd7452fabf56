/* What the board shows, chosen before the first paint: the list, the map, or both. A classic script on purpose. */
(function () {
  "use strict";
  const key = "baylink-dispatch-show";
  const wide = window.matchMedia("(min-width: 1200px)");
  let choice = null;
  try {
    choice = window.localStorage.getItem(key);
  } catch {
    /* a browser that remembers nothing chooses by its width */
  }
  const shows = ["list", "both", "map"];
  document.documentElement.dataset.dpShow = shows.includes(choice) ? choice : wide.matches ? "both" : "list";

  window.baylinkShow = {
    choose(name) {
      document.documentElement.dataset.dpShow = name;
      try {
        window.localStorage.setItem(key, name);
      } catch {
        /* then it holds for this page */
      }
      document.dispatchEvent(new CustomEvent("dp:show"));
    },
  };
})();
