"use strict";

const by = (id) => document.getElementById(id);

async function asked(path, body) {
  const sent = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, { cache: "no-store", ...sent });
  const found = await answer.json();
  if (!answer.ok) {
    const error = new Error(found.error);
    error.status = answer.status;
    throw error;
  }
  return found;
}
