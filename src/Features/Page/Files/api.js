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
export const tellSignedOut = () => onSignedOut();

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
export const getText = (path, query) => request('GET', BASE + path + queryOf(query), { as: 'text' });
export const postText = (path, body, query) => request('POST', BASE + path + queryOf(query), { text: JSON.stringify(body), as: 'text' });

/** JSON that somebody has typed, sent as it is. */
export const putText = (path, text) => request('PUT', BASE + path, { text, as: 'text' });

export const download = (path, body) => request('POST', BASE + path, { text: JSON.stringify(body), as: 'blob' });

/** A name as a part of a path. */
export const partOf = name => encodeURIComponent(name);

/** Of one of this page's own views. */
export const address = (view, query) => `#/${view}${queryOf(query)}`;

/** null, undefined and '' are left out. */
export function queryOf(query) {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
}

const ask = (method, path, body, signal) => request(method, path, { text: JSON.stringify(body), signal });

/** Throws ApiError: of status 0 where no answer came, or none to its end. */
async function request(method, path, { text: body, as = 'json', signal }) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  let answer;
  try {
    answer = await fetch(path, { method, headers, body, signal });
    if (answer.ok) return await answer[as]();
  } catch (e) {
    if (e instanceof TypeError) throw new ApiError(0, {}, method === 'GET');
    throw e;
  }
  throw await errorOf(answer, path, method === 'GET');
}

async function errorOf(answer, path, isRead) {
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401 && path !== '/session') onSignedOut();
  return new ApiError(answer.status, body, isRead);
}
