// What a test can order: faults, outages, TLS.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { clientOf, startNeighbours } from './client.mjs';
import {
  find,
  messages,
  messageMarks,
  spaces,
  sent,
  pending,
  control,
  ports,
  main,
  space,
  llm,
  addMessage,
  script,
} from './fixture.mjs';

const generate = (changes) => llm.call('llm.StudyMaterialService', 'Generate', { changes });
const statusOf = async (backend, eventId) =>
  (await control('GET', `/rows?backend=${backend}`)).find((row) => row.eventId === eventId)?.status;

test('Generate answers each change, or what a test ordered', async () => {
  assert.equal(
    (await generate([{ articleNo: '제1조', changeType: 'ADDED', before: 'b', after: 'a' }])).value.quizzes[0]
      .choices[1],
    'a',
  );
  await control('POST', '/llm', {
    next: [
      { answer: { summary: 's', keyPoints: ['k'], quizzes: [] } },
      { answer: {} },
      { delayMs: 80 },
      { status: 8, metadata: { 'retry-after': '2' } },
    ],
  });
  assert.equal((await generate([])).value.summary, 's');
  assert.equal((await generate([])).value.summary, '');
  const start = performance.now();
  assert.equal((await generate([])).code, 0);
  assert.ok(performance.now() - start >= 79);
  const refused = await generate([]);
  assert.deepEqual([refused.code, refused.trailers.get('retry-after')], [8, ['2']]);
});

test('A mark fails unapplied, or is applied and its answer lost, as ordered and as often', async () => {
  await addMessage('a');
  await script(
    'main',
    'message/mark-sent',
    { status: 14, details: 'gone', repeat: 2, match: { eventId: 'a' } },
    { status: 14, applied: true },
  );
  assert.equal((await main.call(messageMarks, sent, { eventId: 'a' })).code, 14);
  assert.equal((await main.call(messageMarks, sent, { eventId: 'b' })).code, 14);
  assert.equal((await main.call(messageMarks, sent, { eventId: 'a' })).code, 14);
  assert.equal(await statusOf('main', 'a'), 'PENDING');
  assert.equal((await control('GET', '/marks?backend=main&eventId=b')).length, 1);
  await script('main', '*', { status: 14, repeat: 'forever' });
  assert.equal((await main.call(messageMarks, sent, { eventId: 'a' })).code, 14);
  await control('POST', '/script/clear');
  assert.equal((await main.call(messageMarks, sent, { eventId: 'a' })).code, 0);
});

test('A hang ends at the deadline, which is logged with the metadata', async () => {
  await addMessage('a');
  await script('main', 'message/mark-sent', { hang: true, applied: true });
  assert.equal(
    (await main.call(messageMarks, sent, { eventId: 'a' }, { deadlineMs: 150, metadata: { traceparent: '00-t' } }))
      .code,
    4,
  );
  assert.equal(await statusOf('main', 'a'), 'SENT');
  const {
    items: [call],
  } = await control('GET', '/calls?backend=main&rpc=message/mark-sent');
  assert.deepEqual([call.status, call.metadata['x-api-key'], call.metadata.traceparent], ['hang', 'test-key', '00-t']);
  assert.ok(call.deadlineMs > 0 && call.deadlineMs <= 150);
});

for (const abort of [true, 'session', 'stream'])
  test(`The connection is cut (${abort}), and the next call is served`, async () => {
    await control('POST', '/rows/generate', { backend: 'main', eventType: 'MESSAGE', count: 2000, bodyBytes: 100 });
    await script('main', 'find-message', { abort });
    await script('main', 'message/mark-sent', { abort, applied: true });
    const [lost, unsettled] = [
      await main.call(messages, find, pending('MESSAGE')),
      await main.call(messageMarks, sent, { eventId: 'message-7' }),
    ];
    for (const { code } of [lost, unsettled]) assert.ok(code !== 0 && code !== 4, `a cut, not a time-out: ${code}`);
    assert.equal((await control('GET', '/calls?backend=main&rpc=find-message')).total, 1);
    assert.equal((await main.call(messages, find, pending('MESSAGE'))).value.items.length, 1999);
  });

test('A stopped backend refuses, then serves the same rows on the same port; drained connections lose nothing', async () => {
  // A client of its own each time: grpc-js keeps failing for a second after an outage.
  const fresh = () => clientOf(ports.space, undefined, { 'grpc.use_local_subchannel_pool': 1 });
  const [before, after] = [fresh(), fresh()];
  await control('POST', '/rows/generate', { backend: 'space', eventType: 'SPACE_EVENT', count: 1 });
  await before.call(spaces, find, pending('SPACE_EVENT'));
  await control('POST', '/stop', { backend: 'space' });
  assert.equal((await before.call(spaces, find, pending('SPACE_EVENT'))).code, 14);
  assert.equal((await control('GET', '/state')).space.serving, false);
  await control('POST', '/start', { backend: 'space' });
  assert.equal((await after.call(spaces, find, pending('SPACE_EVENT'))).value.items.length, 1);

  await script('space', 'find-space', { delayMs: 100 });
  const slow = after.call(spaces, find, pending('SPACE_EVENT'));
  while ((await control('GET', '/calls?backend=space&rpc=find-space')).total < 3);
  await control('POST', '/drain', { backend: 'space', graceMs: 5000 });
  assert.equal((await slow).code, 0);
  assert.equal((await after.call(spaces, find, pending('SPACE_EVENT'))).code, 0);
  for (const client of [before, after]) client.close();
});

test('Behind TLS the same is served, and the process ends with its parent', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'grpc-js-tls-'));
  const [GRPC_JS_TLS_CERT, GRPC_JS_TLS_KEY] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-days',
      '2',
      '-keyout',
      GRPC_JS_TLS_KEY,
      '-out',
      GRPC_JS_TLS_CERT,
    ],
    { stdio: 'ignore' },
  );
  const behindTls = await startNeighbours({ GRPC_JS_TLS_CERT, GRPC_JS_TLS_KEY });
  const trusting = clientOf(behindTls.ports.main, grpc.credentials.createSsl(readFileSync(GRPC_JS_TLS_CERT)));
  assert.equal((await trusting.call(messages, find, pending('MESSAGE'))).code, 0);
  trusting.close();
  behindTls.child.stdin.end();
  assert.deepEqual(await once(behindTls.child, 'exit'), [0, null]);
  rmSync(folder, { recursive: true });
});
