// The work behind the button. It begins when the popup says so, that is after a click of the user, and asks mfactl by the
// native host for the code of the page in that tab. Whether the site may have the code, mfactl decides; here, the code goes
// into the document that was there when the user clicked, or nowhere. No code is kept.

"use strict";

const api = globalThis.browser ?? globalThis.chrome;
const HOST = "org.mfactl.authenticator";
const POPUP = api.runtime.getURL("popup.html");
const TITLE = api.runtime.getManifest().action.default_title;
const CODE = /^[0-9A-Za-z]{4,12}$/;
const LOCAL = ["localhost", "127.0.0.1"];
const NO_FIELD = "No field for a code was found. If there is one, click into it, and then on the button of mfactl again.";
const ELSEWHERE = "The page has changed in the meantime, so nothing was filled.";
/** The jobs under way, by the ids of their tabs. */
const jobs = new Map();

/** Why there is no code in the page, in words for the user. */
class Problem extends Error {}

/** The native host: one process, as long as its job. */
class Host {
  constructor() {
    this.number = 0;
    this.waiting = null;
    this.problem = null;
    this.port = api.runtime.connectNative(HOST);
    this.port.onMessage.addListener((answer) => this.receive(answer));
    this.port.onDisconnect.addListener((port) => this.end(new Problem(absent(port))));
  }

  /** Sends a request. Resolves with its answer. */
  ask(request) {
    return new Promise((resolve, reject) => {
      if (this.problem) {
        reject(this.problem);
        return;
      }
      this.number += 1;
      this.waiting = { id: this.number, type: request.type, resolve, reject };
      this.port.postMessage({ id: this.number, ...request });
    });
  }

  receive(answer) {
    const { waiting } = this;
    if (waiting === null || answer?.id !== waiting.id) {
      return;
    }
    this.waiting = null;
    if (answer.type === waiting.type) {
      waiting.resolve(answer);
    } else if (answer.type === "error") {
      waiting.reject(new Problem(String(answer.text)));
    } else {
      waiting.reject(new Problem("mfactl and its extension do not understand each other. Are they of the same version?"));
    }
  }

  end(problem) {
    this.problem ??= problem;
    this.waiting?.reject(this.problem);
    this.waiting = null;
    this.port.disconnect();
  }
}

/** What is done for one click, in one tab. */
class Job {
  constructor(tab) {
    this.tab = tab;
    this.mark = crypto.randomUUID();
    this.target = { tabId: tab, frameIds: [0] };
    this.host = null;
    this.popup = null;
    this.problem = null;
    this.choosing = null;
    this.isSeen = true;
    this.stopped = new Promise((_, reject) => { this.reject = reject; });
    this.stopped.catch(() => {});
    this.state = { step: "working", text: "Looking at the page…" };
  }

  attach(popup) {
    this.popup = popup;
    popup.postMessage(this.state);
  }

  show(state) {
    this.state = state;
    this.popup?.postMessage(state);
  }

  /** Ends the job for a reason, wherever it is. Nothing is filled afterwards. */
  stop(problem) {
    this.problem ??= problem;
    this.reject(this.problem);
    this.choosing?.reject(this.problem);
    this.host?.end(this.problem);
  }

  /** Ends the job here if it was stopped. */
  check() {
    if (this.problem) {
      throw this.problem;
    }
  }
}

/** A name within a sentence. It may be written from right to left. */
function isolated(name) {
  return `\u2068${name}\u2069`;
}

/** Why the native host is not there, or no longer. */
function absent(port) {
  const said = port.error?.message ?? api.runtime.lastError?.message ?? "";
  if (/not found|no such native application/i.test(said)) {
    return "The browser does not find mfactl. Install it (dist/install), then start the browser again.";
  }
  if (/forbidden/i.test(said)) {
    return "mfactl does not know this extension. Load the one that was installed with mfactl.";
  }
  return "mfa-browser, a program of mfactl, has ended. Try again.";
}

/** The name of the host of a page, if its connection is one to send a code over. */
function siteOf(url) {
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || (protocol === "http:" && LOCAL.includes(hostname))) {
    return hostname;
  }
  throw new Problem(protocol === "http:"
    ? "The connection to this page is not encrypted, so no code is filled."
    : "Codes are filled only into pages with https.");
}

/** Runs a function in the page. Returns what it returns, and the id of the document, if the browser has one. */
async function inPage(job, func, args) {
  const [done] = await api.scripting.executeScript({ target: job.target, injectImmediately: true, func, args });
  return done ?? {};
}

async function look(job, origin) {
  let seen;
  try {
    await api.scripting.executeScript({ target: job.target, injectImmediately: true, files: ["fill.js"] });
    seen = await inPage(job, (...args) => globalThis.mfactl.look(...args), [origin, job.mark]);
  } catch {
    throw new Problem("The browser does not let extensions into this page.");
  }
  if (seen.documentId) {
    job.target = { tabId: job.tab, documentIds: [seen.documentId] };
  }
  const texts = {
    none: NO_FIELD,
    frames: `${NO_FIELD} A field in an embedded part of the page is not filled; copy the code instead (mfactl get --copy).`,
  };
  if (seen.result !== "found") {
    throw new Problem(texts[seen.result] ?? ELSEWHERE);
  }
}

