// @ts-check
// The page's words for scripts: written by the server in the reader's language (templates/_words.html).

/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("words")?.textContent || "{}");
const language = document.documentElement.lang || "en";

/**
 * The sentence of that name with its {places} filled.
 * @param {string} name
 * @param {Record<string, string | number>} [places]
 */
export function word(name, places = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (_, place) => String(places[place] ?? ""));
}

/**
 * 8,812,345 as 8.8M, like the server's short_count.
 * @param {number} number
 */
export function shortCount(number) {
  const short = number >= 10_000;
  return new Intl.NumberFormat(language, short ? { notation: "compact", maximumFractionDigits: 1 } : {}).format(number);
}

/**
 * Seconds as 0:14.
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
