const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);

const shown: Record<string, string> = {
  Mod: apple ? '⌘' : 'Ctrl',
  Shift: apple ? '⇧' : 'Shift',
  Slash: '/',
  Question: '?',
  Enter: '↵',
  Space: 'Space',
  Delete: 'Del',
  Arrows: '← ↑ ↓ →',
  Escape: 'Esc',
  Plus: '+',
  Minus: '−',
};

/** A key combination such as `Mod+K`; always left to right, as on the keyboard. */
export function Keys({ keys }: { keys: string }) {
  return (
    <bdi dir="ltr" className="inline-flex items-center gap-1">
      {keys.split('+').map((key) => (
        <kbd
          key={key}
          className="inline-flex h-5 min-w-5 items-center justify-center rounded-tile border border-hairline bg-surface-2 px-1 font-sans text-12 text-text-2"
        >
          {shown[key] ?? key}
        </kbd>
      ))}
    </bdi>
  );
}
