// The replay of many: first a plan that writes nothing, then a canary, then the rest.
import { post } from './api.js';
import { h, put } from './dom.js';
import { count, exact, span, t, word } from './text.js';
import { button, dialog, doing, errorBox, facts, field, loading, table } from './ui.js';

const ASKED_FOR_ABOVE = 500;

/** what: { filter } or { keys }. Goes on to the operation where it is started. */
export async function planReplay(what) {
  let planned;
  const id = await dialog(t('plan.title'), close => {
    planned = planner(what, close);
    return planned.content;
  });
  if (id) location.hash = `#/operations/${id}`;
  else await planned.end();
}

function planner(what, close) {
  const body = h('div', loading());
  const rate = h('input', { type: 'number', min: 1, max: 1000, value: 50 });
  const canary = h('input', { type: 'number', min: 0, max: 1000, value: 1 });
  const stop = h('input', { type: 'number', min: 0, max: 100, value: 10 });
  const typed = h('input', { inputmode: 'numeric', autocomplete: 'off' });
  const start = button(t('start'), doing(begin), { kind: 'primary', disabled: true });
  let plan = null;
  let newest = 0;

  const look = async () => {
    const mine = ++newest;
    start.disabled = true;
    try {
      await drop();
      const found = await post('/dlq/replays', { ...what, rate: Number(rate.value), canary: Number(canary.value), stopAfterFailedShare: Number(stop.value) / 100 });
      // Meanwhile other options were chosen, or the dialog was closed.
      if (mine !== newest) return void await takeBack(found);
      plan = found;
      put(body, show(plan));
      check();
      (plan.plan.count > ASKED_FOR_ABOVE ? typed : start).focus();
    } catch (e) {
      if (mine === newest) put(body, errorBox(e, look));
    }
  };
  const check = () => {
    const n = plan?.plan.count ?? 0;
    start.disabled = n === 0 || (n > ASKED_FOR_ABOVE && typed.value.trim() !== String(n));
  };
  // What was planned and not started is taken back; it would be gone in a day by itself.
  const takeBack = found => post(`/dlq/replays/${found.id}/cancel`).catch(() => {});
  const drop = async () => {
    const dropped = plan;
    plan = null;
    if (dropped) await takeBack(dropped);
  };
  const end = () => {
    newest++;
    return drop();
  };
  async function begin() {
    const { id } = plan;
    await post(`/dlq/replays/${id}/start`);
    plan = null;
    close(id);
  }
  typed.addEventListener('input', check);
  for (const option of [rate, canary, stop]) option.addEventListener('change', look);
  typed.addEventListener('keydown', e => { if (e.key === 'Enter' && !start.disabled) start.click(); });

  const show = found => {
    const { plan: p } = found;
    if (p.count === 0) return h('p', t('plan.nothing'));
    return [
      h('p', h('strong', { 'data-count': p.count }, t('plan.count', { n: p.count })), ' ', t('plan.frozen')),
      facts([
        [t('plan.categories'), p.categories.map(c => `${word('category', c.category)} ${count(c.count)}`).join(', ')],
        [t('plan.oldest'), p.oldest ? exact(p.oldest) : null], [t('plan.newest'), p.newest ? exact(p.newest) : null],
        [t('plan.time'), t('plan.about', { time: span(p.count / found.options.rate) })],
        p.unknown ? [t('plan.unknown'), count(p.unknown)] : null,
      ]),
      p.newer?.delivered ? h('p.box.warn', t('plan.newer', { n: p.newer.delivered })) : null,
      p.newer?.notKnown ? h('p.soft', t('plan.newer.unknown', { n: p.newer.notKnown })) : null,
      p.causes.length ? table(t('plan.causes'), ['col.error', 'col.count'], p.causes.slice(0, 5).map(c => [c.cause, count(c.count)])) : null,
      p.count > ASKED_FOR_ABOVE ? field(t('plan.type', { n: String(p.count) }), typed) : null,
    ];
  };
  look();
  return { end, content: [body,
    h('details', h('summary', t('plan.options')), h('div.row', field(t('plan.rate'), rate), field(t('plan.canary'), canary), field(t('plan.stop'), stop))),
    h('p.soft', t('plan.how')),
    h('div.actions', start, button(t('cancel'), () => close(null)))] };
}
