// SPDX-License-Identifier: MIT
module.exports = { shop: { input: { target: "./openapi.json" }, output: { target: "./orval.ts", client: "fetch" } } };
