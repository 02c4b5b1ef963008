// Say that this browser may tell one of things: asks it for an address and keys, and gives them to the network.

const box = document.getElementById("devices");
const button = document.getElementById("tell-me");
const wrong = document.getElementById("device-wrong");
const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window && window.isSecureContext;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// "Firefox on Android": enough to tell one's own devices apart.
function name() {
  const said = navigator.userAgent;
  const browsers = { Edg: "Edge", OPR: "Opera", Firefox: "Firefox", CriOS: "Chrome", Chrome: "Chrome", Safari: "Safari" };
  const systems = { Android: "Android", iPhone: "iPhone", iPad: "iPad", Windows: "Windows", "Mac OS": "Mac", Linux: "Linux" };
  const found = (names) => Object.entries(names).find(([mark]) => said.includes(mark))?.[1];
  return [found(browsers), found(systems)].filter(Boolean).join(", ");
}

async function subscribe() {
  const registration = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) };
  try {
    return await registration.pushManager.subscribe(options);
  } catch (error) {
    const old = await registration.pushManager.getSubscription(); // made for another key of ours
    if (!old || error.name !== "InvalidStateError") throw error;
    await old.unsubscribe();
    return registration.pushManager.subscribe(options);
  }
}

async function tell() {
  wrong.textContent = "";
  if ((await Notification.requestPermission()) !== "granted") {
    wrong.textContent = box.dataset.denied;
    return;
  }
  const subscription = await subscribe();
  const body = new FormData(document.getElementById("act"));
  body.set("endpoint", subscription.endpoint);
  body.set("key", text(subscription.getKey("p256dh")));
  body.set("secret", text(subscription.getKey("auth")));
  body.set("name", name());
  const answer = await fetch(box.dataset.add, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  if (answer.ok) location.reload();
  else wrong.textContent = answer.status === 422 ? await answer.text() : box.dataset.failed;
}

async function look() {
  const registration = await navigator.serviceWorker.getRegistration();
  const mine = await registration?.pushManager.getSubscription();
  const known = [...document.querySelectorAll("[data-endpoint]")].some((row) => row.dataset.endpoint === mine?.endpoint);
  button.hidden = known;
}

if (can) {
  look().catch(() => (button.hidden = false));
  button.addEventListener("click", async () => {
    button.disabled = true;
    await tell().catch(() => (wrong.textContent = box.dataset.failed));
    button.disabled = false;
  });
} else {
  document.getElementById("cannot").hidden = false;
}
