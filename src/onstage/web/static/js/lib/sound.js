// @ts-check
// Sound on or off: chosen once, remembered, and muted where the browser demands a tap first.

import { recall, remember } from "./remembered.js";

/** "on" | "off" | null: nothing chosen yet */
let choice = recall("sound");
let refused = false;
/** @type {Set<() => void>} */
const listeners = new Set();

export const sound = {
  /** Whether clips play with sound now. */
  get on() {
    return choice === "on" && !refused;
  },
  /** Whether the large control should ask: nobody has chosen silence, and there is none to hear. */
  get asks() {
    return choice === null || (choice === "on" && refused);
  },
  /** The browser did not let a clip play with sound. */
  refuse() {
    refused = true;
    tell();
  },
  /** @param {boolean} on chosen by the person, in an event that counts as a gesture */
  choose(on) {
    choice = on ? "on" : "off";
    refused = false;
    remember("sound", choice);
    tell();
  },
  /** @param {() => void} listener */
  heed(listener) {
    listeners.add(listener);
  },
};

function tell() {
  for (const listener of listeners) listener();
}
