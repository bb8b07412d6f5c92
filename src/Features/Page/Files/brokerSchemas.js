// Schemas of event types, every version: what a payload must be, and how one of the version before becomes one of this.
import { getText, partOf, putText } from './api.js';
import { h, put } from './dom.js';
import { elements, member, pretty } from './json.js';
import { t } from './text.js';
import { badge, button, dialog, emptyBox, errorBox, field, fill, may, toast } from './ui.js';

export function schemas(route) {
  const body = h('div.stack');
  const look = () => fill(body, () => getText('/broker/schemas'), show);
  const show = text => {
    const types = new Map();
    for (const one of elements(text)) {
      const [type, version] = [JSON.parse(member(one, 'type')), Number(member(one, 'version'))];
      types.set(type, [...(types.get(type) ?? []), { version, schema: member(one, 'schema'), upcast: member(one, 'upcast') }]);
    }
    return types.size === 0 ? emptyBox(t('schemas.none'), t('schemas.none.more'))
      : [...types].sort(([a], [b]) => a.localeCompare(b)).map(([type, versions]) => card(type, versions.sort((a, b) => b.version - a.version)));
  };
  look();
  return { element: h('div.stack', h('p.soft', t('schemas.what')),
    may('operator') ? h('div.actions', button(t('schemas.new'), async () => { if (await register()) look(); }, { kind: 'primary' })) : null, body) };
}

const card = (type, versions) => h('section.card', { 'data-type': type }, h('h2', h('code', type)), h('p.soft', t('schemas.versions', { n: versions.length })),
  versions.map((v, at) => h('details', { open: at === 0 }, h('summary', t('schemas.version', { n: v.version }), ' ', at === 0 ? badge('good', t('schemas.newest')) : null),
    h('pre.payload', { tabindex: '0', 'aria-label': t('schemas.schema') }, pretty(v.schema)),
    v.upcast && v.upcast !== 'null' ? [h('h3', t('schemas.upcast')), h('pre.payload', { tabindex: '0', 'aria-label': t('schemas.upcast') }, pretty(v.upcast))] : null)));

/** Sent as it was typed, number by number; what the server refuses it says by itself. */
const register = () => dialog(t('schemas.new'), close => {
  const type = h('input', { name: 'type', required: true, maxlength: 255, autofocus: true, placeholder: 'shop.order.create' });
  const version = h('input', { name: 'version', type: 'number', min: 1, value: 1, required: true });
  const area = (name, required) => h('textarea', { name, rows: 6, required, spellcheck: 'false' });
  const [schema, upcast] = [area('schema', true), area('upcast', false)];
  const said = h('div', { role: 'alert' });
  return h('form', { onSubmit: async e => {
    e.preventDefault();
    put(said);
    try {
      for (const text of [schema.value, upcast.value.trim() || 'null']) JSON.parse(text);
      await putText(`/broker/schemas/${partOf(type.value.trim())}/${version.value}`, `{"schema":${schema.value},"upcast":${upcast.value.trim() || 'null'}}`);
      toast(t('done'));
      close(true);
    } catch (failure) {
      put(said, failure instanceof SyntaxError ? h('p.box.bad', t('edit.nojson', { why: failure.message })) : errorBox(failure));
    }
  } }, h('div.pairs', field(t('broker.type'), type), field(t('settings.version'), version)), field(t('schemas.schema'), schema, t('schemas.hint')), field(t('schemas.upcast'), upcast, t('schemas.upcast.hint')), said,
  h('div.actions', h('button', { type: 'submit', class: 'primary' }, t('save')), button(t('cancel'), () => close(null))));
});
