import type { ReactNode } from 'react';

interface Props {
  icon: ReactNode;
  /** One sentence. */
  children: ReactNode;
  /** One action. */
  action?: ReactNode;
}

export function EmptyState({ icon, children, action }: Props) {
  return (
    <div className="flex flex-col items-center justify-center gap-3 px-6 py-12 text-center">
      <span className="text-text-faint">{icon}</span>
      <p className="max-w-72 text-13 text-text-2">{children}</p>
      {action}
    </div>
  );
}
