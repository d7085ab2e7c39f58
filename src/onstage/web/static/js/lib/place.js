// @ts-check
// Where somebody was in a feed when they went to a profile or a tag, so that the back button brings them there again.

const KEPT_FOR = 30 * 60_000; // ms; a play token lives longer
const BEFORE = 3;

/** @typedef {{ who: string, at: number, current: string, next: string | null, html: string }} Place */

const key = () => `onstage.place.${location.pathname}${location.search}`;
const who = () => document.documentElement.dataset.signedIn || "";

/**
 * @param {HTMLElement[]} articles of the feed
 * @param {HTMLElement | null} current
 * @param {string | null} next where the next page begins, if all articles are kept
 */
export function keepPlace(articles, current, next) {
  const at = current ? articles.indexOf(current) : -1;
  if (at < 0) return;
  const kept = articles.slice(Math.max(0, at - BEFORE)).map(bare);
  /** @type {Place} */
  const place = { who: who(), at: Date.now(), current: current?.dataset.slug || "", next, html: kept.join("") };
  try {
    sessionStorage.setItem(key(), JSON.stringify(place));
  } catch {
    // no room: the back button begins the feed anew
  }
}

/**
 * The place that was left, if the back or forward button led here.
 * @returns {Place | null}
 */
export function recallPlace() {
  const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  if (visit?.type !== "back_forward") return null;
  try {
    const place = /** @type {Place | null} */ (JSON.parse(sessionStorage.getItem(key()) || "null"));
    return place && place.who === who() && Date.now() - place.at < KEPT_FOR ? place : null;
  } catch {
    return null;
  }
}

/** @param {HTMLElement} article */
function bare(article) {
  const copy = /** @type {HTMLElement} */ (article.cloneNode(true));
  for (const worn of copy.querySelectorAll("video, script, .controls, .burst, .stage-failed")) worn.remove();
  for (const painted of copy.querySelectorAll("[style]")) painted.removeAttribute("style"); // which the page forbids itself
  return copy.outerHTML;
}
