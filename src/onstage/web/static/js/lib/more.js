// @ts-check
// What stands behind the dots and a long press: speed, quality, not interested, repost, link, picture in picture, mute, block,
// report.

import { playerOf } from "../elements/clip-feed.js";
import { speed } from "../elements/clip-player.js";
import { askToSignIn, copyLink, isGuest, repost } from "./acts.js";
import { api } from "./api.js";
import { notInterested } from "./plays.js";
import { quality } from "./quality.js";
import { report } from "./report.js";
import { closeSheet, openSheet } from "./sheet.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

/** @typedef {import("../elements/clip-feed.js").ClipFeed} ClipFeed */

const more = sheet("more-sheet");
/** @type {HTMLElement | null} */
let article = null;

/** @param {string} id */
function sheet(id) {
  return /** @type {HTMLDialogElement} */ (document.getElementById(id));
}

/** @param {string} name */
function row(name) {
  return /** @type {HTMLElement} */ (more.querySelector(`[data-more="${name}"]`));
}

/** @param {ParentNode} place @param {string} handle */
function name(place, handle) {
  for (const spot of place.querySelectorAll("bdi[data-handle]")) spot.textContent = `@${handle}`;
}

/** @param {HTMLElement} of the clip */
export function openMore(of) {
  article = of;
  const mine = of.hasAttribute("data-mine");
  const video = playerOf(of)?.video;
  name(more, of.dataset.handle || "");
  /** @type {HTMLAnchorElement} */ (row("edit")).href = `/make/${of.dataset.slug}`;
  row("edit").hidden = !mine;
  /** @type {HTMLAnchorElement} */ (row("claim")).href = `/claim?clip=${of.dataset.slug}`;
  row("claim").hidden = mine;
  row("not-interested").hidden = mine;
  row("embed").hidden = !of.hasAttribute("data-may-embed");
  row("repost").hidden = !of.hasAttribute("data-may-repost") && !of.hasAttribute("data-reposted");
  for (const words of /** @type {NodeListOf<HTMLElement>} */ (row("repost").querySelectorAll("[data-on], [data-off]"))) {
    words.hidden = words.hasAttribute("data-on") !== of.hasAttribute("data-reposted");
  }
  row("mute").hidden = row("block").hidden = row("report").hidden = mine;
  row("picture").hidden = !document.pictureInPictureEnabled || !video;
  row("full-screen").hidden = !document.fullscreenEnabled;
  row("keys").hidden = !matchMedia("(hover: hover)").matches;
  check("speed", String(speed.rate));
  check("quality", quality.wish);
  void openSheet(more);
}

/** @param {string} group @param {string} value */
function check(group, value) {
  const radio = more.querySelector(`[name="${group}"][value="${value}"]`);
  if (radio instanceof HTMLInputElement) radio.checked = true;
}

more.addEventListener("change", (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const player = playerOf(article);
  if (input.name === "speed") {
    speed.rate = Number(input.value);
    if (player?.video) player.video.playbackRate = speed.rate;
  } else {
    quality.wish = /** @type {import("./quality.js").Wish} */ (input.value);
    player?.choose();
  }
});

more.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target).closest("[data-more]");
  const wish = target?.getAttribute("data-more");
  if (!wish || !article || wish === "edit" || wish === "claim") return;
  closeSheet(more);
  void does[wish]?.(article);
});

/** @type {Record<string, (of: HTMLElement) => unknown>} */
const does = {
  "not-interested": turnDown,
  repost,
  copy: (of) => copyLink(new URL(`/c/${of.dataset.slug}`, location.href).href),
  embed: showCode,
  picture: (of) => playerOf(of)?.video?.requestPictureInPicture().catch(() => toast(word("no-picture"))),
  "full-screen": () => fullScreen(),
  keys: () => openSheet(sheet("keys-sheet")),
  mute: (of) => (isGuest() ? askToSignIn("other") : mute(of.dataset.handle || "")),
  block: (of) => (isGuest() ? askToSignIn("other") : block(of.dataset.handle || "")),
  report: (of) => (isGuest() ? askToSignIn("other") : report({ clip: of.dataset.slug }, of.dataset.handle || "")),
};

/** What to paste into another page. @param {HTMLElement} of */
async function showCode(of) {
  const code = sheet("embed-sheet");
  const place = /** @type {HTMLTextAreaElement} */ (code.querySelector("textarea"));
  try {
    place.value = (await api("GET", `/oembed?url=${encodeURIComponent(`/c/${of.dataset.slug}`)}`)).html;
  } catch (error) {
    return complain(error);
  }
  code.querySelector("[data-copy]")?.setAttribute("data-copy", place.value);
  void openSheet(code);
  place.select();
}

export function fullScreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  return document.documentElement.requestFullscreen().catch(() => undefined);
}

/** @param {HTMLElement} of the clip that is not wanted */
function turnDown(of) {
  notInterested(of.dataset.token || "");
  feed()?.without([of]);
  toast(word("not-interested"));
}

/** @returns {ClipFeed | null} */
function feed() {
  return document.querySelector("clip-feed");
}

/** @param {string} handle */
function leaves(handle) {
  feed()?.silence(handle);
}

/** @param {string} handle */
function heard(handle) {
  feed()?.silenced.delete(handle);
}

/** @param {string} handle */
async function mute(handle) {
  try {
    await api("PUT", `/accounts/${handle}/mute`);
    leaves(handle);
    const undo = () => api("DELETE", `/accounts/${handle}/mute`).then(() => heard(handle)).then(() => toast(word("unmuted", { handle })));
    toast(word("muted", { handle }), { label: word("undo"), run: () => void undo().catch(complain) });
  } catch (error) {
    complain(error);
  }
}

/** @param {string} handle */
async function block(handle) {
  const ask = sheet("block-sheet");
  name(ask, handle);
  if ((await openSheet(ask)) !== "yes") return;
  try {
    await api("PUT", `/accounts/${handle}/block`);
    leaves(handle);
    toast(word("blocked", { handle }));
  } catch (error) {
    complain(error);
  }
}

/** @param {unknown} error */
function complain(error) {
  toast(/** @type {Error} */ (error).message);
}
