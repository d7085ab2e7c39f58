// @ts-check
// <clip-feed>: one clip a screen, the next ones fetched as fragments, three of them alive.

import { fragment } from "../lib/api.js";
import { keepPlace, recallPlace } from "../lib/place.js";
import { bandwidth } from "../lib/quality.js";
import { toast } from "../lib/toast.js";
import { lend } from "../lib/videos.js";
import { word } from "../lib/words.js";
import { ClipPlayer } from "./clip-player.js";

const AHEAD = 5; // articles left when the next page is fetched
const WARM_BYTES = 400_000;
const WARM_FROM = 2_000_000; // bits a second: below, the clip on stage needs all of it
const SKIPS_AFTER = 1800;
const WHEEL_RESTS = 420;
const RESTS = 240; // ms without movement

export class ClipFeed extends HTMLElement {
  /** @type {HTMLElement | null} */
  current = null;
  /** @type {HTMLElement | null} where the feed is moving to */
  aim = null;
  /** @type {string | null} where the next page begins; null: there is none */
  next = null;
  loading = false;
  most = 30; // articles kept in the page
  fingers = 0;
  resting = 0;
  wheelAt = 0;
  /** @type {Set<string>} slugs that were in this feed already */
  known = new Set();
  /** @type {Set<string>} handles that were muted or blocked here; a page that was already on its way may hold them */
  silenced = new Set();
  /** @type {AbortController | null} */
  warming = null;

