import { cx } from './class-names.ts';

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cx('skeleton block rounded-tile', className)} />;
}
