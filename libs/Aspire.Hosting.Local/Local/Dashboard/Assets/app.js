// The frame of all pages: addresses, colours, keys, the panel at the side.

import { $, h, kept, icon, memory, toast, getJson, send, count } from './dom.js';
import { state, listen, stateOf } from './state.js';
import * as resources from './resources.js';
import * as graph from './graph.js';
import * as consolePage from './console.js';
import * as logs from './logs.js';
import * as traces from './traces.js';
import * as trace from './trace.js';
import * as metrics from './metrics.js';

const pages = [
  { path: '/', key: 'r', name: 'Resources', icon: 'resources' },
  { path: '/graph', key: 'g', name: 'Graph', icon: 'graph' },
  { path: '/console', key: 'c', name: 'Console', icon: 'console' },
  { path: '/logs', key: 's', name: 'Logs', icon: 'logs' },
  { path: '/traces', key: 't', name: 'Traces', icon: 'traces' },
  { path: '/metrics', key: 'm', name: 'Metrics', icon: 'metrics' },
];
const routes = { '': resources, graph, console: consolePage, logs, traces, metrics };

// --- addresses -----------------------------------------------------------------------------------------------------------

let current = null;
export function go(address, replace = false) {
  if (address !== location.pathname + location.search) history[replace ? 'replaceState' : 'pushState'](null, '', address);
  show();
}
// Changes what follows the question mark, which is where a page keeps its filters.
export function setQuery(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '' || value === false) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(null, '', location.pathname + (text ? `?${text}` : ''));
}

function show() {
  const parts = location.pathname.split('/').slice(1).map(decodeURIComponent);
  const page = parts[0] === 'traces' && parts[1] ? trace : routes[parts[0]] ?? resources;
  current?.close?.();
  closePanel(false);
  for (const link of $('links').querySelectorAll('a')) {
    if (link.getAttribute('href') === `/${parts[0]}`) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
  }
  const main = $('main');
  main.replaceChildren();
  main.className = '';
  main.scrollTop = 0;
  current = page.open(main, parts.slice(1), new URLSearchParams(location.search)) ?? {};
  document.title = `${current.title ?? 'Dashboard'} · Dashboard`;
}

addEventListener('popstate', show);
document.addEventListener('click', event => {
  const link = event.target.closest?.('a[href^="/"]');
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
  event.preventDefault();
  go(link.getAttribute('href'));
  if (link.closest('#nav')) $('main').focus({ preventScroll: true });
});

// --- the panel -----------------------------------------------------------------------------------------------------------

let panelReturn = null;
let panelClosed = null;
export function openPanel(title, body, closed) {
  const panel = $('panel');
  if (panel.hidden) panelReturn = document.activeElement;
  panelClosed = closed ?? null;
  panel.replaceChildren(
    h('header', {}, h('h2', { id: 'panel-title' }, title),
      h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close details', title: 'Close (Esc)', onclick: () => closePanel() }, icon('close'))),
    h('div', { class: 'body' }, body));
  panel.hidden = false;
  $('shell').classList.add('with-panel');
}
export function closePanel(focus = true) {
  if ($('panel').hidden) return;
  $('panel').hidden = true;
  $('shell').classList.remove('with-panel');
  panelClosed?.();
  if (focus && panelReturn?.isConnected) panelReturn.focus({ preventScroll: true });
}

// --- colours -------------------------------------------------------------------------------------------------------------

const themes = { auto: 'as the system', light: 'light', dark: 'dark' };
function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $('theme').replaceChildren(icon(theme));
  $('theme').setAttribute('aria-label', `Colours: ${themes[theme]}`);
  $('theme').title = `Colours: ${themes[theme]}`;
  dispatchEvent(new Event('themechange'));
}
$('theme').onclick = () => {
  const names = Object.keys(themes);
  const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
  localStorage.setItem('theme', next);
  showTheme(next);
};
showTheme(localStorage.getItem('theme') in themes ? localStorage.getItem('theme') : 'auto');

// --- help ----------------------------------------------------------------------------------------------------------------

