// @ts-check
// Letting this browser be woken, and by what, and letting it sleep (Push API).

import { api } from "./lib/api.js";
import { closeSheet, openSheet } from "./lib/sheet.js";
import { toast } from "./lib/toast.js";

const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-push-key]"));
const sheet = /** @type {HTMLDialogElement} */ (document.getElementById("wake-sheet"));
const form = /** @type {HTMLFormElement} */ (sheet?.querySelector("form"));

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

/** @returns {HTMLInputElement[]} the kinds in the sheet */
function kinds() {
  return [...form.querySelectorAll("input")];
}

/** The box of the page that says the same. @param {"inbox" | "push"} where @param {string} kind */
function box(where, kind) {
  return /** @type {HTMLInputElement} */ (document.querySelector(`[name="${where}-${kind}"]`));
}

function ask() {
  for (const kind of kinds()) kind.checked = box("push", kind.name).checked;
  none().hidden = true;
  void openSheet(sheet);
}

function none() {
  return /** @type {HTMLElement} */ (form.querySelector("[data-wake-none]"));
}

async function wake() {
  none().hidden = kinds().some((kind) => kind.checked);
  if (!none().hidden) return;
  closeSheet(sheet);
  const registration = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: place?.dataset.pushKey };
  const subscription = await registration.pushManager.subscribe(options);
  for (const kind of kinds()) await want(kind.name, kind.checked);
  await api("POST", "/me/devices", subscription.toJSON());
  await show();
}

/** What may wake a device is in the inbox too. @param {string} kind @param {boolean} push */
async function want(kind, push) {
  if (box("push", kind).checked === push) return;
  const inbox = push || box("inbox", kind).checked;
  await api("PUT", `/me/notifications/${kind}`, { inbox, push });
  box("inbox", kind).checked = inbox;
  box("push", kind).checked = push;
}

async function sleep() {
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.getSubscription();
  if (subscription) {
    await api("DELETE", `/me/devices?endpoint=${encodeURIComponent(subscription.endpoint)}`);
    await subscription.unsubscribe();
  }
  await show();
}

/** @param {Error} error */
function complain(error) {
  return show().then(() => toast(error.message));
}

if (place && isSecureContext && "serviceWorker" in navigator && "PushManager" in window) {
  place.hidden = false;
  void show();
  place.addEventListener("click", (event) => {
    const wish = /** @type {HTMLElement} */ (event.target).closest("[data-push]")?.getAttribute("data-push");
    if (wish === "on") ask();
    else if (wish === "off") sleep().catch(complain);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    wake().catch(complain);
  });
}
