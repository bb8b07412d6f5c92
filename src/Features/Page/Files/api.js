// The API that scripts use, from the browser. The session's cookie goes along by itself.

const BASE = '/hobom-event-processor/internal/api/v1';

export class ApiError extends Error {
  /** isRead: it may be asked again by itself. */
  constructor(status, answer, isRead = false) {
    super(answer?.error ?? `HTTP ${status}`);
    this.status = status;
    this.isRead = isRead;
    this.answer = answer ?? {};
  }
}

let onSignedOut = () => {};
export const whenSignedOut = act => { onSignedOut = act; };

export const get = (path, query, signal) => ask('GET', BASE + path + queryOf(query), undefined, signal);
export const post = (path, body, query) => ask('POST', BASE + path + queryOf(query), body);
export const put = (path, body, query) => ask('PUT', BASE + path + queryOf(query), body);
export const remove = (path, query) => ask('DELETE', BASE + path + queryOf(query));
export const session = () => ask('GET', '/session');
export const signIn = key => ask('POST', '/session', { key });
export const signOut = () => ask('DELETE', '/session');
export const ready = () => ask('GET', '/health/ready').catch(e => e.answer.checks ? e.answer : Promise.reject(e));
export const changes = () => new EventSource(`${BASE}/changes`);

/** { value } or { error }: for what is asked together and may fail by itself. */
export const settled = asked => asked.then(value => ({ value }), error => ({ error }));

/** As text, for what JSON.parse would change: numbers that no double holds. */
export const getText = (path, query) => textOf('GET', BASE + path + queryOf(query));
export const postText = (path, body, query) => textOf('POST', BASE + path + queryOf(query), body);

async function textOf(method, path, body) {
  const answer = await fetch(path, request(method, body));
  if (!answer.ok) throw await errorOf(answer, path, method === 'GET');
  return answer.text();
}

/** JSON that somebody has typed, sent as it is. */
export async function putText(path, text) {
  const answer = await fetch(BASE + path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: text });
  if (!answer.ok) throw await errorOf(answer);
}

export async function download(path, body) {
  const answer = await fetch(BASE + path, request('POST', body));
  if (!answer.ok) throw await errorOf(answer);
  return answer.blob();
}

/** A name as a part of a path. */
export const partOf = name => encodeURIComponent(name);

/** Of one of this page's own views. */
export const address = (view, query) => `#/${view}${queryOf(query)}`;

/** null, undefined and '' are left out. */
export function queryOf(query) {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
}

async function ask(method, path, body, signal) {
  let answer;
  try {
    answer = await fetch(path, { ...request(method, body), signal });
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new ApiError(0, {}, method === 'GET');
  }
  if (!answer.ok) throw await errorOf(answer, path, method === 'GET');
  return answer.json();
}

const request = (method, body) => body === undefined
  ? { method }
  : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };

async function errorOf(answer, path, isRead) {
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401 && path !== '/session') onSignedOut();
  return new ApiError(answer.status, body, isRead);
}
