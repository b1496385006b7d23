// How numbers and elements are written, for the parts of the pool's page.

export const at = (id) => document.getElementById(id);

export function duration(seconds, under = 0) {
  if (seconds === null) return "–";
  if (under && seconds <= under) return `< ${under * 1000} ms`;
  if (seconds < 0.1) return `${Number((seconds * 1000).toPrecision(2))} ms`;
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

// Text that has not changed is left alone, and with it a reader's place in it.
export function say(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

export function tag(name, content, className) {
  const made = document.createElement(name);
  made.append(...[content].flat());
  if (className) made.className = className;
  return made;
}

export function heading(text) {
  const made = tag("th", text);
  made.scope = "row";
  return made;
}
