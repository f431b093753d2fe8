import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { useFrame } from '../frame/frame-store.ts';
import { useUser } from '../session/use-session.ts';
import { type Command, type CommandContext, commands } from './commands.ts';
import { isTyping, matches } from './key-binding.ts';

export interface ReadyCommand extends Omit<Command, 'run'> {
  readonly run: () => void;
}

/** The commands that make sense here and now, bound to the place. */
export function useCommands(): readonly ReadyCommand[] {
  const user = useUser();
  const navigate = useNavigate();
  const path = useLocation({ select: (location) => location.pathname });
  return useMemo(() => {
    const context: CommandContext = { user, path, go: (place) => void navigate({ to: place }) };
    return commands
      .filter((command) => command.when?.(context) ?? true)
      .map((command) => ({ ...command, run: () => command.run(context) }));
  }, [user, path, navigate]);
}

/** One listener for all keys. A control that has used a key prevents its default, and is left alone. */
export function useCommandKeys(ready: readonly ReadyCommand[]): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat) return;
      const command = ready.find(({ keys }) => matches(keys, event));
      if (!command) return;
      if (isTyping(event.target) && command.id !== 'palette') return;
      if (useFrame.getState().open !== null || document.querySelector('[role="dialog"]')) return;
      event.preventDefault();
      command.run();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [ready]);
}
