// A draft is never lost. What is typed is kept on this device at once, and with the network where somebody is signed in.
// It goes when the page that follows the sending has come from the network, not before.

const REST = 1500;
const name = (form) => `potluck draft ${form.dataset.draft}`;
const SENT = "potluck sent";
const OURS = ["csrfmiddlewaretoken", "draft", "attachment"];

function held(form) {
  const fields = [...new FormData(form)].filter(([key, value]) => typeof value === "string" && value && !OURS.includes(key));
  return Object.fromEntries(fields);
}

function keep(form) {
  const fields = held(form);
  try {
    if (fields.text?.trim()) localStorage.setItem(name(form), JSON.stringify(fields));
    else localStorage.removeItem(name(form));
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
  const changed = () => {
    clearTimeout(timer);
    say(form, "");
    timer = setTimeout(async () => {
      const here = keep(form);
      const there = await send(form).catch(() => false);
      if ((there || here) && text.value.trim()) say(form, there ? "kept" : "keptHere");
    }, REST);
  };
  form.addEventListener("input", changed);
  // Leaving the words says "change" once more, though nothing has: the line stays, and nothing moves under a press.
  form.addEventListener("change", (event) => event.target === text || changed());
  addEventListener("pagehide", () => keep(form));
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep(form);
    sessionStorage.setItem(SENT, name(form));
  });
}

function parsed(kept) {
  try {
    const fields = JSON.parse(kept);
    if (fields && typeof fields === "object") return fields;
  } catch {
    // kept before anything but the words was
  }
  return { text: kept };
}

function put(field, value) {
  if (field instanceof RadioNodeList) field.value = value;
  else if (field.type === "checkbox") field.checked = true;
  else field.value = value;
  const one = field instanceof RadioNodeList ? [...field].find((each) => each.checked) : field;
  one?.closest("details:not(.kind)")?.setAttribute("open", "");
  return one;
}

function restore(form) {
  const text = form.querySelector("textarea");
  const kept = localStorage.getItem(name(form));
  if (!kept || text.value) return;
  for (const [key, value] of Object.entries(parsed(kept))) {
    const field = form.elements[key];
    if (field && field !== text && field.value !== value) put(field, value)?.dispatchEvent(new Event("restored", { bubbles: true }));
    else if (field) field.value = value;
  }
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
