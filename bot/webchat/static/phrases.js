// What the page says, in the customer's language: the server has written it into the page.

const page = JSON.parse(document.getElementById('phrases').textContent);

/** Of what is shown here: days, times and numbers are written as it does. */
export const language = document.documentElement.lang;

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
