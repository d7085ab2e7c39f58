// @ts-check
// Like, save and follow: shown at once, taken back with a sentence when the server could not do it.

import { Refused, api } from "./api.js";
import { openSheet } from "./sheet.js";
import { toast } from "./toast.js";
import { shortCount, word } from "./words.js";

export const isGuest = () => !document.documentElement.hasAttribute("data-signed-in");

/** @type {WeakMap<Element, { wanted: boolean, sent: boolean, busy: boolean }>} */
const states = new WeakMap();

/**
 * The kind sheet for somebody who has no account here yet.
 * @param {"like" | "save" | "follow" | "comment" | "other"} wish
 */
export function askToSignIn(wish) {
  const sheet = /** @type {HTMLDialogElement | null} */ (document.getElementById("guest-sheet"));
  if (!sheet) return location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
  const title = sheet.querySelector("h2");
  if (title) title.textContent = title.getAttribute(`data-${wish}`) || title.getAttribute("data-other");
  for (const door of /** @type {NodeListOf<HTMLAnchorElement>} */ (sheet.querySelectorAll("a[data-door]"))) {
    door.search = `?next=${encodeURIComponent(location.pathname)}`;
  }
  void openSheet(sheet);
}

/**
 * Press or release a button that stands for a fact on the server.
 * @param {HTMLElement} button with aria-pressed and perhaps a .count
 * @param {string} path below /api/v1: PUT makes it so, DELETE undoes it
 * @param {boolean} on
 */
export async function toggle(button, path, on) {
  const state = states.get(button) ?? { wanted: !on, sent: !on, busy: false };
  states.set(button, state);
  state.wanted = on;
  paint(button, on);
  if (state.busy) return;
  state.busy = true;
  try {
    while (state.wanted !== state.sent) {
      const wish = state.wanted;
      await api(wish ? "PUT" : "DELETE", path);
      state.sent = wish;
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    state.wanted = state.sent;
    paint(button, state.sent);
    toast(error.message);
  } finally {
    state.busy = false;
  }
}

/**
 * @param {HTMLElement} button
 * @param {boolean} on
 */
function paint(button, on) {
  const was = button.getAttribute("aria-pressed") === "true";
  if (was === on) return;
  button.setAttribute("aria-pressed", String(on));
  button.classList.toggle("is-new", on);
  addTo(button.querySelector(".count"), on ? 1 : -1);
}

/**
 * Change a shown number.
 * @param {Element | null} count
 * @param {number} by
 */
export function addTo(count, by) {
  if (!(count instanceof HTMLElement)) return;
  showCount(count, Math.max(0, Number(count.dataset.count || 0) + by));
}

/**
 * @param {Element | null} count
 * @param {number} number
 */
export function showCount(count, number) {
  if (!(count instanceof HTMLElement)) return;
  count.dataset.count = String(number);
  count.textContent = shortCount(number);
  count.title = new Intl.NumberFormat(document.documentElement.lang || "en").format(number);
}

/** @param {HTMLElement} article @param {boolean} [on] the other way round when it is not given */
export function like(article, on) {
  if (isGuest()) return askToSignIn("like");
  const button = /** @type {HTMLElement} */ (article.querySelector("[data-act=like]"));
  void toggle(button, `/clips/${article.dataset.slug}/like`, on ?? button.getAttribute("aria-pressed") !== "true");
}

/** @param {HTMLElement} article */
export function save(article) {
  if (isGuest()) return askToSignIn("save");
  const button = /** @type {HTMLElement} */ (article.querySelector("[data-act=save]"));
  const on = button.getAttribute("aria-pressed") !== "true";
  void toggle(button, `/clips/${article.dataset.slug}/save`, on);
  if (on) toast(word("saved"));
}

/** @param {HTMLElement} article */
export async function repost(article) {
  if (isGuest()) return askToSignIn("other");
  const on = !article.hasAttribute("data-reposted");
  try {
    await api(on ? "PUT" : "DELETE", `/clips/${article.dataset.slug}/repost`);
    article.toggleAttribute("data-reposted", on);
    toast(word(on ? "reposted" : "unreposted"));
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  }
}

/** @param {HTMLElement} article */
export async function follow(article) {
  if (isGuest()) return askToSignIn("follow");
  const handle = article.dataset.handle || "";
  const theirs = `article[data-handle="${CSS.escape(handle)}"] .follow-dot`;
  const dots = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(theirs));
  const press = (/** @type {boolean} */ on) => dots.forEach((dot) => dot.setAttribute("aria-pressed", String(on)));
  press(true);
  try {
    const answer = await api("PUT", `/accounts/${handle}/follow?clip=${article.dataset.slug}`);
    toast(word(answer?.requested ? "follow-asked" : "followed", { handle }));
    setTimeout(() => dots.forEach((dot) => dot.remove()), 1000);
  } catch (error) {
    press(false);
    toast(/** @type {Error} */ (error).message);
  }
}

/** @param {HTMLElement} article */
export async function share(article) {
  const url = new URL(`/c/${article.dataset.slug}`, location.href).href;
  const fingers = matchMedia("(pointer: coarse)").matches;
  try {
    if (navigator.share && fingers) await navigator.share({ url });
    else await copyLink(url);
  } catch {
    return; // the person thought better of it
  }
  if (!isGuest()) await api("PUT", `/clips/${article.dataset.slug}/share`).catch(() => undefined);
}

/** @param {string} url */
export async function copyLink(url) {
  try {
    await navigator.clipboard.writeText(url);
    toast(word("link-copied"));
  } catch {
    const sheet = /** @type {HTMLDialogElement} */ (document.getElementById("share-sheet"));
    const input = /** @type {HTMLInputElement} */ (sheet.querySelector("input"));
    input.value = url;
    await openSheet(sheet);
    input.select();
  }
}

/**
 * Hearts where the finger was.
 * @param {HTMLElement} stage
 * @param {number} x
 * @param {number} y
 */
export function burst(stage, x, y) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("burst-heart"));
  const heart = /** @type {SVGElement} */ (template.content.firstElementChild?.cloneNode(true));
  heart.style.left = `${x}px`;
  heart.style.top = `${y}px`;
  heart.style.setProperty("--tilt", `${Math.round(Math.random() * 40 - 20)}deg`);
  heart.addEventListener("animationend", () => heart.remove());
  stage.append(heart);
}
