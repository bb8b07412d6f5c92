// Starts the three backends and the control port, says where they are on one line of JSON, and ends with its
// parent: when standard input closes.
process.env.TZ = 'UTC'; // the main backend's Date text names its zone

import { readFileSync } from 'node:fs';
import { ServerCredentials } from '@grpc/grpc-js';
import { llmBackend, mainBackend, spaceBackend } from './backends.mjs';
import { controlServer } from './control.mjs';
import { Listener } from './listener.mjs';

const { GRPC_JS_TLS_CERT: certificate, GRPC_JS_TLS_KEY: key, GRPC_JS_PORTS: ports = '' } = process.env;
const credentials = certificate
  ? ServerCredentials.createSsl(null, [{ cert_chain: readFileSync(certificate), private_key: readFileSync(key) }])
  : ServerCredentials.createInsecure();

const [main = 0, space = 0, llm = 0, control = 0] = ports.split(',').map(Number);
const listeners = {
  main: new Listener(mainBackend(), credentials, main),
  space: new Listener(spaceBackend(), credentials, space),
  llm: new Listener(llmBackend(), credentials, llm),
};
for (const listener of Object.values(listeners)) await listener.start();

const server = controlServer(listeners);
server.listen(control, '127.0.0.1', () => {
  const found = Object.fromEntries(Object.entries(listeners).map(([name, listener]) => [name, listener.port]));
  console.log(JSON.stringify({ ...found, control: server.address().port }));
});

process.stdin.resume();
process.stdin.on('close', () => process.exit(0));
