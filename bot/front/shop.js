// A question that is clicked is put into the chat, for the customer to send or change.

document.addEventListener('click', ({ target }) => {
  const question = target.closest('[data-ask]')?.dataset.ask;
  if (question !== undefined) window.handraise?.open(question || undefined);
});
