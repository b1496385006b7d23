// The table of the workers, a row each; there is none where one serves alone.

import { at, heading, say, tag } from "./words.js";

const STATES = {
  serving: ({ asked }) => (asked ? "serves, and tells this" : "serves"),
  silent: ({ age }) => `has not answered for ${Math.round(age)} s`,
  absent: () => "is being started",
};

export function showWorkers(workers) {
  if (workers.length < 2) return;
  const body = at("crew");
  while (body.children.length < workers.length) body.append(row());
  workers.forEach((worker, index) => {
    const line = body.children[index];
    const shown = [
      worker.worker, worker.pid ?? "–", STATES[worker.state](worker), worker.in_use, worker.idle, worker.waiting,
      `${worker.size} of ${worker.max_size}`, worker.requests,
    ];
    shown.forEach((text, cell) => say(line.cells[cell], text));
    line.className = worker.state === "serving" ? "" : "problem";
  });
  const serving = workers.filter(({ state }) => state === "serving").length;
  const all = serving === workers.length;
  say(at("serving"), all ? `All ${serving} workers serve.` : `${serving} of ${workers.length} workers serve.`);
}

function row() {
  return tag("tr", [heading(""), ...Array.from({ length: 7 }, () => document.createElement("td"))]);
}
