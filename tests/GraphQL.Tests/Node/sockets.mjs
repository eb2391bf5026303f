// graphql-ws and graphql-sse clients against a server; prints one line for each thing that was seen.
import { createClient } from 'graphql-ws';
import { createClient as createSse } from 'graphql-sse';
import WebSocket from 'ws';

const [http, socket] = [process.argv[2], process.argv[2].replace('http', 'ws')];
const say = (what, seen) => console.log(`${what}: ${JSON.stringify(seen)}`);

function collect(client, payload) {
  return new Promise((done) => {
    const seen = [];
    client.subscribe(payload, { next: (v) => seen.push(v), error: (e) => done({ seen, error: Array.isArray(e) ? e.map((x) => x.message) : String(e?.reason ?? e) }), complete: () => done({ seen }) });
  });
}

const client = createClient({ url: socket, webSocketImpl: WebSocket, connectionParams: { token: 'good' }, lazy: false, retryAttempts: 3, retryWait: async () => {}, keepAlive: 50 });
const pinged = new Promise((done) => client.on('pong', (received) => received && done(true)));
say('query', await collect(client, { query: '{ hello }' }));
say('subscription', await collect(client, { query: 'subscription ($to: Int!) { count(to: $to) }', variables: { to: 3 } }));
say('invalid', await collect(client, { query: '{ nothing }' }));
say('failing', await collect(client, { query: 'subscription { broken }' }));
say('pong', await pinged);

// An endless one is given up, and the socket still works.
await new Promise((done) => {
  let seen = 0;
  const stop = client.subscribe({ query: 'subscription { count(to: 1000000) }' }, { next: () => { if (++seen === 2) { stop(); } }, error: done, complete: done });
});
say('after completing', await collect(client, { query: '{ hello }' }));

// The server drops the socket in the midst of an operation; the client comes back and asks again.
let connections = 0;
const flaky = createClient({ url: socket, webSocketImpl: WebSocket, connectionParams: { token: 'good' }, retryAttempts: 5, retryWait: async () => {}, on: { connected: () => connections++ } });
say('reconnect', (await collect(flaky, { query: 'subscription { droppedOnce }' })).seen.slice(-2));
say('connections', connections);
await client.dispose();
await flaky.dispose();

const refused = createClient({ url: socket, webSocketImpl: WebSocket, connectionParams: { token: 'bad' }, retryAttempts: 0 });
say('refused', await collect(refused, { query: '{ hello }' }));

function closing(protocol, ...messages) {
  return new Promise((done) => {
    const raw = new WebSocket(socket, protocol);
    raw.on('open', () => messages.forEach((m) => raw.send(typeof m === 'string' ? m : JSON.stringify(m))));
    raw.on('close', (code) => done(code));
    raw.on('error', () => {});
  });
}
const init = { type: 'connection_init', payload: { token: 'good' } };
const endless = { id: '1', type: 'subscribe', payload: { query: 'subscription { count(to: 1000000) }' } };
say('no protocol', await closing([]));
say('not JSON', await closing('graphql-transport-ws', '{'));
say('unknown type', await closing('graphql-transport-ws', { type: 'what' }));
say('before init', await closing('graphql-transport-ws', endless));
say('twice init', await closing('graphql-transport-ws', init, init));
say('same id', await closing('graphql-transport-ws', init, endless, endless));
say('no init', await closing('graphql-transport-ws'));

const sse = createSse({ url: http, retryAttempts: 0 });
say('events', await collect(sse, { query: 'subscription { count(to: 2) }' }));
say('events of a query', await collect(sse, { query: '{ hello }' }));
say('events of nothing', await collect(sse, { query: '{ nothing }' }));
process.exit(0);
