// What this browser remembers: nothing of letters, nothing that lets anybody in.

const KEY = 'hobom-page';
const DEFAULTS = { theme: 'auto', language: null, utc: false, shortcuts: true, views: {} };

const read = () => {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return { ...DEFAULTS };
  }
};

export const settings = read();

export function change(name, value) {
  settings[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing: it holds until the page is left.
  }
  applyTheme();
}

export function applyTheme() {
  if (settings.theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = settings.theme;
}

export const LANGUAGES = { en: 'English', ko: '한국어' };

export const language = () =>
  settings.language ?? (navigator.languages ?? [navigator.language]).map(l => l.slice(0, 2)).find(l => l in LANGUAGES) ?? 'en';
