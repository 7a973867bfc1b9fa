// Slack as the package `emulate` has it, on a port of this machine, until somebody ends the process.
// Called with one JSON object: `port`; `seed`, the workspace;
// `requestUrl`, where its events go. When it is ready it says so in one line.
import { readdir } from "node:fs/promises";
import { createEmulator } from "emulate";

const { port, seed, requestUrl } = JSON.parse(process.argv[2]);

// The package exports no services: the part that holds Slack is found by what is in it.
async function findSlack() {
  const folder = new URL(".", import.meta.resolve("emulate"));
  for (const name of (await readdir(folder)).filter((name) => /^dist-\w+\.js$/.test(name))) {
    const { slackPlugin } = await import(new URL(name, folder));
    if (slackPlugin) return slackPlugin;
  }
  throw new Error("this version of emulate has no Slack where 0.12.2 has it");
}

const slack = await findSlack();
const register = slack.register;
slack.register = (app, store, webhooks, ...more) => {
  register(app, store, webhooks, ...more);
  // No call and no entry of the seed can say where events go.
  webhooks.register({ url: requestUrl, events: ["*"], active: true, owner: "slack" });
  readByGet(app);
};

// Slack answers GET and POST alike, and its SDK reads by GET; the emulator knows many of these methods by POST alone.
function readByGet(app) {
  const known = new Set(app.routeTable.filter(({ method }) => method === "GET").map(({ path }) => path));
  for (const { method, path } of app.routeTable) {
    if (method !== "POST" || !path.startsWith("/api/") || known.has(path)) continue;
    app.get(path, ({ req }) => {
      const headers = { ...req.header(), "content-type": "application/x-www-form-urlencoded" };
      delete headers["content-length"];
      return app.fetch(new Request(req.url, { method: "POST", headers, body: new URL(req.url).search.slice(1) }));
    });
  }
}

const baseUrl = `http://127.0.0.1:${port}`;
await createEmulator({ service: "slack", port, baseUrl, seed: { slack: seed } });
console.log(`ready on ${baseUrl}`);
