// @ts-check
// Files that this browser keeps until the server has them: recorded takes, and what is being uploaded.

const DATABASE = "onstage-make";
const LARGEST = 600e6; // a browser may not give more; larger files are picked again after a reload

/** @typedef {{blob: Blob, seconds: number}} Take */

/** @returns {Promise<IDBObjectStore>} @param {IDBTransactionMode} mode */
function store(mode) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("files");
    opening.onsuccess = () => resolve(opening.result.transaction("files", mode).objectStore("files"));
    opening.onerror = () => reject(opening.error);
  });
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Keeping is a kindness: a browser that keeps nothing (private windows, a full disk) still uploads. */
async function kindly(/** @type {() => Promise<any>} */ act) {
  try {
    return await act();
  } catch {
    return undefined;
  }
}

/** @param {string} slug @param {File} file */
export function keepFile(slug, file) {
  if (file.size > LARGEST) return Promise.resolve();
  return kindly(async () => done((await store("readwrite")).put(file, `clip ${slug}`)));
}

/** @param {string} slug @returns {Promise<File | undefined>} */
export function keptFile(slug) {
  return kindly(async () => done((await store("readonly")).get(`clip ${slug}`)));
}

/** @param {string} slug */
export function dropFile(slug) {
  return kindly(async () => done((await store("readwrite")).delete(`clip ${slug}`)));
}

/** @param {Take[]} takes of a recording that has not become a clip yet; none: forget them */
export function keepTakes(takes) {
  return kindly(async () => {
    const files = await store("readwrite");
    return done(takes.length ? files.put(takes, "takes") : files.delete("takes"));
  });
}

/** @returns {Promise<Take[]>} */
export async function keptTakes() {
  return (await kindly(async () => done((await store("readonly")).get("takes")))) ?? [];
}
