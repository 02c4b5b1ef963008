// Niceties of the box: it grows, takes dropped and pasted files, asks what a picture shows, guesses the kind.

document.documentElement.classList.add("scripted");
const ADDRESS = /^https?:\/\/\S+$/;

function grow(text) {
  if (CSS.supports("field-sizing", "content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

function guess(words) {
  const said = words.trim();
  if (ADDRESS.test(said.split(/\s/, 1)[0])) return "link";
  if (/[?？؟]\s*$/.test(said.split("\n", 1)[0])) return "question";
  return said.length > 1200 ? "article" : "note";
}

function hint(form) {
  const kind = form.querySelector(".kind");
  if (!kind) return;
  const text = form.querySelector("textarea").value;
  const choice = kind.querySelector("select");
  const value = choice.value || (text.trim() ? guess(text) : "");
  kind.hidden = !text.trim();
  kind.querySelector("[data-chosen]").textContent = choice.querySelector(`option[value="${value}"]`).textContent;
}

// Files go to the network as they are chosen, so that a draft has them too; where that fails they go with the form.
async function describe(form, input) {
  const list = form.querySelector(".attached");
  const files = [...input.files];
  list.querySelectorAll(".new").forEach((box) => box.remove());
  const rows = files.map((file, at) => row(list, file, () => drop(form, input, at)));
  list.append(...rows);
  const keys = files.length ? await sent(form, list, files).catch(() => []) : [];
  if (keys.length !== files.length || files.some((file, at) => input.files[at] !== file)) return;
  put(input, []);
  rows.forEach((box, at) => lies(box, keys[at]));
  form.dispatchEvent(new Event("change"));
}

async function sent(form, list, files) {
  if (!list.dataset.files || !document.getElementById("act")) return [];
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  files.forEach((file) => body.append("file", file));
  const answer = await fetch(list.dataset.files, { method: "POST", body });
  return answer.ok ? (await answer.json()).attachments : [];
}

function lies(box, key) {
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = "attachment";
  hidden.value = key;
  box.append(hidden);
  box.classList.remove("new");
  box.querySelector("[name=alt]").name = `alt-${key}`;
}

function row(list, file, away) {
  const box = document.createElement("div");
  box.className = "field new";
  const picture = file.type.startsWith("image/");
  const label = document.createElement("label");
  const words = document.createElement("input");
  words.name = "alt"; // one for each file, in their order; empty for what is no picture
  words.type = picture ? "text" : "hidden";
  words.id = `alt-${crypto.randomUUID?.() ?? Math.random()}`;
  label.htmlFor = words.id;
  label.textContent = picture ? `${file.name}: ${list.dataset.alt}` : file.name;
  const out = document.createElement("button");
  out.type = "button";
  out.className = "quiet";
  out.textContent = list.dataset.away;
  out.addEventListener("click", () => (box.classList.contains("new") ? away() : leave(box)));
  box.append(label, words, out);
  return box;
}

function leave(box) {
  const form = box.closest("form");
  box.remove();
  form.dispatchEvent(new Event("change"));
}

function put(input, files) {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  input.files = all.files;
}

function drop(form, input, at) {
  put(input, [...input.files].filter((_, index) => index !== at));
  describe(form, input);
}

function add(form, files) {
  const input = form.querySelector("input[type=file]");
  if (!input || !files.length) return false;
  put(input, [...input.files, ...files]);
  describe(form, input);
  return true;
}

function prepare(form) {
  const text = form.querySelector("textarea");
  const changed = () => (grow(text), hint(form));
  ["input", "restored", "change"].forEach((what) => form.addEventListener(what, changed));
  changed();
  form.querySelector("input[type=file]")?.addEventListener("change", (event) => describe(form, event.target));
  const named = (event) => {
    if (event.target.name !== "audience") return;
    const label = event.target.closest("label").querySelector("[data-label]").textContent;
    form.querySelector("summary [data-chosen]").textContent = label;
  };
  form.addEventListener("change", named);
  form.addEventListener("restored", named);
  text.addEventListener("paste", (event) => add(form, event.clipboardData.files) && event.preventDefault());
  form.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("dropping");
  });
  form.addEventListener("dragleave", () => form.classList.remove("dropping"));
  form.addEventListener("drop", (event) => {
    form.classList.remove("dropping");
    if (add(form, event.dataTransfer.files)) event.preventDefault();
  });
}

document.querySelectorAll("form.compose").forEach(prepare);
