// Keys for who reads by keyboard: j k n move, r > e act, c / go, ? shows them, Esc leaves, Ctrl+Enter sends.
// They press what is on the page anyway, so nothing works by key alone.

const sheet = document.getElementById("keys");
const THINGS = ".entry[data-key], .reply[data-key], .said[data-key]";
const things = () => [...document.querySelectorAll(THINGS)];
const current = () => document.activeElement?.closest(THINGS);
const writing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const quick = matchMedia("(prefers-reduced-motion: reduce)");

function stand(thing) {
  const first = [".title a", ".plain", ".about a", "a"].map((what) => thing?.querySelector(what)).find(Boolean);
  first?.focus({ preventScroll: true });
  thing?.scrollIntoView({ block: "nearest", behavior: quick.matches ? "auto" : "smooth" });
}

function step(by, wanted = () => true) {
  const all = things();
  const here = all.indexOf(current());
  const start = here < 0 && by < 0 ? all.length : here;
  for (let at = start + by; at >= 0 && at < all.length; at += by) {
    if (wanted(all[at])) return stand(all[at]);
  }
}

function press(act) {
  const thing = current() ?? document.querySelector("main");
  thing?.querySelector(`[data-act="${act}"]`)?.click();
}

const acts = {
  j: () => step(1),
  k: () => step(-1),
  n: () => step(1, (thing) => !thing.classList.contains("seen")),
  r: () => press("reply"),
  e: () => press("seen"),
  ">": () => press("passing"),
  c: () => (document.querySelector("form.compose textarea") ?? { focus: () => location.assign("/share#share-text") }).focus(),
  "/": () => (document.querySelector("[type=search]") ?? { focus: () => location.assign("/search") }).focus(),
  "?": () => sheet?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.target.closest("form")?.requestSubmit();
    return;
  }
  if (event.key === "Escape" && writing(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (writing(event.target) || sheet?.open || !(event.key in acts)) return;
  event.preventDefault();
  acts[event.key]();
});
