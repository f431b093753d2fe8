/**
 * Bindings are written as they are shown: `K`, `Shift+L`, `Mod+K`, `7`, `Slash`, `Question`. Letters are matched by
 * the place of the key, so that they work while the keyboard writes Arabic.
 */
export function matches(binding: string, event: KeyboardEvent): boolean {
  const parts = binding.split('+');
  const key = parts.at(-1) ?? '';
  const wants = (modifier: string) => parts.slice(0, -1).includes(modifier);
  if (key === 'Question')
    return event.code === 'Slash' && event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
  if ((event.ctrlKey || event.metaKey) !== wants('Mod')) return false;
  if (event.altKey !== wants('Alt') || event.shiftKey !== wants('Shift')) return false;
  if (/^[A-Z]$/.test(key)) return event.code === `Key${key}`;
  if (/^\d$/.test(key)) return event.code === `Digit${key}` || event.code === `Numpad${key}`;
  return event.code === key || event.key === key;
}

/** Whether the key belongs to a control that writes or chooses with it. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select, [role="menu"] *');
}
