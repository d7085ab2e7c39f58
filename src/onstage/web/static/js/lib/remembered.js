// @ts-check
// Small choices that a browser keeps for its person; a browser that keeps nothing is no error.

/** @param {string} name */
export function recall(name) {
  try {
    return localStorage.getItem(`onstage.${name}`);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(`onstage.${name}`, value);
  } catch {
    // private windows and full disks: the choice lasts as long as the page
  }
}