const keys = [
  ...pages.map(page => [page.key, page.name]),
  ['/', 'Search on this page'], ['↑ ↓', 'Walk through rows'], ['Enter', 'Open a row'], ['← →', 'Fold and unfold spans'],
  ['Esc', 'Close details, leave a search'], ['f', 'Console: follow'], ['p', 'Pause what is live'], ['w', 'Console: wrap lines'], ['?', 'This help'],
];
async function showHelp() {
  const telemetry = await getJson('/api/telemetry');
  const address = (name, value) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, h('code', {}, value)));
  $('dialog').replaceChildren(...kept([
    h('form', { method: 'dialog', class: 'bar' }, h('h2', { id: 'dialog-title' }, 'Help'), h('button', { 'aria-label': 'Close help' }, 'Close')),
    h('h3', {}, 'Keys'),
    h('dl', { class: 'keys' }, keys.map(([key, text]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, text)))),
    telemetry && h('h3', {}, 'Send telemetry here'),
    telemetry && h('p', { class: 'soft' }, 'Anything that speaks OTLP on this machine can: set these variables for it.'),
    telemetry && h('table', { class: 'pairs' }, h('tbody', {},
      address('OTEL_EXPORTER_OTLP_ENDPOINT', telemetry.http), address('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf'),
      address('or, by gRPC', telemetry.grpc), address('OTEL_EXPORTER_OTLP_HEADERS', `${telemetry.header}=${telemetry.key}`))),
    telemetry && h('h3', {}, 'Kept in memory'),
    telemetry && h('p', {},
      `${count(telemetry.figures.spans)} spans in ${count(telemetry.figures.traces)} traces, ${count(telemetry.figures.logs)} log records, `
      + `${count(telemetry.figures.series)} metric series: ${memory(telemetry.figures.bytes) || '0 MB'}. The oldest makes room for the newest. `,
      h('button', { type: 'button', onclick: async () => { if (await send('DELETE', '/api/telemetry')) { $('dialog').close(); toast('Forgotten'); } } }, 'Forget all telemetry'))]));
  $('dialog').showModal();
}
$('help').append(icon('help'));
$('help').onclick = showHelp;

// --- keys ----------------------------------------------------------------------------------------------------------------

addEventListener('keydown', event => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || $('dialog').open) return;
  const typing = event.target.matches?.('input, select, textarea');
  if (event.key === 'Escape') {
    if (typing) {
      if (event.target.value && event.target.matches('input')) {
        event.target.value = '';
        event.target.dispatchEvent(new Event('input'));
      } else event.target.blur();
    } else closePanel();
    return;
  }
  if (typing) return;
  const own = current?.keys?.[event.key];
  const page = pages.find(p => p.key === event.key);
  if (own) own();
  else if (event.key === '/') $('main').querySelector('input[type=search]')?.focus();
  else if (event.key === '?') showHelp();
  else if (page) { go(page.path); $('main').focus({ preventScroll: true }); } else return;
  event.preventDefault();
});

// --- frame ---------------------------------------------------------------------------------------------------------------

$('links').append(...pages.map(page => h('li', {}, h('a', { href: page.path, title: `${page.name} (${page.key})` }, icon(page.icon), h('span', {}, page.name), h('b', { class: 'badge', hidden: true })))));

listen(what => {
  if (what === 'resources') {
    const good = state.resources.filter(r => stateOf(r)[0] === 'good').length;
    const total = state.resources.reduce((sum, r) => sum + (r.state === 'Running' && r.memory || 0), 0);
    const text = state.resources.length ? `${good} of ${state.resources.length} running${total ? ` · ${memory(total)}` : ''}` : 'Starting …';
    if ($('summary').textContent !== text) $('summary').textContent = text;
  }
  if (what === 'telemetry') {
    const errors = Object.values(state.figures.errors).reduce((sum, n) => sum + n, 0);
    const badge = $('links').querySelector('a[href="/logs"] .badge');
    badge.hidden = errors === 0;
    badge.textContent = errors > 999 ? '999+' : String(errors);
    badge.setAttribute('aria-label', `${errors} errors`);
  }
  current?.changed?.(what);
});
show();
