// Wide code and tables scroll inside themselves; who moves by keyboard has to be able to stand in them.

export function reachable(root = document) {
  for (const wide of root.querySelectorAll(".prose pre, .prose table")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  }
}

reachable();
addEventListener("resize", () => reachable());
document.addEventListener("htmx:load", (event) => reachable(event.target));
