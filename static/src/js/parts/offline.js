// Says that the line is dead, on pages where somebody types for long. What is typed meanwhile stays on the page, and its
// button sends nothing: the browser would put its own error page in the place of the text.
export function tellOffline(root) {
  for (const banner of root.querySelectorAll("[data-offline]")) {
    const words = banner.querySelector("[data-words]");
    const update = () => {
      banner.hidden = navigator.onLine;
      words.textContent = navigator.onLine ? "" : banner.dataset.offline;
    };
    window.addEventListener("online", update);
    window.addEventListener("offline", update);
    banner.closest("form")?.addEventListener("submit", (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      update();
      words.textContent = banner.dataset.unsent;
      banner.scrollIntoView({ block: "center" });
    });
    update();
    banner.dataset.ready = "true";
  }
}
