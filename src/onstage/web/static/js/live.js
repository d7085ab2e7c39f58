// @ts-check
// What the server tells as it happens. Only the tab in front listens, so that each browser has one stream.

import { showCount } from "./lib/acts.js";
import { api } from "./lib/api.js";

/** @type {EventSource | null} */
let stream = null;

/** The clips whose numbers stay right while they are looked at: those of a page that is about one. */
const clips = [...document.querySelectorAll("[data-live]")].map((each) => each.getAttribute("data-live") || "");
const wanted = clips.length > 0 || document.documentElement.hasAttribute("data-signed-in");

function listen() {
  if (stream || document.hidden || !wanted) return;
  const asked = new URLSearchParams(clips.map((slug) => ["clip", slug]));
  stream = new EventSource(`/api/v1/events?${asked}`);
  stream.addEventListener("counts", (event) => showNumbers(JSON.parse(event.data)));
  stream.addEventListener("withheld", (event) => withhold(JSON.parse(event.data).slug));
  for (const name of ["progress", "gone", "unread"]) {
    stream.addEventListener(name, (event) =>
      document.dispatchEvent(new CustomEvent(`live-${name}`, { detail: JSON.parse(event.data) })),
    );
  }
}

function rest() {
  stream?.close();
  stream = null;
}

/** @param {string} slug of a clip that is open here and no longer shown */
function withhold(slug) {
  const player = document.querySelector(`.clip[data-slug="${CSS.escape(slug)}"] clip-player`);
  /** @type {any} */ (player)?.withhold?.();
}

/** @param {{ slug: string, views: number | null, likes: number | null, comments: number }} numbers */
function showNumbers(numbers) {
  const article = document.querySelector(`.clip[data-slug="${CSS.escape(numbers.slug)}"]`);
  if (!article) return;
  const places = { ".clip-views .count": numbers.views, "[data-act=like] .count": numbers.likes };
  for (const [place, number] of Object.entries({ ...places, "[data-act=comments] .count": numbers.comments })) {
    if (number !== null) showCount(article.querySelector(place), number);
  }
}

document.addEventListener("live-unread", (event) => {
  const { count } = /** @type {CustomEvent} */ (event).detail;
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-unread]"))) {
    place.hidden = !count;
    place.textContent = count > 99 ? "99+" : String(count);
  }
});
const until = document.querySelector("[data-inbox]")?.getAttribute("data-inbox"); // what comes after that is still new
if (until) api("PUT", `/me/inbox/read?until=${until}`).catch(() => undefined);

document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
addEventListener("pagehide", rest);
addEventListener("pageshow", listen);
