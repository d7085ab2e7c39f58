// @ts-check
// Tap, double tap, hold, a long press and a swipe to the side on a surface that scrolls up and down. A finger holds at
// either side, where thumbs are, and presses long in the middle; a mouse holds anywhere and has a button for the menu.

const STILL = 12; // px that a finger may wander
const TWICE_IN = 270; // ms between two taps
const HELD_AFTER = 380;
const SWIPE = 80;
const SIDE = 0.3; // of the width

/**
 * @param {HTMLElement} surface
 * @param {{ tap: () => void, twice: (x: number, y: number) => void, hold: (held: boolean) => void, menu: () => void, swipe: () => void }} on
 */
export function listen(surface, on) {
  /** @type {{ x: number, y: number, id: number } | null} */
  let down = null;
  let held = false;
  let holding = 0;
  let single = 0;
  let lastTap = 0;

  const release = () => {
    clearTimeout(holding);
    if (held) on.hold(false);
    held = false;
    down = null;
  };

  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || /** @type {Element} */ (event.target).closest("button, a, input")) return;
    release();
    down = { x: event.clientX, y: event.clientY, id: event.pointerId };
    holding = window.setTimeout(() => {
      if (event.pointerType !== "mouse" && inTheMiddle(surface, event.clientX)) {
        release();
        swallowClick();
        on.menu();
      } else {
        held = true;
        on.hold(true);
      }
    }, HELD_AFTER);
  });

  surface.addEventListener("pointermove", (event) => {
    if (!down || held) return;
    if (Math.hypot(event.clientX - down.x, event.clientY - down.y) > STILL) clearTimeout(holding);
  });

  surface.addEventListener("pointerup", (event) => {
    if (!down || event.pointerId !== down.id) return;
    const across = event.clientX - down.x;
    const along = event.clientY - down.y;
    const wasHeld = held;
    release();
    if (wasHeld) return;
    if (Math.hypot(across, along) <= STILL) tapped(event);
    else if (event.pointerType !== "mouse" && toward(surface, across) > SWIPE && Math.abs(along) < SWIPE / 2) on.swipe();
  });

  surface.addEventListener("pointercancel", release);
  surface.addEventListener("pointerleave", release);
  surface.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    if (/** @type {PointerEvent} */ (event).pointerType === "mouse") on.menu();
  });

  /** @param {PointerEvent} event */
  function tapped(event) {
    clearTimeout(single);
    const box = surface.getBoundingClientRect();
    if (event.timeStamp - lastTap < TWICE_IN) {
      lastTap = event.timeStamp; // a third tap likes again: it only bursts
      on.twice(event.clientX - box.left, event.clientY - box.top);
      return;
    }
    lastTap = event.timeStamp;
    single = window.setTimeout(on.tap, TWICE_IN);
  }
}

/** The finger that opened a menu is lifted above it, and chooses nothing there. */
function swallowClick() {
  const swallow = (/** @type {Event} */ event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", swallow, { capture: true, once: true });
  document.addEventListener("pointerdown", () => document.removeEventListener("click", swallow, true), { capture: true, once: true });
}

/**
 * @param {Element} surface
 * @param {number} x
 */
function inTheMiddle(surface, x) {
  const box = surface.getBoundingClientRect();
  return Math.abs((x - box.left) / box.width - 0.5) < 0.5 - SIDE;
}

/**
 * How far a movement goes against the direction of reading.
 * @param {Element} surface
 * @param {number} across
 */
function toward(surface, across) {
  return surface.closest("[dir='rtl']") ? across : -across;
}
