// @ts-check
// One stream of events for the whole page: how far each clip is, as it happens.

/** @typedef {{ slug: string, stage: string, percent: number, words: string, failure: string | null, publish_asked: boolean, seconds_left: number | null }} Progress */

/** @type {EventSource | null} */
let stream = null;
/** @type {Map<string, Set<(progress: Progress) => void>>} */
const heeders = new Map();

/**
 * Hear how far a clip is until the returned function is called.
 * @param {string} slug
 * @param {(progress: Progress) => void} heed
 */
export function heedProgress(slug, heed) {
  const heard = heeders.get(slug) ?? new Set();
  heeders.set(slug, heard.add(heed));
  stream ??= open();
  return () => {
    heard.delete(heed);
    if (!heard.size) heeders.delete(slug);
    if (heeders.size || !stream) return;
    stream.close();
    stream = null;
  };
}

function open() {
  const source = new EventSource("/api/v1/events");
  source.addEventListener("progress", (event) => {
    /** @type {Progress} */
    const progress = JSON.parse(event.data);
    for (const heed of heeders.get(progress.slug) ?? []) heed(progress);
  });
  return source;
}
