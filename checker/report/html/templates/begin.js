// SPDX-License-Identifier: GPL-2.0-only
// The script of a report: this file begins it, the others go on, and the page closes the function.
(() => {
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
