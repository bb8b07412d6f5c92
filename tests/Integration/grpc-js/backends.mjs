// The three backends as the contract describes them: which calls each one serves, and how each behaves.
import { status } from '@grpc/grpc-js';
import { typeOf } from './contract.mjs';
import { Rows } from './rows.mjs';

const empty = Buffer.alloc(0); // google.protobuf.Empty
const internalServerError = { code: status.UNKNOWN, details: 'Internal server error' };

const dateText = onceInARow((second) => new Date(second * 1000).toString());

const mainStyle = {
  timestamp: (ms) => dateText(Math.floor(ms / 1000)), // to the second
  id: (n) => n.toString(16).padStart(24, '0'),
  omitsEmpty: false, // protobufjs writes an empty text as a field of length 0
  order: 'none',
};

const spaceStyle = {
  timestamp: (ms) => new Date(ms).toISOString().replace('Z', '1234Z'),
  id: String,
  omitsEmpty: true, // Google.Protobuf leaves it out
  order: 'oldest-first',
};

/** A backend is `{keyRefusal, rows?, behaviours: {rpc: (request, orderedAnswer) => bytes or {code, details}}}`. */
export function mainBackend() {
  const rows = new Rows(mainStyle);
  const saved = new Set();
  const find = (packageName) => (request) => rows.find(packageName, request) ?? internalServerError;
  const mark =
    (kind) =>
    ({ eventId, errorMessage }) => {
      if (eventId === '') return internalServerError;
      rows.mark(kind, eventId, errorMessage);
      return empty; // an unknown event id too: nothing happens, and nothing says so
    };
  return {
    keyRefusal: internalServerError,
    rows,
    saved,
    behaviours: {
      'find-message': find('outbox.message'),
      'find-log': find('outbox.log'),
      'find-law': find('outbox.law'),
      'message/mark-sent': mark('SENT'),
      'message/mark-failed': mark('FAILED'),
      save: ({ diffId, summary }) => {
        if (diffId === '' || summary === '')
          return { code: status.INVALID_ARGUMENT, details: 'diffId and summary are required' };
        if (saved.has(diffId)) return { code: status.INTERNAL, details: 'Failed to save study material' };
        saved.add(diffId);
        return empty;
      },
    },
  };
}

export function spaceBackend() {
  const rows = new Rows(spaceStyle);
  const find = (packageName) => (request) =>
    rows.find(packageName, request) ?? { code: status.UNKNOWN, details: 'Exception was thrown by handler.' };
  const mark =
    (kind) =>
    ({ eventId, errorMessage }) =>
      rows.mark(kind, eventId, errorMessage) ? empty : { code: status.NOT_FOUND, details: 'Outbox event not found' };
  return {
    keyRefusal: { code: status.UNAUTHENTICATED, details: 'Invalid API key' },
    rows,
    behaviours: {
      'find-space': find('outbox.space'),
      'find-log': find('outbox.log'),
      'space/mark-sent': mark('SENT'),
      'space/mark-failed': mark('FAILED'),
    },
  };
}

export function llmBackend() {
  const response = typeOf('llm.StudyMaterialResponse');
  return {
    // The contract says nothing of how llm refuses a key; this is gRPC's own word for it.
    keyRefusal: { code: status.UNAUTHENTICATED, details: 'Invalid API key' },
    behaviours: {
      generate: ({ changes }, ordered) =>
        response.encode(response.fromObject(ordered ?? studyMaterial(changes))).finish(),
    },
  };
}

// Thousands of marks fall into one second, and a Date's text is the dearest part of a mark.
function onceInARow(compute) {
  let asked, answer;
  return (question) => {
    if (question !== asked) [asked, answer] = [question, compute(question)];
    return answer;
  };
}

const studyMaterial = (changes) => ({
  summary: `${changes.length}개 조문이 바뀌었습니다: ${changes.map((change) => change.articleNo).join(', ')}`,
  keyPoints: changes.map((change) => `${change.articleNo} ${change.changeType}: ${change.after}`),
  quizzes: changes.map((change) => ({
    type: 'MULTIPLE_CHOICE',
    question: `${change.articleNo}?`,
    answer: change.after,
    explanation: change.before,
    choices: [change.before, change.after],
  })),
});
