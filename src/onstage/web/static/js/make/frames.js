// @ts-check
// Pictures out of a video that this browser can play.

/** @param {string} url @returns {Promise<HTMLVideoElement>} ready to be asked for pictures; rejects when it can't be played here */
export function openVideo(url) {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  return new Promise((resolve, reject) => {
    video.onloadeddata = () => resolve(video);
    video.onerror = () => reject(new Error("not playable here"));
    video.src = url;
  });
}

/** Seconds; recordings have no length written in them until they were played to the end. @param {HTMLVideoElement} video */
export async function lengthOf(video) {
  if (Number.isFinite(video.duration)) return video.duration;
  video.currentTime = 1e7;
  await new Promise((resolve) => video.addEventListener("timeupdate", resolve, { once: true }));
  const length = video.currentTime;
  video.currentTime = 0;
  return length;
}

/** @param {HTMLVideoElement} video @param {number} at seconds @param {HTMLCanvasElement} canvas filled, cropped to its middle */
export async function draw(video, at, canvas) {
  if (Math.abs(video.currentTime - at) > 0.01) {
    const there = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
    video.currentTime = at;
    await there;
  }
  const scale = Math.max(canvas.width / video.videoWidth, canvas.height / video.videoHeight);
  const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
  const context = canvas.getContext("2d");
  context?.drawImage(video, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
}

const FRAMES = 8;

/** Pictures from the beginning to the end, side by side. @param {HTMLVideoElement} video @param {number} length seconds @param {HTMLElement} into */
export async function strip(video, length, into) {
  const frames = Array.from({ length: FRAMES }, () => Object.assign(document.createElement("canvas"), { width: 90, height: 160 }));
  into.replaceChildren(...frames);
  for (const [index, canvas] of frames.entries()) await draw(video, (length * (index + 0.5)) / FRAMES, canvas);
}
