// What opens also closes: a click elsewhere or Esc closes a menu, and Esc gives the focus back to what opened it.

const open = () => document.querySelectorAll("details.more[open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A menu near the edge of a narrow screen opens to the other side.
document.addEventListener("toggle", (event) => {
  const menu = event.target.matches?.("details.more[open]") && event.target.querySelector(".menu");
  if (!menu) return;
  menu.parentElement.classList.remove("other-side");
  const box = menu.getBoundingClientRect();
  if (box.right > innerWidth || box.left < 0) menu.parentElement.classList.add("other-side");
}, true);