/** Returns the account of a site: the only one that fits, or the one that the user chooses. */
async function account(job, site, accounts) {
  const fitting = accounts.filter((one) => one.fits);
  if (fitting.length === 1) {
    return fitting[0];
  }
  if (accounts.length === 0) {
    throw new Problem(`None of your accounts is used on ${site}. If this page claims to be a site that you know, do not ` +
      "trust it. To use an account here too, run in a terminal: mfactl edit ACCOUNT --add-domain SITE");
  }
  const text = fitting.length > 0
    ? `Which account of ${site}?`
    : `Which account is used on ${site}? Once you have allowed it, mfactl remembers your choice.`;
  const id = await new Promise((resolve, reject) => {
    job.choosing = { resolve, reject };
    const offered = fitting.length > 0 ? fitting : accounts;
    job.show({ step: "choose", text, accounts: offered.map(({ id, label }) => ({ id, label })) });
    if (job.popup === null) {
      reject(unseen(job));
    }
  });
  job.choosing = null;
  const chosen = accounts.find((one) => one.id === id);
  if (!chosen) {
    throw new Problem("There is no such account.");
  }
  return chosen;
}

/** Nobody can choose any longer. That needs no sign. */
function unseen(job) {
  job.isSeen = false;
  return new Problem("Nothing was chosen.");
}

async function fill(job, code, origin) {
  let done;
  try {
    done = await inPage(job, (...args) => globalThis.mfactl?.fill(...args), [code, origin, job.mark]);
  } catch {
    throw new Problem(ELSEWHERE);
  }
  const texts = {
    gone: "The field for the code is no longer there, so nothing was filled.",
    boxes: "The code has another number of digits than the page has boxes, so nothing was filled.",
  };
  if (done.result !== "filled") {
    throw new Problem(texts[done.result] ?? ELSEWHERE);
  }
}

async function work(job) {
  const { url } = await api.tabs.get(job.tab);
  if (!url) {
    // The permission for the page ends when another site is opened in the tab.
    throw new Problem("The browser does not show this page to extensions. Close this, then click on the button of mfactl again.");
  }
  const site = siteOf(url);
  const { origin } = new URL(url);
  await look(job, origin);
  job.check();
  job.host = new Host();
  const { accounts } = await job.host.ask({ type: "accounts", site });
  const { id, label } = await account(job, site, accounts);
  job.check();
  job.show({ step: "waiting", text: `Waiting for the code of ${isolated(label)}. If mfactl asks you, answer there.` });
  const { code } = await job.host.ask({ type: "code", site, account: id });
  job.check();
  if (!CODE.test(code)) {
    throw new Problem("mfactl has sent something that is not a code.");
  }
  await fill(job, code, origin);
  return `The code of ${isolated(label)} is in the page.`;
}

async function run(job) {
  let state;
  try {
    await sign(job.tab, "", "", TITLE);
    // A page that hangs answers nothing, so the user need not wait for it.
    state = { step: "done", text: await Promise.race([work(job), job.stopped]) };
  } catch (error) {
    const text = error instanceof Problem ? error.message : "The extension has failed.";
    state = { step: "failed", text };
  }
  job.host?.end(new Problem(state.text));
  jobs.delete(job.tab);
  job.show(state);
  if (job.popup === null && job.isSeen) {
    const isDone = state.step === "done";
    await sign(job.tab, isDone ? "✓" : "!", isDone ? "#1a7f37" : "#b3261e", state.text);
  }
}

/** Puts a sign on the button of a tab, and a text that the button shows when it is pointed at. */
async function sign(tabId, text, color, title) {
  try {
    await api.action.setBadgeText({ tabId, text });
    await api.action.setTitle({ tabId, title });
    if (color) {
      await api.action.setBadgeBackgroundColor({ tabId, color });
    }
  } catch {
    // The tab is closed.
  }
}

/** Stops a job whose page is gone, so that the user is not asked any longer. */
async function watch(tabId, change) {
  const job = jobs.get(tabId);
  if (!job?.host || !change.status) {
    return;
  }
  const here = await inPage(job, (mark) => globalThis.mfactl?.isHere(mark), [job.mark]).catch(() => ({}));
  if (here.result !== true) {
    job.stop(new Problem(ELSEWHERE));
  }
}

/** Begins the job of a tab, or shows the one under way. */
function begin(popup, tab) {
  const job = jobs.get(tab) ?? new Job(tab);
  job.attach(popup);
  if (!jobs.has(tab)) {
    jobs.set(tab, job);
    run(job);
  }
  return job;
}

/** Takes what the popup says while a job is under way. */
function hear(job, message) {
  if (message.type === "choose") {
    job.choosing?.resolve(message.account);
  } else if (message.type === "stop") {
    job.stop(new Problem("Stopped."));
  }
}

/** A popup is closed. The work goes on, unless it needs the popup. */
function leave(job, popup) {
  if (job.popup !== popup) {
    return;
  }
  job.popup = null;
  if (job.choosing) {
    job.stop(unseen(job));
  }
}

api.runtime.onConnect.addListener((popup) => {
  // What was injected into a page can connect, too, but says nothing here.
  if (popup.sender?.url !== POPUP || popup.sender.tab) {
    popup.disconnect();
    return;
  }
  let job = null;
  popup.onMessage.addListener((message) => {
    if (message.type === "begin") {
      job = begin(popup, message.tab);
    } else if (job) {
      hear(job, message);
    }
  });
  popup.onDisconnect.addListener(() => job && leave(job, popup));
});
api.tabs.onRemoved.addListener((tabId) => jobs.get(tabId)?.stop(new Problem("The tab is closed.")));
api.tabs.onUpdated.addListener(watch);
