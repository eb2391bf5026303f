// What the AppHost tells: the resources and how much telemetry there is. One stream for the whole page.

import { $, know } from './dom.js';

export const state = { resources: [], figures: { spans: 0, traces: 0, logs: 0, series: 0, errors: {} } };
const listeners = new Set();
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const tell = what => { for (const listener of [...listeners]) listener(what); };

let stream = null;
function open() {
  if (stream) return;
  stream = new EventSource('/api/stream');
  stream.addEventListener('resources', event => {
    state.resources = JSON.parse(event.data);
    know(state.resources.filter(r => r.hasProcess).map(r => r.name));
    $('offline').hidden = true;
    tell('resources');
  });
  stream.addEventListener('telemetry', event => {
    state.figures = JSON.parse(event.data);
    tell('telemetry');
  });
  stream.onerror = async () => {
    $('offline').hidden = false;
    const answer = await fetch('/api/resources').catch(() => null);
    if (answer?.status === 401) location.reload();
  };
}

// A browser opens only six connections to one server: a page that nobody sees gives its own back.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else open();
});
open();

export function stateOf(resource) {
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
