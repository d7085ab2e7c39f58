// @ts-check
// The camera and the microphone as one steady picture of 720 x 1280 and one steady sound, whatever is switched on the way.

const WIDTH = 720;
const HEIGHT = 1280;
const KINDS = [
  "video/mp4;codecs=avc1.64003E,mp4a.40.2", // goes out as it is, without being encoded again
  "video/mp4;codecs=avc1.42E01F,mp4a.40.2",
  "video/webm;codecs=vp8,opus", // cheaper to make than VP9, so that no picture is missed
  "video/webm;codecs=vp9,opus",
  "video/mp4",
  "video/webm",
];

/** Whether this page may record: a secure address, a camera to ask for, and a recorder. */
export function canRecord() {
  return Boolean(
    window.isSecureContext && navigator.mediaDevices?.getUserMedia && window.MediaRecorder && kind() && HTMLCanvasElement.prototype.captureStream,
  );
}

function kind() {
  return KINDS.find((name) => MediaRecorder.isTypeSupported(name)) ?? "";
}

export class Camera {
  constructor() {
    this.facing = "user";
    this.sound = true;
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.canvas = document.createElement("canvas");
    this.canvas.width = WIDTH;
    this.canvas.height = HEIGHT;
    /** @type {MediaStream | null} */
    this._stream = null;
    /** @type {MediaRecorder | null} */
    this._recorder = null;
    this._running = false;
  }

  /** Ask for camera and microphone, and begin to draw; raises a DOMException when the person or the browser says no. */
  async open() {
    this._stream = await ask(this.facing);
    this.video.srcObject = this._stream;
    await this.video.play();
    this._listen();
    if (!this._running) {
      this._running = true;
      this._draw();
    }
  }

  /** The other camera, from the next picture on. */
  async flip() {
    this.facing = this.facing === "user" ? "environment" : "user";
    this._release();
    await this.open();
  }

  /** @param {boolean} on */
  setSound(on) {
    this.sound = on;
    if (this._gain) this._gain.gain.value = on ? 1 : 0;
  }

  /** Browsers let sound run only once a person has touched the page. */
  async wake() {
    if (this._audio?.state === "suspended") await this._audio.resume();
  }

  /** Whether there is a second camera to flip to. */
  async hasTwo() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput").length > 1;
  }

  /** Begin a take. A sound that does not run would keep the pictures waiting, so it is left out of all takes then. */
  record() {
    const stream = this.canvas.captureStream(30);
    this._sounds ??= this._audio?.state === "running";
    if (this._out && this._sounds) stream.addTrack(this._out.stream.getAudioTracks()[0]);
    this._recorder = new MediaRecorder(stream, { mimeType: kind(), videoBitsPerSecond: 6e6, audioBitsPerSecond: 128e3 });
    /** @type {Blob[]} */
    this._pieces = [];
    this._recorder.ondataavailable = (event) => this._pieces?.push(event.data);
    this._recorder.start();
  }

  /** End the take. @returns {Promise<Blob>} */
  stop() {
    const recorder = this._recorder;
    return new Promise((resolve) => {
      if (!recorder) return;
      recorder.onstop = () => resolve(new Blob(this._pieces, { type: recorder.mimeType.split(";")[0] }));
      recorder.stop();
    });
  }

  close() {
    this._running = false;
    this._release();
    this._audio?.close();
    this._audio = undefined;
  }

  _release() {
    for (const track of this._stream?.getTracks() ?? []) track.stop();
    this._source?.disconnect();
    this._stream = null;
  }

  /** The sound goes through one mixer, so that cameras can change and the sound can be off without ending a take. */
  _listen() {
    const stream = /** @type {MediaStream} */ (this._stream);
    if (!this._audio) {
      this._audio = new AudioContext();
      this._gain = this._audio.createGain();
      this._out = this._audio.createMediaStreamDestination();
      this._gain.connect(this._out);
      this._keepRunning(this._audio, this._out);
      this.setSound(this.sound);
    }
    if (!stream.getAudioTracks().length) return;
    this._source = this._audio.createMediaStreamSource(stream);
    this._source.connect(/** @type {GainNode} */ (this._gain));
  }

  /** A recorder waits for a sound that has no source at all: silence is one. @param {AudioContext} audio @param {AudioNode} out */
  _keepRunning(audio, out) {
    const silence = audio.createConstantSource();
    silence.offset.value = 0;
    silence.connect(out);
    silence.start();
  }

  _draw() {
    if (!this._running) return;
    const { video, canvas } = this;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    if (video.videoWidth) {
      const scale = Math.max(WIDTH / video.videoWidth, HEIGHT / video.videoHeight);
      const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
      context.drawImage(video, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height);
    }
    requestAnimationFrame(() => this._draw());
  }
}

/** @param {string} facing @returns {Promise<MediaStream>} without sound where there is no microphone */
async function ask(facing) {
  const video = { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 1280 }, frameRate: { ideal: 30 } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio: { echoCancellation: false, noiseSuppression: false } });
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "NotFoundError") throw error;
    return navigator.mediaDevices.getUserMedia({ video });
  }
}
