// The one script tag that lays the chat over a site:
//
//   <script src="https://shop.example/chat/handraise.js" data-name="Larkfell help" async></script>
//
//   data-name       the chat's title                      (default: Chat)
//   data-position   "right" or "left"                     (default: right)
//   data-open       "true" opens it on the first visit    (default: closed)
//   data-customer   the customer's name, where the site knows it
//
// A page may also call handraise.open(), handraise.open('words to start with') and handraise.close().

(() => {
  const tag = document.currentScript ?? document.querySelector('script[src*="/chat/handraise.js"]');
  if (!tag || window.handraise) return;

  const { name = '', position = 'right', open: openAtFirst, customer = '' } = tag.dataset;
  const frameAddress = new URL('frame', tag.src);
  const title = name || 'Chat';
  frameAddress.search = new URLSearchParams({ name, site: location.origin });
  const phone = matchMedia('(max-width: 480px)');

  const STYLE = `
    :host { all: initial; position: fixed; inset: 0; z-index: 2147483000; pointer-events: none; color-scheme: light dark;
      --pine: #1f5d48; --paper: #fffdf7; --signal: #c2570c; }
    @media (prefers-color-scheme: dark) { :host { --pine: #84caa7; --paper: #0d1a14; --signal: #f0a050; } }
    button { position: absolute; bottom: max(20px, env(safe-area-inset-bottom)); ${position === 'left' ? 'left' : 'right'}: 20px;
      width: 60px; height: 60px; padding: 0; border: 2px solid var(--paper); border-radius: 50%; background: var(--pine); color: var(--paper);
      cursor: pointer; pointer-events: auto; box-shadow: 0 3px 8px rgb(0 0 0 / .2), 0 8px 24px rgb(0 0 0 / .18); transition: transform .15s; }
    button:hover { transform: translateY(-2px); }
    button:focus-visible, iframe:focus-visible { outline: 3px solid var(--signal); outline-offset: 3px; }
    svg { display: block; margin: auto; }
    [aria-expanded="true"] .hand, [aria-expanded="false"] .cross { display: none; }
    .badge { position: absolute; top: -6px; right: -6px; min-width: 22px; box-sizing: border-box; padding: 0 6px; border-radius: 11px;
      background: #9e2f1b; color: #fff; font: 700 13px/22px system-ui, sans-serif; }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    iframe { position: absolute; bottom: 96px; ${position === 'left' ? 'left' : 'right'}: 20px; width: min(400px, calc(100vw - 40px));
      height: min(640px, calc(100vh - 116px)); border: 1px solid rgb(120 110 80 / .45); border-radius: 12px; background: Canvas;
      pointer-events: auto; box-shadow: 0 4px 12px rgb(0 0 0 / .15), 0 16px 48px rgb(0 0 0 / .25); }
    [hidden] { display: none !important; }
    @media (max-width: 480px), (max-height: 420px) {
      iframe { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
      [aria-expanded="true"] { display: none; }
    }
    @media (prefers-reduced-motion: reduce) { button { transition: none; } }`;

  const LAUNCHER = `
    <svg class="hand" viewBox="0 0 24 24" width="30" height="30" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M8 13V6.4a1.5 1.5 0 0 1 3 0V11V4.3a1.5 1.5 0 0 1 3 0V11V6a1.5 1.5 0 0 1 3 0v8c0 4-2.3 6.6-5.9 6.6-2.6 0-4.2-1.1-5.5-3.3l-2.4-4.1a1.5 1.5 0 0 1 2.5-1.6L8 14"/></svg>
    <svg class="cross" viewBox="0 0 24 24" width="28" height="28" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18"/></svg>
    <span class="hidden"></span><span class="badge" hidden aria-hidden="true"></span>`;

  const remembered = {
    get(key) {
      try {
        return localStorage.getItem(`handraise.${key}`);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem(`handraise.${key}`, value);
      } catch {
        // Not remembered, then: the chat starts closed on the next page.
      }
    },
  };

  let frame = null;
  let ready = false;
  let isOpen = false;
  let waitingWords = null;

  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const launcher = document.createElement('button');
  launcher.type = 'button';
  launcher.innerHTML = LAUNCHER;

  function label(unread = 0) {
    const badge = launcher.querySelector('.badge');
    badge.hidden = unread === 0;
    badge.textContent = unread > 9 ? '9+' : unread;
    // In no language: a screen reader says itself whether it is open.
    launcher.querySelector('.hidden').textContent = unread ? `${title} (${unread})` : title;
    launcher.setAttribute('aria-expanded', isOpen);
  }

  function makeFrame() {
    frame = document.createElement('iframe');
    frame.title = title;
    frameAddress.searchParams.set('language', document.documentElement.lang);
    frame.src = frameAddress;
    frame.hidden = true;
    root.prepend(frame);
  }

  function tell(word, more = {}) {
    if (!ready) return;
    const page = location.origin + location.pathname;
    const about = { page, title: document.title, customer, language: document.documentElement.lang };
    frame.contentWindow.postMessage({ handraise: word, ...about, ...more }, frameAddress.origin);
  }

  function tellAll() {
    if (isOpen) frame.focus();
    tell(isOpen ? 'opened' : 'closed');
    if (isOpen && waitingWords) tell('draft', { text: waitingWords });
    if (ready) waitingWords = null;
  }

  function open(words) {
    if (typeof words === 'string') waitingWords = words;
    if (!frame) makeFrame();
    isOpen = true;
    frame.hidden = false;
    remembered.set('open', 'yes');
    label();
    tellAll();
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    frame.hidden = true;
    remembered.set('open', 'no');
    label();
    tellAll();
    launcher.focus();
  }

  function hear({ source, origin, data }) {
    if (!frame || source !== frame.contentWindow || origin !== frameAddress.origin) return;
    if (data.handraise === 'close') close();
    else if (data.handraise === 'unread') label(isOpen ? 0 : Number(data.count) || 0);
    else if (data.handraise === 'ready') {
      ready = true;
      tellAll();
    }
  }

  function style() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  }

  function start() {
    style();
    label();
    root.append(launcher);
    document.body.append(host);
    launcher.addEventListener('click', () => (isOpen ? close() : open()));
    root.addEventListener('keydown', (event) => event.key === 'Escape' && close());
    addEventListener('message', hear);
    const before = remembered.get('open');
    if (before === 'yes' || (before === null && openAtFirst === 'true' && !phone.matches)) open();
    else if (before === 'no') makeFrame();
  }

  window.handraise = { open, close };
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
})();
