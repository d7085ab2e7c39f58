// @ts-check
// Three <video> elements for the whole feed, passed on from clip to clip: browsers let a video play with sound
// once it was touched, and a phone has memory for a few.

import { sound } from "./sound.js";

const LIVE = 3;

/** @typedef {import("../elements/clip-player.js").ClipPlayer} ClipPlayer */

/** @type {{ video: HTMLVideoElement, player: ClipPlayer | null }[]} */
const slots = [];

/** @returns {HTMLVideoElement} */
function fresh() {
  const video = document.createElement("video");
  video.className = "stage-video";
  video.loop = true;
  video.playsInline = true;
  video.preload = "auto";
  video.disableRemotePlayback = true;
  return video;
}

/**
 * A video for this player, taken from one that is not in `keep`.
 * @param {ClipPlayer} player
 * @param {ClipPlayer[]} keep
 */
export function lend(player, keep) {
  if (player.video) {
    if (!slots.some((slot) => slot.video === player.video)) slots.push({ video: player.video, player });
    return;
  }
  let slot = slots.find((each) => !each.player?.isConnected || !keep.includes(each.player));
  if (!slot && slots.length < LIVE) {
    slot = { video: fresh(), player: null };
    slots.push(slot);
  }
  if (!slot) return;
  slot.player?.giveBack();
  slot.player = player;
  player.receive(slot.video);
}

/** In the gesture that turns sound on: every video is touched, so that later ones may be heard as well. */
function bless() {
  for (const { video } of slots) {
    const resting = video.paused;
    video.muted = !sound.on;
    if (sound.on && resting && video.src) {
      video.play().catch(() => undefined);
      video.pause();
    }
  }
}

sound.heed(bless);
