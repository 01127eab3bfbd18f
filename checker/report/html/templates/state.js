// SPDX-License-Identifier: GPL-2.0-only
// The state at a step: pools, stacks and tables of cells, with what the step changed and what the failing condition reads.

const EMPTY = new Set(["NULL", "0", "false"]);

// The values of all cells after that many steps. Kept for each finding: a step has only what it changes.
function valuesAt(finding, step) {
  const values = [...finding.initial];
  for (const { changes } of finding.steps.slice(0, step)) for (const [cell, , after] of changes) values[cell] = after;
  if (step === finding.steps.length) for (const [cell, value] of finding.reads) values[cell] = value;
  return values;
}

function drawState(pane, finding, step, everything) {
  const values = valuesAt(finding, step);
  const changed = new Map(step ? finding.steps[step - 1].changes.map(([cell, before]) => [cell, before]) : []);
  const wrong = new Set(step === finding.steps.length ? finding.reads.map(([cell]) => cell) : []);
  const view = { finding, values, changed, wrong, everything };
  const blocks = finding.layout.map((block) => (block.shape === "stacks" ? stacks(block, view) : cellTable(block, view)));
  pane.replaceChildren(...blocks.filter(Boolean));
  if (pane.firstChild) pane.append(legend(finding));
  else pane.append(element("p", "quiet", null, "No cell changes in this run."));
}

function legend(finding) {
  const sample = (className, text) => element("span", `cell ${className}`, null, text);
  const stacked = finding.layout.some((block) => block.shape === "stacks");
  return element("p", "legend", { "aria-hidden": true }, sample("changed", "changed"), sample("wrong", "read by the failing condition"),
    finding.cells.length && finding.initial.some((value) => /^page\d+$/.test(value)) ? sample("tagged", "page|1: taken, to be refilled") : null,
    stacked ? element("span", "counted-sample", null, "counted by nr_pages") : null);
}

// One value, in a box of its own.
function box(cell, view, label) {
  const value = view.values[cell];
  const classes = ["cell"];
  if (EMPTY.has(value)) classes.push("empty");
  const page = /^page(\d+)(?:\|(\d+))?$/.exec(value);
  if (page) classes.push(`page${Number(page[1]) % 8}`);
  if (/\|\d+$/.test(value)) classes.push("tagged");
  const hints = [];
  if (view.changed.has(cell)) {
    classes.push("changed");
    hints.push(`changed by this step, was ${view.changed.get(cell)}`);
  }
  if (view.wrong.has(cell)) {
    classes.push("wrong");
    hints.push("read by the failing condition");
  }
  const name = view.finding.cells[cell];
  const made = element("span", classes.join(" "), { title: [`${name} = ${value}`, ...hints].join("; ") });
  if (label !== null && label !== undefined) made.append(element("span", "slot", null, label));
  made.append(isolated(value));
  for (const hint of hints) made.append(element("span", "hidden", null, ` (${hint})`));
  return made;
}

// A table of instances: a row for each, a column for each field. Without `everything` only the fields that matter.
function cellTable(block, view) {
  const columns = block.columns.filter((column) => column.always || view.everything);
  if (!columns.length) return null;
  const rows = block.instances.map((name, number) => {
    const cells = columns.map((column) => element("td", "", null, column.cells[number].map(([index, cell]) => box(cell, view, index))));
    return element("tr", "", null, element("th", "", { scope: "row" }, isolated(name || "global")), cells);
  });
  const heads = columns.map((column) => element("th", "", { scope: "col" }, isolated(column.name)));
  const head = element("thead", "", null, element("tr", "", null, element("th", "", { scope: "col" }, block.kind || "global"), heads));
  return element("div", "block", null, element("table", "cells", null, head, element("tbody", "", null, rows)));
}

// Stacks of the kernel: a row for each level, the top page first; what is mapped there, what is listed, what is counted.
function stacks(block, view) {
  return element("div", "block stacks", null, block.stacks.map((stack) => oneStack(stack, view)));
}

function oneStack(stack, view) {
  const owner = view.finding.owners.filter(([, cell]) => view.values[cell] === stack.name).map(([task]) => task);
  const [counter] = stack.count;
  const counted = counter === undefined ? 0 : Number(view.values[counter]);
  const levels = Math.max(stack.mapped.length, stack.listed.length);
  const rows = Array.from({ length: levels }, (_, level) => {
    const cells = [stack.mapped[level], stack.listed[level]].map((cell) => element("td", "", null, cell === undefined ? null : box(cell, view)));
    return element("tr", level < counted ? "counted" : "", null, element("th", "", { scope: "row" }, `level ${level}`, level < counted ? element("span", "hidden", null, ", counted") : null), cells);
  });
  const title = `${stack.name}${owner.length ? `, ${owner.join(" and ")}'s stack` : ", nobody's stack"}`;
  const heads = ["", "mapped", "pages[]"].map((name) => element("th", "", { scope: "col" }, name));
  return element("table", "stack", null, element("caption", "", null, isolated(title)),
    element("thead", "", null, element("tr", "", null, heads)), element("tbody", "", null, rows),
    counter === undefined ? null : element("tfoot", "", null, element("tr", "", null, element("th", "", { scope: "row" }, "nr_pages"),
      element("td", "", { colspan: 2 }, box(counter, view)))));
}
