// @ts-check
// The stage, put together: the feed, what people do with a clip, comments, keys.

import { ClipFeed } from "./elements/clip-feed.js";
import { burst, follow, like, save, share } from "./lib/acts.js";
import { Comments } from "./lib/comments.js";
import { heedKeys, showKeys } from "./lib/keys.js";
import { fullScreen, openMore } from "./lib/more.js";
import "./lib/beside_video.js";
import { closeSheet, openSheet } from "./lib/sheet.js";
import { sound } from "./lib/sound.js";
import { word } from "./lib/words.js";

const feed = /** @type {ClipFeed} */ (document.querySelector("clip-feed"));
const commentsSheet = /** @type {HTMLDialogElement} */ (document.getElementById("comments-sheet"));
const comments = new Comments(commentsSheet);
const beside = matchMedia("(min-width: 1000px)");

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const going = target.closest("[data-go]");
  if (going) return going.getAttribute("data-go") === "first" ? feed.first() : feed.go(Number(going.getAttribute("data-go")));
  if (target.closest(".caption-more")) return unfold(target);
  const article = /** @type {HTMLElement | null} */ (target.closest("article.clip"));
  const act = target.closest("[data-act]")?.getAttribute("data-act");
  if (!article || !act || event.ctrlKey || event.metaKey) return;
  if (act === "comments") event.preventDefault();
  acts[act]?.(article);
});

/** @type {Record<string, (article: HTMLElement) => unknown>} */
const acts = { like, save, follow, share, more: openMore, comments: showComments };

/** @param {Element} target */
function unfold(target) {
  const button = /** @type {HTMLElement} */ (target.closest(".caption-more"));
  const open = Boolean(button.parentElement?.classList.toggle("is-open"));
  button.setAttribute("aria-expanded", String(open));
  button.textContent = word(open ? "fold" : "unfold");
}

feed.addEventListener("clip-liked-twice", (event) => {
  const { x, y } = /** @type {CustomEvent} */ (event).detail;
  const stage = /** @type {HTMLElement} */ (event.target);
  const article = /** @type {HTMLElement} */ (stage.closest("article"));
  like(article, true);
  if (document.documentElement.hasAttribute("data-signed-in")) burst(stage, x, y);
});

feed.addEventListener("clip-pressed", (event) => {
  const stage = /** @type {HTMLElement} */ (event.target);
  openMore(/** @type {HTMLElement} */ (stage.closest("article")));
});

/** @param {HTMLElement} article */
function showComments(article) {
  void comments.show(article);
  if (!commentsSheet.open) void openComments();
}

async function openComments() {
  document.documentElement.classList.add("has-comments");
  await openSheet(commentsSheet, { modal: !beside.matches });
  document.documentElement.classList.remove("has-comments");
}

function toggleComments() {
  if (commentsSheet.open) closeSheet(commentsSheet);
  else if (feed.current?.matches(".clip")) showComments(feed.current);
}

feed.addEventListener("clip-on-stage", () => {
  const article = feed.current?.matches(".clip") ? feed.current : null;
  if (commentsSheet.open && article) void comments.show(article);
  showArrows();
});
feed.addEventListener("clip-withheld", (event) => {
  const slug = /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest("article")).dataset.slug;
  if (comments.slug !== slug) return;
  comments.forget();
  if (commentsSheet.open) closeSheet(commentsSheet);
});
feed.addEventListener("feed-grew", showArrows);

function showArrows() {
  for (const arrow of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".watch-arrows [data-go]"))) {
    arrow.disabled = !feed.beside(Number(arrow.dataset.go));
  }
}

/** @param {(article: HTMLElement) => unknown} does */
function onStage(does) {
  if (feed.current?.matches(".clip")) does(feed.current);
}

const next = () => feed.go(1);
const previous = () => feed.go(-1);
heedKeys({
  ArrowDown: next,
  PageDown: next,
  j: next,
  ArrowUp: previous,
  PageUp: previous,
  k: previous,
  " ": () => feed.player?.toggle(),
  m: () => {
    sound.choose(!sound.on);
    void feed.player?.start();
  },
  l: () => onStage((article) => like(article)),
  s: () => onStage(save),
  c: toggleComments,
  f: () => void fullScreen(),
  "?": showKeys,
});

// The page of one clip comes with its comments: beside the stage where there is room, on demand on a phone.
if (commentsSheet.open) {
  if (beside.matches) void openComments();
  else {
    commentsSheet.removeAttribute("open");
    document.documentElement.classList.remove("has-comments");
    if (location.hash === "#comments") void openComments();
  }
}
