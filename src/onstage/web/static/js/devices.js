// @ts-check
// Letting this browser be woken, and letting it sleep (Push API).

import { api } from "./lib/api.js";
import { toast } from "./lib/toast.js";

const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-push-key]"));

async function show() {
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.getSubscription();
  const state = Notification.permission === "denied" ? "denied" : subscription ? "on" : "off";
  for (const line of place?.querySelectorAll("[data-push-words]") || []) {
    /** @type {HTMLElement} */ (line).hidden = line.getAttribute("data-push-words") !== state;
  }
  for (const button of place?.querySelectorAll("button") || []) button.hidden = button.dataset.push === state || state === "denied";
  return subscription;
}

/** @param {string} wish */
async function choose(wish) {
  const registration = await navigator.serviceWorker.ready;
  if (wish === "on") {
    const options = { userVisibleOnly: true, applicationServerKey: place?.dataset.pushKey };
    const subscription = await registration.pushManager.subscribe(options);
    await api("POST", "/me/devices", subscription.toJSON());
  } else {
    const subscription = await registration.pushManager.getSubscription();
    if (subscription) {
      await api("DELETE", `/me/devices?endpoint=${encodeURIComponent(subscription.endpoint)}`);
      await subscription.unsubscribe();
    }
  }
  await show();
}

if (place && isSecureContext && "serviceWorker" in navigator && "PushManager" in window) {
  place.hidden = false;
  void show();
  place.addEventListener("click", (event) => {
    const wish = /** @type {HTMLElement} */ (event.target).closest("[data-push]")?.getAttribute("data-push");
    if (wish) choose(wish).catch((error) => show().then(() => toast(error.message)));
  });
}
