// What the page says, in the customer's language: the server has written it into the page.

const page = JSON.parse(document.getElementById('phrases').textContent);

const written = document.documentElement.lang;

/**
 * Days, times and numbers are written as it does: the page's language as the customer's browser has it, so that an
 * English page tells the time in Britain as Britons do.
 */
export const language = navigator.languages.find((one) => one.split('-')[0] === written.split('-')[0]) ?? written;

/** One phrase, with what stands in its braces. */
export function phrase(name, places = {}) {
  return page[name].replace(/\{(\w+)\}/g, (_, place) => places[place]);
}

/** A phrase that is several words with commas between them. */
export function words(name) {
  return phrase(name).split(', ');
}

export function number(value) {
  return value.toLocaleString(language);
}
