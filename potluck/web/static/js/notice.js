// When a small button's answer does not arrive, say so in the line for what is to be said.

const place = () => document.getElementById("notices");

function tell(words) {
  const line = document.createElement("p");
  line.className = "notice wrong";
  line.textContent = words;
  place()?.replaceChildren(line);
  line.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:sendError", () => tell(place().dataset.lost));
document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  const answer = new DOMParser().parseFromString(responseText, "text/html");
  const sentence = status < 500 && answer.querySelector(".trouble .prose p")?.textContent;
  tell(sentence || place().dataset.broken);
});
