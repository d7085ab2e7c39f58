// @ts-check
// Sentences of a page come from the server as JSON, so that they are translated in one place.

/** @type {Record<string, string>} */
const sentences = JSON.parse(document.getElementById("make-words")?.textContent ?? "{}");
const language = document.documentElement.lang || "en";

/** A sentence by its name, with its {gaps} filled. @param {string} name @param {Record<string, string>} [gaps] */
export function say(name, gaps = {}) {
  return (sentences[name] ?? "").replace(/\{(\w+)\}/g, (_, gap) => gaps[gap] ?? "");
}

/** @param {number} part 0 to 1 */
export function percent(part) {
  return new Intl.NumberFormat(language, { style: "percent" }).format(Math.floor(part * 100) / 100);
}

/** "12 seconds", "3 minutes". @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return unit(whole, "second");
  if (whole < 3600) return unit(Math.round(whole / 60), "minute");
  return unit(Math.round(whole / 3600), "hour");
}

/** "3.2 seconds". @param {number} count */
export function seconds(count) {
  return unit(Math.round(count * 10) / 10, "second");
}

/** "4.2 MB", in steps of 1000. @param {number} bytes */
export function size(bytes) {
  if (bytes < 1e6) return unit(Math.max(1, Math.round(bytes / 1e3)), "kilobyte", "short");
  if (bytes < 1e9) return unit(Math.round(bytes / 1e5) / 10, "megabyte", "short");
  return unit(Math.round(bytes / 1e8) / 10, "gigabyte", "short");
}

/** @param {number} value @param {string} name @param {"long" | "short"} [display] */
function unit(value, name, display = "long") {
  return new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: display }).format(value);
}
