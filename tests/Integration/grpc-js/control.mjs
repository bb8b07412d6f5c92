// The tests' side: JSON over plain HTTP. README.md lists the calls.
import { createServer } from 'node:http';
import { rpcs } from './contract.mjs';
import { generatedRows } from './generate.mjs';

/** @param listeners `{main, space, llm}` */
export function controlServer(listeners) {
  const all = Object.values(listeners);
  const of = (name) => listeners[name] ?? refuse(`no backend ${name}`);
  const rowsOf = (name) => of(name).backend.rows ?? refuse(`${name} has no outbox`);
  const add = (name, rows) => {
    const table = rowsOf(name);
    let added = 0;
    for (const row of rows) {
      table.add(row);
      added++;
    }
    return { added };
  };
  const each = (question) => Object.fromEntries(Object.entries(listeners).map(([name, one]) => [name, question(one)]));

  const routes = {
    'POST /rows': ({ backend, rows }) => add(backend, rows),
    'POST /rows/generate': ({ backend, ...order }) => add(backend, generatedRows(order)),
    'GET /rows': ({ backend, limit, ...wanted }) =>
      rowsOf(backend).list({ ...wanted, limit: limit === undefined ? Infinity : Number(limit) }),
    'DELETE /rows': ({ backend, eventId }) =>
      eventId === undefined ? all.forEach((one) => one.clear()) : { removed: rowsOf(backend).remove(eventId) },
    'GET /state': () =>
      each((one) => ({
        serving: one.serving,
        ...one.backend.rows?.summary(),
        saved: [...(one.backend.saved ?? [])],
        calls: one.calls.totals(),
      })),
    'GET /marks': ({ backend, eventId }) => rowsOf(backend).marks(eventId),
    'GET /calls': ({ backend, rpc }) => of(backend).calls.list(knownRpc(of(backend), rpc)),
    'POST /script': ({ backend, rpc, next }) =>
      of(backend).script.append(rpc === '*' ? rpc : knownRpc(of(backend), rpc), next),
    'POST /script/clear': () => all.forEach((one) => one.script.clear()),
    'POST /llm': ({ next }) => listeners.llm.script.append('generate', next),
    'POST /keys': ({ backend, key }) => {
      of(backend).key = key;
    },
    'POST /stop': ({ backend }) => of(backend).stop(),
    'POST /start': ({ backend }) => of(backend).start(),
    'POST /drain': ({ backend, graceMs }) => of(backend).drain(graceMs),
    'POST /reset': async () => {
      for (const one of all) {
        one.clear();
        one.forgetOrders();
        await one.start();
      }
    },
  };

  const server = createServer(async (request, response) => {
    const reply = (code, value) => {
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value ?? {}));
    };
    try {
      const url = new URL(request.url, 'http://control');
      const route = routes[`${request.method} ${url.pathname}`];
      if (!route) return reply(404, { error: `no ${request.method} ${url.pathname}` });
      reply(200, await route({ ...Object.fromEntries(url.searchParams), ...(await bodyOf(request)) }));
    } catch (error) {
      reply(400, { error: error.message });
    }
  });
  server.keepAliveTimeout = 0; // a client's pooled connection is never closed under it
  return server;
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length === 0 ? {} : JSON.parse(Buffer.concat(parts).toString('utf8'));
}

function knownRpc(listener, rpc) {
  if (rpcs[rpc] && listener.backend.behaviours[rpc]) return rpc;
  return refuse(`${rpc} is none of ${Object.keys(listener.backend.behaviours).join(', ')}`);
}

function refuse(reason) {
  throw new Error(reason);
}
