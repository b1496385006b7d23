// The pool's page, live. What the server sends each second is put in its place; nothing is computed twice.

import { draw, element } from "./chart.js";
import { showWorkers } from "./workers.js";
import { at, duration, heading, say, tag } from "./words.js";

const SECONDS = 300;
let samples = [];
let pool = null;

function show(next) {
  pool = next;
  samples = [...(pool.samples.length > 1 ? [] : samples), ...pool.samples].slice(-SECONDS);
  for (const name of ["in_use", "idle", "waiting", "max_size", "connects"]) say(at(name), pool[name]);
  say(at("refused"), pool.shed + pool.timed_out);
  if (!document.hidden) paint();
}

function paint() {
  if (!pool) return;
  showBar();
  draw(at("chart"), samples);
  for (const [name, times] of Object.entries(pool.times)) {
    const cells = at(`times-${name}`).cells;
    const values = [times.count, duration(times.mean), ...["p50", "p90", "p99"].map((part) => duration(times[part], times.under))];
    values.forEach((value, index) => say(cells[index + 1], value));
  }
  showWorkers(pool.workers);
  showHolders(pool.holders, pool.workers.length > 1);
  showNews();
}

function showBar() {
  const bar = at("bar");
  if (pool.max_size <= 50) {
    const kinds = Array.from({ length: pool.max_size }, (_, n) => (n < pool.in_use ? "busy" : n < pool.size ? "idle" : ""));
    while (bar.children.length < kinds.length) bar.append(document.createElement("span"));
    while (bar.children.length > kinds.length) bar.lastElementChild.remove();
    kinds.forEach((kind, n) => (bar.children[n].className = kind));
  }
  bar.setAttribute("aria-label", `${pool.in_use} of ${pool.max_size} connections in use, ${pool.idle} idle`);
}

function showHolders(holders, several) {
  at("held").hidden = !holders.length;
  at("nobody").hidden = holders.length > 0;
  at("holding").replaceChildren(
    ...holders.map(({ since, where, identity, pid }) => {
      const cells = [tag("td", duration(since)), tag("td", tag("code", where)), tag("td", identity ?? "–")];
      return tag("tr", several ? [...cells, tag("td", pid)] : cells);
    }),
  );
}

let told = "";
function showNews() {
  const key = JSON.stringify(pool.events);
  if (key === told) return;
  told = key;
  at("news").replaceChildren(
    ...pool.events.map(({ at: when, text, bad, times, pid }) => {
      const moment = new Date(when * 1000);
      const clock = tag("time", moment.toLocaleTimeString());
      clock.dateTime = moment.toISOString();
      const often = times > 1 ? [" ", tag("span", `(${times} times)`, "soft")] : [];
      const who = pool.workers.length > 1 ? [" ", tag("span", `process ${pid}`, "soft who")] : [];
      return tag("li", [clock, text, ...often, ...who], bad ? "problem" : "");
    }),
  );
}

function listen() {
  const status = at("status");
  const source = new EventSource("/-/pool/events");
  source.onopen = () => {
    status.className = "status live";
    say(status, "Live");
  };
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.onerror = () => {
    status.className = "status lost";
    say(status, "The connection to the service is lost; trying again");
    // After an error answer a browser gives up for good.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
}

async function compare() {
  const button = at("compare");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true"); // `disabled` would take the keyboard's focus away
  say(at("outcome"), "Comparing…");
  try {
    const answer = await fetch("/-/pool/compare", { method: "POST", headers: { "X-Poolgate": "compare" } });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.message);
    showComparison(body);
  } catch (error) {
    say(at("outcome"), `The comparison failed: ${error.message}`);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

const MEASURES = [
  ["requests a second", (side) => side.per_second, (value) => Math.round(value).toLocaleString("en")],
  ["p50: half were answered within", (side) => side.p50, duration],
  ["p99: 99 in 100 within", (side) => side.p99, duration],
  ["connections opened", (side) => side.opened, String],
  ["failed", (side) => side.failed, String],
];
const CLASSES = { good: "winner", bad: "loser", even: "" };

function showComparison({ pooled, per_request: alone, query, clients, sentences }) {
  const sides = [pooled, alone];
  const rows = MEASURES.map(([name, read, format]) => {
    const most = Math.max(...sides.map(read));
    const cells = sides.map((side) => {
      const bar = element("svg", { "aria-hidden": "true", viewBox: "0 0 100 4", preserveAspectRatio: "none" });
      const length = most ? Math.max(0.5, (read(side) / most) * 100) : 0;
      if (read(side)) bar.append(element("rect", { width: length, height: 4, rx: 0.5 }));
      return tag("td", [format(read(side)), bar], CLASSES[side.verdict]);
    });
    return tag("tr", [heading(name), ...cells]);
  });
  const verdicts = sides.map((side) => tag("td", side.verdict, `verdict ${CLASSES[side.verdict]}`));
  at("sides").replaceChildren(...rows, tag("tr", [heading("verdict"), ...verdicts]));
  at("versus").hidden = false;
  at("sentences").replaceChildren(...sentences.map((sentence) => tag("p", sentence)));
  say(at("outcome"), `${query}, ${clients} at once: one pool ${pooled.verdict}, a connection per request ${alone.verdict}.`);
}

at("moving").hidden = at("compare-with").hidden = false;
at("compare").addEventListener("click", compare);
document.addEventListener("visibilitychange", () => document.hidden || paint());
new ResizeObserver(() => draw(at("chart"), samples)).observe(at("chart"));
listen();
