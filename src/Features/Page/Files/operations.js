// What is being replayed, and what was: all of it lives on the server, so a page that is loaded again goes on.
import { address, get, partOf } from './api.js';
import { h, put } from './dom.js';
import { count, exact, since, span, t, word } from './text.js';
import { badge, button, emptyBox, errorBox, facts, fill, jobOrder, may, ordering, stateBadge, table, timer } from './ui.js';

const LIVELY = ['canary', 'running'];
const LOOK = 1000;

export function operations(route) {
  return route.path[1] ? one(route.path[1]) : all();
}

function all() {
  const body = h('div');
  const element = h('div', h('h1', t('nav.operations')), body);
  const look = () => fill(body, () => get('/dlq/replays'), ({ items }) => {
    next.set(items.some(j => LIVELY.includes(j.state)) ? LOOK : 10 * LOOK);
    return items.length === 0 ? emptyBox(t('operations.none'), t('operations.none.more')) : h('ul.groups', items.map(row));
  });
  const next = timer(look);
  look();
  return { title: t('nav.operations'), element, leave: next.end };
}

const row = job => h('li.card.job',
  h('div', h('h2', h('a', { href: `#/operations/${job.id}` }, t('operation.of', { n: job.plan.count }))), h('p.soft',
    t('by', { name: job.by }), ' · ', since(job.startedAt ?? job.createdAt), ' · ', job.plan.categories.map(c => word('category', c.category)).join(', '))),
  stateBadge('job', job.state), bar(job), h('p.soft', tally(job.progress)));

const bar = job => h('progress', { max: Math.max(1, job.progress.total), value: job.progress.done, 'aria-label': t('operation.progress') });

const tally = p => [t('operation.delivered', { n: p.delivered }), p.failed ? t('operation.failed', { n: p.failed }) : null,
  p.skipped ? t('operation.skipped', { n: p.skipped }) : null, t('operation.left', { n: p.left })].filter(x => x).join(' · ');

function one(id) {
  const head = h('div.stack');
  const buttons = h('div.actions');
  const element = h('div.stack', h('p', h('a', { href: '#/operations' }, `‹ ${t('nav.operations')}`)), h('h1', t('operation.title')), head, buttons);
  let state = null;
  const look = async () => {
    let job;
    try {
      job = await get(`/dlq/replays/${partOf(id)}`);
    } catch (e) {
      put(head, errorBox(e, look));
      if (e.status !== 404) next.set(3 * LOOK);
      return;
    }
    put(head, render(job));
    if (state !== job.state) {
      state = job.state;
      put(buttons, may('operator') ? orders(job, look) : null);
    }
    next.set(LIVELY.includes(job.state) ? LOOK : 5 * LOOK);
  };
  const next = timer(look);
  look();
  return { title: t('operation.title'), element, leave: next.end };
}

function orders(job, look) {
  const order = (name, kind) => button(jobOrder(name), ordering(`/dlq/replays/${job.id}/${name}`, look), { kind });
  return {
    planned: [order('start', 'primary'), order('cancel')],
    canary: [order('pause'), order('cancel')], running: [order('pause'), order('cancel')],
    paused: [order('resume', 'primary'), order('cancel')], stopped: [order('resume', 'primary'), order('cancel')],
  }[job.state] ?? [];
}

function render(job) {
  const p = job.progress;
  return [
    h('p', { 'data-state': job.state, 'aria-live': 'polite' }, stateBadge('job', job.state), ' ', job.why ?? ''),
    bar(job),
    h('p', { 'data-delivered': p.delivered }, t('operation.done', { done: p.done, total: p.total }), ' · ', tally(p)),
    p.deliveredUnseen ? h('p.box.warn', t('operation.unseen', { n: p.deliveredUnseen })) : null,
    job.resumesAt ? h('p.box.warn', t('operation.resumes', { time: exact(job.resumesAt) })) : null,
    facts([
      [t('operation.by'), job.startedBy ?? job.by], [t('attempt.at'), job.startedAt ? exact(job.startedAt) : null],
      [t('operation.ended'), job.endedAt ? exact(job.endedAt) : null],
      [t('operation.rate'), p.rate === null ? null : t('per.second', { n: p.rate })], [t('operation.eta'), p.etaSeconds ? span(p.etaSeconds) : null],
      [t('plan.rate'), count(job.options.rate)], [t('plan.canary'), count(job.options.canary)],
    ]),
    reasons(t('operation.failures'), p.failures, 'bad'), reasons(t('operation.skips'), p.skips, 'off'),
  ];
}

const reasons = (title, list, kind) => list.length === 0 ? null : h('section', h('h2', badge(kind, title)),
  table(title, ['col.error', 'col.count', 'groups.sample'], list.map(r => [r.reason, count(r.count),
    r.sample.map(key => h('a.sample', { href: address('letter', { key }) }, key))])));
