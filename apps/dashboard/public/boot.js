// Runs before the first paint, so that neither the theme nor the direction flashes. Kept out of the bundle on
// purpose: the page's content security policy allows no inline script.
(() => {
  const root = document.documentElement;
  let saved = {};
  try {
    saved = JSON.parse(localStorage.getItem('marsad.settings') ?? '{}').state ?? {};
  } catch {
    saved = {};
  }
  const language = saved.language ?? (navigator.language.startsWith('ar') ? 'ar' : 'en');
  const light = matchMedia('(prefers-color-scheme: light)').matches;
  const theme = saved.theme === 'light' || saved.theme === 'dark' ? saved.theme : light ? 'light' : 'dark';
  root.lang = language;
  root.dir = language === 'ar' ? 'rtl' : 'ltr';
  root.dataset.theme = theme;
  root.dataset.density = saved.density ?? 'comfortable';
})();
