// @ts-check
// Captions, for those who want them: chosen once, shown on every clip that has some.

import { recall, remember } from "./remembered.js";
import { word } from "./words.js";

/** @typedef {import("../elements/clip-player.js").ClipPlayer} ClipPlayer */

const LINE = 62; // per cent of the height

let on = recall("captions") === "on";

const button = document.createElement("button");
button.type = "button";
button.className = "captions-toggle";
button.textContent = "CC";
button.addEventListener("click", () => {
  on = !on;
  remember("captions", on ? "on" : "off");
  const player = /** @type {ClipPlayer | null} */ (button.closest("clip-player"));
  if (player) show(player);
});

/** @param {ClipPlayer} player */
function languagesOf(player) {
  return (player.dataset.captions || "").split(" ").filter(Boolean);
}

/**
 * The language that this person reads, as far as the clip has it.
 * @param {string[]} languages
 */
function best(languages) {
  for (const wanted of navigator.languages) {
    const near = languages.find((each) => each === wanted) ?? languages.find((each) => each.split("-")[0] === wanted.split("-")[0]);
    if (near) return near;
  }
  return languages[0];
}

/** Above the words and the acts that stand at the foot of the stage. @param {TextTrack} track */
function raise(track) {
  for (const cue of track.cues ?? []) {
    const words = /** @type {VTTCue} */ (cue);
    words.snapToLines = false;
    words.line = LINE;
  }
}

/** Dress the player on stage: the button where there are captions, the captions where they are wanted. @param {ClipPlayer} player */
export function show(player) {
  const languages = languagesOf(player);
  const video = player.video;
  for (const track of video?.querySelectorAll("track") ?? []) track.remove();
  if (!languages.length) return button.remove();
  player.append(button);
  button.setAttribute("aria-pressed", String(on));
  button.setAttribute("aria-label", word("captions"));
  if (!video || !on) return;
  const language = best(languages);
  const track = document.createElement("track");
  track.kind = "captions";
  if (language !== "und") track.srclang = language;
  track.label = language;
  track.src = `/api/v1/clips/${player.article.dataset.slug}/captions/${language}`;
  track.addEventListener("load", () => raise(track.track));
  video.append(track);
  track.track.mode = "showing";
}
