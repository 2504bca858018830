"use strict";

const stages = { agree: "agree", work: "work", prefer: "prefer", end: "end", withdrawn: "withdrawn" };

let view = null;
let busy = false;
let shownTask = null;

async function act(what, more = {}) {
  if (busy) return false;
  setBusy(true);
  tell("");
  try {
    show(await asked("act", { act: what, position: view ? view.position : 0, ...more }));
    return true;
  } catch (error) {
    if (error.status === 409) await load().catch(() => {});
    tell(error.status ? error.message : "The study's server does not answer. Nothing you wrote is lost.");
    return false;
  } finally {
    setBusy(false);
  }
}

async function load() {
  show(await asked("now"));
}

function setBusy(is) {
  busy = is;
  document.body.classList.toggle("busy", is);
  enable();
}

function enable() {
  const tried = view && view.tried && !busy;
  by("send").disabled = busy;
  for (const one of by("over").elements) if (one.id !== "skip") one.disabled = !tried;
  by("skip").disabled = busy;
  by("first").hidden = !view || view.tried;
}

function tell(message) {
  by("wrong").textContent = message;
  by("wrong").hidden = !message;
}

function show(found) {
  view = found;
  for (const [stage, id] of Object.entries(stages)) by(id).hidden = stage !== view.stage;
  by("about").hidden = view.stage === "agree" || view.stage === "withdrawn";
  if (view.stage === "withdrawn") by("recorded").hidden = true;
  by("bar").max = Math.max(view.total, 1);
  by("bar").value = view.stage === "work" ? view.position - 1 : view.position;
  by("bar").hidden = view.stage === "withdrawn";
  by("many").textContent = view.total === 1 ? "one task" : `${view.total} tasks`;
  by("count").textContent = view.stage === "work" ? `Task ${view.position} of ${view.total}` : "";
  if (view.stage === "work") work();
  enable();
}

function work() {
  const fresh = shownTask !== view.position;
  if (fresh) {
    by("over").reset();
    by("said").value = "";
  }
  by("task").textContent = view.task;
  by("answering").hidden = !view.asks;
  by("answer").required = view.asks;
  const chat = by("chat");
  chat.replaceChildren();
  for (const turn of view.turns) {
    if (turn.reply === null && turn !== view.turns.at(-1)) continue;
    line("you", turn.said);
    if (turn.reply !== null) line("it", turn.reply || "(empty answer)");
  }
  const last = view.turns.at(-1);
  if (last && last.reply === null) {
    line("none", "No answer came to this. Please send it again.");
    if (!by("said").value) by("said").value = last.said;
  }
  chat.scrollTop = chat.scrollHeight;
  if (fresh) {
    shownTask = view.position;
    window.scrollTo(0, 0);
    by("said").focus({ preventScroll: true });
  }
}

function line(kind, text) {
  const one = document.createElement("p");
  one.className = kind;
  one.textContent = text;
  by("chat").append(one);
  by("chat").scrollTop = by("chat").scrollHeight;
  return one;
}

async function send() {
  const text = by("said").value;
  if (busy || !text.trim()) return;
  by("said").value = "";
  line("you", text);
  line("it waits", "…");
  if (!(await act("say", { text }))) {
    by("said").value = text;
    if (view) work();
  }
  by("said").focus({ preventScroll: true });
}

function finish() {
  const said = new FormData(by("over"));
  if (!said.get("solved")) return tell("Please say whether you got it done.");
  if (view.asks && said.get("solved") === "yes" && !by("answer").value.trim()) {
    by("answer").focus();
    return tell("Please give your answer to the task.");
  }
  const rating = said.get("rating");
  act("done", {
    solved: said.get("solved") === "yes",
    rating: rating ? Number(rating) : null,
    text: by("answer").value,
  });
}

by("begin").addEventListener("click", () => act("agree"));
by("form").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
by("said").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});
by("over").noValidate = true;
by("over").addEventListener("submit", (event) => {
  event.preventDefault();
  finish();
});
by("skip").addEventListener("click", () => act("skip"));
for (const one of document.querySelectorAll("[data-choice]"))
  one.addEventListener("click", () => act("prefer", { choice: one.dataset.choice }));
by("about").addEventListener("click", () => {
  by("recorded").hidden = !by("recorded").hidden;
  by("about").setAttribute("aria-expanded", String(!by("recorded").hidden));
});
by("leave").addEventListener("click", () => {
  by("sure").hidden = false;
  by("stay").focus();
});
by("stay").addEventListener("click", () => {
  by("sure").hidden = true;
  by("leave").focus();
});
by("withdraw").addEventListener("click", async () => {
  if (await act("withdraw")) by("sure").hidden = true;
});
load().catch(() => tell("The study's server does not answer."));
