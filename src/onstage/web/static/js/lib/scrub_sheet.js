// @ts-check
// The picture of where one is, while the place in a long clip is being chosen: cut from the sheet that the server made.

/** @typedef {import("../elements/clip-player.js").ClipPlayer} ClipPlayer */
/** @typedef {[url: string, width: number, height: number, count: number, every: number]} Sheet */

const COLUMNS = 10;
const picture = document.createElement("div");
picture.className = "scrub-picture";
picture.setAttribute("aria-hidden", "true");
picture.hidden = true;

/** @param {ClipPlayer} player */
export function heedScrubbing(player) {
  picture.hidden = true;
  const range = player.querySelector(".scrub input");
  if (!(range instanceof HTMLInputElement) || !player.dataset.scrub) return picture.remove();
  /** @type {Sheet} */
  const sheet = JSON.parse(player.dataset.scrub);
  player.append(picture);
  range.oninput = () => draw(player, sheet, Number(range.value) / Number(range.max));
  range.onpointerup = range.onpointercancel = range.onblur = () => {
    picture.hidden = true;
  };
}

/**
 * @param {ClipPlayer} player
 * @param {Sheet} sheet
 * @param {number} part of the clip, 0 to 1
 */
function draw(player, [url, width, height, count, every], part) {
  const length = player.video?.duration || 0;
  if (!length) return;
  const place = Math.min(count - 1, Math.floor((part * length) / every));
  picture.style.width = `${width}px`;
  picture.style.height = `${height}px`;
  picture.style.backgroundImage = `url("${url}")`;
  picture.style.backgroundPosition = `-${(place % COLUMNS) * width}px -${Math.floor(place / COLUMNS) * height}px`;
  picture.style.left = `clamp(8px, calc(${(part * 100).toFixed(2)}% - ${width / 2}px), calc(100% - ${width + 8}px))`;
  picture.hidden = false;
}
