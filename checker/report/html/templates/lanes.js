// SPDX-License-Identifier: GPL-2.0-only
// The steps of a finding: a lane for each CPU, contexts indented on top of what they interrupt, uninteresting steps folded.

// Runs of steps: those that are shown one by one, and those that are folded together.
function foldedRuns(finding) {
  const runs = [];
  finding.steps.forEach((step, index) => {
    const last = runs.at(-1);
    if (!step.shown && last && !last.shown) last.numbers.push(index + 1);
    else runs.push({ shown: step.shown, numbers: [index + 1] });
  });
  return runs.map((run) => (run.numbers.length === 1 ? { ...run, shown: true } : run));
}

function drawLanes(finding, goTo) {
  const body = element("tbody", "", null);
  const view = { rows: new Map(), folds: [], body };
  const heads = [element("th", "step", { scope: "col" }, "step"), ...finding.lanes.map((lane) => element("th", "", { scope: "col" }, isolated(lane)))];
  const all = finding.lanes.length + 1;
  const add = (row) => body.append(row);
  const put = (number) => {
    const row = stepRow(finding, number, goTo);
    view.rows.set(number, row);
    add(row);
    return row;
  };
  put(0);
  for (const run of foldedRuns(finding)) {
    if (!run.shown) add(foldRow(finding, run, view, all));
    for (const number of run.numbers) {
      if (finding.cycle && finding.cycle.since === number - 1) add(mark("asked here: there is no answer from here on", all));
      if (finding.cycle && finding.cycle.start === number - 1) add(mark("the loop begins: from here on forever", all, "loop"));
      const row = put(number);
      if (!run.shown) view.folds.at(-1).rows.push(row);
      if (finding.cycle && number > finding.cycle.start) row.classList.add("loop");
    }
  }
  if (finding.cycle) {
    const { ends, start } = finding.cycle;
    add(mark(ends ? "the run ends here: nothing but an interrupt can happen any more" : `and again from step ${start + 1}`, all, "loop"));
  }
  view.table = element("table", "lanes", null, element("thead", "", null, element("tr", "", null, heads)), body);
  setFolded(view, true);
  return view;
}

const mark = (text, columns, className) => element("tr", `mark ${className || ""}`, null, element("td", "", { colspan: columns }, text));

function foldRow(finding, run, view, columns) {
  const [first, last] = [run.numbers[0], run.numbers.at(-1)];
  const routines = [...new Set(run.numbers.map((number) => finding.steps[number - 1].calls.at(-1)?.[0]).filter(Boolean))];
  const fold = { rows: [], numbers: run.numbers };
  const button = element("button", "", { type: "button", "aria-expanded": "false", click: () => open(fold, button.getAttribute("aria-expanded") === "false") },
    `${plural(run.numbers.length, "step")} (${first} to ${last}): `, isolated(routines.join(", ")));
  fold.row = element("tr", "fold", null, element("td", "", { colspan: columns }, button));
  fold.button = button;
  view.folds.push(fold);
  return fold.row;
}

function open(fold, opened) {
  fold.opened = opened;
  fold.button.setAttribute("aria-expanded", String(opened));
  for (const row of fold.rows) row.hidden = !opened;
}

function setFolded(view, folded) {
  for (const fold of view.folds) {
    open(fold, !folded);
    fold.row.hidden = !folded;
  }
}

function stepRow(finding, number, goTo) {
  const button = element("button", "", { type: "button", click: () => goTo(number) }, String(number));
  const row = element("tr", "step", { click: (event) => { if (!event.target.closest("button")) goTo(number); } },
    element("th", "step", { scope: "row" }, button));
  if (number === 0) {
    const chosen = finding.choices.map(([value, place]) => `${value} (${place})`).join(", ");
    row.append(element("td", "", { colspan: finding.lanes.length }, chosen ? isolated(`the initial state, chosen: ${chosen}`) : "the initial state"));
    return row;
  }
  const step = finding.steps[number - 1];
  if (step.decisive) row.classList.add("decisive");
  for (let lane = 0; lane < finding.lanes.length; lane += 1) {
    row.append(element("td", "", null, lane === step.lane ? stepBox(finding, step, number) : null));
  }
  return row;
}

// What a step is: its context where it is entered, its line, what it chose, read and changed.
function stepBox(finding, step, number) {
  const kind = step.kind.toLowerCase();
  const made = element("div", `box kind-${kind} depth${Math.min(step.depth, 4)}${step.own ? " own" : ""}`, null);
  const before = finding.steps.slice(0, number - 1).findLast((other) => other.lane === step.lane && (other.shown || !step.shown));
  const moved = !before || before.context !== step.context || before.depth !== step.depth || before.event;
  const routine = step.calls.at(-1);
  if (step.resumed) made.append(element("div", "resumed", null, `back in ${step.context}`));
  if (step.event) made.append(element("div", "context", null, step.kind === "event" ? null : element("b", "", null, `${step.kind} arrives`)));
  else if (moved || before.calls.at(-1)?.[0] !== routine?.[0]) {
    const passed = routine && routine[1] ? `(${routine[1]})` : "";
    made.append(element("div", "context", null, moved && !step.resumed ? element("b", "", null, isolated(step.context)) : null,
      moved && !step.resumed ? " " : null, isolated(routine ? routine[0] + passed : "")));
  }
  made.append(element("div", "runs", null, element("code", "", null, isolated(step.text)), " ", element("span", "at", null, isolated(shortPlace(step.at)))));
  for (const choice of step.choices) made.append(element("div", "choice", null, "choice: ", isolated(choice)));
  for (const [cell, value] of step.reads) made.append(element("div", "read", null, "reads ", isolated(`${cell} = ${value}`)));
  const read = new Set(finding.reads.map(([cell]) => cell));
  for (const [cell, from, to] of step.changes) {
    made.append(element("div", read.has(cell) ? "change matters" : "change", null, isolated(`${finding.cells[cell]}: ${from} → ${to}`)));
  }
  if (finding.fails && number === finding.steps.length) made.append(element("div", "fails", null, isolated(finding.fails)));
  if (step.decisive) made.append(element("span", "hidden", null, " (decisive)"));
  return made;
}
