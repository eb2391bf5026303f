// Metrics as charts: rates of counters, values of gauges, percentiles of histograms.

import { h, icon, short, duration, clock, resourceName, getJson, select, calm, reconcile } from './dom.js';
import { go, setQuery } from './app.js';
import uPlot from './uPlot.esm.js';

const windows = [['1', '1 minute'], ['5', '5 minutes'], ['15', '15 minutes'], ['30', '30 minutes'], ['60', '1 hour'], ['180', '3 hours'], ['720', '12 hours']];
// What is looked at first where nothing was chosen.
const telling = ['http.server.request.duration', 'api_latency_seconds', 'api_requests_total', 'process.cpu.time', 'dotnet.gc.heap.total_allocated'];
const palette = ['--c0', '--c1', '--c2', '--c3', '--c4', '--c5', '--c6', '--c7', '--c8', '--c9'];
// A canvas knows no variables: an element is asked which colour one stands for in the present theme.
const probe = document.body.appendChild(h('i', { hidden: true }));
const css = name => {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
};
const kinds = { counter: 'rate', histogram: 'percentiles', gauge: 'value', updowncounter: 'value' };
// A long name breaks after its dots.
const breakable = name => name.split(/(?<=[._])/).flatMap(part => [part, h('wbr')]);

// UCUM's seconds and bytes as people read them; {request} and the like name what is counted.
function reader(unit, perSecond) {
  const rate = perSecond ? '/s' : '';
  if (unit === 's' && !perSecond) return value => (value === null || value === undefined ? '–' : value === 0 ? '0' : duration(value * 1e6));
  if (unit === 'ms' && !perSecond) return value => (value === null || value === undefined ? '–' : value === 0 ? '0' : duration(value * 1e3));
  if (unit === 'By') {
    return value => {
      if (value === null || value === undefined) return '–';
      const step = Math.max(0, Math.min(4, Math.floor(Math.log(Math.max(1, Math.abs(value))) / Math.log(1024))));
      return `${short(value / 1024 ** step)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}${rate}`;
    };
  }
  return value => (value === null || value === undefined ? '–' : `${short(value)}${rate}`);
}

class Chart {
  constructor(label) {
    this.box = h('div', { class: 'chart', role: 'img', 'aria-label': label });
    this.plot = null;
    this.shape = '';
    this.observer = new ResizeObserver(() => this.plot?.setSize(this.size()));
    this.observer.observe(this.box);
  }

  size() { return { width: Math.max(200, this.box.clientWidth), height: this.box.clientHeight || 260 }; }

  show(times, lines, read) {
    const data = [times, ...lines.map(line => line.values)];
    const shape = JSON.stringify([lines.map(line => line.name), document.documentElement.dataset.theme, css('--text')]);
    if (shape === this.shape && this.plot) {
      this.plot.setData(data);
      return;
    }
    this.shape = shape;
    this.plot?.destroy();
    const axis = { stroke: css('--soft'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 }, font: '12px system-ui, sans-serif' };
    this.plot = new uPlot({
      ...this.size(),
      cursor: { points: { size: 7 } },
      legend: { live: true },
      scales: { x: { time: true }, y: { range: (plot, low, high) => [Math.min(0, low ?? 0), (high ?? 1) > 0 ? (high ?? 1) * 1.08 : 1] } },
      axes: [{ ...axis, values: (plot, ticks) => ticks.map(at => clock(at * 1000).slice(0, 8)), space: 80 }, { ...axis, values: (plot, ticks) => ticks.map(read), size: 74 }],
      series: [
        { label: 'Time', value: (plot, at) => (at ? clock(at * 1000).slice(0, 8) : '–') },
        ...lines.map((line, i) => ({ label: line.name, stroke: css(palette[i % palette.length]), width: 2, points: { show: false }, value: (plot, value) => read(value), spanGaps: false })),
      ],
    }, data, this.box);
  }

  close() {
    this.observer.disconnect();
    this.plot?.destroy();
  }
}

