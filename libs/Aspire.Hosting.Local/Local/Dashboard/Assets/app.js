'use strict';

const $ = id => document.getElementById(id);
const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
};

let resources = [];

// --- colours -------------------------------------------------------------------------------------------------------------

const themes = { '': ['as the system', 'Auto'], light: ['light', 'Light'], dark: ['dark', 'Dark'] };
function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $('theme').textContent = themes[theme][1];
  $('theme').setAttribute('aria-label', `Colours: ${themes[theme][0]}`);
}
$('theme').onclick = () => {
  const names = Object.keys(themes);
  const next = names[(names.indexOf(document.documentElement.dataset.theme || '') + 1) % names.length];
  localStorage.setItem('theme', next);
  showTheme(next);
};
showTheme(localStorage.getItem('theme') in themes ? localStorage.getItem('theme') : '');

// --- resources -----------------------------------------------------------------------------------------------------------

function stateOf(resource) {
  if (resource.state === 'Running') {
    if (resource.health === null || resource.health === undefined) return ['wait', 'Starting'];
    if (resource.health === 'Healthy') return ['good', 'Running'];
    return ['bad', `Running, ${resource.health.toLowerCase()}`];
  }
  if (['Waiting', 'Starting', 'Stopping'].includes(resource.state)) return ['wait', resource.state];
  if (resource.state === 'FailedToStart') return ['bad', 'Failed to start'];
  if (resource.state === 'Exited') return ['bad', `Exited (${resource.exitCode})`];
  return ['', resource.state === 'NotStarted' ? 'Stopped' : resource.state];
}

const memory = bytes => bytes ? `${(bytes / 1048576).toFixed(bytes < 104857600 ? 1 : 0)} MB` : '';
function since(started) {
  if (!started) return '';
  const s = Math.max(0, Math.floor((Date.now() - new Date(started)) / 1000));
  return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min` : s < 86400 ? `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min` : `${Math.floor(s / 86400)} d`;
}

function endpoint({ name, url }) {
  const label = ['http', 'https', 'tcp'].includes(name) ? null : element('small', { class: 'soft' }, ` ${name}`);
  return element('span', {}, /^https?:/.test(url) ? element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, url) : url, label);
}

function action(resource, command, label) {
  const up = !['NotStarted', 'Exited', 'FailedToStart', 'Finished'].includes(resource.state);
  const possible = command === 'start' ? !up : up && resource.state !== 'Stopping';
  const button = element('button', { type: 'button', 'data-key': `${resource.id}/${command}`, 'aria-label': `${label} ${resource.id}`, disabled: !possible }, label);
  button.onclick = async () => {
    button.disabled = true;
    const answer = await fetch(`/api/resources/${encodeURIComponent(resource.id)}/${command}`, { method: 'POST', headers: { 'X-Dashboard': '1' } }).catch(() => null);
    if (!answer || !answer.ok) toast(`Could not ${command} ${resource.id}.`);
  };
  return button;
}

function row(resource) {
  const [kind, text] = stateOf(resource);
  const running = resource.state === 'Running';
  const name = element('button', { type: 'button', class: 'name', 'data-key': `${resource.id}/name`, title: 'Details' }, resource.id);
  name.onclick = () => showDetails(resource.id);
  const actions = resource.hasProcess
    ? [element('a', { href: `#/logs/${resource.id}`, 'data-key': `${resource.id}/logs`, 'aria-label': `Console of ${resource.id}` }, 'Console'),
       resource.state === 'Running' || resource.state === 'Waiting' || resource.state === 'Starting' || resource.state === 'Stopping' ? action(resource, 'stop', 'Stop') : action(resource, 'start', 'Start'),
       action(resource, 'restart', 'Restart')]
    : [];
  return element('tr', {},
    element('td', {}, name, element('span', { class: 'type' }, resource.type + (resource.failures ? ` · ended ${resource.failures}× by itself` : ''))),
    element('td', {}, element('span', { class: `state ${kind}` }, text)),
    element('td', { class: 'wide' }, ...(resource.endpoints.length ? [element('div', { class: 'endpoints' }, ...resource.endpoints.map(endpoint))] : [])),
    element('td', { class: 'number', 'data-label': 'Process' }, running && resource.pid ? String(resource.pid) : ''),
    element('td', { class: 'number', 'data-label': 'Memory' }, running ? memory(resource.memory) : ''),
    element('td', { class: 'number', 'data-label': 'Up' }, running ? since(resource.started) : ''),
    element('td', { class: 'actions' }, ...actions));
}

