// The neighbours' messages, written out here on their own and not read from protos/: two writings of one
// contract that disagree make the interop tests fail. Numbers and paths are the wire, never to be changed.
import protobuf from 'protobufjs';

const outboxRows = (payload) => `
  message Request { string eventType = 1; string status = 2; }
  message Response { repeated QueryResult items = 1; }
  message QueryResult {
    string id = 1; string eventId = 2; string eventType = 3; ${payload} payload = 4; string status = 5;
    int32 retryCount = 6; string sentAt = 7; string failedAt = 8; string lastError = 9; int32 version = 10;
    string createdAt = 11; string updatedAt = 12;
  }`;

const marks = `
  message MarkRequest { string eventId = 1; }
  message MarkFailedRequest { string eventId = 1; string errorMessage = 2; }`;

const quiz = `
  message Quiz {
    string type = 1; string question = 2; string answer = 3; string explanation = 4; repeated string choices = 5;
  }`;

const articleChange = (name) =>
  `message ${name} { string articleNo = 1; string changeType = 2; string before = 3; string after = 4; }`;

const packages = {
  'outbox.message': `${outboxRows('MessagePayload')} ${marks}
    message MessagePayload {
      string id = 1; string title = 2; string body = 3; string recipient = 4; string senderId = 5; string type = 6;
    }`,
  'outbox.log': `
    message Request { string eventType = 1; string status = 2; }
    message Response { repeated QueryResult items = 1; }
    message QueryResult {
      string id = 1; string eventId = 2; string eventType = 3; string status = 4; int32 retryCount = 5;
      string sentAt = 6; string failedAt = 7; string lastError = 8; int32 version = 9; string createdAt = 10;
      string updatedAt = 11; HoBomLogPayload payload = 12;
    }
    message HoBomLogPayload {
      string traceId = 1; string level = 2; string method = 3; string path = 4; int32 statusCode = 5;
      string host = 6; string userId = 7; LogPayloadDetail payload = 8; string serviceType = 9; string message = 10;
    }
    message LogPayloadDetail {
      map<string, string> query = 1; map<string, string> body = 2; map<string, string> headers = 3; string error = 4;
    }`,
  'outbox.space': `${outboxRows('SpaceEventPayload')} ${marks}
    message SpaceEventPayload {
      string entityType = 1; string action = 2; string spaceKey = 3; int64 pageId = 4; string title = 5;
      string actorId = 6;
    }`,
  'outbox.law': `${outboxRows('LawChangedPayload')} ${articleChange('LawArticleChange')}
    message LawChangedPayload { string diffId = 1; repeated LawArticleChange changes = 2; }`,
  law: `${quiz}
    message SaveStudyMaterialRequest {
      string diffId = 1; string summary = 2; repeated string keyPoints = 3; repeated Quiz quizzes = 4;
    }`,
  llm: `${quiz} ${articleChange('ArticleChange')}
    message StudyMaterialRequest { repeated ArticleChange changes = 1; }
    message StudyMaterialResponse { string summary = 1; repeated string keyPoints = 2; repeated Quiz quizzes = 3; }`,
};

const root = new protobuf.Root();
for (const [name, messages] of Object.entries(packages))
  protobuf.parse(`syntax = "proto3"; package ${name}; ${messages}`, root, { keepCase: true });

/** The message type of a full name, such as `outbox.log.QueryResult`. */
export const typeOf = (name) => root.lookupType(name);

const find = 'FindOutboxByEventTypeAndStatusUseCase';
const sent = 'PatchOutboxMarkAsSentUseCase';
const failed = 'PatchOutboxMarkAsFailedUseCase';

/** Every call: its short name in the control API -> path on the wire, request type. */
export const rpcs = {
  'find-message': [`/outbox.message.FindHoBomMessageOutboxController/${find}`, 'outbox.message.Request'],
  'find-log': [
    '/outbox.log.FindHoBomLogOutboxController/FindLogOutboxByEventTypeAndStatusUseCase',
    'outbox.log.Request',
  ],
  'find-law': [`/outbox.law.FindHoBomLawOutboxController/${find}`, 'outbox.law.Request'],
  'find-space': [`/outbox.space.FindHoBomSpaceOutboxController/${find}`, 'outbox.space.Request'],
  'message/mark-sent': [`/outbox.message.PatchOutboxController/${sent}`, 'outbox.message.MarkRequest'],
  'message/mark-failed': [`/outbox.message.PatchOutboxController/${failed}`, 'outbox.message.MarkFailedRequest'],
  'space/mark-sent': [`/outbox.space.PatchHoBomSpaceOutboxController/${sent}`, 'outbox.space.MarkRequest'],
  'space/mark-failed': [`/outbox.space.PatchHoBomSpaceOutboxController/${failed}`, 'outbox.space.MarkFailedRequest'],
  save: ['/law.SaveStudyMaterialController/SaveStudyMaterial', 'law.SaveStudyMaterialRequest'],
  generate: ['/llm.StudyMaterialService/Generate', 'llm.StudyMaterialRequest'],
};

/** Which of the four find services knows an event type: its package, or undefined. */
export function packageOf(eventType) {
  if (eventType === 'MESSAGE') return 'outbox.message';
  if (eventType === 'SPACE_EVENT') return 'outbox.space';
  if (eventType === 'LAW_CHANGED') return 'outbox.law';
  return /^[A-Z]+_LOG$/.test(eventType) ? 'outbox.log' : undefined;
}