  connectedCallback() {
    this.next = takeCursor(this);
    const place = recallPlace();
    if (place) this.resume(place);
    this.watcher = new IntersectionObserver((entries) => this.seen(entries), { root: this, threshold: [0.6] });
    this.adopt([...this.querySelectorAll(".clip")]);
    for (const state of this.querySelectorAll(".feed-state")) this.watcher.observe(state);
    this.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.addEventListener("scroll", () => this.stir(), { passive: true });
    for (const kind of ["touchstart", "touchend", "touchcancel"]) {
      this.addEventListener(kind, (event) => this.touched(/** @type {TouchEvent} */ (event)), { passive: true });
    }
    this.addEventListener("pointerdown", () => (this.aim = null));
    this.addEventListener("clip-ready", (event) => event.target === this.player && this.prepare());
    this.addEventListener("clip-failed", (event) => this.skip(/** @type {ClipPlayer} */ (event.target)));
    this.addEventListener("clip-swiped", () => this.openAccount());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.rest() : this.wake()));
    addEventListener("online", () => this.wake());
    addEventListener("pagehide", () => keepPlace(this.articles, this.current, this.next));
    if (this.querySelector(".clip")) void this.fill();
  }

  /** @param {import("../lib/place.js").Place} place */
  resume(place) {
    this.innerHTML = place.html;
    this.next = place.next;
    const current = this.querySelector(`.clip[data-slug="${CSS.escape(place.current)}"]`);
    if (current instanceof HTMLElement) this.scrollTop = current.offsetTop;
  }

  get articles() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll(":scope > .clip")]);
  }

  get stops() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll(":scope > :is(.clip, .feed-state)")]);
  }

  /** @returns {ClipPlayer | null} */
  get player() {
    return playerOf(this.current);
  }

  /** @param {Element[]} articles new in the feed */
  adopt(articles) {
    let place = Number(this.articles.at(-1 - articles.length)?.getAttribute("aria-posinset") || 0);
    for (const article of articles) {
      const slug = article.getAttribute("data-slug") || "";
      if (this.known.has(slug)) {
        article.remove();
        continue;
      }
      this.known.add(slug);
      place += 1;
      article.setAttribute("aria-posinset", String(place));
      measureCaption(article);
      this.watcher?.observe(article);
    }
  }

  /** @param {IntersectionObserverEntry[]} entries */
  seen(entries) {
    const shown = entries.filter((entry) => entry.isIntersecting && entry.intersectionRatio >= 0.6).at(-1);
    if (shown?.target === this.aim) this.aim = null;
    if (!shown || shown.target === this.current) return;
    this.player?.leave();
    this.current = /** @type {HTMLElement} */ (shown.target);
    const player = this.player;
    if (player) {
      lend(player, this.keep());
      player.enter();
      if (player.failed) player.again();
      if (player.video && player.video.readyState >= HTMLMediaElement.HAVE_ENOUGH_DATA) this.prepare();
    }
    this.dispatchEvent(new CustomEvent("clip-on-stage", { bubbles: true, detail: this.current }));
    void this.fill();
  }

  /** The players whose videos stay: the one on stage and its neighbours. */
  keep() {
    const players = [this.player, playerOf(this.beside(1)), playerOf(this.beside(-1))];
    return players.filter((player) => player instanceof ClipPlayer);
  }

  /**
   * @param {number} step
   * @param {HTMLElement | null} [from]
   */
  beside(step, from = this.current) {
    const stops = this.stops;
    const at = from ? stops.indexOf(from) : -1;
    return at < 0 ? null : (stops[at + step] ?? null);
  }

  /** The next clip gets its video now, and the one after it its first bytes. */
  prepare() {
    const next = playerOf(this.beside(1));
    if (next) lend(next, this.keep());
    const after = playerOf(this.beside(2));
    if (!after || bandwidth() < WARM_FROM || after.article.dataset.audience !== "public") return;
    const url = after.best;
    if (!url || after.dataset.warm === url) return;
    after.dataset.warm = url;
    this.warming?.abort();
    this.warming = new AbortController();
    /** @type {RequestInit} */
    const options = { headers: { Range: `bytes=0-${WARM_BYTES}` }, signal: this.warming.signal, priority: "low" };
    fetch(url, options).then((answer) => answer.arrayBuffer()).catch(() => undefined);
  }

  /** Steps add up while the feed still moves. @param {number} step */
  go(step) {
    const target = this.beside(step, this.aim ?? this.current);
    if (target) this.show(target);
  }

  first() {
    const first = this.stops[0];
    if (first) this.show(first);
  }

  /** @param {HTMLElement} target */
  show(target) {
    this.aim = target;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scrollTo({ top: target.offsetTop, behavior: still ? "instant" : "smooth" });
  }

  /** A wheel moves by one clip, however far it turns. @param {WheelEvent} event */
  wheel(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || target.closest(".caption.is-open")) return;
    event.preventDefault();
    const fresh = event.timeStamp - this.wheelAt > WHEEL_RESTS;
    if (Math.abs(event.deltaY) < 4 || !fresh) return;
    this.wheelAt = event.timeStamp;
    this.go(event.deltaY > 0 ? 1 : -1);
  }

  async fill() {
    const stops = this.stops;
    const left = this.current ? stops.length - 1 - stops.indexOf(this.current) : stops.length;
    if (this.loading || left > AHEAD || this.querySelector(".is-broken")) return;
    if (this.next === null) return this.end();
    this.loading = true;
    this.setAttribute("aria-busy", "true");
    try {
      const page = await fragment(this.address());
      this.next = takeCursor(page);
      const all = /** @type {HTMLElement[]} */ ([...page.querySelectorAll(".clip")]);
      const fresh = all.filter((article) => !this.silenced.has(article.dataset.handle || ""));
      this.append(...fresh);
      this.adopt(fresh);
      this.stir();
    } catch {
      this.broken();
    } finally {
      this.loading = false;
      this.setAttribute("aria-busy", "false");
    }
    if (this.next === null) this.end();
    else void this.fill(); // a page may hold little that is new here
    this.dispatchEvent(new CustomEvent("feed-grew"));
    if (this.player?.video?.readyState === HTMLMediaElement.HAVE_ENOUGH_DATA) this.prepare();
  }

  address() {
    const address = new URL(this.dataset.source || "", location.href);
    if (this.next) address.searchParams.set("cursor", this.next);
    return address.pathname + address.search;
  }

  end() {
    if (this.querySelector(".feed-state")) return;
    const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("feed-end"));
    if (!template) return;
    this.append(template.content.cloneNode(true));
    this.watcher?.observe(/** @type {Element} */ (this.lastElementChild));
  }

  /** The next page could not be had: say so where it would stand, and try again. */
  broken() {
    if (this.querySelector(".feed-state")) return;
    const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("feed-broken"));
    if (!template) return;
    this.append(template.content.cloneNode(true));
    const state = /** @type {HTMLElement} */ (this.lastElementChild);
    state.querySelector("button")?.addEventListener("click", () => this.wake());
    this.watcher?.observe(state);
  }

  /** @param {TouchEvent} event */
  touched(event) {
    this.fingers = event.touches.length;
    this.stir();
  }

  /** Something moves; what has to wait for rest waits longer. */
  stir() {
    clearTimeout(this.resting);
    this.resting = window.setTimeout(() => this.trim(), RESTS);
  }

  /**
   * Old articles go, so that an evening of swiping does not fill the memory. Only at rest: what a finger or an animation
   * moves would be led to another clip.
   */
  trim() {
    const { current, articles } = this;
    if (!current || this.fingers || this.aim || Math.abs(this.scrollTop - current.offsetTop) > 1) return;
    const gone = articles.slice(0, Math.max(0, Math.min(articles.length - this.most, this.stops.indexOf(current) - 3)));
    if (!gone.length) return;
    for (const article of gone) {
      playerOf(article)?.giveBack();
      article.remove();
    }
    this.scrollTo({ top: current.offsetTop, behavior: "instant" });
  }

  /** @param {ClipPlayer} player */
  skip(player) {
    if (player !== this.player || !navigator.onLine) return;
    const article = this.current;
    setTimeout(() => {
      if (this.current !== article || !player.failed || !this.beside(1)) return;
      toast(word("clip-skipped"));
      this.go(1);
    }, SKIPS_AFTER);
  }

  /** Clips leave the feed: nobody wants this one, or their account was muted or blocked. @param {HTMLElement[]} going */
  without(going) {
    const stays = this.stops.find((stop) => !going.includes(stop) && (!this.current || this.after(stop)));
    for (const article of going) {
      const player = playerOf(article);
      player?.leave();
      player?.giveBack();
      article.remove();
    }
    if (stays) this.scrollTo({ top: stays.offsetTop, behavior: "instant" });
    void this.fill();
  }

  /** @param {Node} stop */
  after(stop) {
    return Boolean(this.current && this.current.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING);
  }

  /** Nothing of this account is here any more, nor comes. @param {string} handle */
  silence(handle) {
    this.silenced.add(handle);
    this.without(this.articles.filter((article) => article.dataset.handle === handle));
  }

  rest() {
    this.player?.tick();
    this.player?.video?.pause();
  }

  wake() {
    const player = this.player;
    if (player?.failed) player.again();
    else void player?.start();
    const broken = this.querySelector(".feed-state.is-broken");
    if (!broken) return;
    const waited = this.current === broken;
    broken.remove();
    void this.fill().then(() => waited && this.stops.at(-1) && this.show(/** @type {HTMLElement} */ (this.stops.at(-1))));
  }

  openAccount() {
    const account = this.current?.querySelector(".clip-by a");
    if (account instanceof HTMLAnchorElement) location.assign(account.href);
  }
}

/**
 * The player inside a stop of the feed.
 * @param {Element | null} stop
 * @returns {ClipPlayer | null}
 */
export function playerOf(stop) {
  const player = stop?.querySelector("clip-player");
  return player instanceof ClipPlayer ? player : null;
}

/** @param {ParentNode} place */
function takeCursor(place) {
  const template = place.querySelector("template[data-next]");
  template?.remove();
  return template ? template.getAttribute("data-next") : null;
}

/** Show "more" where two lines do not hold the caption. @param {Element} article */
function measureCaption(article) {
  const words = article.querySelector(".caption p");
  const button = article.querySelector(".caption-more");
  if (words && button instanceof HTMLElement) button.hidden = words.scrollHeight <= words.clientHeight + 2;
}

customElements.define("clip-feed", ClipFeed);
