// How this browser shows it, and what can be changed while the processor runs.
import { get, partOf, put as send } from './api.js';
import { h, put } from './dom.js';
import { change, language, LANGUAGES, settings } from './settings.js';
import { exact, now, t, word } from './text.js';
import { button, doing, facts, field, may, select, toast, whoAmI } from './ui.js';

export function settingsView() {
  const who = whoAmI();
  const again = () => location.reload();
  const tick = (name, key) => h('label.check', h('input', { type: 'checkbox', checked: settings[name], onChange: e => { change(name, e.target.checked); if (name === 'utc') again(); } }), ' ', t(key));
  const brokers = h('div');
  if (who.parts.includes('broker')) get('/broker/settings').then(found => put(brokers, brokerSettings(found)), () => {});
  return { title: t('nav.settings'), element: h('div', h('h1', t('nav.settings')),
    h('section.card', h('h2', t('settings.browser')),
      field(t('settings.language'), select(language(), Object.entries(LANGUAGES), value => { change('language', value); again(); })),
      field(t('settings.theme'), select(settings.theme, ['auto', 'light', 'dark'].map(id => [id, t(`theme.${id}`)]), value => change('theme', value))),
      tick('utc', 'settings.utc'), tick('shortcuts', 'keys.title')),
    brokers,
    h('section.card', h('h2', t('settings.about')), facts([
      [t('settings.who'), who.name], [t('settings.roles'), who.roles.map(r => word('role', r)).join(', ')], [t('settings.version'), who.version],
      [t('settings.time'), exact(new Date(now()).toISOString())], [t('settings.api'), h('a', { href: '/swagger' }, '/swagger')]]))) };
}

/** Eleven values with names of the contract; each says itself what it refuses. */
function brokerSettings(found) {
  const entries = Object.entries(found);
  return h('section.card', h('h2', t('nav.broker')), h('p.soft', t('settings.broker.what')), h('div.pairs', entries.map(([name, value]) => {
    const input = h('input', { value: String(value), disabled: !may('operator') });
    return h('form.row', { onSubmit: e => e.preventDefault() }, field(name, input), may('operator') ? button(t('save'), doing(async () => {
      await send(`/broker/settings/${partOf(name)}`, undefined, { value: input.value });
      toast(t('done'));
    }), { label: `${t('save')} ${name}` }) : null);
  })));
}
