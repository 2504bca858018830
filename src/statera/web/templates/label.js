"use strict";

const work = by("work");
const labeller = work.dataset.labeller;
const pairs = work.classList.contains("pairs");
const choices = [...document.querySelectorAll(".choice")];
const arrows = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "tie" };

let view = null;
let since = 0;
let busy = true;
let referenceShown = true;

async function load() {
  show(await asked("now?" + new URLSearchParams({ labeller })));
}

async function act(what, more = {}) {
  if (busy) return;
  busy = true;
  document.body.classList.add("busy");
  try {
    show(await asked("act", { labeller, act: what, position: view.position, ...more }));
  } catch (error) {
    if (error.status === 409) await load().catch(() => {});
    tell(error.status ? error.message : "Not kept: the page's server does not answer.");
  } finally {
    busy = false;
    document.body.classList.remove("busy");
  }
}

function choose(value) {
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  act("choose", { choice: value, seconds });
}

function tell(message) {
  by("wrong").textContent = message;
  by("wrong").hidden = !message;
}

function show(found) {
  view = found;
  since = performance.now();
  tell("");
  const over = view.position === null;
  work.hidden = over;
  by("end").hidden = !over;
  by("bar").max = Math.max(view.total, 1);
  by("bar").value = view.done + view.skipped;
  by("undo").disabled = !view.undoable;
  by("back").hidden = !view.undoable;
  if (over) ended();
  else item();
}

function item() {
  by("count").textContent = `${view.position} of ${view.total}`;
  fill("prompt", view.prompt);
  view.replies.forEach((text, place) => fill(`reply-${place}`, text || "(empty reply)"));
  by("ideal").hidden = !view.reference;
  fill("reference", view.reference || "");
  window.scrollTo(0, 0);
}

function fill(id, text) {
  by(id).textContent = text;
  by(id).scrollTop = 0;
}

function ended() {
  const skipped = view.skipped ? `, ${view.skipped} skipped` : "";
  by("count").textContent = `${view.done} of ${view.total}`;
  by("told").textContent = `${view.done} of ${view.total} labelled${skipped}. Every label is kept.`;
  by("ended").textContent = view.skipped ? "That was the last one." : "All done.";
  by("again").hidden = !view.skipped;
}

function toggle() {
  if (by("ideal").hidden) return;
  referenceShown = !referenceShown;
  by("reference").hidden = !referenceShown;
  by("toggle").setAttribute("aria-expanded", String(referenceShown));
  by("toggle").querySelector(".word").textContent = referenceShown ? "hide" : "show";
}

/* An arrow that can scroll the text in which the reader is does that, and nothing else. */
function scrolls(key, target) {
  const box = target.closest && target.closest(".body");
  return key === "ArrowDown" && box && box.scrollTop + box.clientHeight < box.scrollHeight - 1;
}

function pressed(event) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || !view) return;
  const over = view.position === null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "u") act("undo");
  else if (over) return;
  else if (key === "s") act("skip");
  else if (key === "r") toggle();
  else if (pairs && arrows[key] && !scrolls(key, event.target)) choose(arrows[key]);
  else {
    const choice = choices.find((one) => one.dataset.key === key);
    if (!choice) return;
    choose(choice.dataset.value);
  }
  event.preventDefault();
}

choices.forEach((one) => one.addEventListener("click", () => choose(one.dataset.value)));
by("skip").addEventListener("click", () => act("skip"));
by("undo").addEventListener("click", () => act("undo"));
by("back").addEventListener("click", () => act("undo"));
by("again").addEventListener("click", () => act("again"));
by("toggle").addEventListener("click", toggle);
document.addEventListener("keydown", pressed);
load()
  .catch(() => {
    by("count").textContent = "The page's server does not answer.";
  })
  .finally(() => {
    busy = false;
  });
