// The chart of the last minutes: three panels over one axis of time, drawn into an <svg> anew each second.

const SECONDS = 300;
const PANELS = [
  { title: "connections", top: 22, height: 130 },
  { title: "waiting", top: 180, height: 38 },
  { title: "taken in a second", top: 246, height: 34 },
];
const LEFT = 34;

// The samples' numbers, in the order in which they are sent.
const [AT, IN_USE, IDLE, WAITING, SIZE, MOST, ACQUIRED] = [0, 1, 2, 3, 4, 5, 6];

export function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

export function draw(svg, samples) {
  const { width, height } = svg.getBoundingClientRect();
  if (!width || !samples.length) return;
  const now = samples.at(-1)[AT];
  const x = (at) => width - ((now - at) / SECONDS) * (width - LEFT);
  const most = samples.at(-1)[MOST];
  const scales = [
    Math.max(most, ...samples.map((each) => each[SIZE])),
    niceAbove(Math.max(1, ...samples.map((each) => each[WAITING]))),
    niceAbove(Math.max(1, ...samples.map((each) => each[ACQUIRED]))),
  ];
  const parts = PANELS.flatMap((panel, index) => frame(panel, scales[index], width));
  const y = (index, value) => PANELS[index].top + PANELS[index].height * (1 - Math.min(1, value / scales[index]));
  const area = (index, kind, value) => {
    const floor = PANELS[index].top + PANELS[index].height;
    const points = samples.flatMap((each, at) => {
      // A step a second; where samples are missing, nothing is drawn over the gap.
      const from = Math.max(x(each[AT] - 1), at ? x(samples[at - 1][AT]) : 0, LEFT);
      const top = y(index, value(each)).toFixed(1);
      return [`L${from.toFixed(1)} ${floor}V${top}H${Math.max(from, x(each[AT])).toFixed(1)}V${floor}`];
    });
    return element("path", { class: kind, d: `M${LEFT} ${floor}${points.join("")}Z` });
  };
  parts.push(
    area(0, "idle", (each) => Math.max(each[SIZE], each[IN_USE])),
    area(0, "busy", (each) => each[IN_USE]),
    element("line", { class: "most", x1: LEFT, x2: width, y1: y(0, most), y2: y(0, most) }),
    area(1, "wait", (each) => each[WAITING]),
    area(2, "rate", (each) => each[ACQUIRED]),
  );
  for (const minutes of width > 480 ? [5, 4, 3, 2, 1, 0] : [4, 2, 0]) {
    const anchor = minutes === 5 ? "start" : minutes ? "middle" : "end";
    const text = minutes ? `−${minutes} min` : "now";
    parts.push(element("text", { x: x(now - minutes * 60), y: height - 4, "text-anchor": anchor }, text));
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren(...parts);
  const last = samples.at(-1);
  svg.setAttribute(
    "aria-label",
    `In the last five minutes up to ${Math.max(...samples.map((each) => each[IN_USE]))} of ${most} connections were in ` +
      `use at once and up to ${Math.max(...samples.map((each) => each[WAITING]))} callers waited; ` +
      `now ${last[IN_USE]} are in use, ${last[IDLE]} idle, ${last[WAITING]} wait.`,
  );
}

function frame({ title, top, height }, scale, width) {
  const lines = [0, 1].map((part) => {
    const y = top + height * part;
    return element("line", { class: "rule", x1: LEFT, x2: width, y1: y, y2: y });
  });
  const number = { x: LEFT - 6, "text-anchor": "end" };
  return [
    ...lines,
    element("text", { class: "title", x: LEFT, y: top - 7 }, title),
    element("text", { ...number, y: top + 9 }, short(scale)),
    element("text", { ...number, y: top + height }, "0"),
  ];
}

function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((step) => step * power >= value) * power;
}

function short(value) {
  return value >= 1000 ? `${value / 1000}k` : String(value);
}
