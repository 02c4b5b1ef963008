// What a small button's answer does to the page; when none arrives, the line for what is to be said says so.

const place = () => document.getElementById("notices");

function tell(words) {
  const line = document.createElement("p");
  line.className = "notice wrong";
  line.textContent = words;
  place()?.replaceChildren(line);
  line.scrollIntoView({ block: "nearest" });
}

// A button that becomes its answer keeps the focus, or one who moves by keyboard would have to begin anew.
let held = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  held = event.detail.target === document.activeElement ? event.detail.target : null;
});
document.addEventListener("htmx:load", (event) => {
  if (!held || held.isConnected || !event.target.matches("button")) return;
  held = null;
  event.target.focus({ preventScroll: true });
});

// What was not asked for, but offered while one types, may fail in silence.
const quiet = (event) => event.detail.elt?.dataset.quiet !== undefined;
document.addEventListener("htmx:sendError", (event) => quiet(event) || tell(place().dataset.lost));
document.addEventListener("htmx:responseError", (event) => {
  if (quiet(event)) return;
  const { status, responseText } = event.detail.xhr;
  const answer = new DOMParser().parseFromString(responseText, "text/html");
  const sentence = (status < 500 || status === 503 || status === 507) && answer.querySelector(".trouble .prose p")?.textContent;
  tell(sentence || place().dataset.broken);
});