export function open(main, [resource, meter, name], query) {
  const view = { minutes: query.get('minutes') ?? '5', by: query.get('by') ?? '', only: query.getAll('only'), table: query.get('table') === 'true' };
  const heading = h('h1', {}, 'Metrics');
  const choice = h('select', { 'aria-label': 'Resource', onchange: () => go(`/metrics/${encodeURIComponent(choice.value)}`) });
  const search = h('input', { type: 'search', placeholder: 'Filter instruments', 'aria-label': 'Filter instruments', oninput: () => showList() });
  const list = h('div', { class: 'instruments' });
  const side = h('details', { class: 'side', open: true }, h('summary', {}, 'Instruments'), list);
  const stage = h('div', { class: 'stage' }, h('p', { class: 'empty' }, 'No metrics have come yet.'));
  main.className = 'full';
  main.append(h('div', { class: 'bar' }, heading, choice, search), h('div', { class: 'metrics' }, side, stage));
  if (matchMedia('(max-width: 52rem)').matches && name) side.open = false;
  let instruments = [];
  let closed = false;
  const address = i => `/metrics/${encodeURIComponent(i.resource)}/${encodeURIComponent(i.meter)}/${encodeURIComponent(i.name)}?minutes=${view.minutes}`;

  const showList = () => {
    const words = search.value.trim().toLowerCase();
    const shown = instruments.filter(i => i.resource === resource && `${i.meter} ${i.name} ${i.description}`.toLowerCase().includes(words));
    const meters = [...Map.groupBy(shown, i => i.meter)];
    reconcile(list, meters, ([m]) => m, ([, of]) => JSON.stringify(of.map(i => i.name)), ([m, of]) => h('section', {}, h('h3', {}, breakable(m)),
      of.map(i => h('a', { href: address(i), title: i.description, 'data-focus': i.name, 'aria-current': i.meter === meter && i.name === name ? 'page' : null }, h('span', {}, breakable(i.name)), h('small', {}, kinds[i.kind])))));
  };
  const fill = async () => {
    instruments = await getJson('/api/metrics') ?? [];
    if (closed) return;
    const names = [...new Set(instruments.map(i => i.resource))].sort();
    reconcile(choice, names, n => n, () => '', n => h('option', { value: n }, n));
    if (!resource || !name) {
      const of = instruments.filter(i => i.resource === (resource ?? (names.includes('gateway') ? 'gateway' : names[0])));
      const first = telling.map(t => of.find(i => i.name === t)).find(Boolean) ?? of[0];
      if (first) go(address(first), true);
      return;
    }
    choice.value = resource;
    showList();
  };
  if (!name) {
    queueMicrotask(fill);
    return { title: 'Metrics', changed: calm(2000, async () => { if (!closed) await fill(); }), close: () => { closed = true; } };
  }

  // --- the chosen instrument -----------------------------------------------------------------------------------------------
  const change = changes => {
    Object.assign(view, changes);
    const next = new URLSearchParams({ minutes: view.minutes });
    if (view.by) next.set('by', view.by);
    for (const one of view.only) next.append('only', one);
    if (view.table) next.set('table', 'true');
    history.replaceState(null, '', `${location.pathname}?${next}`);
    load();
  };
  const chart = new Chart(`${name} over time`);
  const rates = new Chart(`Values a second of ${name}`);
  const controls = h('div', { class: 'bar' });
  const about = h('div', { class: 'about' });
  const below = h('div', {});
  const title = h('h2', {}, name);
  const caption = h('h3', {}, '');
  const ratesCaption = h('h3', { hidden: true }, 'Values a second');
  stage.replaceChildren(h('div', { class: 'bar' }, title, h('span', { class: 'group' }, select('Window', windows, view.minutes, value => change({ minutes: value })),
    h('button', { type: 'button', 'aria-pressed': String(view.table), onclick: event => { event.currentTarget.setAttribute('aria-pressed', String(!view.table)); change({ table: !view.table }); } }, 'Table'))),
  about, controls, caption, chart.box, ratesCaption, rates.box, below);
  rates.box.hidden = true;

  const filterOf = dimension => view.only.find(one => one.startsWith(`${dimension}=`))?.slice(dimension.length + 1) ?? '';
  let drawnControls = '';
  const showControls = dimensions => {
    const now = JSON.stringify([dimensions, view.by, view.only]);
    if (now === drawnControls) return;
    drawnControls = now;
    const useful = dimensions.filter(d => d.values.length > 1 || filterOf(d.name));
    controls.replaceChildren(...(useful.length ? [
      h('label', {}, 'Split by ', select('Split by', [['', 'nothing'], ...useful.map(d => [d.name, d.name])], view.by, value => change({ by: value }))),
      ...useful.map(d => h('label', {}, `${d.name} `, select(d.name, [['', 'all'], ...d.values.map(v => [v, v || '(none)'])], filterOf(d.name),
        value => change({ only: [...view.only.filter(one => !one.startsWith(`${d.name}=`)), ...(value ? [`${d.name}=${value}`] : [])] })))),
    ] : []));
  };
  const table = (times, lines, read) => {
    const rows = times.map((at, i) => [at, lines.map(line => line.values[i])]).filter(([, values]) => values.some(v => v !== null)).reverse();
    return h('div', { class: 'frame scroll' }, h('table', {}, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Time'), lines.map(line => h('th', { scope: 'col', class: 'number' }, line.name)))),
      h('tbody', {}, rows.map(([at, values]) => h('tr', {}, h('td', { class: 'time' }, clock(at * 1000).slice(0, 8)), values.map(v => h('td', { class: 'number' }, read(v))))))));
  };

  const load = calm(1000, async () => {
    const data = await getJson('/api/metrics/chart', { resource, meter, name, minutes: view.minutes, by: view.by, only: view.only });
    if (closed) return;
    if (!data) {
      about.replaceChildren(h('p', { class: 'empty' }, 'Nothing is kept of this instrument.'));
      return;
    }
    const isCounter = data.kind === 'counter';
    const read = reader(data.unit, isCounter);
    about.replaceChildren(h('p', {}, resourceName(resource), ' ', data.description || meter), h('p', { class: 'soft' }, `${data.kind}${data.unit ? ` · ${data.unit}` : ''} · ${meter}`));
    showControls(data.dimensions);
    caption.textContent = data.kind === 'histogram' ? 'Percentiles' : isCounter ? 'Rate a second' : 'Value';
    chart.box.hidden = view.table;
    const isHistogram = data.kind === 'histogram';
    rates.box.hidden = ratesCaption.hidden = !isHistogram || view.table;
    if (!view.table) {
      chart.show(data.times, data.lines, read);
      if (isHistogram) rates.show(data.times, data.rates, reader('', true));
    }
    below.replaceChildren(
      view.table ? table(data.times, [...data.lines, ...(isHistogram ? data.rates.map(r => ({ ...r, name: `${r.name} /s` })) : [])], isHistogram ? (value => (value === null ? '–' : read(value))) : read) : '',
      data.omitted ? h('p', { class: 'note' }, `${data.omitted} smaller groups are left out.`) : '',
      data.examples.length ? h('section', {}, h('h3', {}, 'Traces with the largest values'), h('ul', { class: 'plain' }, data.examples.slice(0, 8).map(e => h('li', {},
        h('span', { class: 'time' }, clock(e.time)), h('b', {}, reader(data.unit)(e.value)), h('a', { href: `/traces/${e.trace}?span=${e.span}` }, icon('traces'), h('code', {}, e.trace.slice(0, 16))))))) : '');
  });
  const themed = () => load();
  addEventListener('themechange', themed);
  const timer = setInterval(() => { if (!document.hidden) load(); }, 5000);
  fill();
  load();
  return {
    title: name,
    changed: what => { if (what === 'telemetry') load(); },
    close: () => { closed = true; removeEventListener('themechange', themed); clearInterval(timer); chart.close(); rates.close(); },
  };
}
