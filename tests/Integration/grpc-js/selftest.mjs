import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { clientOf, startNeighbours } from './client.mjs';

const find = 'FindOutboxByEventTypeAndStatusUseCase';
const messages = 'outbox.message.FindHoBomMessageOutboxController';
const messageMarks = 'outbox.message.PatchOutboxController';
const spaces = 'outbox.space.FindHoBomSpaceOutboxController';
const spaceMarks = 'outbox.space.PatchHoBomSpaceOutboxController';
const logs = 'outbox.log.FindHoBomLogOutboxController';
const laws = 'outbox.law.FindHoBomLawOutboxController';
const sent = 'PatchOutboxMarkAsSentUseCase';
const failed = 'PatchOutboxMarkAsFailedUseCase';
const save = (request) => main.call('law.SaveStudyMaterialController', 'SaveStudyMaterial', request);
const generate = (changes) => llm.call('llm.StudyMaterialService', 'Generate', { changes });
const pending = (eventType) => ({ eventType, status: 'PENDING' });
const hardText = '한글 메시지 👩‍👩‍👧‍👦 \u0000\u0001\t\r\n\u007f "\\ é';
const hardId = 'a:b:c 한글/😀 %2F';

let neighbours, main, space, llm, control;
before(async () => {
  neighbours = await startNeighbours();
  control = neighbours.control;
  [main, space, llm] = ['main', 'space', 'llm'].map((name) => clientOf(neighbours.ports[name]));
});
beforeEach(() => control('POST', '/reset'));
after(() => {
  for (const client of [main, space, llm]) client.close();
  neighbours.child.stdin.end();
});

const addMessage = (eventId, more = {}) =>
  control('POST', '/rows', {
    backend: 'main',
    rows: [{ eventType: 'MESSAGE', eventId, payload: { title: 't' }, ...more }],
  });
const script = (backend, rpc, ...next) => control('POST', '/script', { backend, rpc, next });
const statusOf = async (backend, eventId) =>
  (await control('GET', `/rows?backend=${backend}`)).find((row) => row.eventId === eventId)?.status;

test('A message row carries every field, with hard text and a hard id', async () => {
  const row = {
    id: 'row',
    eventId: hardId,
    eventType: 'MESSAGE',
    status: 'PENDING',
    retryCount: 2147483647,
    sentAt: 's',
    failedAt: 'f',
    lastError: 'l',
    version: -3,
    createdAt: 'c',
    updatedAt: 'u',
    payload: { id: 'p', title: hardText, body: 'b', recipient: 'r', senderId: '', type: 'MAIL_MESSAGE' },
  };
  await control('POST', '/rows', { backend: 'main', rows: [row] });
  const { value } = await main.call(messages, find, pending('MESSAGE'));
  assert.deepEqual(JSON.parse(JSON.stringify(value.items)), [row]);
});

