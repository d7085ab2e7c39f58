// @ts-check
// Covers in a grid that come alive under a pointer that rests on them: a short silent film, made when first asked for.

import { api } from "./lib/api.js";

const RESTS = 350; // ms
const COMES = 3000;
const connection = /** @type {{ saveData?: boolean } | undefined} */ (/** @type {any} */ (navigator).connection);

/** @type {HTMLElement | null} */
let over = null;
let timer = 0;

if (matchMedia("(hover: hover)").matches && !matchMedia("(prefers-reduced-motion: reduce)").matches && !connection?.saveData) {
  document.addEventListener("pointerover", (event) => rest(/** @type {Element} */ (event.target).closest(".grid a.cover[href]")));
}

/** @param {Element | null} cover */
function rest(cover) {
  if (cover === over) return;
  clearTimeout(timer);
  over?.querySelector("video")?.remove();
  over = cover instanceof HTMLElement ? cover : null;
  if (over) timer = window.setTimeout(() => void ask(), RESTS);
}

async function ask() {
  const cover = over;
  const slug = cover?.getAttribute("href")?.match(/^\/c\/(\w+)/)?.[1];
  if (!cover || !slug) return;
  const made = await api("POST", `/clips/${slug}/preview`).catch(() => null);
  if (cover !== over || !made) return;
  if (made.url) return play(cover, made.url);
  timer = window.setTimeout(() => void ask(), COMES);
}

/** @param {HTMLElement} cover @param {string} url */
function play(cover, url) {
  const video = document.createElement("video");
  video.className = "cover-film";
  video.muted = video.loop = video.autoplay = video.playsInline = true;
  video.src = url;
  cover.querySelector("picture")?.after(video);
}
