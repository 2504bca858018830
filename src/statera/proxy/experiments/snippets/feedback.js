// What people say of an answer, sent to the guard's POST /v1/feedback. An ES module without imports.
//
//   import { feedbackOf } from "./feedback.js";
//   const answer = await fetch("/v1/chat/completions", { ... });
//   const feedback = feedbackOf(answer, { url: "/v1/feedback" });
//   thumbUp.onclick = () => feedback.send("thumb", "up");
//   await feedback.send("solved", true);        // true once it is kept, false if it never was
//
// Where an answer comes from another origin, its server has to expose the headers:
// Access-Control-Expose-Headers: x-statera-feedback, x-statera-arm, x-statera-experiment.
//
// Each call of `send` is a report of its own: it gets an id, and a retry has the same one, so that
// nothing counts twice. Give `id` yourself where the same click may call `send` again. Reports that
// are still on their way when the page is left go out as a beacon.

const TRIES = 5;
const MOST = 200; // reports in a beacon, which the browser bounds to 64 KiB
const KIND = { "content-type": "text/plain;charset=UTF-8" }; // no preflight, as a beacon has none
const waiting = new Map(); // by id: { url, report }
let listens = false;

// Returns how to report on the answer that `response` is, a Response of fetch or { headers }.
// `wait` is the first pause in milliseconds; it doubles.
export function feedbackOf(response, { url = "/v1/feedback", wait = 500 } = {}) {
  const header = (name) => response.headers.get(`x-statera-${name}`) ?? "";
  const token = header("feedback");
  return {
    token,
    arm: header("arm"),
    experiment: header("experiment"),
    send(outcome, value = 1, { id = ownId() } = {}) {
      return token ? keep(url, { token, outcome, value, id }, wait) : Promise.resolve(false);
    },
  };
}

// Sends at once, as beacons, whatever is still on its way; the page calls it when it is left.
export function leave() {
  const byUrl = new Map();
  for (const [key, { url, report }] of waiting) {
    byUrl.set(url, [...(byUrl.get(url) ?? []), [key, report]]);
  }
  for (const [url, all] of byUrl) {
    for (let at = 0; at < all.length; at += MOST) {
      const part = all.slice(at, at + MOST);
      const sent = navigator.sendBeacon(url, JSON.stringify(part.map(([, report]) => report)));
      if (sent) part.forEach(([key]) => waiting.delete(key));
    }
  }
}

function ownId() {
  if (globalThis.crypto?.randomUUID) return crypto.randomUUID(); // not on pages without TLS
  const parts = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(parts, (part) => part.toString(16).padStart(8, "0")).join("");
}

async function keep(url, report, wait) {
  const key = `${report.token} ${report.outcome} ${report.id}`;
  waiting.set(key, { url, report });
  listen();
  try {
    for (let tried = 1; ; tried += 1) {
      const again = await post(url, report);
      if (again === null) return true;
      if (again < 0 || tried === TRIES) return false;
      await new Promise((done) => setTimeout(done, Math.max(again, wait * 2 ** (tried - 1))));
      if (!waiting.has(key)) return true; // it went out as a beacon
    }
  } finally {
    waiting.delete(key);
  }
}

// Returns null once it is kept, -1 where it never will be, else the milliseconds to wait.
async function post(url, report) {
  try {
    const body = JSON.stringify(report);
    const answer = await fetch(url, { method: "POST", headers: KIND, body, credentials: "omit" });
    if (answer.ok) return null;
    if (answer.status !== 429 && answer.status < 500) return -1;
    return 1000 * (Number(answer.headers.get("retry-after")) || 0);
  } catch {
    return 0; // no network: once more
  }
}

function listen() {
  if (listens || !globalThis.navigator?.sendBeacon) return;
  listens = true;
  addEventListener("pagehide", leave);
}
