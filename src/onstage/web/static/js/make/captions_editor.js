// @ts-check
// <captions-editor>: words along the time of a clip. What it makes is the WebVTT in the form's text field, so that
// without it the form works as it is.

/** @typedef {{ start: number, end: number, words: string }} Cue in seconds */

const TIMES = /^\s*(?:(\d+):)?(\d+):(\d\d)[.,](\d{3})\s*-->\s*(?:(\d+):)?(\d+):(\d\d)[.,](\d{3})/;
const NEW_SECONDS = 2;
const LEAST = 0.2;

/** @param {string} text @returns {Cue[]} */
export function read(text) {
  const found = [];
  for (const block of text.replaceAll("\r\n", "\n").split(/\n\s*\n/)) {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => TIMES.test(line));
    const match = at < 0 ? null : TIMES.exec(lines[at] ?? "");
    if (!match) continue;
    const [h1, m1, s1, t1, h2, m2, s2, t2] = match.slice(1).map((part) => Number(part || 0));
    const words = plain(lines.slice(at + 1).join("\n").trim());
    found.push({ start: seconds(h1, m1, s1, t1), end: seconds(h2, m2, s2, t2), words });
  }
  return found;
}

/** @param {(number | undefined)[]} parts */
function seconds(...parts) {
  const [hours = 0, minutes = 0, whole = 0, thousandths = 0] = parts;
  return hours * 3600 + minutes * 60 + whole + thousandths / 1000;
}

