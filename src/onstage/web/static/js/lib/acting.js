// @ts-check
// Acting as another of one's accounts: the sheet on one's own page, where there is more than one.

import { api } from "./api.js";
import { toast } from "./toast.js";

/** @typedef {{ handle: string, name: string, avatar_url: string | null }} Account */

/** @param {HTMLDialogElement} sheet */
export async function offerAccounts(sheet) {
  const opener = /** @type {HTMLElement | null} */ (document.querySelector(`[data-sheet="${sheet.id}"]`));
  if (!opener) return;
  const { accounts } = /** @type {{ accounts: { account: Account }[] }} */ (await api("GET", "/me"));
  if (accounts.length < 2) return;
  const template = /** @type {HTMLTemplateElement} */ (sheet.querySelector("template"));
  sheet.querySelector("ul")?.append(...accounts.map(({ account }) => row(template, account)));
  opener.hidden = false;
}

/**
 * @param {HTMLTemplateElement} template
 * @param {Account} account
 */
function row(template, account) {
  const line = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  const face = /** @type {HTMLElement} */ (line.querySelector(".avatar"));
  if (account.avatar_url) face.append(Object.assign(new Image(), { src: account.avatar_url, alt: "" }));
  else face.textContent = account.name.slice(0, 1);
  /** @type {HTMLElement} */ (line.querySelector("bdi")).textContent = account.name;
  /** @type {HTMLElement} */ (line.querySelector("small")).textContent = `@${account.handle}`;
  if (account.handle !== document.documentElement.dataset.signedIn) line.querySelector("svg")?.remove();
  line.querySelector("button")?.addEventListener("click", () => void actAs(account.handle));
  return line;
}

/** @param {string} handle */
async function actAs(handle) {
  try {
    await api("POST", "/me/acting", { handle });
    location.assign(`/@${handle}`);
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  }
}
