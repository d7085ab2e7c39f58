// @ts-check
// WebM (Matroska, RFC 9559): the later takes' clusters are moved behind the first one's.

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const CLUSTER = 0x1f43b675;
const TRACK = 0xae;
const TRACK_NUMBER = 0xd7;
const TRACK_TYPE = 0x83;
const DURATION = 0x4489;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const GAP = 33; // milliseconds between the last picture of a take and the first of the next

/**
 * @typedef {{id: number, start: number, body: number, end: number, open: boolean}} Element
 * @typedef {{at: number, blocks: Uint8Array[]}} Cluster
 */

/**
 * @param {Uint8Array<ArrayBuffer>[]} takes
 * @returns {Uint8Array<ArrayBuffer>[]}
 */
export function joinWebm(takes) {
  const joined = [head(takes[0])];
  const first = tracks(takes[0]);
  let offset = 0;
  for (const take of takes) {
    const numbers = new Map([...tracks(take)].map(([kind, number]) => [number, first.get(kind)]));
    let last = 0;
    for (const cluster of clusters(take)) {
      const blocks = cluster.blocks.flatMap((block) => renumbered(block, numbers));
      joined.push(written({ at: cluster.at, blocks }, offset));
      last = Math.max(last, ...blocks.map((block) => cluster.at + relative(block)));
    }
    offset += last + GAP;
  }
  return joined;
}

/** @param {Uint8Array} file @param {number} at @param {number} limit @returns {Element} */
function element(file, at, limit) {
  const idBytes = Math.clz32(file[at]) - 23;
  let id = 0;
  for (let i = 0; i < idBytes; i++) id = id * 256 + file[at + i];
  const sizeAt = at + idBytes;
  const sizeBytes = Math.clz32(file[sizeAt]) - 23;
  let size = file[sizeAt] & (0xff >> sizeBytes);
  let open = size === 0xff >> sizeBytes;
  for (let i = 1; i < sizeBytes; i++) {
    size = size * 256 + file[sizeAt + i];
    open = open && file[sizeAt + i] === 0xff;
  }
  const body = sizeAt + sizeBytes;
  return { id, start: at, body, end: open ? limit : Math.min(body + size, limit), open };
}

/** @param {Uint8Array} file @param {number} from @param {number} limit @returns {Generator<Element>} */
function* children(file, from, limit) {
  for (let at = from; at < limit; ) {
    const found = element(file, at, limit);
    yield found;
    // What has no stated size ends where the next part of the segment begins: go inside and look for it.
    at = found.open ? found.body : found.end;
  }
}

/** Everything before the clusters, without a length that would be wrong. @param {Uint8Array<ArrayBuffer>} file */
function head(file) {
  const kept = [];
  for (const part of children(file, 0, file.length)) {
    if (part.id === EBML) kept.push(file.slice(part.start, part.end));
    if (part.id === SEGMENT) kept.push(new Uint8Array([0x18, 0x53, 0x80, 0x67, 0x01, ...Array(7).fill(0xff)]));
    if (part.id === TRACKS) kept.push(file.slice(part.start, part.end));
    if (part.id === INFO) kept.push(withoutDuration(file, part));
    if (part.id === SEGMENT && !part.open) return concat([...kept, ...inside(file, part)]);
    if (part.id === CLUSTER) break;
  }
  return concat(kept);
}

/** @param {Uint8Array<ArrayBuffer>} file @param {Element} segment */
function inside(file, segment) {
  const kept = [];
  for (const part of children(file, segment.body, segment.end)) {
    if (part.id === INFO) kept.push(withoutDuration(file, part));
    if (part.id === TRACKS) kept.push(file.slice(part.start, part.end));
  }
  return kept;
}

/** @param {Uint8Array<ArrayBuffer>} file @param {Element} info */
function withoutDuration(file, info) {
  const copy = file.slice(info.start, info.end);
  for (const part of children(file, info.body, info.end)) {
    if (part.id !== DURATION) continue;
    const at = part.start - info.start;
    copy[at] = 0xec; // Void, of the same length
    copy[at + 1] = 0x80 | (part.end - part.start - 2);
  }
  return copy;
}

/** The number of each kind of track; whichever came first in a take got the lower one. @param {Uint8Array} file */
function tracks(file) {
  /** @type {Map<number, number>} */
  const numbers = new Map();
  for (const part of parts(file)) {
    if (part.id !== TRACKS) continue;
    for (const track of children(file, part.body, part.end)) {
      if (track.id !== TRACK) continue;
      const values = new Map([...children(file, track.body, track.end)].map((value) => [value.id, file[value.end - 1]]));
      numbers.set(values.get(TRACK_TYPE) ?? 0, values.get(TRACK_NUMBER) ?? 0);
    }
    return numbers;
  }
  return numbers;
}

/**
 * The block under the number that its kind has in the first take; none, if that has no such track.
 * @param {Uint8Array<ArrayBuffer>} block @param {Map<number, number | undefined>} numbers
 */
function renumbered(block, numbers) {
  const at = payload(block);
  const number = numbers.get(block[at] & 0x7f);
  if (number === undefined) return [];
  const copy = block.slice();
  copy[at] = 0x80 | number;
  return [copy];
}

/** @param {Uint8Array<ArrayBuffer>} file @returns {Generator<Cluster>} */
function* clusters(file) {
  /** @type {Cluster | null} */
  let current = null;
  for (const part of parts(file)) {
    if (part.id === CLUSTER) {
      if (current) yield current;
      current = { at: 0, blocks: [] };
    } else if (current && part.id === TIMESTAMP) {
      current.at = file.subarray(part.body, part.end).reduce((sum, byte) => sum * 256 + byte, 0);
    } else if (current && (part.id === SIMPLE_BLOCK || part.id === BLOCK_GROUP)) {
      current.blocks.push(file.subarray(part.start, part.end));
    }
  }
  if (current) yield current;
}

/** The parts of the segment and of its clusters as one row. @param {Uint8Array} file */
function* parts(file) {
  const segment = [...children(file, 0, file.length)].find((part) => part.id === SEGMENT);
  if (!segment) throw new TypeError("This is not a WebM file.");
  for (let at = segment.body; at < segment.end; ) {
    const part = element(file, at, segment.end);
    yield part;
    at = part.id === CLUSTER ? part.body : part.end;
  }
}

/** Where in a block its track's number stands; one byte, as there are two tracks. @param {Uint8Array} block */
function payload(block) {
  const whole = element(block, 0, block.length);
  if (whole.id !== BLOCK_GROUP) return whole.body;
  const inner = [...children(block, whole.body, whole.end)].find((part) => part.id === BLOCK);
  return inner ? inner.body : whole.body;
}

/** When a block is due, in milliseconds after its cluster. @param {Uint8Array} block */
function relative(block) {
  return new DataView(block.buffer, block.byteOffset).getInt16(payload(block) + 1);
}

/** @param {Cluster} cluster @param {number} offset milliseconds */
function written(cluster, offset) {
  const when = number(cluster.at + offset);
  const length = cluster.blocks.reduce((sum, block) => sum + block.length, 2 + when.length);
  const size = number(length);
  size[0] = 0x01;
  return concat([
    new Uint8Array([0x1f, 0x43, 0xb6, 0x75]),
    size,
    new Uint8Array([TIMESTAMP, 0x80 | when.length]),
    when,
    ...cluster.blocks,
  ]);
}

/** Eight bytes, the most significant first. @param {number} value */
function number(value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** @param {Uint8Array[]} pieces @returns {Uint8Array<ArrayBuffer>} */
function concat(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const part of pieces) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
