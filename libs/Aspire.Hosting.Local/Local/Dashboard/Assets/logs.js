// Structured logs: filtered, newest first, live.

import { h, icon, iconButton, clock, moment, count, resourceName, getJson, getHere, reconcile, walkable, select, pairs, calm, late, copy } from './dom.js';
import { openPanel, setQuery } from './app.js';

const levels = [['', 'All levels'], ['debug', 'Debug and above'], ['information', 'Information and above'], ['warning', 'Warning and above'], ['error', 'Error and above'], ['critical', 'Critical']];
const letters = { trace: 'TRC', debug: 'DBG', information: 'INF', warning: 'WRN', error: 'ERR', critical: 'CRT' };
export const level = name => h('span', { class: `level ${name}`, title: name }, letters[name] ?? '–');
const traceLink = (log, text) => h('a', { href: `/traces/${log.trace}${log.span ? `?span=${log.span}` : ''}`, 'data-focus': 'trace', title: 'The trace of this record' }, icon('traces'), text);

export async function openLog(id, onlyThese) {
  const details = await getHere(`/api/logs/${id}`);
  if (!details) return;
  const { log, attributes, resource, event, dropped } = details;
  const value = name => attributes.find(a => a.name === name)?.value;
  const exception = value('exception.stacktrace') ?? value('exception.message');
  const rest = attributes.filter(a => !a.name.startsWith('exception.') && a.name !== '{OriginalFormat}');
  openPanel([level(log.level), ' ', resourceName(log.resource)], [
    h('p', { class: 'message' }, log.message),
    h('p', { class: 'bar links' },
      log.trace && h('a', { href: `/traces/${log.trace}${log.span ? `?span=${log.span}` : ''}`, class: 'button primary' }, icon('traces'), 'View trace'),
      log.trace && h('a', { href: `/logs?trace=${log.trace}` }, 'Logs of this trace'),
      iconButton('copy', 'Copy the message', { onclick: () => copy(exception ? `${log.message}\n${exception}` : log.message) })),
    exception && h('h3', {}, value('exception.type') ?? 'Exception'),
    exception && value('exception.message') && h('p', {}, value('exception.message')),
    value('exception.stacktrace') && h('pre', { tabindex: 0 }, value('exception.stacktrace')),
    h('h3', {}, 'Record'),
    pairs([['Time', `${moment(log.time)} (${clock(log.time)})`], ['Category', log.category], event && ['Event', event],
      log.trace && ['Trace', h('code', {}, log.trace)], log.span && ['Span', h('code', {}, log.span)], value('{OriginalFormat}') && ['Template', value('{OriginalFormat}')]].filter(Boolean)),
    rest.length > 0 && h('h3', {}, 'Attributes'),
    rest.length > 0 && pairs(rest.map(a => [a.name, a.value]), onlyThese && ((name, text) => iconButton('filter', `Only records with this ${name}`, { onclick: () => onlyThese(name, text) }))),
    dropped > 0 && h('p', { class: 'soft' }, `${dropped} more were too many to keep.`),
    h('h3', {}, 'Resource'),
    pairs(resource.map(a => [a.name, a.value])),
  ]);
}

export function open(main, path, query) {
  const filter = {
    resource: query.get('resource') ?? '', level: query.get('level') ?? '', text: query.get('text') ?? '',
    trace: query.get('trace') ?? '', attribute: query.get('attribute') ?? '', limit: 200,
  };
  let paused = false;
  const total = h('span', { class: 'soft', role: 'status' });
  const chips = h('span', { class: 'chips' });
  const resource = h('select', { 'aria-label': 'Resource', onchange: () => change({ resource: resource.value }) }, h('option', { value: filter.resource }, filter.resource || 'All resources'));
  const search = h('input', {
    type: 'search', placeholder: 'Search messages and categories', 'aria-label': 'Search logs', value: filter.text,
    oninput: late(150, () => change({ text: search.value })),
  });
  const pause = h('button', { type: 'button', 'aria-pressed': 'false', title: 'Hold the list (p)', onclick: () => { paused = !paused; pause.setAttribute('aria-pressed', String(paused)); if (!paused) load(); } }, 'Pause');
  const body = h('tbody', {});
  const more = h('button', { type: 'button', class: 'more', hidden: true, onclick: () => { filter.limit = Math.min(2000, filter.limit * 3); load(); } }, 'Show more');
  const none = h('p', { class: 'empty', hidden: true });
  main.append(
    h('div', { class: 'bar' }, h('h1', {}, 'Logs'), resource, select('Level', levels, filter.level, value => change({ level: value })), search, chips, total, h('span', { class: 'group' }, pause)),
    h('div', { class: 'frame scroll' }, h('table', { class: 'rows cards' },
      h('thead', {}, h('tr', {}, ['Time', 'Resource', 'Level', 'Message', 'Trace'].map(name => h('th', { scope: 'col' }, name)))), body), none, more));
  const rows = walkable(body);

  const change = changes => {
    Object.assign(filter, changes, { limit: 200 });
    setQuery(changes);
    load();
  };
  const onlyThese = (name, value) => change({ attribute: `${name}=${value}` });
  const chip = (name, text) => filter[name] && h('button', { type: 'button', class: 'chip', title: 'Remove this filter', onclick: () => change({ [name]: '' }) }, text, icon('close'));
  const row = log => h('tr', { tabindex: -1, class: ['error', 'critical'].includes(log.level) ? 'bad' : null, onclick: event => { if (!event.target.closest('a')) openLog(log.id, onlyThese); } },
    h('td', { class: 'time', title: moment(log.time) }, clock(log.time)),
    h('td', {}, resourceName(log.resource)),
    h('td', {}, level(log.level)),
    h('td', { class: 'wide text' }, log.message.slice(0, 400)),
    h('td', { class: 'actions' }, log.trace && traceLink(log, h('span', { class: 'id' }, log.trace.slice(0, 8)))));

  const load = calm(700, async () => {
    const asked = JSON.stringify(filter);
    const answer = await getJson('/api/logs', filter);
    if (!answer || asked !== JSON.stringify(filter)) return;
    const names = [...new Set([filter.resource, ...answer.resources].filter(Boolean))].sort();
    reconcile(resource, ['', ...names], name => name, () => '', name => h('option', { value: name }, name || 'All resources'));
    resource.value = filter.resource;
    chips.replaceChildren(...[chip('trace', `trace ${filter.trace.slice(0, 8)}…`), chip('attribute', filter.attribute)].filter(Boolean));
    reconcile(body, answer.logs, log => log.id, () => '', row);
    rows.ensureStop();
    total.textContent = answer.logs.length < answer.total ? `${count(answer.logs.length)} of ${count(answer.total)}` : `${count(answer.total)} records`;
    more.hidden = answer.logs.length >= answer.total || filter.limit >= 2000;
    none.hidden = answer.total > 0;
    none.textContent = filter.resource || filter.level || filter.text || filter.trace || filter.attribute ? 'No record matches.' : 'No log records have come yet.';
  });
  load();
  return {
    title: 'Logs',
    changed: what => { if (what === 'telemetry' && !paused) load(); },
    keys: { p: () => pause.click() },
  };
}
