// Line icons of our own: no font is needed to see them.
const NS = "http://www.w3.org/2000/svg";
const PATHS = {
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8.5 10v.01M15.5 10v.01M8 14.5c2 2.5 6 2.5 8 0",
  thread: "M4 5h16v11H10l-4 4v-4H4ZM8 9h8M8 12h5",
  pen: "M4 20l1-5L16 4l4 4L9 19ZM13.5 6.5l4 4",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  clip: "M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.3a3 3 0 0 1 4.3 4.3l-7.8 7.7a1.5 1.5 0 0 1-2.1-2.1L14 7.5",
  close: "M6 6l12 12M18 6 6 18",
  more: "M5 12h1M11.5 12h1M18 12h1",
};

export function icon(name) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(NS, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
