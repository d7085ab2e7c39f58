// @ts-check
// Pages for finding and the inbox: cover colours, follow, mute, block, report, follow requests, days.

import { askToSignIn, isGuest } from "./lib/acts.js";
import { offerAccounts } from "./lib/acting.js";
import { api } from "./lib/api.js";
import { report } from "./lib/report.js";
import { closeSheet } from "./lib/sheet.js";
import { toast } from "./lib/toast.js";
import { word } from "./lib/words.js";
import "./previews.js";

for (const cover of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".cover[data-color]"))) {
  cover.style.backgroundColor = cover.dataset.color || "";
}

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-relation], [data-report], [data-answer]");
  if (!(button instanceof HTMLButtonElement)) return;
  const { relation, answer, handle = "" } = button.dataset;
  if (answer) {
    event.preventDefault(); // without this script it is a form
    return void settle(button, answer === "yes");
  }
  if (isGuest()) return askToSignIn(relation === "follow" ? "follow" : "other");
  if (relation) return void relate(button, relation, handle);
  const sheet = button.closest("dialog");
  if (sheet) closeSheet(sheet);
  void report({ account: handle }, handle);
});

/**
 * Follow, mute or block an account, or undo it.
 * @param {HTMLButtonElement} button
 * @param {string} relation
 * @param {string} handle
 */
async function relate(button, relation, handle) {
  const on = button.dataset.on !== "true";
  button.setAttribute("aria-busy", "true");
  try {
    const now = await api(on ? "PUT" : "DELETE", `/accounts/${handle}/${relation}`);
    if (relation !== "follow") return location.reload();
    const state = on ? (now?.requested ? "asked" : "following") : "follow";
    button.dataset.on = String(on);
    button.textContent = word(`state-${state}`);
    button.classList.toggle("primary", !on);
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/**
 * Accept or decline somebody who asks to follow.
 * @param {HTMLButtonElement} button
 * @param {boolean} yes
 */
async function settle(button, yes) {
  const row = /** @type {HTMLElement} */ (button.closest(".request"));
  row.setAttribute("aria-busy", "true");
  try {
    await api(yes ? "PUT" : "DELETE", `/me/follow-requests/${row.dataset.handle}`);
    const section = row.closest("section");
    row.remove();
    if (!section?.querySelector(".request")) section?.remove();
    toast(word(yes ? "request-accepted" : "request-declined", { handle: row.dataset.handle || "" }));
  } catch (error) {
    row.removeAttribute("aria-busy");
    toast(/** @type {Error} */ (error).message);
  }
}

/** The inbox gets a line above each day, in the reader's own time. */
function days() {
  let before = "";
  const written = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".lately > [data-at]"))) {
    const at = new Date(row.dataset.at || 0);
    const day = at.toDateString();
    if (day === before) continue;
    before = day;
    const line = Object.assign(document.createElement("li"), { className: "lately-day" });
    line.textContent = named(day) || written.format(at);
    row.before(line);
  }
}

/** @param {string} day */
function named(day) {
  const today = new Date();
  if (day === today.toDateString()) return word("today");
  today.setDate(today.getDate() - 1);
  return day === today.toDateString() ? word("yesterday") : "";
}

days();

const accounts = document.getElementById("switch-sheet");
if (accounts instanceof HTMLDialogElement) offerAccounts(accounts).catch(() => undefined);
