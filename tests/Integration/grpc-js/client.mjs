// The self-test's client. It reads the repository's protos/, so that it also compares the two writings of the
// contract: protos/ here, contract.mjs in the server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const protos = fileURLToPath(new URL('../../../protos', import.meta.url));
const files = [
  'message/outbox/v1/find-hobom-message-outbox',
  'message/outbox/v1/patch-hobom-message-outbox',
  'log/outbox/v1/hobom-log-outbox',
  'space/outbox/v1/find-hobom-space-outbox',
  'space/outbox/v1/patch-hobom-space-outbox',
  'law/outbox/v1/find-hobom-law-outbox',
  'law/v1/save-study-material',
  'llm/v1/generate-study-material',
];
const services = Object.assign(
  {},
  ...files.map((file) =>
    loadSync(`${file}.proto`, { includeDirs: [protos], keepCase: true, longs: String, defaults: true }),
  ),
);

export async function startNeighbours(environment = {}) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('server.mjs', import.meta.url))], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const ports = JSON.parse(line);

  const control = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${ports.control}${path}`, {
      method,
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  };
  return { child, ports, control };
}

/** A caller `(service, rpc, request, {key, deadlineMs, metadata}) -> {value, code, details, trailers}`. */
export function clientOf(port, credentials = grpc.credentials.createInsecure(), options = {}) {
  const client = new grpc.Client(`127.0.0.1:${port}`, credentials, {
    'grpc.max_receive_message_length': -1,
    ...options,
  });
  const call = (service, rpc, request, { key = 'test-key', deadlineMs = 20_000, metadata = {} } = {}) =>
    new Promise((resolve) => {
      const definition = services[service][rpc];
      const sent = new grpc.Metadata();
      for (const [name, value] of Object.entries({ 'x-api-key': key, ...metadata }))
        if (value !== null) sent.set(name, value);
      client.makeUnaryRequest(
        definition.path,
        definition.requestSerialize,
        definition.responseDeserialize,
        request,
        sent,
        { deadline: Date.now() + deadlineMs },
        (error, value) =>
          resolve(error ? { code: error.code, details: error.details, trailers: error.metadata } : { code: 0, value }),
      );
    });
  return { call, close: () => client.close() };
}
