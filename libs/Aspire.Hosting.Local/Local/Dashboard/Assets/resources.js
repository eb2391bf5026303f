// The list of resources and the details of one.

import { h, icon, iconButton, memory, age, toast, getJson, getHere, send, reconcile, pairs, moment } from './dom.js';
import { state, stateOf } from './state.js';
import { openPanel, setQuery } from './app.js';

export const errorsOf = resource => state.figures.errors[resource.name] ?? 0;
export const errorLink = (resource, text = true) => (errorsOf(resource)
  ? h('a', { href: `/logs?resource=${encodeURIComponent(resource.name)}&level=error`, class: 'errors', 'data-focus': 'errors', title: `Error logs of ${resource.name}` },
    icon('error'), `${errorsOf(resource)}${text ? (errorsOf(resource) === 1 ? ' error' : ' errors') : ''}`)
  : null);

function endpoint({ name, url }) {
  const label = ['http', 'https', 'tcp'].includes(name) ? null : h('small', { class: 'soft' }, ` ${name}`);
  return h('span', {}, /^https?:/.test(url) ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, url) : url, label);
}

const isUp = resource => ['Running', 'Waiting', 'Starting', 'Stopping'].includes(resource.state);
export function actions(resource) {
  if (!resource.hasProcess) return [];
  const command = (name, label, possible) => iconButton(name, `${label} ${resource.id}`, {
    'data-focus': name,
    disabled: !possible,
    onclick: async event => {
      event.stopPropagation();
      event.currentTarget.disabled = true;
      if (!await send('POST', `/api/resources/${encodeURIComponent(resource.id)}/${name}`)) toast(`Could not ${name} ${resource.id}.`);
    },
  });
  return [
    isUp(resource) ? command('stop', 'Stop', resource.state !== 'Stopping') : command('start', 'Start', true),
    command('restart', 'Restart', isUp(resource) && resource.state !== 'Stopping'),
    h('a', { href: `/console/${encodeURIComponent(resource.id)}`, class: 'button quiet', 'data-focus': 'console', 'aria-label': `Console of ${resource.id}`, title: 'Console' }, icon('console')),
  ];
}

const variable = (id, v) => {
  if (!v.masked) return [v.value];
  const text = h('span', {}, v.value);
  const button = iconButton('eye', `Show ${v.name}`, {
    'aria-pressed': 'false',
    onclick: async () => {
      const shown = button.getAttribute('aria-pressed') === 'true';
      const answer = shown ? v : await getJson(`/api/resources/${encodeURIComponent(id)}/environment/${encodeURIComponent(v.name)}`);
      if (!answer) return;
      text.textContent = answer.value;
      button.setAttribute('aria-pressed', String(!shown));
    },
  });
  return [text, button];
};

export async function openDetails(id) {
  const details = await getHere(`/api/resources/${encodeURIComponent(id)}`);
  if (details === undefined) return;
  if (!details) { toast(`Nothing is known of ${id}.`); return; }
  const { resource, environment, health, usedBy, program } = details;
  const [kind, text] = stateOf(resource);
  const names = list => list.map((name, i) => [i ? ', ' : '', h('button', { type: 'button', class: 'link', onclick: () => openDetails(name) }, name)]).flat();
  const filter = h('input', { type: 'search', placeholder: 'Filter variables', 'aria-label': 'Filter variables' });
  const variables = h('div', {});
  const showVariables = () => {
    const words = filter.value.trim().toLowerCase();
    variables.replaceChildren(pairs(environment.filter(v => v.name.toLowerCase().includes(words)).map(v => [v.name, h('span', {}, variable(id, v))])));
  };
  filter.oninput = showVariables;
  showVariables();
  openPanel(resource.id, [
    h('p', { class: 'bar' }, h('span', { class: `state ${kind}` }, text), h('span', { class: 'soft' }, resource.type), errorLink(resource), h('span', { class: 'group' }, actions(resource))),
    h('p', { class: 'bar links' },
      resource.hasProcess && h('a', { href: `/console/${encodeURIComponent(id)}` }, 'Console'),
      h('a', { href: `/logs?resource=${encodeURIComponent(resource.name)}` }, 'Logs'),
      h('a', { href: `/traces?resource=${encodeURIComponent(resource.name)}` }, 'Traces'),
      h('a', { href: `/metrics/${encodeURIComponent(resource.name)}` }, 'Metrics')),
    pairs([
      resource.endpoints.length && ['Endpoints', h('span', { class: 'endpoints' }, resource.endpoints.map(endpoint))],
      resource.started && ['Started', `${moment(new Date(resource.started))}, ${age(new Date(resource.started))} ago`],
      resource.pid && ['Process', String(resource.pid)],
      resource.memory && ['Memory', memory(resource.memory)],
      program && ['Program', program],
      resource.failures && ['Ended by itself', `${resource.failures} times`],
      resource.exitCode !== undefined && ['Last exit code', String(resource.exitCode)],
      resource.parent && ['Part of', h('span', {}, names([resource.parent]))],
      resource.uses.length && ['Uses', h('span', {}, names(resource.uses))],
      usedBy.length && ['Used by', h('span', {}, names(usedBy))],
    ].filter(Boolean)),
    health.length > 0 && h('h3', {}, 'Health'),
    health.length > 0 && pairs(health.map(c => [c.name, h('span', {}, h('span', { class: `state ${c.status === 'Healthy' ? 'good' : 'bad'}` }, c.status),
      c.description ? ` ${c.description}` : '', c.at ? h('span', { class: 'soft' }, ` ${age(new Date(c.at))} ago`) : '')])),
    environment.length > 0 && h('div', { class: 'bar' }, h('h3', {}, 'Environment'), filter),
    environment.length > 0 && variables,
  ], () => setQuery({ resource: null }));
  setQuery({ resource: id });
}

