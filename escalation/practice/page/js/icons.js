// Line icons of our own: no font is needed to see them.
const NS = "http://www.w3.org/2000/svg";
const PATHS = {
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8.5 10v.01M15.5 10v.01M8 14.5c2 2.5 6 2.5 8 0",
  thread: "M4 5h16v11H10l-4 4v-4H4ZM8 9h8M8 12h5",
  pen: "M4 20l1-5L16 4l4 4L9 19ZM13.5 6.5l4 4",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  clip: "M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.3a3 3 0 0 1 4.3 4.3l-7.8 7.7a1.5 1.5 0 0 1-2.1-2.1L14 7.5",
  close: "M6 6l12 12M18 6 6 18",
  check: "M4 13l5 5L20 6",
  cross: "M6 6l12 12M18 6 6 18",
  lock: "M6 11h12v9H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
  glass: "M7 3h10M7 21h10M8 3c0 5 3 6 4 9 1-3 4-4 4-9M8 21c0-5 3-6 4-9 1 3 4 4 4 9",
  hand: "M8 13V7a1.3 1.3 0 0 1 2.6 0v4-6a1.3 1.3 0 0 1 2.6 0v6-5a1.3 1.3 0 0 1 2.6 0v7c0 5-2 8-5 8-3 0-4-1.500-5.500-4.500L4 14c-.8-1.500 1-2.500 2-1l2 2",
  balloon: "M4 5h16v11H10l-4 4v-4H4Z",
  warning: "M12 4 2.500 20h19ZM12 10v5M12 17.500v.01",
  eyes: "M2 12c3-5 8-5 10 0-2 5-7 5-10 0ZM12 12c3-5 8-5 10 0-2 5-7 5-10 0ZM7 12h.01M17 12h.01",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c1-5 4-7 8-7s7 2 8 7",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 1H4ZM10 20.500h4",
  heart: "M12 20 4 12a4.500 4.500 0 0 1 8-5 4.500 4.500 0 0 1 8 5Z",
  envelope: "M3 6h18v13H3ZM3 7l9 7 9-7",
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
