// What the tests ordered for the next calls, instead of the backend's own answer.
import { setTimeout as sleep } from 'node:timers/promises';
import { Metadata } from '@grpc/grpc-js';

const known = ['status', 'details', 'applied', 'hang', 'delayMs', 'abort', 'metadata', 'match', 'answer', 'repeat'];

/** Orders per call; `*` stands for every call of the backend and is asked last. */
export class Script {
  #orders = new Map();

  append(rpc, next) {
    for (const order of next) {
      const unknown = Object.keys(order).find((name) => !known.includes(name));
      if (unknown) throw new Error(`unknown order ${unknown}`);
    }
    const queue = this.#orders.get(rpc) ?? this.#orders.set(rpc, []).get(rpc);
    for (const order of next) queue.push({ order, left: order.repeat === 'forever' ? Infinity : (order.repeat ?? 1) });
  }

  clear() {
    this.#orders.clear();
  }

  /** The first order that fits this request, used up by one; undefined when there is none. */
  take(rpc, request) {
    if (this.#orders.size === 0) return undefined;
    for (const queue of [this.#orders.get(rpc), this.#orders.get('*')]) {
      const index = queue?.findIndex(({ order }) => fits(order.match, request)) ?? -1;
      if (index < 0) continue;
      if (--queue[index].left <= 0) return queue.splice(index, 1)[0].order;
      return queue[index].order;
    }
    return undefined;
  }
}

/**
 * Plays one order out.
 * @param apply runs the call's own behaviour: the encoded answer, or `{code, details}`
 * @param readsOnly the call changes nothing, so that it may run even when its answer is never seen
 * @param finish answers, as (error, bytes, trailers); not called for a hang or an abort, which are returned by name
 */
export async function play(order, call, { apply, readsOnly, finish }) {
  if (order.delayMs) await sleep(order.delayMs);
  const fails = order.status !== undefined || order.hang || order.abort;
  const result = !fails || order.applied || readsOnly ? apply(order.answer) : Buffer.alloc(0);

  if (order.hang) return 'hang';
  if (order.abort) {
    abort(order.abort, call, Buffer.isBuffer(result) ? result : Buffer.alloc(0));
    return 'abort';
  }
  const trailers = metadataOf(order.metadata);
  if (order.status !== undefined) finish({ code: order.status, details: order.details ?? '', metadata: trailers });
  else if (Buffer.isBuffer(result)) finish(null, result, trailers);
  else finish({ ...result, metadata: trailers });
  return undefined;
}

// grpc-js offers no way to break a connection, so this reaches for the HTTP/2 stream behind the call;
// that the pinned version has it there is what selftest-orders.mjs shows.
function abort(kind, call, bytes) {
  const stream = call.call.stream;
  if (stream.destroyed) return; // its connection went with an earlier call's order
  if (kind === 'stream') return stream.close(2); // RST_STREAM with INTERNAL_ERROR
  // Not from inside the call: with others under way Node then frees what it still uses, and aborts.
  if (kind === 'session') return setImmediate(() => stream.session?.destroy());
  const frame = Buffer.alloc(5 + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  bytes.copy(frame, 5);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.write(frame.subarray(0, Math.max(2, frame.length >> 1)), () => setImmediate(() => stream.session?.destroy()));
}

function metadataOf(entries = {}) {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries))
    metadata.set(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  return metadata;
}

const fits = (match = {}, request) => Object.entries(match).every(([name, value]) => request[name] === value);
