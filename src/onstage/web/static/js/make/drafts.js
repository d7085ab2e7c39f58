// @ts-check
// The list of one's clips: uploads go on by themselves, states change in place, a deletion can be taken back.

import { api, Refused } from "../lib/api.js";
import { toast } from "../lib/toast.js";
import { word } from "../lib/words.js";
import "./upload_state.js";
import { say } from "./words.js";

const UNDO_SECONDS = 10;

for (const state of document.querySelectorAll("upload-state")) {
  for (const name of ["ready", "failed"]) state.addEventListener(name, () => location.reload());
}
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("[data-delete]"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    remove(form);
  });
}
const notice = /** @type {HTMLElement | null} */ (document.querySelector("[data-undo]"));
if (notice) countDown(notice);

/** Delete at once, and offer the way back for as long as there is one. @param {HTMLFormElement} form */
async function remove(form) {
  const slug = form.dataset.delete ?? "";
  const row = /** @type {HTMLElement} */ (form.closest("li"));
  row.hidden = true;
  try {
    await api("DELETE", `/clips/${slug}`);
  } catch (error) {
    row.hidden = false;
    toast(sentenceOf(error));
    return;
  }
  const undo = { label: say("undo"), run: () => bringBack(slug, row), lasts: UNDO_SECONDS * 1000 - 300 };
  toast(say("deleted", { seconds: String(UNDO_SECONDS) }), undo);
  const line = document.querySelector(".toasts > :last-child > span");
  if (line) count(UNDO_SECONDS, (left) => (line.textContent = say("deleted", { seconds: String(left) })));
}

/** @param {string} slug @param {HTMLElement} row */
async function bringBack(slug, row) {
  try {
    await api("POST", `/clips/${slug}/restore`);
    row.hidden = false;
    toast(say("restored"));
  } catch (error) {
    toast(sentenceOf(error));
  }
}

/** The notice of a deletion that came from another page ends with its time. @param {HTMLElement} element */
function countDown(element) {
  const line = /** @type {HTMLElement} */ (element.querySelector("[data-undo-words]"));
  count(Number(element.dataset.undo), (left) => {
    line.textContent = left > 0 ? say("deleted", { seconds: String(left) }) : say("deleted_gone");
    if (left === 0) element.querySelector("button")?.remove();
  });
  history.replaceState(null, "", location.pathname + (location.search.includes("show=published") ? "?show=published" : ""));
}

/** @param {number} seconds @param {(left: number) => void} each */
function count(seconds, each) {
  const timer = setInterval(() => {
    each(--seconds);
    if (seconds <= 0) clearInterval(timer);
  }, 1000);
}

/** @param {unknown} error */
function sentenceOf(error) {
  return error instanceof Refused ? error.message : word("went-wrong");
}
