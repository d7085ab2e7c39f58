// @ts-check
// One clip inside the page of another site: it is fetched, played and counted only once somebody presses play.

import { ClipPlayer } from "./elements/clip-player.js";
import "./lib/beside_video.js";
import { heedKeys } from "./lib/keys.js";
import { sound } from "./lib/sound.js";
import { lend } from "./lib/videos.js";

const article = /** @type {HTMLElement} */ (document.querySelector(".clip"));
const player = /** @type {ClipPlayer} */ (article.querySelector("clip-player"));
const play = /** @type {HTMLButtonElement} */ (article.querySelector(".embed-play"));

play.addEventListener("click", () => {
  play.remove();
  if (sound.asks) sound.choose(true); // who presses play in somebody's page expects to hear it
  lend(player, [player]);
  player.enter();
  article.dispatchEvent(new CustomEvent("clip-on-stage", { bubbles: true, detail: article }));
});

// What nobody sees neither plays nor counts: neither in a tab behind, nor further down in the other page.
const IN_VIEW = 0.3; // of the clip: a phone on its side may have no room for half of it
let inView = true;
const heed = () => {
  if (inView && !document.hidden) return void player.start();
  player.tick();
  player.video?.pause();
};
document.addEventListener("visibilitychange", heed);
new IntersectionObserver(([entry]) => {
  inView = entry.intersectionRatio >= IN_VIEW;
  heed();
}, { threshold: [IN_VIEW] }).observe(article);

heedKeys({
  " ": () => (player.current ? player.toggle() : play.click()),
  m: () => {
    sound.choose(!sound.on);
    void player.start();
  },
});
