// Sends a file by tus-js-client, as its users do; with ABORT_AFTER it stops in the middle once, then goes on from a new
// client that knows only the address. Prints {"url", "clip", "requests"}.
const fs = require("node:fs");
const tus = require("tus-js-client");

const [path, endpoint] = process.argv.slice(2);
const size = fs.statSync(path).size;
let requests = 0;
let clip = "";

function send(uploadUrl, abortAfter) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(fs.createReadStream(path), {
      endpoint,
      uploadUrl,
      uploadSize: size,
      chunkSize: Number(process.env.CHUNK || 100_000),
      retryDelays: [0, 100, 300, 1000, 2000, 4000],
      metadata: { filename: "film.mp4", filetype: "video/mp4" },
      headers: { Authorization: `Bearer ${process.env.TOKEN}` },
      addRequestId: true,
      uploadDataDuringCreation: process.env.WITH_CREATION === "1",
      onAfterResponse: (_, response) => {
        requests += 1;
        clip = response.getHeader("Onstage-Clip") || clip;
      },
      onProgress: (sent) => {
        if (abortAfter && sent > abortAfter) upload.abort().then(() => resolve(upload.url));
      },
      onError: reject,
      onSuccess: () => resolve(upload.url),
    });
    upload.start();
  });
}

(async () => {
  let url = null;
  if (process.env.ABORT_AFTER) url = await send(null, Number(process.env.ABORT_AFTER));
  url = await send(url, 0);
  console.log(JSON.stringify({ url, clip, requests }));
})().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