test('A space row keeps an int64 past 2^53, and a log row its maps', async () => {
  const payload = {
    entityType: 'PAGE',
    action: 'A',
    spaceKey: 'K',
    pageId: '9223372036854775807',
    title: hardText,
    actorId: 'x',
  };
  const log = {
    traceId: 't',
    level: 'INFO',
    method: 'GET',
    path: '/p',
    statusCode: 204,
    host: 'h',
    userId: 'u',
    serviceType: 'HOBOM_SPACE',
    message: hardText,
    payload: { query: { [hardText]: hardText }, body: { a: '' }, headers: { h: 'v' }, error: 'e' },
  };
  await control('POST', '/rows', {
    backend: 'space',
    rows: [
      { eventType: 'SPACE_EVENT', eventId: hardId, payload },
      { eventType: 'SPACE_LOG', eventId: 'log', payload: log },
    ],
  });
  const [found] = (await space.call(spaces, find, pending('SPACE_EVENT'))).value.items;
  assert.deepEqual({ ...found.payload }, payload);
  assert.match(found.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
  const [foundLog] = (await space.call(logs, 'FindLogOutboxByEventTypeAndStatusUseCase', pending('SPACE_LOG'))).value
    .items;
  assert.deepEqual(JSON.parse(JSON.stringify(foundLog.payload)), log);
  assert.equal(foundLog.status, 'PENDING');
});

test('A law row carries its changes, and a row without payload has none', async () => {
  const changes = [{ articleNo: '제1조', changeType: 'ADDED', before: '', after: '후' }];
  await control('POST', '/rows', {
    backend: 'main',
    rows: [{ eventType: 'LAW_CHANGED', eventId: 'l', payload: { diffId: 'd', changes } }],
  });
  await addMessage('bare', { payload: null });
  const [law] = (await main.call(laws, find, pending('LAW_CHANGED'))).value.items;
  assert.deepEqual(JSON.parse(JSON.stringify(law.payload)), { diffId: 'd', changes });
  assert.equal((await main.call(messages, find, pending('MESSAGE'))).value.items[0].payload, null);
});

test('Main writes Date text, marks whatever it knows, lets the last mark win, and refuses an empty id', async () => {
  await addMessage('m');
  assert.match(
    (await main.call(messages, find, pending('MESSAGE'))).value.items[0].createdAt,
    /^[A-Z]\w\w [A-Z]\w\w \d\d \d{4} \d\d:\d\d:\d\d GMT\+0000 \(Coordinated Universal Time\)$/,
  );
  assert.equal((await main.call(messageMarks, sent, { eventId: 'm' })).code, 0);
  assert.equal((await main.call(messageMarks, failed, { eventId: 'm', errorMessage: hardText })).code, 0);
  assert.equal((await main.call(messageMarks, sent, { eventId: 'unknown' })).code, 0);
  assert.deepEqual(
    [await main.call(messageMarks, sent, { eventId: '' })].map(({ code, details }) => [code, details]),
    [[2, 'Internal server error']],
  );
  const [row] = await control('GET', '/rows?backend=main&status=FAILED');
  assert.equal(row.lastError, hardText);
  assert.deepEqual(
    (await control('GET', '/marks?backend=main&eventId=m')).map(({ kind, found }) => [kind, found]),
    [
      ['SENT', true],
      ['FAILED', true],
    ],
  );
  assert.equal((await control('GET', '/marks?backend=main&eventId=unknown'))[0].found, false);
  assert.deepEqual((await control('GET', '/state')).main.counts, { MESSAGE: { FAILED: 1 } });
});

test('Space answers oldest first, and NOT_FOUND to marks of unknown and empty ids', async () => {
  const times = ['2026-03-05T12:51:13.1234568Z', '2026-03-05T12:51:13.1234567Z', '2026-03-04T00:00:00.0000000Z'];
  await control('POST', '/rows', {
    backend: 'space',
    rows: times.map((createdAt, index) => ({ eventType: 'SPACE_EVENT', eventId: `e${index}`, payload: {}, createdAt })),
  });
  assert.deepEqual(
    (await space.call(spaces, find, pending('SPACE_EVENT'))).value.items.map((row) => row.eventId),
    ['e2', 'e1', 'e0'],
  );
  for (const eventId of ['unknown', '']) assert.equal((await space.call(spaceMarks, sent, { eventId })).code, 5);
  assert.equal((await space.call(spaceMarks, failed, { eventId: 'e0', errorMessage: 'x' })).code, 0);
});

test('A wrong or missing key: UNKNOWN from main, UNAUTHENTICATED from space; a changed key is asked for', async () => {
  for (const key of ['wrong', null]) {
    const refused = await main.call(messages, find, pending('MESSAGE'), { key });
    assert.deepEqual([refused.code, refused.details], [2, 'Internal server error']);
    assert.equal((await space.call(spaces, find, pending('SPACE_EVENT'), { key })).code, 16);
  }
  await control('POST', '/keys', { backend: 'main', key: 'other' });
  assert.equal((await main.call(messages, find, pending('MESSAGE'), { key: 'other' })).code, 0);
});

test('One unreadable row fails every find of its type', async () => {
  await addMessage('bad', { unreadable: true });
  assert.equal((await main.call(messages, find, pending('MESSAGE'))).code, 2);
  assert.deepEqual(await control('DELETE', '/rows?backend=main&eventId=bad'), { removed: true });
  assert.equal((await main.call(messages, find, pending('MESSAGE'))).code, 0);
});

test('A study material is saved once: the second save is INTERNAL, an incomplete one INVALID_ARGUMENT', async () => {
  const quizzes = [{ type: 'OX', question: 'q', answer: 'a', explanation: 'e', choices: ['O', 'X'] }];
  const material = { diffId: 'd:1', summary: hardText, keyPoints: ['k'], quizzes };
  assert.deepEqual(
    [
      (await save(material)).code,
      (await save(material)).code,
      (await save({ diffId: 'd2' })).code,
      (await save({ summary: 's' })).code,
    ],
    [0, 13, 3, 3],
  );
  const { items } = await control('GET', '/calls?backend=main&rpc=save');
  assert.deepEqual([items.map((call) => call.status), items[0].request], [[0, 13, 3, 3], material]);
});

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

test('Ten thousand rows come in one response of more than 4 MB, not in the order in which they were added', async () => {
  await control('POST', '/rows/generate', { backend: 'main', eventType: 'MESSAGE', count: 10_000, bodyBytes: 500 });
  const { items } = (await main.call(messages, find, pending('MESSAGE'))).value;
  assert.equal(new Set(items.map((row) => row.eventId)).size, 10_000);
  assert.notEqual(items[0].eventId, 'message-0');
  const small = clientOf(neighbours.ports.main, undefined, { 'grpc.max_receive_message_length': 4 << 20 });
  assert.equal((await small.call(messages, find, pending('MESSAGE'))).code, 8);
  small.close();
});

test('A stopped backend refuses, then serves the same rows on the same port; drained connections lose nothing', async () => {
  // A client of its own each time: grpc-js keeps failing for a second after an outage.
  const fresh = () => clientOf(neighbours.ports.space, undefined, { 'grpc.use_local_subchannel_pool': 1 });
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

test('A backend serves its own calls only, and rows that no outbox knows are refused', async () => {
  assert.equal((await space.call(messages, find, pending('MESSAGE'))).code, 12);
  assert.equal((await main.call(spaceMarks, sent, { eventId: 'a' })).code, 12);
  await assert.rejects(addMessage('a', { colour: 'red' }), /unknown field colour/);
  await assert.rejects(addMessage('a', { payload: { tittle: 't' } }), /unknown field payload.tittle/);
  await assert.rejects(script('main', 'find-space', {}), /none of/);
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
