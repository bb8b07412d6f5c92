// One server per test file, as at its start before each test, and the names both files speak of.
import { after, beforeEach } from 'node:test';
import { clientOf, startNeighbours } from './client.mjs';

export const find = 'FindOutboxByEventTypeAndStatusUseCase';
export const messages = 'outbox.message.FindHoBomMessageOutboxController';
export const messageMarks = 'outbox.message.PatchOutboxController';
export const spaces = 'outbox.space.FindHoBomSpaceOutboxController';
export const spaceMarks = 'outbox.space.PatchHoBomSpaceOutboxController';
export const logs = 'outbox.log.FindHoBomLogOutboxController';
export const laws = 'outbox.law.FindHoBomLawOutboxController';
export const sent = 'PatchOutboxMarkAsSentUseCase';
export const failed = 'PatchOutboxMarkAsFailedUseCase';
export const pending = (eventType) => ({ eventType, status: 'PENDING' });

const neighbours = await startNeighbours();
export const { control, ports } = neighbours;
export const [main, space, llm] = ['main', 'space', 'llm'].map((name) => clientOf(ports[name]));

export const addMessage = (eventId, more = {}) =>
  control('POST', '/rows', {
    backend: 'main',
    rows: [{ eventType: 'MESSAGE', eventId, payload: { title: 't' }, ...more }],
  });
export const script = (backend, rpc, ...next) => control('POST', '/script', { backend, rpc, next });

beforeEach(() => control('POST', '/reset'));
after(() => {
  for (const client of [main, space, llm]) client.close();
  neighbours.child.stdin.end();
});
