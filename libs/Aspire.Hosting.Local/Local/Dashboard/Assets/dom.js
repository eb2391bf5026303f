// Elements, formats and the few helpers that every page uses.

export const $ = id => document.getElementById(id);

// What is not there leaves no trace: `condition && element` may stand among children.
export const kept = children => children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false);
const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...kept(children));
  return node;
};
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

// --- icons: 24 × 24, drawn with one stroke -------------------------------------------------------------------------------

const paths = {
  resources: 'M4 5h16v5H4zM4 14h16v5H4zM7.500 7.500h.01M7.500 16.500h.01',
  graph: 'M6 6m-2.500 0a2.500 2.500 0 1 0 5 0a2.500 2.500 0 1 0-5 0M18 6m-2.500 0a2.500 2.500 0 1 0 5 0a2.500 2.500 0 1 0-5 0M12 18m-2.500 0a2.500 2.500 0 1 0 5 0a2.500 2.500 0 1 0-5 0M7.300 8.200l3.500 7.600M16.700 8.200l-3.500 7.600M8.500 6h7',
  console: 'M4 5h16v14H4zM7.500 9.500l3 2.500-3 2.500M13 15h4',
  logs: 'M5 4h14v16H5zM8.500 8.500h7M8.500 12h7M8.500 15.500h4.500',
  traces: 'M4 6h9M8 12h9M12 18h8',
  metrics: 'M4 19V5M4 19h16M7.500 15.500l3.500-5 3 2.500 4.500-6.500',
  start: 'M8 5.500l10 6.500-10 6.500z',
  stop: 'M7 7h10v10H7z',
  restart: 'M19 12a7 7 0 1 1-2.200-5.100M19 4v4h-4',
  search: 'M11 11m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0M20 20l-4.500-4.500',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M11 6l-6 6 6 6M5 12h14',
  error: 'M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0M12 8v4.500M12 16h.01',
  help: 'M12 12m-8.500 0a8.500 8.500 0 1 0 17 0a8.500 8.500 0 1 0-17 0M9.700 9.500a2.400 2.400 0 1 1 3.300 2.200c-.8.300-1 .8-1 1.600M12 16.500h.01',
  light: 'M12 12m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600L7 7M17 17l1.400 1.400M18.400 5.600L17 7M7 17l-1.400 1.400',
  dark: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z',
  auto: 'M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0M12 4v16M12 8h6.900M12 12h8M12 16h6.900',
  eye: 'M3 12c2.500-4.500 5.500-6.500 9-6.500s6.500 2 9 6.500c-2.500 4.500-5.500 6.500-9 6.500S5.500 16.500 3 12M12 12m-2.500 0a2.500 2.500 0 1 0 5 0a2.500 2.500 0 1 0-5 0',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  filter: 'M4 6h16M7 12h10M10 18h4',
  down: 'M6 9l6 6 6-6',
  link: 'M10 14l4-4M8.500 11.500L6.500 13.500a3 3 0 0 0 4.200 4.200l2-2M15.500 12.500l2-2a3 3 0 0 0-4.200-4.200l-2 2',
};
export const icon = name => s('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' }, s('path', { d: paths[name] }));
export const iconButton = (name, label, attributes = {}) => h('button', { type: 'button', class: 'quiet', 'aria-label': label, title: label, ...attributes }, icon(name));

// --- formats -------------------------------------------------------------------------------------------------------------

const digits = (value, most = 3) => value.toLocaleString('en', { maximumSignificantDigits: most, useGrouping: false });
export const count = value => value.toLocaleString('en');
export const memory = bytes => (bytes ? `${(bytes / 1048576).toFixed(bytes < 104857600 ? 1 : 0)} MB` : '');
export function duration(us) {
  if (us < 1000) return `${digits(us)} µs`;
  if (us < 1e6) return `${digits(us / 1e3)} ms`;
  if (us < 60e6) return `${digits(us / 1e6)} s`;
  return `${Math.floor(us / 60e6)} min ${Math.round(us % 60e6 / 1e6)} s`;
}
export function age(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min` : `${Math.floor(seconds / 86400)} d`;
}
const two = value => String(value).padStart(2, '0');
export function clock(ms) {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
export const moment = ms => new Date(ms).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
export function short(value) {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)} G`;
  if (size >= 1e6) return `${digits(value / 1e6)} M`;
  if (size >= 1e4) return `${digits(value / 1e3)} k`;
  return digits(value, 4);
}

// --- colours of resources: the same one everywhere, in the order in which they were first seen ---------------------------

