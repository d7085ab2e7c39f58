// @ts-check
// What every page does: sheets by their openers, copying, and the offline shell.

import "./live.js";
import { openSheet } from "./lib/sheet.js";
import { toast } from "./lib/toast.js";
import { word } from "./lib/words.js";

// What was said or refused is read first, also where the browser gives `autofocus` to fields alone.
if (!location.hash) /** @type {HTMLElement | null} */ (document.querySelector("main [autofocus]"))?.focus();

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const opener = target.closest("[data-sheet]");
  if (opener) {
    const sheet = document.getElementById(opener.getAttribute("data-sheet") || "");
    if (sheet instanceof HTMLDialogElement) {
      event.preventDefault();
      openSheet(sheet, { opener });
    }
  }
  if (target.closest("[data-go-back]") && history.length > 1) {
    event.preventDefault();
    history.back();
  }
  const copier = target.closest("[data-copy]");
  if (copier) copy(copier.getAttribute("data-copy") || "");
});

/** @param {string} words */
async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    toast(word("copied"));
  } catch {
    toast(word("copy-failed"));
  }
}

if ("serviceWorker" in navigator && isSecureContext) {
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => undefined));
}
