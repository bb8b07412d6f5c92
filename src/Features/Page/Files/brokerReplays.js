// Replays from the store: planned with a count, started by somebody, given out at a rate, in whichever process has them.
import { get, partOf, post } from './api.js';
import { STATUSES } from './brokerParts.js';
import { h, put } from './dom.js';
import { count, exact, instant, since, span, t, word, zone } from './text.js';
import { button, choice, dialog, doing, emptyBox, errorBox, facts, field, fill, jobOrder, may, select, stateBadge, tellError, timer, toast } from './ui.js';

const LOOK = 1000;
const ORDERS = { planned: ['start', 'cancel'], running: ['pause', 'cancel'], paused: ['resume', 'cancel'] };

export function replays() {
  const body = h('div');
  const look = async () => {
    if (body.contains(document.activeElement)) return next.set(LOOK);
    return fill(body, () => get('/broker/replays'), found => {
      next.set(found.some(r => r.state === 'running') ? LOOK : 5 * LOOK);
      return found.length === 0 ? emptyBox(t('replays.none'), t('replays.none.more')) : h('ul.groups', found.map(r => row(r, look)));
    });
  };
  const next = timer(look);
  look();
  return {
    element: h('div.stack', h('p.soft', t('replays.what')),
      may('operator') ? h('div.actions', button(t('replays.new'), () => planFor({}, look), { kind: 'primary' })) : null, body),
    leave: next.end,
  };
}

function row(replay, look) {
  const done = replay.given + replay.waiting;
  const order = name => button(jobOrder(name), doing(async e => {
    await post(`/broker/replays/${partOf(replay.id)}/${name}`);
    toast(t('done'));
    e.target.blur();
    await look();
  }), { kind: name === 'start' || name === 'resume' ? 'primary' : '', label: `${jobOrder(name)} ${replay.consumer}` });
  return h('li.card.job', { 'data-state': replay.state },
    h('div', h('h2', t('replays.to', { n: replay.count, name: replay.consumer })), h('p.soft', t('by', { name: replay.by }), ' · ', since(replay.started_at ?? replay.created_at), ' · ', choiceOf(replay))),
    stateBadge('job', replay.state),
    h('progress', { max: Math.max(1, replay.count), value: done, 'aria-label': t('operation.progress') }),
    h('p.soft', t('replays.given', { n: replay.given }), replay.waiting ? ` · ${t('replays.waiting', { n: replay.waiting })}` : '', ' · ', t('per.second', { n: replay.rate }),
      replay.ended_at ? ` · ${t('operation.ended')} ${exact(replay.ended_at)}` : ''),
    replay.why ? h('p.soft', replay.why) : null,
    may('operator') && ORDERS[replay.state] ? h('div.actions', ORDERS[replay.state].map(order)) : null);
}

/** What it chooses, in the order in which people say it. */
const choiceOf = r => [r.only_dead ? t('replays.dead') : null, r.pattern, r.status ? word('broker', r.status) : null, r.source,
  r.ids ? t('replays.ids', { n: r.ids }) : null, r.start_time ? `≥ ${exact(r.start_time)}` : null, r.end_time ? `< ${exact(r.end_time)}` : null]
  .filter(x => x).join(' · ') || t('replays.all');

/** given: what is chosen already. Plans, shows how many that are, and starts; where the dialog is closed without that, it is taken back. */
export async function planFor(given, then) {
  const consumers = await get('/broker/consumers').catch(() => []);
  let asked = null;
  const plan = choice => {
    asked = post('/broker/replays', choice);
    return asked;
  };
  const started = await dialog(t('replays.new'), close => given.consumer ? planOf(given, plan, close) : chooser(consumers, plan, close));
  if (started) {
    toast(t('replays.started'));
    location.hash = '#/broker/replays';
  } else {
    const made = await asked?.catch(() => null);
    if (made) await post(`/broker/replays/${partOf(made.id)}/cancel`).catch(tellError);
  }
  await then?.();
}

function chooser(consumers, plan, close) {
  const said = h('div', { role: 'alert' });
  const text = (name, more = {}) => h('input', { name, autocomplete: 'off', ...more });
  const inputs = {
    consumer: select('', consumers.map(c => [c.name, c.name]), () => {}, { name: 'consumer', required: true }), pattern: text('pattern', { placeholder: 'shop.order.*' }),
    status: choice('', 'broker', STATUSES, () => {}, { name: 'status' }), source: text('source'),
    start_time: text('start_time', { type: 'datetime-local', step: 1 }), end_time: text('end_time', { type: 'datetime-local', step: 1 }), rate: text('rate', { type: 'number', min: 1, max: 1000, value: 100 }),
  };
  const dead = h('input', { type: 'checkbox', name: 'only_dead' });
  const go = h('button', { type: 'submit', class: 'primary', disabled: consumers.length === 0 }, t('replays.plan'));
  const box = h('div');
  const form = h('form', { onSubmit: e => {
    e.preventDefault();
    const asked = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()]).filter(([, value]) => value));
    for (const time of ['start_time', 'end_time']) if (asked[time]) asked[time] = instant(asked[time]);
    const body = { ...asked, rate: Number(asked.rate ?? 100), only_dead: dead.checked };
    put(said);
    go.disabled = true;
    plan(body).then(made => put(box, planned(made, close)), failure => {
      put(said, errorBox(failure));
      go.disabled = false;
    });
  } },
  consumers.length === 0 ? emptyBox(t('broker.noconsumers')) : [
    field(t('replays.consumer'), inputs.consumer), h('div.pairs',
      field(t('broker.pattern'), inputs.pattern), field(t('filter.state'), inputs.status), field(t('broker.source'), inputs.source), field(t('replays.rate'), inputs.rate),
      field(`${t('replays.start')} (${zone()})`, inputs.start_time), field(`${t('replays.end')} (${zone()})`, inputs.end_time)),
    h('label.check', dead, ' ', t('replays.dead'))], said,
  h('div.actions', go, button(t('cancel'), () => close(null))));
  return put(box, form);
}

function planOf(given, plan, close) {
  const box = h('div');
  fill(box, () => plan(given), made => planned(made, close));
  return box;
}

const planned = (made, close) => {
  const start = button(t('start'), doing(async () => {
    await post(`/broker/replays/${partOf(made.id)}/start`);
    close(true);
  }), { kind: 'primary', disabled: made.count === 0 });
  return [
    h('p', h('strong', { 'data-count': made.count }, t('replays.to', { n: made.count, name: made.consumer })), ' ', made.count ? t('replays.frozen') : t('replays.nothing')),
    facts([[t('replays.choice'), choiceOf(made)], [t('plan.time'), t('plan.about', { time: span(made.count / made.rate) })], [t('replays.rate'), count(made.rate)]]),
    h('div.actions', start, button(t('cancel'), () => close(null))),
  ];
};
