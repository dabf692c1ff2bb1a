// The popup of the button. It only shows what background.js does for the tab, and passes on what the user chooses: the
// work goes on if the popup closes, as it does when a question of mfactl takes the focus. It never sees a code.

"use strict";

const api = globalThis.browser ?? globalThis.chrome;
/** The number of accounts that can be taken in at a glance. For more there is a field to search in. */
const FEW = 8;
/** How long the good news stay, in milliseconds. Then the keyboard belongs to the page again. */
const READING = 4000;

const part = (id) => document.getElementById(id);
let port = null;
let isOver = false;

function show({ step, text, accounts }) {
  isOver = step === "done" || step === "failed";
  part("status").textContent = text;
  part("stop").hidden = step !== "waiting" && step !== "working";
  part("again").hidden = step !== "failed";
  part("choice").hidden = step !== "choose";
  if (step === "choose") {
    offer(accounts);
  } else if (step === "waiting") {
    part("stop").focus();
  } else if (step === "failed") {
    part("again").focus();
  } else if (step === "done") {
    setTimeout(() => window.close(), READING);
  }
}

function offer(accounts) {
  const rows = accounts.map((account) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dir = "auto";
    button.textContent = account.label;
    button.addEventListener("click", () => port.postMessage({ type: "choose", account: account.id }));
    const row = document.createElement("li");
    row.append(button);
    return row;
  });
  part("accounts").replaceChildren(...rows);
  const filter = part("filter");
  filter.value = "";
  part("search").hidden = accounts.length <= FEW;
  filter.oninput = () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
    }
    part("none").hidden = rows.some((row) => !row.hidden);
  };
  (accounts.length > FEW ? filter : rows[0].firstChild).focus();
}

async function begin() {
  show({ step: "working", text: "Looking at the page…" });
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  port = api.runtime.connect({ name: "popup" });
  port.onMessage.addListener(show);
  port.onDisconnect.addListener(() => {
    if (!isOver) {
      show({ step: "failed", text: "The extension was stopped." });
    }
  });
  port.postMessage({ type: "begin", tab: tab.id });
}

part("stop").addEventListener("click", () => port.postMessage({ type: "stop" }));
part("again").addEventListener("click", () => {
  port.disconnect();
  begin();
});
begin();
