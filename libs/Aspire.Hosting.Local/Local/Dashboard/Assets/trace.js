// One trace as a waterfall, across resources and message queues, with what each span says.

import { h, kept, icon, iconButton, clock, moment, duration, colour, resourceName, getJson, getHere, pairs, walkable, copy, calm, late } from './dom.js';
import { openPanel, setQuery } from './app.js';
import { level, openLog } from './logs.js';

const kinds = { server: 'server', client: 'client', producer: 'sends', consumer: 'receives', internal: '' };

// Rows in the order of the tree: a span, then what it called. Spans whose caller is not here stand at the left.
function tree(spans) {
  const known = new Map(spans.map(span => [span.id, span]));
  const below = new Map();
  const roots = [];
  for (const span of spans) {
    if (span.parent && known.has(span.parent) && span.parent !== span.id) {
      if (!below.has(span.parent)) below.set(span.parent, []);
      below.get(span.parent).push(span);
    } else roots.push(span);
  }
  const rows = [];
  const visit = (list, depth, caller) => {
    for (const span of list) {
      if (span.row) continue;
      span.row = { depth, caller, children: below.get(span.id) ?? [] };
      rows.push(span);
      visit(span.row.children, depth + 1, span.resource);
    }
  };
  visit(roots, 0);
  // What names itself as its own ancestor has been met from nowhere.
  visit(spans.filter(span => !span.row), 0);
  return rows;
}

function ruler(us) {
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return h('div', { class: 'ruler', 'aria-hidden': 'true' }, ticks.map(part => {
    const tick = h('span', {}, duration(us * part));
    tick.style.left = `${part * 100}%`;
    return tick;
  }));
}

async function openSpan(traceId, span) {
  const details = await getHere(`/api/traces/${traceId}/spans/${span.id}`);
  if (!details) return;
  const exceptions = details.events.filter(e => e.name === 'exception');
  const value = (event, name) => event.attributes.find(a => a.name === name)?.value;
  openPanel([resourceName(details.resource), ' ', details.name], [
    details.status === 'error' && h('p', { class: 'failure' }, icon('error'), details.message || value(exceptions[0] ?? { attributes: [] }, 'exception.type')
      || details.attributes.find(a => a.name === 'error.type')?.value || 'This span failed.'),
    h('p', { class: 'bar links' },
      h('a', { href: `/logs?trace=${traceId}` }, 'Logs of this trace'),
      iconButton('copy', 'Copy the span id', { onclick: () => copy(details.id) })),
    pairs([['Duration', duration(details.us)], ['Started', `${moment(details.start)} (${clock(details.start)})`], ['Kind', details.kind], ['Status', details.status],
      details.scope && ['Source', details.scope], ['Span', h('code', {}, details.id)], details.parent && ['Parent', h('code', {}, details.parent)]].filter(Boolean)),
    details.attributes.length > 0 && h('h3', {}, 'Attributes'),
    details.attributes.length > 0 && pairs(details.attributes.map(a => [a.name, a.value])),
    details.events.length > 0 && h('h3', {}, 'Events'),
    details.events.map(event => h('details', { open: event.name === 'exception' }, h('summary', {}, event.name, h('span', { class: 'soft' }, ` after ${duration(event.at)}`)),
      pairs(event.attributes.map(a => [a.name, a.value.includes('\n') ? h('pre', {}, a.value) : a.value])))),
    details.links.length > 0 && h('h3', {}, 'Links'),
    details.links.length > 0 && h('ul', { class: 'plain' }, details.links.map(link => h('li', {}, icon('link'),
      link.known ? h('a', { href: `/traces/${link.trace}?span=${link.span}` }, h('code', {}, link.trace)) : h('span', { class: 'soft' }, h('code', {}, link.trace), ' (not kept)'),
      link.attributes.map(a => h('span', { class: 'soft' }, ` ${a.name}=${a.value}`))))),
    h('h3', {}, 'Resource'),
    pairs(details.resourceAttributes.map(a => [a.name, a.value])),
    details.dropped > 0 && h('p', { class: 'soft' }, `${details.dropped} attributes, events or links were too many to keep.`),
  ], () => setQuery({ span: null }));
  setQuery({ span: span.id });
}

