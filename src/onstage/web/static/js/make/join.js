// @ts-check
// Several takes of one recorder become one file, without encoding anything again.

import { joinMp4 } from "./join_mp4.js";
import { joinWebm } from "./join_webm.js";

/**
 * @param {Blob[]} takes in order, all from recorders with the same settings
 * @returns {Promise<Blob>} one file that plays them one after the other
 */
export async function join(takes) {
  if (takes.length === 1) return takes[0];
  const files = await Promise.all(takes.map(async (take) => new Uint8Array(await take.arrayBuffer())));
  const parts = takes[0].type.startsWith("video/mp4") ? joinMp4(files) : joinWebm(files);
  return new Blob(parts, { type: takes[0].type });
}