function showResources() {
  const words = $('resource-filter').value.trim().toLowerCase();
  const shown = resources.filter(r => !words || `${r.id} ${r.type} ${stateOf(r)[1]}`.toLowerCase().includes(words));
  // The rows are made anew; whoever stood on a button with the keyboard stays on it.
  const key = document.activeElement?.dataset?.key;
  $('rows').replaceChildren(...shown.map(row));
  if (key) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  $('none').hidden = shown.length > 0;
  const good = resources.filter(r => stateOf(r)[0] === 'good').length;
  const total = resources.reduce((sum, r) => sum + (r.state === 'Running' && r.memory || 0), 0);
  const text = resources.length ? `${good} of ${resources.length} running${total ? ` · ${memory(total)}` : ''}` : 'Starting …';
  if ($('summary').textContent !== text) $('summary').textContent = text;
  document.title = resources.length && good < resources.length ? `(${resources.length - good}) Dashboard` : 'Dashboard';
  showChoices();
}
$('resource-filter').oninput = showResources;
setInterval(() => { if (!$('resources').hidden && !document.hidden) showResources(); }, 10000);

async function showDetails(id) {
  const answer = await fetch(`/api/resources/${encodeURIComponent(id)}`).catch(() => null);
  if (!answer || !answer.ok) return toast(`Nothing is known of ${id}.`);
  const { environment, health, references } = await answer.json();
  const table = rows => element('table', {}, element('tbody', {}, ...rows.map(([name, value]) => element('tr', {}, element('td', {}, name), element('td', {}, value)))));
  $('details-title').textContent = id;
  $('details-body').replaceChildren(
    ...(health.length ? [element('h3', {}, 'Health'), table(health.map(h => [h.name, h.status + (h.description ? `: ${h.description}` : '')]))] : []),
    ...(references.length ? [element('h3', {}, 'Uses'), element('p', {}, references.join(', '))] : []),
    ...(environment.length ? [element('h3', {}, 'Environment'), table(environment.map(v => [v.name, v.value]))] : []));
  if (!$('details-body').childElementCount) $('details-body').append(element('p', { class: 'soft' }, 'Nothing more is known of it.'));
  $('details').showModal();
}
$('details').onclick = event => { if (event.target === $('details')) $('details').close(); };

let toastTimer = 0;
function toast(text) {
  $('toast').textContent = text;
  $('toast').hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $('toast').hidden = true; }, 6000);
}

// --- console -------------------------------------------------------------------------------------------------------------

const most = 10000;
const log = { id: null, source: null, lines: [], held: [], last: 0, paused: false, follow: true };

// The colours of a terminal (ECMA-48 SGR, the sixteen usual ones) as classes; every other sequence is left out.
function paint(text, into, words) {
  let style = [];
  // eslint-disable-next-line no-control-regex
  for (const part of text.split(/(\x1b\[[0-9;?]*[A-Za-z])/)) {
    const sequence = /^\x1b\[([0-9;?]*)([A-Za-z])$/.exec(part);
    if (!sequence) {
      if (part) into.append(style.length ? element('span', { class: style.join(' ') }, ...highlighted(part, words)) : '', ...(style.length ? [] : highlighted(part, words)));
    } else if (sequence[2] === 'm') {
      const codes = sequence[1].split(';').map(Number);
      if (codes[0] === 38 || codes[0] === 48) continue;
      for (const code of codes) {
        if (code === 0) style = [];
        else if (code === 39 || code === 22) style = style.filter(s => code === 22 ? s !== 'a1' : s === 'a1');
        else if (code === 1) style.push('a1');
        else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) style = [...style.filter(s => s === 'a1'), `a${code}`];
      }
    }
  }
}
function highlighted(text, words) {
  if (!words) return [text];
  const found = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(words); at >= 0; at = lower.indexOf(words, from)) {
    if (at > from) found.push(text.slice(from, at));
    found.push(element('mark', {}, text.slice(at, at + words.length)));
    from = at + words.length;
  }
  found.push(text.slice(from));
  return found;
}
const plain = text => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
const filterWords = () => $('log-filter').value.trim().toLowerCase();
const wanted = (line, words) => !words || plain(line.t).toLowerCase().includes(words);

function lineNode(line, words) {
  const text = element('span');
  paint(line.t, text, words);
  return element('div', { class: line.e ? 'line err' : 'line' }, element('b', { 'aria-hidden': 'true' }, String(line.n)), text);
}

