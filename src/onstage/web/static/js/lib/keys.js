// @ts-check
// The keys of the stage. Single letters can be switched off (they get in the way of speech input).

import { recall, remember } from "./remembered.js";
import { openSheet } from "./sheet.js";

const ALWAYS = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", " ", "?"]);
const box = /** @type {HTMLInputElement | null} */ (document.getElementById("letter-keys"));
if (box) {
  box.checked = recall("letter-keys") !== "off";
  box.addEventListener("change", () => remember("letter-keys", box.checked ? "on" : "off"));
}

/** @param {Record<string, () => void>} does what each key does, by KeyboardEvent.key */
export function heedKeys(does) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog:modal")) return;
    if (event.key === " " && target.closest("button, a, summary")) return;
    const act = does[event.key];
    if (!act || (!ALWAYS.has(event.key) && box && !box.checked)) return;
    event.preventDefault();
    act();
  });
}

export function showKeys() {
  const sheet = document.getElementById("keys-sheet");
  if (sheet instanceof HTMLDialogElement) void openSheet(sheet);
}
