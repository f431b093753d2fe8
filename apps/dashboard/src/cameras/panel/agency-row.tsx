import { ChevronDown, ChevronRight } from 'lucide-react';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useSettings } from '../../settings/settings-store.ts';
import { cx } from '../../ui/class-names.ts';
import { AgencyMark } from '../agency-mark.tsx';
import { agencyName } from '../camera-name.ts';
import { useAgencies } from '../cameras-query.ts';
import type { PanelRow } from './panel-rows.ts';

interface Props {
  id: string;
  row: Extract<PanelRow, { kind: 'agency' }>;
  active: boolean;
  style: CSSProperties;
  onToggle: () => void;
}

export function AgencyRow({ id, row, active, style, onToggle }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const name = agencyName(useAgencies(), row.code, language);
  const Chevron = row.open ? ChevronDown : ChevronRight;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      id={id}
      role="treeitem"
      aria-level={1}
      aria-expanded={row.open}
      aria-selected={false}
      tabIndex={-1}
      onClick={onToggle}
      style={style}
      className={cx(
        'absolute inset-x-0 flex cursor-default items-center gap-2 ps-2 pe-3 text-13 font-semibold select-none',
        active && 'row-active',
      )}
    >
      <Chevron size={16} aria-hidden="true" className="shrink-0 text-text-muted rtl:-scale-x-100" />
      <AgencyMark source={row.code} />
      <span className="flex-1 truncate">{name}</span>
      <span className="sr-only">
        {t('cameras:agency-row', { online: format.number(row.online), total: format.number(row.total) })}
      </span>
      <bdi aria-hidden="true" dir="ltr" className="figures text-12 font-normal text-text-muted">
        {format.number(row.online)}/{format.number(row.total)}
      </bdi>
    </div>
  );
}
