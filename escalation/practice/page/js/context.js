// What a drawn block may do: in a message, or in a view.
import { play } from "./api.js";
import { store } from "./store.js";

const everybody = () => [...store.people.values()].filter((person) => !person.is_bot);

export function inMessage(message) {
  const place = { channel: message.channel, ts: message.ts };
  return {
    values: message.values,
    people: everybody,
    act: (block, one, value) => play("action", { ...place, block_id: block.block_id, action_id: one.action_id, value }),
    enter: (block, one, value) => {
      if (block.type === "input") play("enter", { ...place, block_id: block.block_id, action_id: one.action_id, value });
    },
    suggest: (block, one, query) => suggest({ ...place, block_id: block.block_id, action_id: one.action_id, query }),
  };
}

// `entered` outlives redrawing: {block_id: {action_id: value}}.
export function inView(view, entered, errors) {
  const place = { view_id: view.id };
  return {
    values: view.values,
    errors,
    people: everybody,
    act: (block, one, value) => play("action", { ...place, block_id: block.block_id, action_id: one.action_id, value, values: entered }),
    enter: (block, one, value) => {
      if (block.type === "input") (entered[block.block_id] ||= {})[one.action_id] = value;
    },
    suggest: (block, one, query) => suggest({ ...place, block_id: block.block_id, action_id: one.action_id, query }),
  };
}

async function suggest(asked) {
  const found = await play("suggest", asked);
  return found ? found.options : [];
}
