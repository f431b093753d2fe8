import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from './class-names.ts';

const box =
  'rounded-control border border-control bg-surface-1 px-3 text-14 text-text placeholder:text-text-muted aria-invalid:border-alarm disabled:opacity-60';

interface FieldProps {
  label: ReactNode;
  error?: string | undefined;
  note?: ReactNode;
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}

/** A label, one control, and below it what is wrong or what to know. */
export function Field({ label, error, note, children }: FieldProps) {
  const id = useId();
  const described = error || note ? { 'aria-describedby': `${id}-note` } : {};
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-13 font-medium text-text-2">
        {label}
      </label>
      {children({ id, ...described, ...(error ? { 'aria-invalid': true } : {}) })}
      {(error || note) && (
        <p id={`${id}-note`} className={cx('text-12', error ? 'text-alarm' : 'text-text-muted')}>
          {error ?? note}
        </p>
      )}
    </div>
  );
}

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input {...rest} className={cx(box, 'h-9 w-full compact:h-8', className)} />;
}

export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select {...rest} className={cx(box, 'select-box h-9 w-full appearance-none pe-8 compact:h-8', className)} />;
}

interface CheckProps extends Omit<ComponentProps<'input'>, 'type'> {
  label: ReactNode;
}

/** Yes or no; the words belong to the box. */
export function Check({ label, className, ...rest }: CheckProps) {
  return (
    <label className={cx('flex min-h-8 cursor-pointer items-center gap-2 self-start text-13 font-medium', className)}>
      <input {...rest} type="checkbox" className="size-4" />
      {label}
    </label>
  );
}
