// SPDX-License-Identifier: GPL-2.0-only
// The source beside the steps: the file of the current step, its line, and the lines that notes are about.

// Shows the places of a step: the innermost one of the protocol, or of the kernel where it has none; the others to choose from.
function drawSource(view, finding, step, goTo) {
  const places = step ? finding.steps[step - 1].calls.map(([routine, args, ...place]) => ({ routine, args, place })) : [];
  const at = step ? finding.steps[step - 1].at : finding.position;
  if (!places.length || String(places.at(-1).place) !== String(at)) places.push({ routine: "", args: "", place: at });
  const show = (place) => {
    drawFile(view, finding, place, goTo);
    for (const button of view.trail.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.place === String(place)));
    }
  };
  view.trail.replaceChildren(...places.map(({ routine, args, place }) => element("button", "", {
    type: "button", "data-place": String(place), title: `${routine}${args ? `(${args})` : ""} ${fileName(place[0])}:${place[1]}`,
    click: () => show(place),
  }, isolated(`${routine} ${shortPlace(place)}`.trim()))));
  const own = places.findLast(({ place }) => data.sources[place[0]].own);
  show(own ? own.place : at);
}

function drawFile(view, finding, [file, current], goTo) {
  const source = data.sources[file];
  view.name.textContent = source.name;
  const key = `${file}`;
  if (view.lines.dataset.file !== key || view.of !== finding) {
    view.of = finding;
    view.lines.dataset.file = key;
    view.lines.replaceChildren(...listing(source, file, finding, goTo));
  }
  for (const line of view.lines.querySelectorAll(".current")) {
    line.classList.remove("current");
    line.removeAttribute("aria-current");
  }
  const line = view.lines.querySelector(`[data-line="${current}"]`);
  if (line) {
    line.classList.add("current");
    line.setAttribute("aria-current", "location");
    reveal(view.lines, line, 0.4);
  }
}

function listing(source, file, finding, goTo) {
  if (!source.lines.length) return [element("li", "quiet", null, "The text of this file is not at hand.")];
  const notes = new Map();
  for (const [inFile, line, , step, text] of finding.notes) {
    if (inFile === file) notes.set(line, [...(notes.get(line) || []), { step, text }]);
  }
  return source.lines.map((text, index) => {
    const number = index + 1, noted = notes.get(number) || [];
    const row = element("li", noted.length ? "line noted" : "line", { "data-line": number },
      element("span", "lineno", { "aria-hidden": true }, String(number)), element("code", "", null, text || " "));
    for (const note of noted) {
      row.append(element("div", "note", null, element("button", "", { type: "button", click: () => goTo(note.step) }, `step ${note.step}`),
        " ", isolated(note.text)));
    }
    return row;
  });
}
