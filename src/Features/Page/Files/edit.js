// Edit what a letter holds. The text is taken as it stands, so no number is rounded on its way.
import { address, postText, put as send, remove } from './api.js';
import { h, put } from './dom.js';
import { difference, member, pretty } from './json.js';
import { t } from './text.js';
import { badge, button, changedLines, doing, field, may, messageOf, toast } from './ui.js';

export function edit(route) {
  const key = route.query.get('key') ?? '';
  const back = address('letter', { key });
  const body = h('div');
  const element = h('div.stack', h('p', h('a', { href: back }, `‹ ${t('letter.back')}`)), h('h1', t('edit.title')), h('p.soft', t('edit.what', { key })), body);
  if (may('editor')) askWhy(key, back, body);
  else put(body, h('div.box.warn', t('error.role', { role: 'editor' })));
  return { title: t('edit.title'), element };
}

/** Who edits sees what the letter holds: that takes a reason, which the edit keeps unless it is given another. */
function askWhy(key, back, body) {
  const why = h('input', { maxlength: 500, required: true });
  const said = h('div', { 'aria-live': 'polite' });
  put(body, h('form.stack', { onSubmit: async e => {
    e.preventDefault();
    try {
      open(key, back, body, await postText('/dlq/-/unmask', { reason: why.value }, { key }), why.value);
    } catch (e) {
      put(said, badge('bad', messageOf(e)));
    }
  } }, h('p', t('edit.why')), field(t('reason'), why), said,
  h('div.actions', h('button', { type: 'submit', class: 'primary' }, t('edit.open')), h('a.button', { href: back }, t('cancel')))));
  why.focus();
}

function open(key, back, body, text, why) {
  const whole = JSON.parse(text);
  const before = whole.payloadBase64 ? '' : pretty(member(text, 'item'));
  const failed = member(text, 'original');
  const area = h('textarea.payload', { rows: 18, spellcheck: 'false' });
  area.value = before;
  const reason = h('input', { maxlength: 500, required: true, value: why });
  const said = h('div', { 'aria-live': 'polite' });
  const changes = h('pre.payload.diff', { tabindex: '0', 'aria-label': t('edit.diff') });
  const store = h('button', { type: 'submit', class: 'primary', disabled: true }, t('save'));
  const check = () => {
    let problem = null;
    try {
      JSON.parse(area.value);
    } catch (e) {
      problem = e.message;
    }
    const lines = difference(pretty(failed ?? member(text, 'item') ?? ''), area.value);
    const same = area.value === before;
    put(said, problem ? badge('bad', t('edit.nojson', { why: problem })) : same ? badge('off', t('edit.same')) : badge('good', t('edit.json')));
    put(changes, lines.every(l => l.kind === 'same') ? t('edit.same') : changedLines(lines));
    store.disabled = problem !== null || same || !reason.value.trim();
  };
  area.addEventListener('input', check);
  reason.addEventListener('input', check);
  const form = h('form.stack', { onSubmit: async e => {
    e.preventDefault();
    store.disabled = true;
    try {
      await send('/dlq/-', { payloadText: area.value, payloadSha256: whole.letter.payloadSha256, reason: reason.value.trim() }, { key });
      toast(t('edit.done'));
      location.hash = back;
    } catch (e) {
      put(said, badge('bad', messageOf(e)));
      store.disabled = false;
    }
  } },
  h('div.two', field(t('edit.new'), area), h('section', h('h2', t('edit.diff')), changes)), said,
  field(t('reason'), reason),
  h('div.actions', store, whole.letter.edit ? button(t('edit.undo'), doing(async () => {
    await remove('/dlq/-/edit', { key });
    toast(t('edit.undone'));
    location.hash = back;
  })) : null, h('a.button', { href: back }, t('cancel'))));
  put(body, form);
  check();
  area.focus();
}
