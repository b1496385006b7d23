"use strict";
const place = document.getElementById("docs");
const { root, schema } = place.dataset;

SwaggerUIBundle({
  domNode: place,
  url: root,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor(request) {
    if (request.loadSpec) {
      request.headers.Accept = "application/openapi+json; version=3.1";
      if (schema) request.headers["Accept-Profile"] = schema;
    }
    return request;
  },
});
