document.querySelector("[data-ui-print]")?.addEventListener("click", () => window.print());
