// Adds keys, the player, live progress and the goodbye. Everything else works without it.
"use strict";

const csrf = document.body.dataset.csrf;
const tab = document.body.dataset.tab;

// ---- goodbye: the server ends when the last tab was closed
addEventListener("pagehide", () => {
  navigator.sendBeacon("/bye", new URLSearchParams({ csrf, tab }));
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// ---- a form is sent once; its button says that it is at work
addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
  event.target.setAttribute("aria-busy", "true");
});

// ---- what happened is announced, although it stood in the page from the start
const told = document.querySelector("#told p");
if (told) {
  const text = told.textContent;
  told.textContent = "";
  setTimeout(() => { told.textContent = text; }, 120);
  history.replaceState(null, "", location.pathname + location.hash);
}

// ---- the service's own player, loaded when it is asked for
for (const link of document.querySelectorAll("a[data-player]")) {
  link.setAttribute("role", "button");
  link.setAttribute("aria-expanded", "false");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const box = link.closest(".choice").querySelector(".player");
    const open = box.hidden;
    box.replaceChildren();
    if (open) {
      const frame = document.createElement("iframe");
      frame.src = link.dataset.player;
      frame.title = "Player: " + link.textContent;
      frame.allow = "encrypted-media; autoplay";
      frame.height = "80";
      box.append(frame);
    }
    box.hidden = !open;
    link.setAttribute("aria-expanded", String(open));
  });
}

// ---- a sync's progress
const busy = document.querySelector("[data-busy]");
async function follow() {
  try {
    const state = await (await fetch("/sync/state")).json();
    document.querySelector("#progress").value = state.settled;
    document.querySelector("#progress-words").textContent = `${state.settled} of ${state.rows}`;
    if (!state.busy) return location.replace("/sync");
  } catch { return; }
  setTimeout(follow, 300);
}
if (busy) setTimeout(follow, 200);

// ---- keys
const keys = document.querySelector("#keys");
if (keys) {
  const switched = document.querySelector("#keys-on");
  const opener = document.querySelector("#keys-open");
  opener.hidden = false;
  opener.addEventListener("click", () => keys.showModal());
  switched.checked = localStorage.getItem("keys") !== "off";
  switched.addEventListener("change", () => localStorage.setItem("keys", switched.checked ? "on" : "off"));

  const press = (selector) => {
    const button = document.querySelector(selector);
    if (button && !button.disabled) button.click();
  };
  const move = (by) => {
    const links = [...document.querySelectorAll("nav.rows a")];
    const at = links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = links[at < 0 ? 0 : at + by];
    if (next) next.click();
  };
  const actions = {
    j: () => move(1),
    k: () => move(-1),
    "/": () => document.querySelector("#words")?.select(),
    p: () => document.querySelector("#link")?.focus(),
    x: () => press("#skip"),
    l: () => press("#later"),
    u: () => press("#undo"),
    "?": () => keys.showModal(),
  };
  addEventListener("keydown", (event) => {
    const field = event.target.closest("input, textarea, select, [contenteditable]");
    if (field && event.key === "Escape") return field.blur();
    if (field || keys.open || !switched.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (/^[1-9]$/.test(event.key)) return press(`[data-key="${event.key}"]`);
    const action = actions[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  });
}
