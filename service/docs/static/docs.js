"use strict";
// Swagger UI takes minutes over a document of hundreds of tables, and no time over a document of one. So the whole
// document is read here, and Swagger UI is given the part of it that is looked at.
const place = document.getElementById("docs");
const list = document.getElementById("tables");
const find = document.getElementById("find");
const { root, schema } = place.dataset;
const START = "/";
let credentials = ""; // kept in this page alone
let whole = null;

async function load() {
  const headers = { Accept: "application/openapi+json; version=3.1" };
  if (schema) headers["Accept-Profile"] = schema;
  if (credentials) headers.Authorization = `Bearer ${credentials}`;
  const answer = await fetch(root, { headers });
  const body = await answer.json();
  if (!answer.ok) throw new Error([body.message, body.hint].filter(Boolean).join(". "));
  return body;
}

/** The heading that a path stands under: each of its operations has it. */
const tagOf = (item) => Object.values(item)[0].tags[0];

/** What of `whole` a path needs: itself, and what it refers to. */
function part(whole, path) {
  const components = {};
  const visit = (value) => {
    if (value === null || typeof value !== "object") return;
    if (typeof value.$ref === "string") {
      const [section, name] = value.$ref.split("/").slice(2);
      components[section] ??= {};
      if (!(name in components[section])) {
        components[section][name] = whole.components[section][name];
        visit(components[section][name]);
      }
    }
    Object.values(value).forEach(visit);
  };
  visit(whole.paths[path]);
  const name = tagOf(whole.paths[path]);
  const tags = whole.tags.filter((tag) => tag.name === name);
  const info = path === START ? whole.info : { title: name, version: whole.info.version };
  return { openapi: whole.openapi, info, servers: whole.servers, tags, paths: { [path]: whole.paths[path] }, components };
}

function show() {
  const asked = location.hash.slice(1);
  const path = Object.hasOwn(whole.paths, asked) ? asked : START;
  for (const link of list.querySelectorAll("a")) {
    if (link.dataset.path === path) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const domNode = document.createElement("div");
  place.replaceChildren(domNode);
  SwaggerUIBundle({
    domNode,
    spec: part(whole, path),
    docExpansion: "list",
    displayRequestDuration: true,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (credentials) request.headers.Authorization = `Bearer ${credentials}`;
      return request;
    },
  });
}

function entry(path) {
  const link = document.createElement("a");
  link.href = `#${path}`;
  link.dataset.path = path;
  link.textContent = path === START ? "How to ask" : tagOf(whole.paths[path]);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

async function start() {
  try {
    whole = await load();
  } catch (error) {
    whole = null;
    list.replaceChildren();
    place.textContent = `The description cannot be had: ${error.message}`;
    return;
  }
  list.replaceChildren(...Object.keys(whole.paths).map(entry));
  narrow();
  show();
}

function narrow() {
  const wanted = find.value.toLowerCase();
  for (const item of list.children) item.hidden = !item.textContent.toLowerCase().includes(wanted);
}

find.addEventListener("input", narrow);
addEventListener("hashchange", () => whole && show());
document.getElementById("who").addEventListener("submit", (event) => {
  event.preventDefault();
  credentials = document.getElementById("credentials").value.trim();
  start();
});
start();
