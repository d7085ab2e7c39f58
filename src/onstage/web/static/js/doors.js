// @ts-check
// Doors and settings work without this; it shows passwords, makes passkeys, looks whether a handle is free.

import { create, passkeysWork, suggest, use } from "./doors/passkeys.js";
import { offerCrop } from "./doors/portrait.js";
import { api, Refused } from "./lib/api.js";
import { word } from "./lib/words.js";

/** @param {string} selector @param {(element: HTMLElement) => void} act */
function each(selector, act) {
  for (const element of document.querySelectorAll(selector)) act(/** @type {HTMLElement} */ (element));
}

each("[data-zone]", (input) => {
  /** @type {HTMLInputElement} */ (input).value = Intl.DateTimeFormat().resolvedOptions().timeZone;
});
each("[data-show]", (button) => button.addEventListener("click", () => reveal(button)));
each("[data-print]", (button) => button.addEventListener("click", () => print()));
each("[data-download]", (button) => button.addEventListener("click", () => download(button)));
each("[data-available]", (line) => watchHandle(line));
each("[data-same-as]", (button) => confirmByTyping(/** @type {HTMLButtonElement} */ (button)));
each(".form", (form) => {
  form.addEventListener("submit", (event) => setTimeout(() => event.defaultPrevented || busy(form)));
});
addEventListener("pageshow", () => each("[aria-busy]", (button) => button.removeAttribute("aria-busy")));
each("[data-portrait]", (form) => {
  offerCrop(/** @type {HTMLFormElement} */ (form), /** @type {HTMLDialogElement} */ (document.getElementById("crop")));
});
if (passkeysWork) offerPasskeys();
else each("[data-no-passkeys]", (line) => (line.hidden = false));

/** @param {HTMLElement} button */
function reveal(button) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.show ?? ""));
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

/** @param {HTMLElement} button */
function download(button) {
  const words = document.querySelector("[data-codes]")?.textContent?.replace(/\s*\n\s*/g, "\n").trim() ?? "";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${words}\n`], { type: "text/plain" }));
  link.download = button.dataset.download ?? "codes.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Say, while somebody types, whether a handle is free. @param {HTMLElement} line */
function watchHandle(line) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById("handle"));
  const was = input.value;
  let turn = 0;
  input.addEventListener("input", async () => {
    const mine = ++turn;
    const handle = input.value.trim().replace(/^@/, "");
    line.hidden = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (mine !== turn || handle.length < 2 || handle === was) return;
    const answer = await fetch(`/sign-up/handle?handle=${encodeURIComponent(handle)}`).catch(() => null);
    if (mine !== turn || !answer?.ok) return;
    const found = await answer.json();
    line.textContent = found.sentence;
    line.className = `hint available ${found.free ? "is-free" : "is-taken"}`;
    line.hidden = false;
  });
}

/** A button that wakes when the right word has been typed. @param {HTMLButtonElement} button */
function confirmByTyping(button) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.sameAs ?? ""));
  const look = () => {
    const typed = input.value.trim().replace(/^@/, "").toLowerCase();
    button.disabled = typed !== input.dataset.word;
  };
  input.addEventListener("input", look);
  look();
}

/** @param {HTMLElement} form */
function busy(form) {
  for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-busy", "true");
}

function offerPasskeys() {
  each("[data-passkeys]", (part) => (part.hidden = false));
  each("[data-sign-in]:has([data-sign-in-passkey])", (form) => offerSignIn(/** @type {HTMLFormElement} */ (form)));
  each("[data-sign-up]", (form) => offerSignUp(/** @type {HTMLFormElement} */ (form)));
  each("[data-add-passkey]", (form) => offerAnother(/** @type {HTMLFormElement} */ (form)));
}

/** @param {HTMLFormElement} form */
function offerSignIn(form) {
  const getOptions = () => api("POST", "/sessions/passkey/options");
  const button = /** @type {HTMLElement} */ (form.querySelector("[data-sign-in-passkey]"));
  button.addEventListener("click", () => attempt(form, async () => send(form, await use(await getOptions()))));
  if (form.hasAttribute("data-no-suggestion")) return;
  suggest(getOptions)
    .then((credential) => send(form, credential))
    .catch(() => undefined);
}

/** @param {HTMLFormElement} form */
function offerSignUp(form) {
  const button = /** @type {HTMLElement} */ (form.querySelector("[data-sign-up-passkey]"));
  button.addEventListener("click", () =>
    attempt(form, async () => {
      const handle = /** @type {HTMLInputElement} */ (form.elements.namedItem("handle")).value.trim();
      const options = await api("POST", "/passkeys/options", { handle: handle.replace(/^@/, "").toLowerCase() });
      send(form, await create(options));
    }),
  );
}

/** @param {HTMLFormElement} form */
function offerAnother(form) {
  form.addEventListener("submit", (event) => {
    const field = /** @type {HTMLInputElement} */ (form.querySelector("[data-passkey]"));
    if (field.value) return;
    event.preventDefault();
    attempt(form, async () => send(form, await create(await api("POST", "/passkeys/options", {}))));
  });
}

/** @param {HTMLFormElement} form @param {string | null} credential */
function send(form, credential) {
  if (!credential) return;
  /** @type {HTMLInputElement} */ (form.querySelector("[data-passkey]")).value = credential;
  form.submit();
}

/** @param {HTMLFormElement} form @param {() => Promise<void>} act */
async function attempt(form, act) {
  const line = /** @type {HTMLElement} */ (form.querySelector("[data-problem]"));
  line.hidden = true;
  try {
    await act();
  } catch (error) {
    line.textContent = error instanceof Refused ? error.message : word(isThere(error) ? "passkey-there" : "went-wrong");
    line.hidden = false;
  }
}

/** Whether a device refuses because it holds one of those passkeys already. @param {unknown} error */
function isThere(error) {
  return error instanceof DOMException && error.name === "InvalidStateError";
}
