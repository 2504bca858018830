// Which arm a unit is in, as statera assigns it: for browsers and node 19 or later.
//
//   const place = await stateraAssignment.place(design, "anna", Date.now() / 1000);
//   place.arm, place.slice, place.since, place.takesPart
//
// `design` is printed by `statera experiment assign FILE --vectors`: experiment, salt, layer, arms
// and slices. The result is null for a unit that is in no slice. Hashing is the browser's own
// (WebCrypto), which needs https or localhost. How it works is written in assignment.py.
"use strict";

(function (root) {
  const encoder = new TextEncoder();

  async function numbers(text) {
    const hash = await root.crypto.subtle.digest("SHA-256", encoder.encode(text));
    const digits = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [0, 13].map((from) => parseInt(digits.slice(from, from + 13), 16) / 2 ** 52);
  }

  function armOf(number, weights) {
    const last = weights.findLastIndex((weight) => weight > 0);
    let end = 0;
    for (let arm = 0; arm < last; arm += 1) {
      end += weights[arm];
      if (number < end) return arm;
    }
    return last;
  }

  async function place(design, unit, at = Date.now() / 1000) {
    const { experiment, salt, layer, arms, slices } = design;
    if (layer) {
      const [number] = await numbers(`statera/1/layer\n${layer.name}\n${unit}`);
      if (number < layer.start || number >= layer.end) return null;
    }
    const [arm, entry] = await numbers(`statera/1\n${salt}\n${experiment}\n${unit}`);
    const slice = slices.findIndex((one) => entry < one.traffic);
    if (slice < 0) return null;
    const { since, weights } = slices[slice];
    return { arm: arms[armOf(arm, weights)], slice, since, takesPart: at >= since };
  }

  root.stateraAssignment = { place };
  if (typeof module === "object" && module.exports) module.exports = { place };
})(globalThis);