export function open(main, [id], query) {
  const page = { title: 'Trace' };
  const head = h('div', { class: 'bar' }, h('a', { href: '/traces', class: 'button quiet', 'aria-label': 'All traces', title: 'All traces' }, icon('back')), h('h1', {}, 'Trace'));
  const body = h('div', { class: 'fill' });
  main.append(head, body);
  let shown = '';
  const folded = new Set();
  let words = '';

  const draw = view => {
    const { trace, spans, logs, linkedFrom } = view;
    for (const span of spans) span.row = undefined;
    const rows = tree(spans);
    const us = Math.max(1, ...spans.map(span => span.at + span.us));
    const records = Map.groupBy(logs.filter(log => log.span), log => log.span);
    page.title = trace.name;
    document.title = `${trace.name} · Dashboard`;

    const search = h('input', { type: 'search', placeholder: 'Find a span', 'aria-label': 'Find a span', value: words, oninput: late(100, () => { words = search.value.trim().toLowerCase(); fold(); }) });
    head.replaceChildren(head.firstElementChild,
      h('h1', {}, resourceName(trace.resource), ' ', trace.name),
      h('span', { class: 'group tools' }, search, iconButton('copy', 'Copy the trace id', { onclick: () => copy(trace.id) })));

    const place = (node, at, width) => {
      node.style.left = `${100 * at / us}%`;
      if (width !== undefined) node.style.width = `${100 * width / us}%`;
      return node;
    };
    const nodes = rows.map(span => {
      const own = records.get(span.id) ?? [];
      const caret = span.row.children.length
        ? h('button', { type: 'button', class: 'caret', tabindex: -1, 'aria-label': `Fold what ${span.name} called`, onclick: event => { event.stopPropagation(); turn(span); } }, icon('down'))
        : h('span', { class: 'caret' });
      const name = h('div', { class: 'span-name', role: 'gridcell' }, caret, h('span', { class: `stripe ${colour(span.resource)}` }),
        span.resource !== span.row.caller && h('span', { class: 'who' }, span.resource), h('span', { class: 'what' }, span.name), span.error && h('span', { class: 'errors' }, icon('error'), h('span', { class: 'hidden' }, 'failed')),
        h('small', {}, [kinds[span.kind], span.info].filter(Boolean).join(' · ')));
      name.style.setProperty('--depth', Math.min(span.row.depth, 24));
      const label = h('span', { class: 'label' }, duration(span.us));
      const right = (span.at + span.us) / us < 0.85;
      label.classList.add(right ? 'after' : 'before');
      if (right) label.style.left = `${100 * (span.at + span.us) / us}%`; else label.style.right = `${100 - 100 * span.at / us}%`;
      return h('div', {
        role: 'row', class: `span ${span.error ? 'bad' : ''}`, tabindex: -1, 'data-id': span.id, 'aria-level': span.row.depth + 1,
        'aria-expanded': span.row.children.length ? 'true' : null,
        'aria-label': `${span.resource}, ${span.name}, ${duration(span.us)}${span.error ? ', failed' : ''}`,
        onclick: () => { mark(span.id); openSpan(trace.id, span); },
      }, name, h('div', { class: 'span-time', role: 'gridcell' },
        place(h('i', { class: `span-bar ${colour(span.resource)}` }), span.at, span.us), label,
        own.map(log => place(h('button', { type: 'button', tabindex: -1, class: `dot ${log.level}`, title: `${log.level}: ${log.message.slice(0, 200)}`, 'aria-label': `Log record, ${log.level}`, onclick: event => { event.stopPropagation(); openLog(log.id); } }),
          Math.max(0, Math.min(us, (log.time - trace.start) * 1000))))));
    });
    const grid = h('div', { class: 'spans', role: 'rowgroup' }, nodes);
    walkable(grid).ensureStop();

    const mark = chosen => { for (const node of nodes) node.toggleAttribute('aria-selected', node.dataset.id === chosen); };
    const fold = () => {
      const hidden = new Set();
      for (const span of rows) {
        if (folded.has(span.id) || hidden.has(span.id)) for (const child of span.row.children) hidden.add(child.id);
      }
      rows.forEach((span, i) => {
        nodes[i].hidden = hidden.has(span.id);
        nodes[i].classList.toggle('dim', words !== '' && !`${span.name} ${span.resource} ${span.info ?? ''}`.toLowerCase().includes(words));
        if (span.row.children.length) nodes[i].setAttribute('aria-expanded', String(!folded.has(span.id)));
      });
    };
    let lastError = null;
    const nextError = () => {
      const failed = nodes.filter(node => node.classList.contains('bad') && !node.hidden);
      lastError = failed[(failed.indexOf(lastError) + 1) % failed.length];
      lastError?.focus({ preventScroll: true });
      lastError?.scrollIntoView({ block: 'center' });
    };
    const turn = (span, to) => {
      if (!span.row.children.length) return;
      if (to ?? !folded.has(span.id)) folded.add(span.id); else folded.delete(span.id);
      fold();
    };
    grid.addEventListener('keydown', event => {
      const span = rows.find(r => r.id === event.target.dataset?.id);
      if (!span || !['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
      event.preventDefault();
      if (event.key === 'ArrowRight') turn(span, false);
      else if (span.row.children.length && !folded.has(span.id)) turn(span, true);
      else grid.querySelector(`[data-id="${span.parent}"]`)?.focus();
    });
    fold();

    body.replaceChildren(...kept([
      h('dl', { class: 'facts' },
        [['Started', `${moment(trace.start)}`], ['Duration', duration(trace.ms * 1000)], ['Resources', trace.resources.length], ['Spans', trace.spans]]
          .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, String(value)))),
        h('div', { class: trace.errors ? 'bad' : null }, h('dt', {}, 'Errors'), h('dd', {}, trace.errors ? h('button', { type: 'button', class: 'link', title: 'To the next failed span', onclick: () => nextError() }, String(trace.errors)) : '0')),
        h('div', { class: 'grow' }, h('dt', {}, 'Trace'), h('dd', {}, h('code', {}, trace.id)))),
      h('p', { class: 'shares' }, trace.resources.map(share => h('span', { class: `share ${colour(share.name)}` }, share.name, h('b', {}, share.spans))),
        logs.length > 0 && h('a', { href: `/logs?trace=${trace.id}` }, `${logs.length} log ${logs.length === 1 ? 'record' : 'records'}`)),
      trace.partial && h('p', { class: 'note' }, 'Older spans of this trace had to go: what is shown is not all of it.'),
      trace.spans > spans.length && h('p', { class: 'note' }, `The first ${spans.length} of ${trace.spans} spans are shown.`),
      h('div', { class: 'frame waterfall', role: 'treegrid', 'aria-label': 'Waterfall of spans' },
        h('div', { class: 'span head', role: 'row' }, h('div', { class: 'span-name', role: 'columnheader' }, 'Span'), h('div', { class: 'span-time', role: 'columnheader', 'aria-label': 'Time' }, ruler(us))),
        grid),
      linkedFrom.length > 0 ? h('section', { class: 'linked' }, h('h2', {}, 'Linked from'),
        h('p', { class: 'soft' }, 'Spans of other traces that name this one, such as a batch of messages that took its events.'),
        h('ul', { class: 'plain' }, linkedFrom.map(link => h('li', {}, icon('link'), h('a', { href: `/traces/${link.trace}?span=${link.span}` }, resourceName(link.resource), ' ', link.name))))) : '',
      logs.some(log => ['error', 'critical', 'warning'].includes(log.level)) ? h('section', { class: 'linked' }, h('h2', {}, 'Warnings and errors'),
        h('ul', { class: 'plain' }, logs.filter(log => ['error', 'critical', 'warning'].includes(log.level)).slice(0, 50).map(log => h('li', {},
          level(log.level), resourceName(log.resource), h('button', { type: 'button', class: 'link', onclick: () => openLog(log.id) }, log.message.slice(0, 300)))))) : '']));
    return { mark, span: chosen => rows.find(span => span.id === chosen), focus: chosen => nodes.find(node => node.dataset.id === chosen) };
  };

  let first = true;
  const load = calm(1000, async () => {
    const view = await getHere(`/api/traces/${id}`);
    if (view === undefined) return;
    if (!view) {
      if (first) body.replaceChildren(h('p', { class: 'empty' }, 'This trace is not kept. It may be too old, not have come yet, or not have been sampled.'));
      return;
    }
    // A trace that is still growing is drawn again; one that is whole stays as it is.
    const now = `${view.trace.spans}/${view.logs.length}/${view.linkedFrom.length}`;
    if (now === shown) return;
    shown = now;
    const at = main.scrollTop;
    const focused = document.activeElement?.dataset?.id;
    const drawn = draw(view);
    main.scrollTop = at;
    const wanted = new URLSearchParams(location.search).get('span');
    if (wanted) drawn.mark(wanted);
    if (focused) drawn.focus(focused)?.focus({ preventScroll: true });
    if (first && query.get('span')) {
      const chosen = drawn.span(query.get('span'));
      drawn.focus(query.get('span'))?.scrollIntoView({ block: 'center' });
      if (chosen) openSpan(id, chosen);
    }
    first = false;
  });
  load();
  page.changed = what => { if (what === 'telemetry') load(); };
  return page;
}
