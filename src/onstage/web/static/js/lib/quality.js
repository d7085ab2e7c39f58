// @ts-check
// Which rendition to play: by the bandwidth that was measured, the size of the stage and the wish to save data.

import { recall, remember } from "./remembered.js";

const ROOM = 0.7; // of the bandwidth goes into the clip
const GUESS = 5_000_000; // bits a second, before anything was measured
const SHARP_ENOUGH = 0.85; // of the stage's width in device pixels
const SAMPLE_BYTES = 40_000; // smaller answers measure the delay, not the rate
const SAVED_WIDTH = 540;

/** @typedef {"auto" | "sharp" | "light"} Wish */

/** What the person wants to be played, in this browser. */
export const quality = {
  get wish() {
    return /** @type {Wish} */ (recall("quality") ?? "auto");
  },
  set wish(wish) {
    remember("quality", wish);
  },
};

/** @typedef {[height: number, width: number, bitrate: number, url: string]} File */

/** @type {{ downlink?: number, saveData?: boolean } | undefined} */
const connection = /** @type {any} */ (navigator).connection;
let measured = 0;

/** Bits a second that this connection carries, as far as we know. */
export function bandwidth() {
  return measured || (connection?.downlink ? connection.downlink * 1e6 : GUESS);
}

/** @param {PerformanceResourceTiming} entry */
function learn(entry) {
  if (!entry.name.includes("/media/") || entry.transferSize < SAMPLE_BYTES) return;
  const seconds = (entry.responseEnd - entry.responseStart) / 1000;
  if (seconds <= 0) return;
  const rate = (entry.transferSize * 8) / seconds;
  // A browser reads slowly once its buffer is full, so a slow sample says less than a fast one.
  const weight = rate > measured ? 0.5 : 0.15;
  measured = measured ? measured * (1 - weight) + rate * weight : rate;
}

if ("PerformanceObserver" in globalThis) {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) learn(/** @type {PerformanceResourceTiming} */ (entry));
  }).observe({ type: "resource", buffered: true });
}

let playsAv1 = false;
const film = { contentType: 'video/mp4; codecs="av01.0.05M.08"', width: 720, height: 1280, bitrate: 2_000_000, framerate: 30 };
navigator.mediaCapabilities?.decodingInfo({ type: "file", video: film }).then(
  ({ supported, smooth }) => (playsAv1 = supported && smooth),
  () => undefined,
);

/**
 * The files with the one in AV1 among them, before its equal, where this device plays that without effort.
 * @param {File[]} files best first @param {File | null} av1
 * @returns {File[]}
 */
export function withAv1(files, av1) {
  if (!av1 || !playsAv1) return files;
  const larger = files.filter(([height]) => height >= av1[0]);
  return [...larger, av1, ...files.slice(larger.length)];
}

/**
 * The files to try in order: first the one to play, then the lighter ones in case it fails.
 * @param {File[]} files best first
 * @param {number} stageWidth in CSS pixels
 * @returns {File[]}
 */
export function choose(files, stageWidth) {
  const need = stageWidth * Math.min(devicePixelRatio || 1, 2) * SHARP_ENOUGH;
  const most = bandwidth() * ROOM;
  const lightFirst = [...files].reverse();
  if (quality.wish === "sharp") return files;
  if (quality.wish === "light") return lightFirst;
  const affordable = lightFirst.filter(([, width, rate]) => rate <= most && !(connection?.saveData && width > SAVED_WIDTH));
  const chosen = affordable.find(([, width]) => width >= need) ?? affordable.at(-1) ?? lightFirst[0];
  return chosen ? [chosen, ...lightFirst.filter((file) => file !== chosen)] : [];
}
