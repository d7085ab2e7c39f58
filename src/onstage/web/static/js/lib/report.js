// @ts-check
// The sheet with which a clip, a comment or an account is reported.

import { api } from "./api.js";
import { closeSheet, openSheet } from "./sheet.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

/**
 * @param {{ clip?: string, comment?: string, account?: string }} what slug, id or handle
 * @param {string} handle the account that is named by it
 */
export async function report(what, handle) {
  const sheet = /** @type {HTMLDialogElement} */ (document.getElementById("report-sheet"));
  const form = /** @type {HTMLFormElement} */ (sheet.querySelector("form"));
  const error = /** @type {HTMLElement} */ (form.querySelector(".error"));
  form.reset();
  error.hidden = true;
  void warn(/** @type {HTMLElement} */ (form.querySelector("[data-nobody]")), handle);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    try {
      await api("POST", "/reports", { ...what, reason: given.get("reason"), words: given.get("words") || "" });
      closeSheet(sheet);
      toast(word("reported"));
    } catch (refused) {
      error.textContent = /** @type {Error} */ (refused).message;
      error.hidden = false;
    }
  };
  await openSheet(sheet);
}

/**
 * Nobody reads a report about themselves. Where that leaves no reader at all, say so before it is sent.
 * @param {HTMLElement} notice
 * @param {string} handle
 */
async function warn(notice, handle) {
  notice.hidden = true;
  try {
    const { readers } = await api("GET", `/reports/readers?account=${encodeURIComponent(handle)}`);
    notice.hidden = readers > 0;
  } catch {
    // not known: the report itself will tell
  }
}
