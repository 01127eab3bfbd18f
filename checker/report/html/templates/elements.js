// SPDX-License-Identifier: GPL-2.0-only
// Elements of the page. Text of others goes into them as text only: nothing here, or in the other files, parses markup.

// An element: its class, attributes, and children, which are elements or texts. A function as attribute is a listener.
function element(tag, className, attributes, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) made.append(child);
  return made;
}

// Text of others, in a direction of writing of its own.
const isolated = (text, className) => element("bdi", className, null, text);

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

const fileName = (file) => data.sources[file].name;

const shortPlace = ([file, line]) => `${fileName(file).split("/").pop()}:${line}`;

// Scrolls inside a pane only: scrollIntoView would move the page as well.
function reveal(pane, inside, share) {
  const top = inside.offsetTop, bottom = top + inside.offsetHeight;
  const head = pane.querySelector("thead");
  const covered = head ? head.offsetHeight : 0;
  if (top < pane.scrollTop + covered + 8 || bottom > pane.scrollTop + pane.clientHeight - 8) {
    pane.scrollTop = Math.max(0, top - covered - (pane.clientHeight - covered) * share);
  }
}
