// New things arrive without a reload. The stream (data-stream) only says that there is something; the page asks
// data-newer for what came after data-latest and puts it on top, without moving what is being read or the focus.

const list = document.querySelector("[data-stream]");
const said = document.getElementById("said");
const LONGEST = 60_000;
let wait = 1000;
let asking = false;
let again = false;

function newer() {
  const address = new URL(list.dataset.newer, location.href);
  address.searchParams.set("after", list.dataset.latest);
  return address;
}

function put(html) {
  const box = document.createElement("template");
  box.innerHTML = html; // our own page's fragment, escaped by the server; a template runs no script
  list.dataset.latest = box.content.querySelector("[data-latest]")?.dataset.latest ?? list.dataset.latest;
  const entries = [...box.content.querySelectorAll(".entry")].filter((entry) => !document.getElementById(entry.id));
  if (!entries.length) return;
  // A day holds so many: what is last goes to the archive, but not from under somebody's hands.
  const surplus = document.querySelectorAll("main section > .entry, [data-stream] > .entry").length + entries.length - list.dataset.most;
  const last = surplus > 0 ? [...list.querySelectorAll(".entry")].slice(-surplus) : [];
  last.filter((entry) => !entry.contains(document.activeElement)).forEach((entry) => entry.remove());
  const before = list.getBoundingClientRect().bottom;
  entries.forEach((entry) => entry.classList.add("arrived"));
  list.prepend(...entries);
  document.querySelectorAll("[data-empty]").forEach((empty) => empty.remove());
  if (list.getBoundingClientRect().top < 0) scrollBy(0, list.getBoundingClientRect().bottom - before);
  entries.forEach((entry) => window.htmx?.process(entry));
  said.textContent = entries.map((entry) => entry.querySelector(".title, .plain")?.textContent.trim()).join(". ");
}

async function fetchNewer() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(newer(), { headers: { "HX-Request": "true" } });
    if (answer.status === 200) put(await answer.text());
  } catch {
    // The network is away: the stream reconnects by itself and asks again.
  } finally {
    asking = false;
  }
  if (again) {
    again = false;
    fetchNewer();
  }
}

function listen() {
  const stream = new EventSource(list.dataset.stream);
  stream.addEventListener("open", () => {
    if (wait > 1000) fetchNewer(); // whatever came while we were away
    wait = 1000;
  });
  stream.addEventListener("home", fetchNewer);
  stream.addEventListener("error", () => {
    stream.close();
    setTimeout(listen, wait + Math.random() * 1000); // not all readers at once after a restart
    wait = Math.min(wait * 2, LONGEST);
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

if (list) {
  listen();
  addEventListener("pageshow", (event) => event.persisted && (listen(), fetchNewer()));
}
