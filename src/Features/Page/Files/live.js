// The stream of changes: one message a second. What stays away is told within five.
import { changes } from './api.js';
import { setServerTime } from './text.js';

const STALE_AFTER = 4000;

let source = null;
let last = null;
let lastAt = 0;
let stale = false;
const listeners = new Set();

/** listener(mark, before): mark.stale says since when nothing came. */
export const listen = listener => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function start() {
  stop();
  lastAt = Date.now();
  open();
}

export function stop() {
  source?.close();
  source = null;
}

function open() {
  source?.close();
  source = changes();
  source.onmessage = message => {
    const mark = JSON.parse(message.data);
    const before = last;
    last = mark;
    lastAt = Date.now();
    stale = false;
    setServerTime(mark.now);
    tell(mark, before);
  };
  // A refusal closes it for good; the clock below opens it anew.
}

setInterval(() => {
  if (!source || document.hidden) return;
  const silent = Date.now() - lastAt;
  if (silent > STALE_AFTER && !stale) {
    stale = true;
    tell({ ...last, stale: new Date(lastAt).toISOString() }, last);
  }
  if (silent > STALE_AFTER && source.readyState === EventSource.CLOSED) open();
}, 500);

document.addEventListener('visibilitychange', () => {
  if (!source) return;
  if (document.hidden) source.close();
  else {
    lastAt = Date.now();
    open();
  }
});

function tell(mark, before) {
  for (const listener of [...listeners]) listener(mark, before);
}
