// @ts-check
// Passkeys (WebAuthn level 2): the server's options in, a credential as JSON out.

/** Whether this browser, at this address, can make and use passkeys. */
export const passkeysWork = Boolean(window.isSecureContext && window.PublicKeyCredential && navigator.credentials);

/** The waiting offer of `suggest`; one browser can wait for one answer only. @type {AbortController | null} */
let waiting = null;

/** Make a passkey. @param {any} options @returns {Promise<string | null>} null: the person thought better of it */
export async function create(options) {
  waiting?.abort();
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: listed(options.excludeCredentials),
  };
  return asked(() => navigator.credentials.create({ publicKey }));
}

/** Use a passkey. @param {any} options @returns {Promise<string | null>} */
export async function use(options) {
  waiting?.abort();
  return asked(() => navigator.credentials.get({ publicKey: requested(options) }));
}

/**
 * Offer this device's passkeys beside the handle while the person types, where the browser can.
 * @param {() => Promise<any>} getOptions
 * @returns {Promise<string | null>}
 */
export async function suggest(getOptions) {
  const available = /** @type {any} */ (PublicKeyCredential).isConditionalMediationAvailable;
  if (!available || !(await available.call(PublicKeyCredential))) return null;
  waiting = new AbortController();
  const { signal } = waiting;
  const publicKey = requested(await getOptions());
  return asked(() => navigator.credentials.get(/** @type {any} */ ({ publicKey, mediation: "conditional", signal })));
}

/** @param {() => Promise<Credential | null>} ceremony */
async function asked(ceremony) {
  try {
    const credential = await ceremony();
    return credential && JSON.stringify(plain(/** @type {PublicKeyCredential} */ (credential)));
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "AbortError") return null;
    throw error;
  }
}

/** @param {any} options */
function requested(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: listed(options.allowCredentials) };
}

/** @param {any[]} [credentials] */
function listed(credentials = []) {
  return credentials.map((credential) => ({ ...credential, id: bytes(credential.id) }));
}

/** The credential's JSON form, for browsers that lack toJSON. @param {PublicKeyCredential} credential */
function plain(credential) {
  const answer = /** @type {any} */ (credential.response);
  /** @type {Record<string, unknown>} */
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (answer[name]) response[name] = text(answer[name]);
  }
  if (answer.getTransports) response.transports = answer.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

/** @param {string} base64url */
function bytes(base64url) {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
