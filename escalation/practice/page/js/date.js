// Slack's `<!date^seconds^format|fallback>`, in the reader's own time zone.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const long = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

export function slackDate(inside, fallback) {
  const [, seconds, format] = inside.split("^");
  const date = new Date(Number(seconds) * 1000);
  if (!format || Number.isNaN(date.getTime())) return fallback;
  return format.replace(/\{(\w+)\}/g, (whole, token) => part(token, date) ?? whole);
}

function part(token, date) {
  if (token === "time" || token === "time_secs") return clock.format(date);
  if (token === "ago") return ago(date);
  if (token === "date_num") return date.toISOString().slice(0, 10);
  if (token.startsWith("date_short")) return short.format(date);
  return token.startsWith("date") ? long.format(date) : undefined;
}

function ago(date) {
  const seconds = Math.round((date - Date.now()) / 1000);
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) || ["second", 1];
  return relative.format(Math.round(seconds / length), unit);
}
