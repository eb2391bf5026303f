// What a resource writes to its console, as it comes.

import { h, reconcile, highlighted, calm } from './dom.js';
import { state } from './state.js';
import { go } from './app.js';

const most = 10000;

// The colours of a terminal (ECMA-48 SGR, the sixteen usual ones) as classes; every other sequence is left out.
function paint(text, into, words) {
  let style = [];
  // eslint-disable-next-line no-control-regex
  for (const part of text.split(/(\x1b\[[0-9;?]*[A-Za-z])/)) {
    const sequence = /^\x1b\[([0-9;?]*)([A-Za-z])$/.exec(part);
    if (!sequence) {
      if (part) into.append(...(style.length ? [h('span', { class: style.join(' ') }, highlighted(part, words))] : highlighted(part, words)));
    } else if (sequence[2] === 'm') {
      const codes = sequence[1].split(';').map(Number);
      if (codes[0] === 38 || codes[0] === 48) continue;
      for (const code of codes) {
        if (code === 0) style = [];
        else if (code === 39 || code === 22) style = style.filter(c => (code === 22 ? c !== 'a1' : c === 'a1'));
        else if (code === 1) style.push('a1');
        else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) style = [...style.filter(c => c === 'a1'), `a${code}`];
      }
    }
  }
}
// eslint-disable-next-line no-control-regex
const plain = text => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');

export function open(main, [id]) {
  const log = { source: null, lines: [], held: [], last: 0, paused: false, follow: true };
  const choice = h('select', { 'aria-label': 'Resource', onchange: () => go(`/console/${encodeURIComponent(choice.value)}`) });
  const filter = h('input', { type: 'search', placeholder: 'Show lines with …', 'aria-label': 'Filter lines', oninput: () => show() });
  const total = h('span', { class: 'soft', role: 'status' });
  const toggle = (label, title, pressed, run) => h('button', { type: 'button', 'aria-pressed': String(pressed), title, onclick: run }, label);
  const press = (button, on) => button.setAttribute('aria-pressed', String(on));
  const follow = toggle('Follow', 'Keep the newest line in view (f)', true, () => setFollow(!log.follow));
  const pause = toggle('Pause', 'Hold new lines back (p)', false, () => setPaused(!log.paused));
  const wrap = toggle('Wrap', 'Wrap long lines (w)', true, () => press(wrap, lines.classList.toggle('wrap')));
  const lines = h('div', { class: 'lines wrap', tabindex: 0, role: 'log', 'aria-live': 'off', 'aria-label': 'Output' });
  main.className = 'full';
  main.append(
    h('div', { class: 'bar' }, h('h1', {}, 'Console'), choice, filter, total,
      h('span', { class: 'group' }, follow, pause, wrap,
        h('button', { type: 'button', title: 'Empty the view', onclick: () => { log.lines = []; log.held = []; show(); } }, 'Clear'),
        h('button', { type: 'button', title: 'Save what is shown as a file', onclick: () => save() }, 'Save'))),
    lines);

  const words = () => filter.value.trim().toLowerCase();
  const wanted = (line, text) => !text || plain(line.t).toLowerCase().includes(text);
  const lineNode = (line, text) => {
    const content = h('span');
    paint(line.t, content, text);
    return h('div', { class: line.e ? 'line err' : 'line' }, h('b', { 'aria-hidden': 'true' }, String(line.n)), content);
  };
  const after = () => {
    if (log.follow) lines.scrollTop = lines.scrollHeight;
    const shown = lines.childElementCount;
    total.textContent = (shown === log.lines.length ? `${shown} lines` : `${shown} of ${log.lines.length} lines`) + (log.held.length ? `, ${log.held.length} held back` : '');
  };
  const show = () => {
    const text = words();
    lines.replaceChildren(...log.lines.filter(line => wanted(line, text)).map(line => lineNode(line, text)));
    after();
  };
  const add = fresh => {
    const text = words();
    log.lines.push(...fresh);
    if (log.lines.length > most) log.lines.splice(0, log.lines.length - most);
    lines.append(...fresh.filter(line => wanted(line, text)).map(line => lineNode(line, text)));
    while (lines.childElementCount > most) lines.firstElementChild.remove();
    after();
  };
  const setFollow = on => { log.follow = on; press(follow, on); if (on) after(); };
  const setPaused = on => { log.paused = on; press(pause, on); if (!on) add(log.held.splice(0)); };
  const save = () => {
    const text = words();
    const url = URL.createObjectURL(new Blob([`${log.lines.filter(line => wanted(line, text)).map(line => plain(line.t)).join('\n')}\n`], { type: 'text/plain' }));
    h('a', { href: url, download: `${id}.log` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  // Scrolling up means reading: the view stays there until its end is reached again.
  lines.onscroll = () => {
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 24;
    if (atEnd !== log.follow) { log.follow = atEnd; press(follow, atEnd); }
  };

  const fill = () => {
    const ids = state.resources.filter(r => r.hasProcess).map(r => r.id);
    reconcile(choice, ids, name => name, () => '', name => h('option', { value: name }, name));
    if (!id && ids.length) queueMicrotask(() => go(`/console/${encodeURIComponent(ids[0])}`, true));
    else choice.value = id ?? '';
  };
  fill();
  if (!id) return { title: 'Console', changed: fill };

  log.source = new EventSource(`/api/resources/${encodeURIComponent(id)}/logs`);
  log.source.onmessage = event => {
    // After a lost connection the backlog comes again.
    const fresh = JSON.parse(event.data).filter(line => line.n > log.last);
    if (!fresh.length) return;
    log.last = fresh[fresh.length - 1].n;
    if (log.paused) {
      log.held.push(...fresh);
      if (log.held.length > most) log.held.splice(0, log.held.length - most);
      after();
    } else add(fresh);
  };
  return {
    title: `Console of ${id}`,
    changed: calm(1000, fill),
    close: () => log.source.close(),
    keys: { f: () => setFollow(!log.follow), p: () => setPaused(!log.paused), w: () => wrap.click() },
  };
}
