// Letters by cause: the default, for what befell many is repaired once.
import { address, get, put as send } from './api.js';
import { h, put } from './dom.js';
import { addressOf } from './filters.js';
import { actOnAll } from './actions.js';
import { planReplay } from './plan.js';
import { ago, count, exact, left, since, t, word } from './text.js';
import { ask, badge, button, doing, emptyBox, fill, may, toast } from './ui.js';

const AT_ONCE = 50;
const LEAVE_CHECK = 500;
const TRENDS = ['↓', '→', '↑'];

/** When something last failed, as far as the processor knows. */
export const lastFailure = ({ lastFailure: at, since }) => at ? t('letters.last', { ago: ago(at), time: exact(at) }) : t('letters.last.none', { time: exact(since) });

/** Where no letter is shown: that none is there, and since when; or that the filter leaves none. */
export const noLetters = async filter => Object.keys(filter).length ? emptyBox(t('letters.nomatch'))
  : emptyBox(t('letters.none'), lastFailure(await get('/dlq/counts')));

export function groups(filter) {
  const body = h('div');
  const pill = h('div.pillbar', { role: 'status' });
  const element = h('div.causes', pill, body);
  let shown = AT_ONCE;
  let busy = false;
  let again = false;
  let known = '';
  let missed = false;
  const ask = () => get('/dlq/groups', filter);
  const look = async () => {
    if (busy) return void (again = true);
    busy = true;
    missed = false;
    put(pill);
    await fill(body, ask, async found => {
      known = JSON.stringify(found);
      return found.groups.length ? render(found.groups) : noLetters(filter);
    });
    busy = false;
    if (again) {
      again = false;
      setTimeout(look, 1000);
    }
  };
  const render = found => [
    h('p.soft', t('groups.count', { n: found.length }), ' · ', t('letters.count', { n: found.reduce((n, g) => n + g.count, 0) })),
    h('ul.groups', found.slice(0, shown).map(group => one(group, filter, look))),
    found.length > shown ? button(t('more'), () => { shown += AT_ONCE; put(body, render(found)); }) : null,
  ];
  // While somebody is at a group, it stays where it is: the pointer or the keyboard is on it, or a dialog is about it.
  const isOccupied = () => body.matches(':hover') || body.querySelector(':focus-visible') || document.querySelector('dialog[open]');
  const changed = async () => {
    if (!isOccupied()) return void look();
    const found = await ask().catch(() => null);
    if (found === null || missed || JSON.stringify(found) === known) return;
    missed = true;
    put(pill, button(t('list.changed'), look, { kind: 'primary small' }));
  };
  const timer = setInterval(() => { if (missed && !isOccupied()) look(); }, LEAVE_CHECK);
  look();
  return { element, changed, leave: () => clearInterval(timer), keys: moves(body) };
}

function one(group, filter, look) {
  const here = { ...filter, group: group.id };
  return h('li.group.card',
    h('div.count', count(group.count)),
    h('div.cause',
      h('h2', h('a', { href: addressOf('list', here) }, group.cause || t('cause.none'))),
      h('p.soft', [word('category', group.category), word('stage', group.stage), group.class ? word('class', group.class) : null].filter(x => x).join(' · '),
        ' · ', t('seen'), ' ', since(group.firstSeen), ' – ', since(group.lastSeen)),
      group.lastHour + group.hourBefore ? h('p.soft', h('span.trend', { 'aria-hidden': 'true' }, TRENDS[Math.sign(group.lastHour - group.hourBefore) + 1]), ' ',
        t('groups.trend', { now: group.lastHour, before: group.hourBefore })) : null,
      h('p.soft', t('groups.sample'), ' ', h('a', { href: address('letter', { key: group.sample }) }, group.sample)),
      group.note ? h('p.note', group.note.text, h('span.soft', ' · ', group.note.by, ', ', since(group.note.at))) : null),
    h('div.expiry', h('span.soft', t('groups.expiry')), left(group.soonestExpiry)),
    may('operator') ? h('div.actions',
      button(t('replay.group'), () => planReplay({ filter: here }), { kind: 'primary' }),
      button(t('hold'), doing(() => actOnAll('hold', here, look))),
      button(t('discard'), doing(() => actOnAll('discard', here, look))),
      button(t('note'), doing(() => note(group, look)))) : badge('off', t('readonly')));
}

async function note(group, look) {
  const input = h('textarea', { rows: 3, maxlength: 500 }, group.note?.text);
  const text = await ask(t('note'), t('note.what'), t('save'), { label: t('note'), required: false, input });
  if (text === null) return;
  await send(`/dlq/groups/${group.id}/note`, { text });
  toast(t('done'));
  await look();
}

function moves(element) {
  const step = by => {
    const all = [...element.querySelectorAll('h2 a')];
    const at = all.indexOf(document.activeElement);
    all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
  };
  const press = n => document.activeElement?.closest('.group')?.querySelectorAll('.actions button')[n]?.click();
  return { j: () => step(1), k: () => step(-1), r: () => press(0), h: () => press(1) };
}
