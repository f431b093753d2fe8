import { CircleAlert, TriangleAlert, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { cx } from './class-names.ts';
import { useToasts } from './toast-store.ts';

const durations = { plain: 8000, warning: 15_000, alarm: 60_000 };

export function Toaster() {
  const { t } = useTranslation();
  const format = useFormat();
  const { toasts, dismiss } = useToasts();
  return (
    <Radix.Provider duration={8000} label={t('common:notification')} swipeThreshold={10_000}>
      {toasts.map((toast) => (
        <Radix.Root
          key={toast.id}
          type={toast.tone === 'alarm' ? 'foreground' : 'background'}
          duration={durations[toast.tone]}
          onOpenChange={(open) => !open && dismiss(toast.id)}
          className="appear flex items-center gap-3 rounded-control border border-hairline bg-surface-3 py-2 ps-4 pe-2 shadow-float"
        >
          {toast.tone === 'alarm' && <CircleAlert size={18} aria-hidden="true" className="shrink-0 text-alarm" />}
          {toast.tone === 'warning' && <TriangleAlert size={18} aria-hidden="true" className="shrink-0 text-warning" />}
          <Radix.Description dir="auto" className="flex-1 py-1 text-13">
            {toast.text}
          </Radix.Description>
          {toast.count > 1 && (
            <span className="figures rounded-full bg-surface-1 px-2 py-0.5 text-12 text-text-2">
              <bdi dir="ltr" aria-hidden="true">
                ×{format.number(toast.count)}
              </bdi>
              <span className="sr-only">{t('common:times', { number: format.number(toast.count) })}</span>
            </span>
          )}
          {toast.action && (
            <Radix.Action
              altText={toast.action.label}
              onClick={toast.action.run}
              className="h-8 rounded-control px-3 text-13 font-semibold text-accent hover:bg-surface-2"
            >
              {toast.action.label}
            </Radix.Action>
          )}
          <Radix.Close
            aria-label={t('common:close')}
            className={cx(
              'inline-flex size-8 items-center justify-center rounded-control text-text-2 hover:bg-surface-2',
            )}
          >
            <X size={16} />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport
        label={t('common:notifications')}
        data-toasts=""
        className="fixed end-4 bottom-12 z-50 flex w-96 max-w-[calc(100vw-2rem)] flex-col gap-2 outline-none"
      />
    </Radix.Provider>
  );
}
