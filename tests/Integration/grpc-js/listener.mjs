// One backend's gRPC port: it can stop and serve again on the same port.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from '@grpc/grpc-js';
import { Calls } from './calls.mjs';
import { rpcs, typeOf } from './contract.mjs';
import { Script, play } from './outcomes.mjs';

const host = '127.0.0.1';
const defaultKey = 'test-key';

export class Listener {
  calls = new Calls();
  script = new Script();
  key = defaultKey;
  port;
  #server;
  #credentials;

  constructor(backend, credentials, port = 0) {
    this.backend = backend;
    this.port = port;
    this.#credentials = credentials;
  }

  get serving() {
    return this.#server !== undefined;
  }

  async start() {
    if (this.#server) return;
    const server = new Server();
    for (const [rpc, behaviour] of Object.entries(this.backend.behaviours))
      server.addService(...this.#service(rpc, behaviour));
    this.port = await new Promise((resolve, reject) =>
      server.bindAsync(`${host}:${this.port}`, this.#credentials, (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    );
    this.#server = server;
  }

  /** Destroys every connection and closes the port; done when the port refuses. */
  async stop() {
    this.#server?.forceShutdown();
    this.#server = undefined;
    while (await accepts(this.port)) await sleep(5);
  }

  /** Asks every connection to go (GOAWAY) and cuts those that are still there after `graceMs`. */
  drain(graceMs) {
    this.#server?.drain(`${host}:${this.port}`, graceMs);
  }

  clear() {
    this.backend.rows?.clear();
    this.backend.saved?.clear();
    this.calls.clear();
  }

  forgetOrders() {
    this.script.clear();
    this.key = defaultKey;
  }

  #service(rpc, behaviour) {
    const [path, requestType] = rpcs[rpc];
    const request = typeOf(requestType);
    const definition = {
      path,
      requestStream: false,
      responseStream: false,
      requestDeserialize: (bytes) => request.decode(bytes),
      requestSerialize: (bytes) => bytes,
      responseSerialize: (bytes) => bytes,
      responseDeserialize: (bytes) => bytes,
    };
    return [{ call: definition }, { call: (call, callback) => this.#answer(rpc, behaviour, call, callback) }];
  }

  #answer(rpc, behaviour, call, callback) {
    const logged = this.calls.begin(rpc, call);
    const finish = (error, bytes, trailers) => {
      logged.status = error ? error.code : 0;
      callback(error, bytes, trailers);
    };
    if (call.metadata.get('x-api-key')[0] !== this.key) return finish(this.backend.keyRefusal);

    const apply = (orderedAnswer) => behaviour(call.request, orderedAnswer);
    const order = this.script.take(rpc, call.request);
    if (order) {
      play(order, call, { apply, readsOnly: rpc.startsWith('find'), finish }).then((unanswered) => {
        if (unanswered) logged.status = unanswered;
      });
      return;
    }
    const result = apply();
    if (Buffer.isBuffer(result)) finish(null, result);
    else finish(result);
  }
}

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
