// Before anything is drawn: Swagger UI has dark colours, under a class, and does not ask what the system prefers.
"use strict";
const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", colour);
colour();
