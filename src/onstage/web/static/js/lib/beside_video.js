// @ts-check
// What comes with the clip on stage beside its pictures: how loud, captions, pictures to scrub by.

import { ClipPlayer } from "../elements/clip-player.js";
import { show } from "./captions.js";
import { level } from "./loudness.js";
import { heedScrubbing } from "./scrub_sheet.js";
import { sound } from "./sound.js";

/** @type {ClipPlayer | null} */
let onStage = null;

function loud() {
  if (onStage?.video) level(onStage.video, Number(onStage.dataset.gain || 0));
}

document.addEventListener("clip-on-stage", (event) => {
  const article = /** @type {CustomEvent<Element | null>} */ (event).detail;
  const player = article?.querySelector("clip-player");
  onStage = player instanceof ClipPlayer ? player : null;
  if (!onStage) return;
  loud();
  show(onStage);
  heedScrubbing(onStage);
});
sound.heed(loud);
document.addEventListener("playing", loud, true);