function addLines(lines) {
  const words = filterWords();
  log.lines.push(...lines);
  if (log.lines.length > most) log.lines.splice(0, log.lines.length - most);
  $('lines').append(...lines.filter(line => wanted(line, words)).map(line => lineNode(line, words)));
  while ($('lines').childElementCount > most) $('lines').firstElementChild.remove();
  afterLines();
}
function showLines() {
  const words = filterWords();
  $('lines').replaceChildren(...log.lines.filter(line => wanted(line, words)).map(line => lineNode(line, words)));
  afterLines();
}
function afterLines() {
  if (log.follow) $('lines').scrollTop = $('lines').scrollHeight;
  const shown = $('lines').childElementCount;
  $('log-count').textContent = (shown === log.lines.length ? `${shown} lines` : `${shown} of ${log.lines.length} lines`) + (log.held.length ? `, ${log.held.length} held back` : '');
}

function openLog(id) {
  if (log.id === id) return;
  log.source?.close();
  Object.assign(log, { id, lines: [], held: [], last: 0 });
  $('lines').replaceChildren();
  $('log-count').textContent = '';
  if (!id) return;
  log.source = new EventSource(`/api/resources/${encodeURIComponent(id)}/logs`);
  log.source.onmessage = event => {
    // After a lost connection the backlog comes again.
    const fresh = JSON.parse(event.data).filter(line => line.n > log.last);
    if (!fresh.length) return;
    log.last = fresh[fresh.length - 1].n;
    if (log.paused) {
      log.held.push(...fresh);
      if (log.held.length > most) log.held.splice(0, log.held.length - most);
      afterLines();
    } else addLines(fresh);
  };
}

function showChoices() {
  const ids = resources.filter(r => r.hasProcess).map(r => r.id);
  if (ids.join() !== [...$('log-resource').options].map(o => o.value).join()) {
    $('log-resource').replaceChildren(...ids.map(id => element('option', { value: id }, id)));
    route();
  }
}
$('log-resource').onchange = () => { location.hash = `#/logs/${$('log-resource').value}`; };
$('log-filter').oninput = showLines;
const press = (button, on) => $(button).setAttribute('aria-pressed', String(on));
function setFollow(on) { log.follow = on; press('log-follow', on); if (on) afterLines(); }
function setPaused(on) {
  log.paused = on;
  press('log-pause', on);
  if (!on) addLines(log.held.splice(0));
}
$('log-follow').onclick = () => setFollow(!log.follow);
$('log-pause').onclick = () => setPaused(!log.paused);
$('log-wrap').onclick = () => press('log-wrap', $('lines').classList.toggle('wrap'));
$('log-clear').onclick = () => { log.lines = []; log.held = []; showLines(); };
$('log-save').onclick = () => {
  const words = filterWords();
  const text = log.lines.filter(line => wanted(line, words)).map(line => plain(line.t)).join('\n') + '\n';
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  element('a', { href: url, download: `${log.id}.log` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};
// Scrolling up means reading: the view stays there until its end is reached again.
$('lines').onscroll = () => {
  const atEnd = $('lines').scrollHeight - $('lines').scrollTop - $('lines').clientHeight < 24;
  if (atEnd !== log.follow) { log.follow = atEnd; press('log-follow', atEnd); }
};

// --- pages and keys ------------------------------------------------------------------------------------------------------

function route() {
  const [, page, id] = location.hash.split('/');
  const onLogs = page === 'logs';
  $('logs').hidden = !onLogs;
  $('resources').hidden = onLogs;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.page === (onLogs ? 'logs' : 'resources')) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
  }
  if (onLogs) {
    const chosen = id ? decodeURIComponent(id) : $('log-resource').value;
    if ([...$('log-resource').options].some(o => o.value === chosen)) $('log-resource').value = chosen;
    openLog(chosen || null);
  } else openLog(null);
}
addEventListener('hashchange', () => { route(); $('main').focus({ preventScroll: true }); });

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || $('details').open) return;
  const typing = event.target.matches('input, select, textarea');
  const onLogs = !$('logs').hidden;
  if (event.key === 'Escape' && typing) { event.target.value = event.target.matches('select') ? event.target.value : ''; event.target.dispatchEvent(new Event('input')); event.target.blur(); return; }
  if (typing) return;
  const keys = { '/': () => $(onLogs ? 'log-filter' : 'resource-filter').focus(), r: () => { location.hash = '#/'; }, c: () => { location.hash = '#/logs'; } };
  if (onLogs) Object.assign(keys, { f: () => setFollow(!log.follow), p: () => setPaused(!log.paused), w: () => $('log-wrap').click() });
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});

// --- live ----------------------------------------------------------------------------------------------------------------

const live = new EventSource('/api/resources/stream');
live.onmessage = event => { resources = JSON.parse(event.data); $('offline').hidden = true; showResources(); };
live.onerror = async () => {
  $('offline').hidden = false;
  const answer = await fetch('/api/resources').catch(() => null);
  if (answer?.status === 401) location.reload();
};
route();