// Parts of a resource stand below it.
export function ordered() {
  const top = state.resources.filter(r => !r.parent);
  return top.flatMap(r => [r, ...state.resources.filter(child => child.parent === r.name)]);
}

export function open(main, path, query) {
  const filter = h('input', { type: 'search', placeholder: 'Filter by name, type or state', 'aria-label': 'Filter resources', oninput: () => show() });
  const body = h('tbody', {});
  const none = h('p', { class: 'empty', hidden: true }, 'No resource matches.');
  main.append(
    h('div', { class: 'bar' }, h('h1', {}, 'Resources'), filter),
    h('div', { class: 'frame resources' }, h('table', { class: 'cards' },
      h('thead', {}, h('tr', {}, ['Name', 'State', 'Errors', 'Endpoints'].map(name => h('th', { scope: 'col', class: name === 'Endpoints' ? 'wide' : null }, name)),
        ['Memory', 'Up'].map(name => h('th', { scope: 'col', class: 'number' }, name)), h('th', { scope: 'col' }, h('span', { class: 'hidden' }, 'Actions')))),
      body), none));

  const row = resource => {
    const [kind, text] = stateOf(resource);
    const running = resource.state === 'Running';
    return h('tr', { class: resource.parent ? 'child' : null },
      h('td', {}, h('button', { type: 'button', class: 'link name', 'data-focus': 'name', title: 'Details', onclick: () => openDetails(resource.id) }, resource.id),
        h('span', { class: 'type' }, resource.type + (resource.failures ? ` · ended ${resource.failures}× by itself` : ''))),
      h('td', {}, h('span', { class: `state ${kind}` }, text)),
      h('td', {}, errorLink(resource)),
      h('td', { class: 'wide' }, resource.endpoints.length ? h('div', { class: 'endpoints' }, resource.endpoints.map(endpoint)) : null),
      h('td', { class: 'number', 'data-label': 'Memory' }, running ? memory(resource.memory) : ''),
      h('td', { class: 'number', 'data-label': 'Up' }, running && resource.started && resource.hasProcess ? age(new Date(resource.started)) : ''),
      h('td', { class: 'actions' }, actions(resource)));
  };
  const show = () => {
    const words = filter.value.trim().toLowerCase();
    const shown = ordered().filter(r => !words || `${r.id} ${r.type} ${stateOf(r)[1]}`.toLowerCase().includes(words));
    reconcile(body, shown, r => r.id, r => JSON.stringify([r, errorsOf(r), age(new Date(r.started))]), row);
    none.hidden = shown.length > 0 || state.resources.length === 0;
  };
  show();
  if (query.get('resource')) openDetails(query.get('resource'));
  const timer = setInterval(() => { if (!document.hidden) show(); }, 10000);
  return { title: 'Resources', changed: show, close: () => clearInterval(timer) };
}

