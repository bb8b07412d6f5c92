// What each backend answers on its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf } from './client.mjs';
import {
  find,
  messages,
  messageMarks,
  spaces,
  spaceMarks,
  logs,
  laws,
  sent,
  failed,
  pending,
  control,
  ports,
  main,
  space,
  addMessage,
  script,
} from './fixture.mjs';

const save = (request) => main.call('law.SaveStudyMaterialController', 'SaveStudyMaterial', request);
const hardText = '한글 메시지 👩‍👩‍👧‍👦 \u0000\u0001\t\r\n\u007f "\\ é';
const hardId = 'a:b:c 한글/😀 %2F';

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

test('Ten thousand rows come in one response of more than 4 MB, not in the order in which they were added', async () => {
  await control('POST', '/rows/generate', { backend: 'main', eventType: 'MESSAGE', count: 10_000, bodyBytes: 500 });
  const { items } = (await main.call(messages, find, pending('MESSAGE'))).value;
  assert.equal(new Set(items.map((row) => row.eventId)).size, 10_000);
  assert.notEqual(items[0].eventId, 'message-0');
  const small = clientOf(ports.main, undefined, { 'grpc.max_receive_message_length': 4 << 20 });
  assert.equal((await small.call(messages, find, pending('MESSAGE'))).code, 8);
  small.close();
});

test('A backend serves its own calls only, and rows that no outbox knows are refused', async () => {
  assert.equal((await space.call(messages, find, pending('MESSAGE'))).code, 12);
  assert.equal((await main.call(spaceMarks, sent, { eventId: 'a' })).code, 12);
  await assert.rejects(addMessage('a', { colour: 'red' }), /unknown field colour/);
  await assert.rejects(addMessage('a', { payload: { tittle: 't' } }), /unknown field payload.tittle/);
  await assert.rejects(script('main', 'find-space', {}), /none of/);
});
