// One backend's outbox table, in memory. Rows stand in one Map per event type and status, so that a poll of
// 100,000 rows walks only what it answers, and each row keeps its encoded bytes until it changes.
import { packageOf, typeOf } from './contract.mjs';

const rowFields = [
  'id',
  'eventId',
  'eventType',
  'payload',
  'status',
  'retryCount',
  'sentAt',
  'failedAt',
  'lastError',
  'version',
  'createdAt',
  'updatedAt',
];

export class Rows {
  #byId = new Map();
  #groups = new Map();
  #marks = new Map();
  #markCount = 0;
  #added = 0;
  #style;

  /** @param style how this backend writes: `timestamp(ms)`, `omitsEmpty`, `order` ('oldest-first' | 'none') */
  constructor(style) {
    this.#style = style;
  }

  add(given) {
    const row = this.#complete(given);
    this.remove(row.eventId);
    this.#byId.set(row.eventId, row);
    row.group = this.#group(row.eventType, row.status).set(row.eventId, row);
  }

  remove(eventId) {
    const row = this.#byId.get(eventId);
    if (!row) return false;
    this.#byId.delete(eventId);
    return row.group.delete(eventId);
  }

  clear() {
    this.#byId.clear();
    this.#groups.clear();
    this.#marks.clear();
    this.#markCount = 0;
  }

  /** The encoded Response of one find; undefined when a row among them is unreadable to its backend. */
  find(packageName, { eventType, status }) {
    const rows = packageOf(eventType) === packageName ? [...this.#group(eventType, status).values()] : [];
    if (rows.some((row) => row.unreadable)) return undefined;
    // A Response is its rows' bytes one after another: field 1 repeated.
    return Buffer.concat(this.#ordered(rows).map((row) => (row.bytes ??= this.#encode(packageName, row))));
  }

  /** Writes a mark down, and applies it when the row exists. The last mark wins. */
  mark(status, eventId, errorMessage) {
    const row = this.#byId.get(eventId);
    const history = this.#marks.get(eventId) ?? this.#marks.set(eventId, []).get(eventId);
    history.push({ order: ++this.#markCount, at: Date.now(), kind: status, errorMessage, found: row !== undefined });
    if (!row) return false;

    const now = this.#style.timestamp(Date.now());
    row.group.delete(eventId);
    row.status = status;
    row.updatedAt = now;
    if (status === 'SENT') row.sentAt = now;
    else Object.assign(row, { failedAt: now, lastError: errorMessage });
    row.bytes = undefined;
    row.group = this.#group(row.eventType, status).set(eventId, row);
    return true;
  }

  /** Rows as the control API shows them. */
  list({ status, eventType, limit = Infinity }) {
    const shown = [];
    for (const row of this.#byId.values()) {
      if (shown.length >= limit) break;
      if ((status && row.status !== status) || (eventType && row.eventType !== eventType)) continue;
      shown.push(Object.fromEntries(rowFields.map((name) => [name, row[name]])));
    }
    return shown;
  }

  marks(eventId) {
    return eventId === undefined ? Object.fromEntries(this.#marks) : (this.#marks.get(eventId) ?? []);
  }

  /** `{counts: {eventType: {status: n}}, marks: n}` */
  summary() {
    const counts = {};
    for (const [key, group] of this.#groups) {
      const [eventType, status] = key.split('|');
      if (group.size > 0) (counts[eventType] ??= {})[status] = group.size;
    }
    return { counts, marks: this.#markCount };
  }

  #group(eventType, status) {
    const key = `${eventType}|${status}`;
    return this.#groups.get(key) ?? this.#groups.set(key, new Map()).get(key);
  }

  #ordered(rows) {
    if (this.#style.order === 'oldest-first')
      return rows.sort((a, b) => a.age - b.age || compare(a.createdAt, b.createdAt));
    const middle = rows.length >> 1; // no order is promised: never the one in which they were added
    return rows.slice(middle).concat(rows.slice(0, middle));
  }

  #encode(packageName, row) {
    const written = {};
    for (const name of rowFields)
      if (row[name] !== undefined && !(this.#style.omitsEmpty && row[name] === '')) written[name] = row[name];
    return typeOf(`${packageName}.Response`)
      .encode({ items: [written] })
      .finish();
  }

  #complete(given) {
    const { unreadable = false, ...fields } = given;
    const packageName = packageOf(fields.eventType);
    if (!packageName) throw new Error(`no outbox knows the event type ${fields.eventType}`);
    if (typeof fields.eventId !== 'string') throw new Error('eventId is not a string');
    const unknown = Object.keys(fields).find((name) => !rowFields.includes(name));
    if (unknown) throw new Error(`unknown field ${unknown}`);

    const payloadType = typeOf(`${packageName}.QueryResult`).fields.payload.resolve().resolvedType;
    const unknownInPayload = Object.keys(fields.payload ?? {}).find((name) => !payloadType.fields[name]);
    if (unknownInPayload) throw new Error(`unknown field payload.${unknownInPayload}`);

    const now = this.#style.timestamp(Date.now());
    const row = {
      id: this.#style.id(++this.#added),
      status: 'PENDING',
      retryCount: 0,
      sentAt: '',
      failedAt: '',
      lastError: '',
      version: 0,
      createdAt: now,
      updatedAt: now,
      ...fields,
      payload: fields.payload ?? undefined,
      unreadable,
      age: 0,
      bytes: undefined,
      group: undefined,
    };
    row.age = Date.parse(row.createdAt) || 0;
    row.bytes = this.#encode(packageName, row); // at once: what cannot be encoded is refused here
    return row;
  }
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
