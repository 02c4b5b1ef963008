// A room is told what is said in its thread (data-room): new messages, changed ones, those that went, and who said
// they are here. Each event brings its place in the order of changes; who was away comes back with the last one.

const room = document.querySelector(".room[data-room]");
const talk = document.getElementById("talk");
const away = document.getElementById("away");
const SILENCE = 70_000; // the process sends a word every 25 seconds
let stream = null;
let place = room?.dataset.place;
let address = room?.dataset.room;
let heard = Date.now();
let wait = 1000;
let timer = 0;

const bottom = () => document.documentElement.scrollHeight - innerHeight - scrollY < 160;
const toBottom = () => scrollTo({ top: document.documentElement.scrollHeight });

// Ids have up to nineteen digits, more than a number holds: those of one length sort as text.
const before = (one, other) => one.length - other.length || (one < other ? -1 : 1);

function insert(item) {
  const all = [...talk.children];
  const next = all.findLast((there) => before(there.dataset.key, item.dataset.key) < 0);
  if (next) next.after(item);
  else talk.prepend(item);
}

// One thing that was told; whether it is new on this page.
function put(item) {
  const there = document.getElementById(item.id);
  if ("gone" in item.dataset) {
    there?.remove();
    return false;
  }
  if (there?.dataset.version === item.dataset.version) return false;
  if (there) there.replaceWith(item);
  else insert(item);
  return !there;
}

function putAll(html) {
  const box = document.createElement("template");
  box.innerHTML = html; // drawn and escaped by the server; a template runs no script
  const stay = bottom();
  const fresh = [...box.content.children].filter(put);
  if (!fresh.length) return;
  document.getElementById("quiet")?.remove();
  fresh.forEach((item) => item.classList.add("arrived"));
  if (stay) toBottom();
  else document.getElementById("news").hidden = false;
}

function showHere(html) {
  const line = document.getElementById("here");
  if (!line) return;
  line.innerHTML = html;
  const mine = line.querySelector(`[data-person="${room.dataset.me}"]`) !== null;
  document.getElementById("come").hidden = mine;
  document.getElementById("go").hidden = !mine;
}

function shut() {
  stop();
  room.dataset.closed = "";
  talk.replaceChildren();
  away.textContent = room.dataset.shut;
}

function stop() {
  clearTimeout(timer);
  stream?.close();
  stream = null;
}

function later() {
  stop();
  away.textContent = room.dataset.away;
  timer = setTimeout(again, wait + Math.random() * 1000); // not all readers at once after a restart
  wait = Math.min(wait * 2, 30_000);
}

// Begin anew with what the page shows now: the ticket is too old, or our place is not known any more.
async function again() {
  stop();
  try {
    const answer = await fetch(room.dataset.page, { headers: { "HX-Request": "true" } });
    if ([403, 404].includes(answer.status)) return shut();
    if (!answer.ok) return later();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("room");
    if (!fresh) return shut();
    ({ room: address, place } = fresh.dataset);
    const shown = new Set([...page.querySelectorAll("#talk > li")].map((item) => item.id));
    const first = page.querySelector("#talk > li")?.dataset.key ?? "0";
    [...talk.children].filter((item) => before(first, item.dataset.key) < 0 && !shown.has(item.id)).forEach((item) => item.remove());
    putAll(page.getElementById("talk").innerHTML);
    listen();
  } catch {
    later();
  }
}

function told(event, act) {
  heard = Date.now();
  if (event.lastEventId) place = event.lastEventId;
  act?.(event.data);
}

function listen() {
  stop();
  heard = Date.now();
  stream = new EventSource(`${address}&since=${encodeURIComponent(place)}`);
  stream.addEventListener("open", () => {
    away.textContent = "";
    wait = 1000;
    heard = Date.now();
  });
  stream.addEventListener("said", (event) => told(event, putAll));
  stream.addEventListener("here", (event) => told(event, showHere));
  stream.addEventListener("beat", (event) => told(event));
  stream.addEventListener("again", again);
  stream.addEventListener("closed", shut);
  stream.addEventListener("error", () => {
    if (stream?.readyState === EventSource.CLOSED) later();
    else away.textContent = room.dataset.away; // it comes back by itself, with the last event's place
  });
}

// A phone that slept, or a network that changed, leaves a connection that only looks alive.
function awake() {
  if (room.dataset.closed === undefined && !document.hidden && (!stream || Date.now() - heard > SILENCE)) listen();
}

if (room) {
  listen();
  room.addEventListener("said", (event) => putAll(event.detail)); // by this page's own box
  if (!location.hash || location.hash === "#say-text") toBottom();
  document.getElementById("news").addEventListener("click", toBottom);
  setInterval(awake, 10_000);
  addEventListener("online", () => room.dataset.closed === undefined && listen());
  document.addEventListener("visibilitychange", awake);
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => event.persisted && awake());
  addEventListener("scroll", () => bottom() && (document.getElementById("news").hidden = true), { passive: true });
}
