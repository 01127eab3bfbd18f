// SPDX-License-Identifier: GPL-2.0-only
// Which finding and step are shown: links, keys, slider. `#f3-s12` is step 12 of finding 3.

const articles = [...document.querySelectorAll("article.finding")];
const views = new Map();
let current = null;

// The stage of a finding: controls, lanes, state and source. Made when the finding is first shown.
function stageOf(number) {
  if (views.has(number)) return views.get(number);
  const finding = data.findings[number - 1];
  const goTo = (step) => show(number, step);
  const last = finding.steps.length;
  const lanes = drawLanes(finding, goTo);
  const view = { finding, lanes, step: null, ...controls(number, last) };
  view.condition = element("div", "condition", null);
  view.state = element("div", "cells-pane", null);
  view.source = { name: element("bdi", "", null), trail: element("div", "trail", { role: "group", "aria-label": "Calls" }), lines: element("ol", "lines", { tabindex: 0, "aria-label": "Source" }) };
  view.everything = element("input", "", { type: "checkbox", change: () => drawState(view.state, finding, view.step, view.everything.checked) });
  view.scroller = element("div", "scroll", { tabindex: 0, role: "region", "aria-label": "Steps" }, lanes.table);
  const statePane = element("div", "scroll", { tabindex: 0, role: "region", "aria-label": "State" }, view.condition, view.state);
  const panes = element("div", "panes", null,
    element("section", "pane lanes-pane", { "aria-label": "Steps" }, view.scroller),
    element("section", "pane state-pane", { "aria-label": "State" }, element("h3", "", null, view.stateTitle, element("label", "", null, view.everything, " all cells")), statePane),
    element("section", "pane source-pane", { "aria-label": "Source" }, element("h3", "", null, view.source.name), view.source.trail, view.source.lines));
  articles[number - 1].querySelector(".stage").append(view.bar, view.now, panes);
  views.set(number, view);
  return view;
}

function controls(number, last) {
  const step = (label, text, move) => element("button", "", { type: "button", "aria-label": label, title: label, click: move }, text);
  const view = {
    slider: element("input", "", { type: "range", min: 0, max: last, "aria-label": "Step", input: () => show(number, Number(view.slider.value)) }),
    count: element("output", "", null),
    stateTitle: element("span", "", null),
    all: element("input", "", { type: "checkbox", change: () => { setFolded(view2().lanes, !view.all.checked); show(number, view2().step); } }),
    link: element("a", "link", { href: `#f${number}` }, "link"),
    now: element("p", "now", { "aria-live": "polite" }),
  };
  const view2 = () => views.get(number);
  view.bar = element("div", "bar", { role: "group", "aria-label": "Stepping" },
    step("First step (Home)", "|◀", () => show(number, 0)), step("Step back (k)", "◀", () => move(-1)),
    step("Step on (j)", "▶", () => move(1)), step("Last step (End)", "▶|", () => show(number, last)),
    view.slider, view.count, element("label", "", null, view.all, " all steps"), view.link);
  return view;
}