/** @param {string} words */
function plain(words) {
  return words.replace(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** @param {Cue[]} cues */
export function write(cues) {
  const blocks = cues.filter((cue) => cue.words.trim()).map((cue) => {
    const words = cue.words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    return `${clock(cue.start)} --> ${clock(cue.end)}\n${words.replace(/\n\s*\n/g, "\n").trim()}`;
  });
  return `WEBVTT\n\n${blocks.join("\n\n")}\n`;
}

/** @param {number} at */
function clock(at) {
  const whole = Math.max(0, Math.round(at * 1000));
  /** @param {number} value @param {number} size */
  const two = (value, size = 2) => String(value).padStart(size, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60, whole % 60_000];
  return `${two(hours)}:${two(minutes)}:${two(Math.floor(rest / 1000))}.${two(rest % 1000, 3)}`;
}

export class CaptionsEditor extends HTMLElement {
  /** @type {Cue[]} */
  cues = [];
  /** @type {Cue | null} */
  chosen = null;

  connectedCallback() {
    this.video = /** @type {HTMLVideoElement} */ (this.querySelector("[data-video]"));
    this.text = /** @type {HTMLTextAreaElement} */ (this.querySelector("[data-text]"));
    this.line = /** @type {HTMLElement} */ (this.querySelector("[data-line]"));
    this.list = /** @type {HTMLElement} */ (this.querySelector("[data-list]"));
    this.length = Number(this.dataset.seconds) || 1;
    /** @type {HTMLDetailsElement} */ (this.querySelector("[data-raw]")).open = false;
    this.cues = read(this.text.value);
    this.text.addEventListener("change", () => this.take(read(this.text?.value ?? "")));
    this.querySelector("[data-add]")?.addEventListener("click", () => this.add());
    this.video.addEventListener("timeupdate", () => this.follow());
    this.line.addEventListener("pointerdown", (event) => this.press(event));
    this.draw();
  }

  /** @param {Cue[]} cues */
  take(cues) {
    this.cues = cues;
    this.chosen = null;
    this.draw();
  }

  add() {
    const start = Math.min(this.video?.currentTime ?? 0, Math.max(0, this.length - LEAST));
    const cue = { start, end: Math.min(this.length, start + NEW_SECONDS), words: "" };
    this.cues.push(cue);
    this.chosen = cue;
    this.draw();
    this.list?.querySelector("li[data-chosen] textarea")?.dispatchEvent(new Event("focus"));
    /** @type {HTMLTextAreaElement | null} */ (this.list?.querySelector("li[data-chosen] textarea"))?.focus();
  }

  draw() {
    this.cues.sort((one, other) => one.start - other.start || one.end - other.end);
    this.list?.replaceChildren(...this.cues.map((cue) => this.row(cue)));
    this.mark();
    this.keep();
  }

  keep() {
    if (this.text) this.text.value = this.cues.some((cue) => cue.words.trim()) ? write(this.cues) : "";
  }

  mark() {
    for (const part of this.line?.querySelectorAll(".captions-part") ?? []) part.remove();
    for (const cue of this.cues) {
      const part = document.createElement("button");
      part.type = "button";
      part.className = "captions-part";
      part.style.left = `${(cue.start / this.length) * 100}%`;
      part.style.width = `${((cue.end - cue.start) / this.length) * 100}%`;
      part.setAttribute("aria-label", `${clock(cue.start)} ${cue.words}`);
      part.setAttribute("aria-current", String(cue === this.chosen));
      part.addEventListener("pointerdown", (event) => this.drag(event, cue));
      part.addEventListener("click", () => this.choose(cue));
      this.line?.append(part);
    }
  }

  /** @param {Cue} cue */
  choose(cue) {
    this.chosen = cue;
    if (this.video) this.video.currentTime = cue.start + 0.001;
    this.draw();
    this.list?.querySelector("li[data-chosen]")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.target !== this.line || !this.video || !this.line) return;
    const box = this.line.getBoundingClientRect();
    this.video.currentTime = ((event.clientX - box.left) / box.width) * this.length;
  }

  /** @param {PointerEvent} event @param {Cue} cue */
  drag(event, cue) {
    const line = this.line;
    if (!line) return;
    const from = event.clientX;
    const { start, end } = cue;
    const moving = new AbortController();
    /** @param {PointerEvent} moved */
    const move = (moved) => {
      const by = ((moved.clientX - from) / line.getBoundingClientRect().width) * this.length;
      cue.start = Math.min(Math.max(0, start + by), this.length - (end - start));
      cue.end = cue.start + end - start;
      this.mark();
    };
    addEventListener("pointermove", move, { signal: moving.signal });
    addEventListener("pointerup", () => (moving.abort(), this.draw()), { once: true });
  }

  follow() {
    const at = this.video?.currentTime ?? 0;
    const head = /** @type {HTMLElement} */ (this.querySelector("[data-head]"));
    head.style.left = `${(at / this.length) * 100}%`;
    const spoken = this.cues.filter((cue) => cue.start <= at && at < cue.end).map((cue) => cue.words);
    /** @type {HTMLElement} */ (this.querySelector("[data-now]")).textContent = spoken.join("\n");
  }

  /** @param {Cue} cue */
  row(cue) {
    const row = document.createElement("li");
    row.toggleAttribute("data-chosen", cue === this.chosen);
    const words = document.createElement("textarea");
    words.className = "input";
    words.rows = 2;
    words.dir = "auto";
    words.value = cue.words;
    words.setAttribute("aria-label", this.dataset.wordsText ?? "");
    words.addEventListener("input", () => {
      cue.words = words.value;
      this.keep();
      this.follow();
    });
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "button small plain";
    remove.textContent = this.dataset.wordsRemove ?? "";
    remove.addEventListener("click", () => this.take(this.cues.filter((each) => each !== cue)));
    row.append(this.time(cue, "start"), this.time(cue, "end"), remove, words);
    return row;
  }

  /** @param {Cue} cue @param {"start" | "end"} which */
  time(cue, which) {
    const label = document.createElement("label");
    label.className = "captions-time";
    const name = document.createElement("span");
    name.textContent = (which === "start" ? this.dataset.wordsStart : this.dataset.wordsEnd) ?? "";
    const input = document.createElement("input");
    input.className = "input";
    input.type = "number";
    input.min = "0";
    input.step = "0.1";
    input.max = String(this.length);
    input.value = cue[which].toFixed(2);
    input.addEventListener("change", () => this.set(cue, which, Number(input.value)));
    const here = document.createElement("button");
    here.type = "button";
    here.className = "button small plain";
    here.textContent = this.dataset.wordsHere ?? "";
    here.addEventListener("click", () => this.set(cue, which, this.video?.currentTime ?? 0));
    label.append(name, input, here);
    return label;
  }

  /** @param {Cue} cue @param {"start" | "end"} which @param {number} at */
  set(cue, which, at) {
    cue[which] = Math.min(Math.max(0, at), this.length);
    if (which === "start") cue.end = Math.max(cue.end, cue.start + LEAST);
    else cue.start = Math.min(cue.start, Math.max(0, cue.end - LEAST));
    this.chosen = cue;
    this.draw();
  }
}

customElements.define("captions-editor", CaptionsEditor);
