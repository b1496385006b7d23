"use strict";
// Swagger UI takes minutes over a document of hundreds of tables, and no time over a document of one. So the whole
// document is read here, and Swagger UI is given the part of it that is looked at.
const place = document.getElementById("docs");
const list = document.getElementById("tables");
const find = document.getElementById("find");
const { root, schema } = place.dataset;
const START = "/";

async function load() {
  const headers = { Accept: "application/openapi+json; version=3.1" };
  if (schema) headers["Accept-Profile"] = schema;
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

function show(whole) {
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
  });
}

function entry(whole, path) {
  const link = document.createElement("a");
  link.href = `#${path}`;
  link.dataset.path = path;
  link.textContent = path === START ? "How to ask" : tagOf(whole.paths[path]);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

load().then(
  (whole) => {
    list.replaceChildren(...Object.keys(whole.paths).map((path) => entry(whole, path)));
    find.addEventListener("input", () => {
      const wanted = find.value.toLowerCase();
      for (const item of list.children) item.hidden = !item.textContent.toLowerCase().includes(wanted);
    });
    addEventListener("hashchange", () => show(whole));
    show(whole);
  },
  (error) => {
    place.textContent = `The description cannot be had: ${error.message}`;
  },
);
