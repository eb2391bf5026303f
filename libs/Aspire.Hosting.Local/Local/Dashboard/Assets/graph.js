// Who uses whom: laid out by dagre, drawn as SVG.

import { h, s } from './dom.js';
import { state, stateOf } from './state.js';
import { errorsOf, openDetails } from './resources.js';
import { Graph, layout } from './dagre.esm.js';

const width = 178;
const height = 50;

function arrange() {
  const graph = new Graph();
  graph.setGraph({ rankdir: innerWidth < 800 ? 'TB' : 'LR', nodesep: 18, ranksep: innerWidth < 800 ? 50 : 90, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  const ids = new Map(state.resources.map(r => [r.name, r.id]));
  for (const resource of state.resources) graph.setNode(resource.id, { width, height });
  for (const resource of state.resources) {
    for (const used of resource.uses) if (ids.has(used)) graph.setEdge(resource.id, ids.get(used));
    if (resource.parent && ids.has(resource.parent)) graph.setEdge(resource.id, ids.get(resource.parent), { part: true });
  }
  layout(graph);
  return graph;
}

// Through the points, round at each.
function curve(points) {
  let path = `M${points[0].x} ${points[0].y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const next = i === points.length - 2 ? points[i + 1] : { x: (points[i].x + points[i + 1].x) / 2, y: (points[i].y + points[i + 1].y) / 2 };
    path += `Q${points[i].x} ${points[i].y} ${next.x} ${next.y}`;
  }
  return path;
}

export function open(main) {
  const picture = h('div', { class: 'frame graph' });
  main.append(h('div', { class: 'bar' }, h('h1', {}, 'Graph'), h('span', { class: 'soft' }, 'An arrow leads to what a resource uses. A dashed one leads to what it is a part of.')), picture);
  let drawn = '';

  const node = (resource, at) => {
    const [kind, text] = stateOf(resource);
    const errors = errorsOf(resource);
    const name = resource.id.length > 19 ? `${resource.id.slice(0, 18)}…` : resource.id;
    const activate = event => { if (!event.key || event.key === 'Enter' || event.key === ' ') { event.preventDefault?.(); openDetails(resource.id); } };
    const touch = on => () => {
      picture.classList.toggle('touched', on);
      for (const edge of picture.querySelectorAll('.edge')) edge.classList.toggle('near', on && (edge.dataset.from === resource.id || edge.dataset.to === resource.id));
    };
    return s('g', {
      class: `node ${kind}`, tabindex: 0, role: 'button', 'data-id': resource.id, transform: `translate(${at.x - width / 2} ${at.y - height / 2})`,
      'aria-label': `${resource.id}, ${text}${errors ? `, ${errors} errors` : ''}`, onclick: activate, onkeydown: activate,
      onmouseenter: touch(true), onmouseleave: touch(false), onfocus: touch(true), onblur: touch(false),
    },
    s('rect', { width, height, rx: 9 }),
    s('circle', { cx: 17, cy: 18, r: 5 }),
    s('text', { x: 30, y: 22, class: 'title' }, name),
    s('text', { x: 30, y: 38, class: errors ? 'sub bad' : 'sub' }, errors ? `${errors} ${errors === 1 ? 'error' : 'errors'}` : kind === 'good' ? resource.type : text));
  };

  const show = () => {
    const now = JSON.stringify([innerWidth < 800, state.resources.map(r => [r.id, r.state, r.health, r.exitCode, r.uses, errorsOf(r)])]);
    if (now === drawn || !state.resources.length) return;
    drawn = now;
    const graph = arrange();
    const size = graph.graph();
    const focused = document.activeElement?.dataset?.id;
    picture.replaceChildren(s('svg', { viewBox: `0 0 ${size.width} ${size.height}`, width: size.width, height: size.height, role: 'group', 'aria-label': 'Graph of resources' },
      s('defs', {}, s('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' }, s('path', { d: 'M0 .8L7.500 4 0 7.200z' }))),
      graph.edges().map(edge => s('path', { class: graph.edge(edge).part ? 'edge part' : 'edge', d: curve(graph.edge(edge).points), 'marker-end': 'url(#arrow)', 'data-from': edge.v, 'data-to': edge.w })),
      state.resources.map(resource => node(resource, graph.node(resource.id)))));
    if (focused) picture.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  };
  show();
  addEventListener('resize', show);
  return { title: 'Graph', changed: show, close: () => removeEventListener('resize', show) };
}
