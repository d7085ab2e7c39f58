// @ts-check
// Fragmented MP4 (ISO/IEC 14496-12): the later takes' fragments follow the first one's, with their times moved on.

/** @typedef {{type: string, start: number, body: number, end: number}} Box */
/** @typedef {Map<number, {scale: number, duration: number, kind: string, to: number}>} Tracks what `moov` says of each track */

/**
 * @param {Uint8Array<ArrayBuffer>[]} takes
 * @returns {Uint8Array<ArrayBuffer>[]}
 */
export function joinMp4(takes) {
  const parts = [];
  const first = readTracks(takes[0]);
  let offset = 0; // seconds
  let written = 0;
  for (const [index, take] of takes.entries()) {
    const tracks = readTracks(take);
    for (const track of tracks.values()) track.to = numberOf(first, track.kind);
    let end = 0;
    for (const box of boxes(take, 0, take.length)) {
      const wanted = box.type === "moof" || box.type === "mdat" || (index === 0 && box.type !== "mfra");
      if (!wanted) continue;
      const copy = take.slice(box.start, box.end);
      if (box.type === "moof") end = Math.max(end, moved(copy, tracks, offset, written - box.start));
      parts.push(copy);
      written += copy.length;
    }
    offset += end;
  }
  return parts;
}

/** Whichever track came first in a take got the lower number. @param {Tracks} tracks @param {string} kind */
function numberOf(tracks, kind) {
  return [...tracks].find(([, track]) => track.kind === kind)?.[0] ?? 0;
}

/** @param {Uint8Array} file */
function view(file) {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}

/** @param {Uint8Array} file @param {number} from @param {number} limit @returns {Generator<Box>} */
function* boxes(file, from, limit) {
  const data = view(file);
  for (let at = from; at + 8 <= limit; ) {
    let size = data.getUint32(at);
    let head = 8;
    if (size === 1) {
      size = Number(data.getBigUint64(at + 8));
      head = 16;
    }
    const end = size === 0 ? limit : Math.min(at + size, limit);
    yield { type: String.fromCharCode(...file.subarray(at + 4, at + 8)), start: at, body: at + head, end };
    if (end <= at) return;
    at = end;
  }
}

/** @param {Uint8Array} file @param {Box} within @param {string[]} path @returns {Generator<Box>} */
function* inside(file, within, ...path) {
  for (const box of boxes(file, within.body, within.end)) {
    if (box.type !== path[0]) continue;
    if (path.length === 1) yield box;
    else yield* inside(file, box, ...path.slice(1));
  }
}

/** @param {Uint8Array} file @returns {Tracks} */
function readTracks(file) {
  const data = view(file);
  /** @type {Tracks} */
  const tracks = new Map();
  for (const moov of boxes(file, 0, file.length)) {
    if (moov.type !== "moov") continue;
    for (const trak of inside(file, moov, "trak")) {
      const [tkhd] = inside(file, trak, "tkhd");
      const [mdhd] = inside(file, trak, "mdia", "mdhd");
      const [hdlr] = inside(file, trak, "mdia", "hdlr");
      const kind = String.fromCharCode(...file.subarray(hdlr.body + 8, hdlr.body + 12));
      const id = data.getUint32(tkhd.body + (data.getUint8(tkhd.body) === 1 ? 20 : 12));
      const scale = data.getUint32(mdhd.body + (data.getUint8(mdhd.body) === 1 ? 20 : 12));
      tracks.set(id, { scale, duration: 0, kind, to: id });
    }
    for (const trex of inside(file, moov, "mvex", "trex")) {
      const track = tracks.get(data.getUint32(trex.body + 4));
      if (track) track.duration = data.getUint32(trex.body + 12);
    }
  }
  return tracks;
}

/**
 * Moves one fragment's times on; says when, in seconds of its own take, it ends.
 * @param {Uint8Array} moof @param {Tracks} tracks @param {number} offset seconds @param {number} shift bytes
 */
function moved(moof, tracks, offset, shift) {
  const data = view(moof);
  let end = 0;
  const [root] = boxes(moof, 0, moof.length);
  for (const traf of inside(moof, root, "traf")) {
    const [tfhd] = inside(moof, traf, "tfhd");
    const track = tracks.get(data.getUint32(tfhd.body + 4));
    if (!track) continue;
    data.setUint32(tfhd.body + 4, track.to);
    const flags = data.getUint32(tfhd.body) & 0xffffff;
    if (flags & 0x1) data.setBigUint64(tfhd.body + 8, data.getBigUint64(tfhd.body + 8) + BigInt(shift));
    const defaultAt = tfhd.body + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
    const duration = flags & 0x8 ? data.getUint32(defaultAt) : track.duration;
    const [tfdt] = inside(moof, traf, "tfdt");
    const begins = movedStart(data, tfdt, Math.round(offset * track.scale));
    let lasts = 0;
    for (const trun of inside(moof, traf, "trun")) lasts += runLength(data, trun, duration);
    end = Math.max(end, (begins + lasts) / track.scale);
  }
  return end;
}

/** @param {DataView} data @param {Box} tfdt @param {number} add ticks @returns {number} ticks, as they were */
function movedStart(data, tfdt, add) {
  if (data.getUint8(tfdt.body) === 1) {
    const was = data.getBigUint64(tfdt.body + 4);
    data.setBigUint64(tfdt.body + 4, was + BigInt(add));
    return Number(was);
  }
  const was = data.getUint32(tfdt.body + 4);
  data.setUint32(tfdt.body + 4, was + add);
  return was;
}

/** @param {DataView} data @param {Box} trun @param {number} fallback ticks a sample @returns {number} ticks */
function runLength(data, trun, fallback) {
  const flags = data.getUint32(trun.body) & 0xffffff;
  const count = data.getUint32(trun.body + 4);
  if (!(flags & 0x100)) return count * fallback;
  const step = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
  let at = trun.body + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
  let sum = 0;
  for (let i = 0; i < count; i++, at += step) sum += data.getUint32(at);
  return sum;
}