// Shows a step of a finding, and names it in the address.
function show(number, step) {
  const view = stageOf(number), { finding } = view;
  const last = finding.steps.length;
  const shown = Math.min(Math.max(0, step), last);
  articles.forEach((article, index) => { article.hidden = index + 1 !== number; });
  for (const link of document.querySelectorAll(".index a")) {
    if (link.hash === `#f${number}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const summary = document.getElementById("summary");
  if (summary) summary.hidden = true;
  current = number;
  view.step = shown;
  view.link.href = `#f${number}-s${shown}`;
  nameInAddress(view.link.hash);
  view.slider.value = String(shown);
  view.slider.setAttribute("aria-valuetext", `step ${shown} of ${last}`);
  view.count.textContent = `step ${shown} of ${last}`;
  view.stateTitle.textContent = shown === 0 ? "The initial state" : shown === last ? "The last state" : `State after step ${shown}`;
  markRow(view, shown);
  drawCondition(view, shown === last, (to) => show(number, to));
  drawState(view.state, finding, shown, view.everything.checked);
  drawSource(view.source, finding, shown, (to) => show(number, to));
  view.now.replaceChildren(...describe(finding, shown));
}

// Browsers refuse to change the address many times a second, as a key that is held would.
let naming = 0;

function nameInAddress(name) {
  clearTimeout(naming);
  if (location.hash !== name) naming = setTimeout(() => history.replaceState(null, "", name), 60);
}

function markRow(view, step) {
  for (const fold of view.lanes.folds) if (fold.numbers.includes(step) && !fold.opened) open(fold, true);
  for (const row of view.lanes.body.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
  const row = view.lanes.rows.get(step);
  row.setAttribute("aria-current", "step");
  reveal(view.scroller, row, 0.5);
}

function describe(finding, step) {
  if (!step) return ["The initial state."];
  const { lane, kind, context, event, text, changes } = finding.steps[step - 1];
  const where = event ? `${finding.lanes[lane]}, ${kind === "event" ? kind : `${kind} arrives`}` : `${finding.lanes[lane]}, ${kind === context ? kind : `${kind} ${context}`}`;
  const changed = changes.map(([cell, from, to]) => `${finding.cells[cell]}: ${from} → ${to}`).join("; ");
  return [element("b", "", null, `${step}. `, isolated(where)), ": ", element("code", "", null, isolated(text)), changed ? "; " : "", isolated(changed)];
}

// What the run ends in: the failing condition, and what it reads with the step that wrote it.
function drawCondition(view, atEnd, goTo) {
  const { finding } = view;
  view.condition.hidden = !atEnd;
  if (view.condition.firstChild) return;
  const read = ([cell, value, since]) => element("li", "", null, isolated(`${finding.cells[cell]} = ${value}`), " ",
    since ? element("button", "", { type: "button", click: () => goTo(since) }, `since step ${since}`) : null);
  const written = finding.reads.filter(([, , since]) => since), unchanged = finding.reads.filter(([, , since]) => !since);
  const fairness = finding.cycle ? finding.cycle.fairness.map((text) => element("li", "quiet", null, isolated(text))) : [];
  view.condition.append(element("p", "", null, element("b", "", null, isolated(finding.ending))), element("ul", "reads", null, written.map(read)));
  if (unchanged.length) {
    view.condition.append(element("details", "", { open: !written.length }, element("summary", "", null, `It reads ${plural(unchanged.length, "cell")} as at the start`),
      element("ul", "reads", null, unchanged.map(read))));
  }
  const { frames } = finding;
  if (frames.length) {
    const lines = frames.map((frame) => element("li", "quiet", null, isolated(frame)));
    view.condition.append(element("details", "", { open: frames.length < 3 }, element("summary", "", null, "It looks at frames"), element("ul", "", null, lines)));
  }
  if (fairness.length) {
    view.condition.append(element("details", "", null, element("summary", "", null, finding.cycle.ends ? "Such an end is fair" : "The loop is fair"), element("ul", "", null, fairness)));
  }
}

// Moves by steps that are shown: folded ones are passed over.
function move(by) {
  const view = views.get(current);
  const last = view.finding.steps.length;
  for (let step = view.step + by; step >= 0 && step <= last; step += by) {
    if (!view.lanes.rows.get(step).hidden) {
      show(current, step);
      return;
    }
  }
}

const KEYS = {
  ArrowDown: () => move(1), ArrowRight: () => move(1), j: () => move(1),
  ArrowUp: () => move(-1), ArrowLeft: () => move(-1), k: () => move(-1),
  Home: () => show(current, 0), End: () => show(current, data.findings[current - 1].steps.length),
  n: () => current < articles.length && follow(`#f${current + 1}`), p: () => current > 1 && follow(`#f${current - 1}`),
  a: () => views.get(current).all.click(),
};

document.addEventListener("keydown", (event) => {
  if (current === null || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  const native = event.target.matches?.("input[type=range]") && event.key.length > 1;
  if (native || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});

function follow(hash) {
  clearTimeout(naming);
  history.pushState(null, "", hash);
  route();
}

// Shows what the address names: a finding at its last step, where the violation is, unless it names another.
function route() {
  clearTimeout(naming);
  const [, finding, step] = /^#f(\d{1,6})(?:-s(\d{1,6}))?$/.exec(location.hash) || [];
  const summary = document.getElementById("summary");
  if (summary && (location.hash === "#summary" || !articles.length)) {
    articles.forEach((article) => { article.hidden = true; });
    for (const link of document.querySelectorAll(".index a")) link.removeAttribute("aria-current");
    summary.hidden = false;
    current = null;
    return;
  }
  if (!articles.length) return;
  const number = Math.min(Math.max(1, Number(finding || 1)), articles.length);
  show(number, step === undefined ? data.findings[number - 1].steps.length : Number(step));
}

document.documentElement.classList.add("scripted");
if (matchMedia("(max-width: 60rem)").matches && articles.length) document.querySelector(".index details").open = false;
window.addEventListener("hashchange", route);
window.addEventListener("popstate", route);
route();
