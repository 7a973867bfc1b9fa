// The play API. A refusal becomes a sentence on the page; `null` comes back.
import { toast } from "./dom.js";

export const me = { id: "" };

async function read(response) {
  const body = await response.json().catch(() => ({ sentence: "The practice workspace answered nonsense." }));
  if (response.ok) return body;
  toast(body.sentence || body.error);
  return null;
}

export async function play(act, body = {}) {
  try {
    return await read(
      await fetch(`/play/${act}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ as: me.id, ...body }),
      }),
    );
  } catch {
    toast("The practice workspace cannot be reached. Is it still running?");
    return null;
  }
}

export const upload = (file, body) => sendFile("upload", file, body);

// For a window's file field: nobody sees it until the window is sent.
export const keep = (file) => sendFile("keep", file, {});

async function sendFile(act, file, body) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ as: me.id, ...body })) if (value) form.append(name, value);
  form.append("file", file);
  try {
    return await read(await fetch(`/play/${act}`, { method: "POST", body: form }));
  } catch {
    toast("The file could not be sent.");
    return null;
  }
}

export async function look(path, asked) {
  const query = new URLSearchParams({ as: me.id, ...asked });
  const response = await fetch(`/play/${path}?${query}`);
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}