const seen = new Map();
export function know(names) {
  for (const name of [...names].sort()) if (!seen.has(name)) seen.set(name, seen.size % 10);
}
export function colour(name) {
  know([name]);
  return `c${seen.get(name)}`;
}
export const resourceName = name => h('span', { class: `resource ${colour(name)}` }, name);

// --- asking --------------------------------------------------------------------------------------------------------------

export async function getJson(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== null && one !== undefined && one !== '' && one !== false) query.append(name, one);
  }
  const text = query.toString();
  const answer = await fetch(text ? `${path}?${text}` : path, { headers: { 'X-Dashboard': '1' } });
  if (answer.status === 401) location.reload();
  return answer.ok ? answer.json() : null;
}
// The same, but nothing when the reader has gone to another page meanwhile.
export async function getHere(path) {
  const here = location.pathname;
  const answer = await getJson(path);
  return location.pathname === here ? answer : undefined;
}
export const send = (method, path) => fetch(path, { method, headers: { 'X-Dashboard': '1' } }).then(answer => answer.ok, () => false);

let toastTimer;
export function toast(text) {
  $('toast').textContent = text;
  $('toast').hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $('toast').hidden = true; }, 5000);
}

export async function copy(text) {
  await navigator.clipboard.writeText(text).catch(() => {});
  toast('Copied');
}

// --- keeping what is shown -----------------------------------------------------------------------------------------------

// Makes the children of `parent` those of `items` and touches only what has changed, so that focus, selection and scrolling stay.
export function reconcile(parent, items, key, signature, make) {
  const old = new Map([...parent.children].map(node => [node.dataset.key, node]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    const now = signature(item);
    let node = old.get(name);
    if (!node || node.dataset.signature !== now) {
      const fresh = make(item);
      fresh.dataset.key = name;
      fresh.dataset.signature = now;
      if (node) {
        const within = node.contains(document.activeElement) ? document.activeElement.dataset.focus ?? '' : null;
        const wasStop = node.tabIndex === 0;
        if (at === node) at = fresh;
        node.replaceWith(fresh);
        if (wasStop && fresh.hasAttribute('tabindex')) fresh.tabIndex = 0;
        if (within !== null) (within ? fresh.querySelector(`[data-focus="${CSS.escape(within)}"]`) : fresh)?.focus({ preventScroll: true });
      }
      node = fresh;
    }
    old.delete(name);
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
  for (const node of old.values()) node.remove();
}

// Rows that the arrow keys walk through; the tab key meets only one of them.
export function walkable(body) {
  const rows = () => [...body.querySelectorAll(':scope > [tabindex]')].filter(row => row.offsetParent !== null);
  const stop = row => {
    for (const other of body.querySelectorAll(':scope > [tabindex="0"]')) other.tabIndex = -1;
    row.tabIndex = 0;
  };
  body.addEventListener('focusin', event => { const row = event.target.closest('[tabindex]'); if (row?.parentElement === body) stop(row); });
  body.addEventListener('keydown', event => {
    if (event.target.parentElement !== body) return;
    const all = rows();
    const at = all.indexOf(event.target);
    const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: all.length - 1, PageDown: at + 15, PageUp: at - 15 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      event.target.click();
    }
  });
  return { ensureStop() { if (!body.querySelector(':scope > [tabindex="0"]')) { const first = rows()[0]; if (first) first.tabIndex = 0; } } };
}

export function highlighted(text, words) {
  if (!words) return [text];
  const found = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(words); at >= 0; at = lower.indexOf(words, from)) {
    if (at > from) found.push(text.slice(from, at));
    found.push(h('mark', {}, text.slice(at, at + words.length)));
    from = at + words.length;
  }
  found.push(text.slice(from));
  return found;
}

export function pairs(rows, action) {
  return h('table', { class: 'pairs' }, h('tbody', {}, rows.map(([name, value]) => h('tr', {},
    h('th', { scope: 'row' }, name),
    h('td', {}, value, action?.(name, value))))));
}

export const select = (label, options, value, change) => h('select', { 'aria-label': label, onchange: event => change(event.target.value) },
  options.map(([id, text]) => h('option', { value: id, selected: id === value }, text)));

// Calls at most once in `ms`, and once more at the end.
export function calm(ms, run) {
  let timer = null;
  let again = false;
  const go = async () => {
    again = false;
    await run();
    timer = setTimeout(() => { timer = null; if (again) start(); }, ms);
  };
  const start = () => { timer = 1; go(); };
  return () => { if (timer) again = true; else start(); };
}
export function late(ms, run) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(run, ms); };
}
