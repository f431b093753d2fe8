import { Link } from '@tanstack/react-router';
import { Popover } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { AgencyMark } from '../cameras/agency-mark.tsx';
import { agencyName } from '../cameras/camera-name.ts';
import { useAgencies } from '../cameras/cameras-query.ts';
import { useFormat } from '../format/use-format.ts';
import { useUser } from '../session/use-session.ts';
import { useSettings } from '../settings/settings-store.ts';
import { LevelMark } from '../streams/level-mark.tsx';
import { useStats } from '../streams/stats-query.ts';
import { levelOf, UseBar } from '../streams/use-bar.tsx';
import { QuotaNumbers } from './quota-numbers.tsx';

/** Streams in use of those allowed, by agency; opened, all the numbers. */
export function Quotas() {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const { is_admin: isAdmin } = useUser();
  const agencies = useAgencies();
  const { data } = useStats();
  const uses = Object.values(data?.source_stats ?? {}).map((use) => {
    const name = agencyName(agencies, use.source, language);
    return { ...use, name };
  });
  if (uses.length === 0) return null;
  return (
    <Popover.Root>
      <Popover.Trigger className="-ms-2 flex h-8 min-w-0 items-center gap-5 overflow-hidden rounded-control px-2 -outline-offset-2 hover:bg-surface-2 data-[state=open]:bg-surface-2">
        <span className="sr-only">{t('common:quotas')}:</span>
        {uses.map(({ source, current, limit, name }) => (
          <span
            key={source}
            data-quota={source}
            data-level={levelOf(current, limit)}
            className="flex items-center gap-2"
          >
            <AgencyMark source={source} size={14} />
            <span className="sr-only whitespace-nowrap xl:not-sr-only">{name}</span>
            <UseBar current={current} limit={limit} />
            <bdi dir="ltr" className="figures text-text">
              {format.number(current)}
              <span className="text-text-muted">/{format.number(limit)}</span>
            </bdi>
            <LevelMark level={levelOf(current, limit)} />
          </span>
        ))}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('common:quotas')}
          className="appear z-50 rounded-control border border-hairline bg-surface-2 p-4 text-13 text-text shadow-float outline-none"
        >
          <QuotaNumbers uses={uses} />
          {isAdmin && (
            <Popover.Close asChild>
              <Link
                to="/streams"
                className="mt-3 inline-flex h-8 items-center font-semibold text-accent hover:underline"
              >
                {t('streams:change-limits')}
              </Link>
            </Popover.Close>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
