import { useEffect, useState } from 'react';

type Speak = (text: string) => void;
let speak: Speak = () => {};

const quiet = 2500;
let pending: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something to a screen reader, politely. A burst is said as its last few sentences, not as all of them. */
export function announce(text: string): void {
  pending = [...pending.filter((other) => other !== text), text].slice(-3);
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    speak(pending.join('. '));
    pending = [];
  }, quiet);
}

export function LiveRegion() {
  const [text, setText] = useState('');
  useEffect(() => {
    speak = setText;
    return () => {
      speak = () => {};
    };
  }, []);
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {text}
    </div>
  );
}
