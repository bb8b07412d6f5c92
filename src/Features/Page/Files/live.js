// The stream of changes: one message a second. What stays away is told within five.
import { changes, session, tellSignedOut } from './api.js';
import { setServerTime } from './text.js';

const STALE_AFTER = 4000;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

let source = null;
let opening;
let pause = FIRST_PAUSE;
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
  lastAt = Date.now();
  stale = false;
  pause = FIRST_PAUSE;
  open();
}

export function stop() {
  close();
  source = null;
}

function close() {
  clearTimeout(opening);
  source?.close();
}

function open() {
  close();
  const opened = changes();
  source = opened;
  opened.onmessage = message => {
    const mark = JSON.parse(message.data);
    const before = last;
    last = mark;
    lastAt = Date.now();
    stale = false;
    pause = FIRST_PAUSE;
    setServerTime(mark.now);
    tell(mark, before);
  };
  // Of a connection that is lost the browser takes care; a refusal closes it for good.
  opened.onerror = () => { if (opened.readyState === EventSource.CLOSED) refused(opened); };
}

/** Nothing tells why: the session is over, or too many are open, or a proxy has nobody behind it. */
async function refused(opened) {
  const who = await session().catch(() => null);
  if (opened !== source || document.hidden) return;
  if (who?.name === null) return void tellSignedOut();
  opening = setTimeout(open, pause);
  pause = Math.min(2 * pause, LONGEST_PAUSE);
}

setInterval(() => {
  if (!source || document.hidden) return;
  if (Date.now() - lastAt > STALE_AFTER && !stale) {
    stale = true;
    tell({ ...last, stale: new Date(lastAt).toISOString() }, last);
  }
}, 500);

document.addEventListener('visibilitychange', () => {
  if (!source) return;
  if (document.hidden) close();
  else {
    lastAt = Date.now();
    open();
  }
});

function tell(mark, before) {
  for (const listener of [...listeners]) listener(mark, before);
}
