// @ts-check
// Every clip about as loud as the next: the gain that the server measured, applied where it is heard. Quieter goes by
// the video's own volume; louder, and all of it where volume is the system's alone, needs the audio graph, which a
// browser starts only after a touch.

import { sound } from "./sound.js";

/** @type {AudioContext | null} */
let context = null;
/** @type {WeakMap<HTMLMediaElement, GainNode>} */
const gains = new WeakMap();

sound.heed(() => {
  if (!sound.on || !("AudioContext" in globalThis)) return;
  context ??= new AudioContext();
  void context.resume().catch(() => undefined);
});

/**
 * @param {HTMLVideoElement} video
 * @param {number} decibels
 */
export function level(video, decibels) {
  const factor = 10 ** (decibels / 20);
  const graph = gains.get(video) ?? (factor > 1 ? graphFor(video) : null);
  if (graph) {
    graph.gain.value = factor;
    video.volume = 1;
  } else {
    video.volume = Math.min(1, factor);
  }
}

/**
 * A video that was put into the graph stays in it, so it is not put there before the graph runs, nor when its file
 * comes from elsewhere: that would be silent.
 * @param {HTMLVideoElement} video
 */
function graphFor(video) {
  if (!context || context.state !== "running" || !isOurs(video.currentSrc)) return null;
  const gain = context.createGain();
  context.createMediaElementSource(video).connect(gain).connect(context.destination);
  gains.set(video, gain);
  return gain;
}

/** @param {string} address */
function isOurs(address) {
  return address !== "" && new URL(address, location.href).origin === location.origin;
}
