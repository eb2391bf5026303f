// The list of traces: filtered, newest first, live.

import { h, icon, clock, moment, duration, count, colour, getJson, reconcile, walkable, select, calm, late } from './dom.js';
import { go, setQuery } from './app.js';

const least = [['', 'Any duration'], ['10', '10 ms and longer'], ['100', '100 ms and longer'], ['1000', '1 s and longer'], ['10000', '10 s and longer']];

export function open(main, path, query) {
  const filter = { resource: query.get('resource') ?? '', text: query.get('text') ?? '', errors: query.get('errors') === 'true', min: query.get('min') ?? '', limit: 100 };
  let paused = false;
  const total = h('span', { class: 'soft', role: 'status' });
  const resource = h('select', { 'aria-label': 'Resource', onchange: () => change({ resource: resource.value }) }, h('option', { value: filter.resource }, filter.resource || 'All resources'));
  const search = h('input', { type: 'search', placeholder: 'Search span names or a trace id', 'aria-label': 'Search traces', value: filter.text, oninput: late(150, () => change({ text: search.value })) });
  const errors = h('button', { type: 'button', 'aria-pressed': String(filter.errors), onclick: () => { change({ errors: !filter.errors }); errors.setAttribute('aria-pressed', String(filter.errors)); } }, 'Errors only');
  const pause = h('button', { type: 'button', 'aria-pressed': 'false', title: 'Hold the list (p)', onclick: () => { paused = !paused; pause.setAttribute('aria-pressed', String(paused)); if (!paused) load(); } }, 'Pause');
  const body = h('tbody', {});
  const more = h('button', { type: 'button', class: 'more', hidden: true, onclick: () => { filter.limit = Math.min(1000, filter.limit * 3); load(); } }, 'Show more');
  const none = h('p', { class: 'empty', hidden: true });
  main.append(
    h('div', { class: 'bar' }, h('h1', {}, 'Traces'), resource, search, select('Duration', least, filter.min, value => change({ min: value })), errors, total, h('span', { class: 'group' }, pause)),
    h('div', { class: 'frame scroll' }, h('table', { class: 'rows cards' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Started'), h('th', { scope: 'col' }, 'Name'), h('th', { scope: 'col' }, 'Spans'), h('th', { scope: 'col' }, 'Duration'))), body), none, more));
  const rows = walkable(body);

  const change = changes => {
    Object.assign(filter, changes, { limit: 100 });
    setQuery(changes);
    load();
  };
  const row = longest => trace => {
    const bar = h('i', { class: 'bar-fill' });
    bar.style.width = `${Math.max(1, 100 * trace.ms / longest)}%`;
    return h('tr', { tabindex: -1, class: trace.errors ? 'bad' : null, onclick: event => { if (!event.target.closest('a')) go(`/traces/${trace.id}`); } },
      h('td', { class: 'time', title: moment(trace.start) }, clock(trace.start)),
      h('td', { class: 'wide' }, h('a', { href: `/traces/${trace.id}`, tabindex: -1, class: 'name' }, h('span', { class: `resource ${colour(trace.resource)}` }, trace.resource), ' ', trace.name),
        trace.errors > 0 && h('span', { class: 'errors' }, icon('error'), `${trace.errors} ${trace.errors === 1 ? 'error' : 'errors'}`)),
      h('td', {}, h('span', { class: 'shares' }, trace.resources.map(share => h('span', { class: `share ${colour(share.name)}`, title: `${share.name}: ${share.spans} spans${share.errors ? `, ${share.errors} failed` : ''}` },
        share.name, h('b', {}, share.spans), share.errors > 0 && icon('error'))))),
      h('td', { class: 'length' }, h('span', {}, duration(trace.ms * 1000)), bar));
  };

  const load = calm(700, async () => {
    const asked = JSON.stringify(filter);
    const answer = await getJson('/api/traces', filter);
    if (!answer || asked !== JSON.stringify(filter)) return;
    const names = [...new Set([filter.resource, ...answer.resources].filter(Boolean))].sort();
    reconcile(resource, ['', ...names], name => name, () => '', name => h('option', { value: name }, name || 'All resources'));
    resource.value = filter.resource;
    // The scale changes in steps, so that not every row changes with every new trace.
    const scale = 2 ** Math.ceil(Math.log2(Math.max(1, ...answer.traces.map(trace => trace.ms))));
    reconcile(body, answer.traces, trace => trace.id, trace => `${trace.spans}/${trace.errors}/${trace.ms}/${scale}`, row(scale));
    rows.ensureStop();
    total.textContent = answer.traces.length < answer.total ? `${count(answer.traces.length)} of ${count(answer.total)}` : `${count(answer.total)} traces`;
    more.hidden = answer.traces.length >= answer.total || filter.limit >= 1000;
    none.hidden = answer.total > 0;
    none.textContent = filter.resource || filter.text || filter.errors || filter.min ? 'No trace matches.' : 'No traces have come yet.';
  });
  load();
  return {
    title: 'Traces',
    changed: what => { if (what === 'telemetry' && !paused) load(); },
    keys: { p: () => pause.click() },
  };
}
