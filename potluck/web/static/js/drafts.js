// A draft is never lost. What is typed is kept on this device at once, and with the network where somebody is signed in.
// It goes when the page that follows the sending has come from the network, not before.

const REST = 1500;
const name = (form) => `potluck draft ${form.dataset.draft}`;
const SENT = "potluck sent";

function keep(key, text) {
  try {
    if (text.trim()) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
    return true;
  } catch {
    return false; // storage is full or forbidden
  }
}

function say(form, word) {
  const line = form.querySelector(".kept-line");
  if (line) line.textContent = line.dataset[word] ?? "";
}

async function send(form) {
  if (!form.dataset.drafts || !document.getElementById("act")) return false;
  const body = new FormData(form);
  body.delete("file");
  const answer = await fetch(form.dataset.drafts, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  return answer.ok;
}

function watch(form) {
  const text = form.querySelector("textarea");
  let timer = 0;
  text.addEventListener("input", () => {
    clearTimeout(timer);
    say(form, "");
    timer = setTimeout(async () => {
      const here = keep(name(form), text.value);
      const there = await send(form).catch(() => false);
      if ((there || here) && text.value.trim()) say(form, there ? "kept" : "keptHere");
    }, REST);
  });
  addEventListener("pagehide", () => keep(name(form), text.value));
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep(name(form), text.value);
    sessionStorage.setItem(SENT, name(form));
  });
}

function restore(form) {
  const text = form.querySelector("textarea");
  const kept = localStorage.getItem(name(form));
  if (!kept || text.value) return;
  text.value = kept;
  text.dispatchEvent(new Event("restored", { bubbles: true }));
  say(form, "back");
}

function forget() {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  const arrived = performance.getEntriesByType("navigation")[0];
  const trouble = document.querySelector("[data-offline], form.compose [aria-invalid], .trouble");
  if (sent && !trouble && arrived?.type === "navigate") localStorage.removeItem(sent);
}

try {
  forget();
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    restore(form);
    watch(form);
  });
} catch {
  // Storage is forbidden here: the box works, it only forgets.
}
