// The box of a room: sends without leaving the page, once however often it is pressed, and keeps the words until they
// have arrived. Also who one answers, and saying that one is here.

const room = document.querySelector(".room[data-room]");
const form = room?.querySelector("form.compose");
const away = document.getElementById("away");
const KEYS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
let sending = false;

const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => KEYS[one % 64]).join("");

function answering(key, item) {
  form.elements.to.value = key;
  const line = document.getElementById("to");
  line.hidden = !key;
  if (!key) return;
  line.querySelector("b").textContent = item.querySelector(".by").textContent;
  const words = item.querySelector(".prose").textContent.trim();
  line.querySelector("q").textContent = words.length > 60 ? `${words.slice(0, 59)}…` : words;
}

const send = (action, body) => fetch(action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });

function arrived(html) {
  form.elements.text.value = "";
  form.elements.text.dispatchEvent(new Event("input", { bubbles: true })); // the box shrinks, its draft goes
  form.querySelector(".kept-line").textContent = "";
  form.elements.once.value = fresh();
  answering("", null);
  away.textContent = "";
  room.dispatchEvent(new CustomEvent("said", { detail: html }));
  document.getElementById("say-text").scrollIntoView({ block: "nearest" });
}

async function say(event) {
  event.preventDefault();
  event.stopImmediatePropagation(); // no page follows, so the draft is not forgotten by the one that would
  if (sending || !form.elements.text.value.trim()) return;
  sending = true;
  const button = form.querySelector("button.main");
  button.disabled = true;
  try {
    const answer = await send(form.action, new FormData(form));
    if (answer.redirected) location.reload(); // signed out meanwhile: the draft is kept on this device
    else if (answer.ok) arrived(await answer.text());
    else away.textContent = answer.status === 422 ? await answer.text() : room.dataset.away;
  } catch {
    away.textContent = room.dataset.away;
  }
  sending = false;
  button.disabled = false;
}

function press(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !matchMedia("(pointer: fine)").matches) return;
  event.preventDefault();
  if (!event.ctrlKey && !event.metaKey) form.requestSubmit(); // with them keys.js does
}

function prepare() {
  form.addEventListener("submit", say, { capture: true });
  form.elements.text.addEventListener("keydown", press);
  document.getElementById("enter").hidden = !matchMedia("(pointer: fine)").matches;
  room.addEventListener("click", (event) => {
    const link = event.target.closest("[data-answer]");
    const all = event.target.closest("#to a");
    if (!link && !all) return;
    event.preventDefault();
    answering(link?.dataset.answer ?? "", link?.closest("li"));
    form.elements.text.focus();
  });
  room.querySelector("form.presence").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(event.target, event.submitter);
    await send(event.target.action, body).catch(() => (away.textContent = room.dataset.away));
  });
}

// Over a keyboard on glass: the box stands above it, not behind it.
function rise() {
  const { height, offsetTop } = visualViewport;
  room.style.setProperty("--keyboard", `${Math.max(0, Math.round(innerHeight - height - offsetTop))}px`);
}

if (form) {
  prepare();
  visualViewport?.addEventListener("resize", rise);
  visualViewport?.addEventListener("scroll", rise);
}
