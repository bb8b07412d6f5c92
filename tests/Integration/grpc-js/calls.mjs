// What each backend was asked: the first calls per rpc since the last reset, with the metadata and the deadline they
// came with. Later ones are only counted: objects that outlive their call cost a loaded server a third of its rate.
const keptPerRpc = 5_000;

export class Calls {
  #byRpc = new Map();
  #order = 0;

  begin(rpc, call) {
    const log = this.#byRpc.get(rpc) ?? this.#byRpc.set(rpc, { total: 0, entries: [] }).get(rpc);
    const at = Date.now();
    const deadline = Number(call.getDeadline());
    const entry = {
      order: ++this.#order,
      at,
      metadata: call.metadata,
      request: call.request,
      status: null,
      deadlineMs: Number.isFinite(deadline) ? deadline - at : null,
    };
    log.total++;
    if (log.entries.length < keptPerRpc) log.entries.push(entry);
    return entry;
  }

  clear() {
    this.#byRpc.clear();
  }

  totals() {
    return Object.fromEntries([...this.#byRpc].map(([rpc, log]) => [rpc, log.total]));
  }

  /** `{total, items}`: items oldest first, metadata as an object of name -> value (several joined by a comma). */
  list(rpc) {
    const log = this.#byRpc.get(rpc) ?? { total: 0, entries: [] };
    const items = log.entries.map((entry) => ({ ...entry, metadata: flat(entry.metadata) }));
    return { total: log.total, items };
  }
}

const flat = (metadata) =>
  Object.fromEntries(Object.keys(metadata.getMap()).map((name) => [name, metadata.get(name).join(',')]));
