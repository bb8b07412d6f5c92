// Views that this browser keeps by name: an address each, and nothing of any letter.
import { h, put } from './dom.js';
import { change, settings } from './settings.js';
import { t } from './text.js';
import { ask, button, field, select } from './ui.js';

/** here: the address of what is shown. */
export function savedViews(element, here) {
  const keep = views => {
    change('views', views);
    show();
  };
  const show = () => {
    const { views } = settings;
    const name = Object.keys(views).find(one => views[one] === here);
    put(element,
      Object.keys(views).length ? field(t('views'), select(name ?? '', [['', '–'], ...Object.keys(views).map(one => [one, one])],
        one => { if (one) location.hash = views[one]; })) : null,
      name ? button(t('views.forget'), () => keep(Object.fromEntries(Object.entries(views).filter(([one]) => one !== name))))
        : here.includes('?') ? button(t('views.keep'), async () => {
          const given = (await ask(t('views.keep'), t('views.what'), t('save'), { label: t('header.name'), input: h('input', { maxlength: 60 }) }))?.trim();
          if (given) keep({ ...views, [given]: here });
        }) : null);
  };
  show();
}
