import { ToggleGroup } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { keysOf } from '../commands/commands.ts';
import { Hint } from '../ui/hint.tsx';
import { geometryOf, isLayoutName, type LayoutName, layoutNames } from './layout.ts';
import { useWall } from './wall-store.ts';

/** Each layout as a small drawing of itself. */
export function LayoutPicker() {
  const { t } = useTranslation();
  const layout = useWall((s) => s.layout);
  const setLayout = useWall((s) => s.setLayout);
  return (
    <ToggleGroup.Root
      type="single"
      value={layout}
      onValueChange={(next) => isLayoutName(next) && setLayout(next)}
      aria-label={t('wall:layout')}
      className="flex items-center gap-0.5"
    >
      {layoutNames.map((name) => (
        <Hint key={name} label={t(`commands:title.layout-${name}`)} keys={keysOf(`layout-${name}`)}>
          <ToggleGroup.Item
            value={name}
            aria-label={t(`commands:title.layout-${name}`)}
            className="inline-flex size-8 items-center justify-center rounded-control text-text-muted transition-colors hover:bg-surface-2 hover:text-text aria-checked:bg-accent-soft aria-checked:text-accent"
          >
            <LayoutDrawing name={name} />
          </ToggleGroup.Item>
        </Hint>
      ))}
    </ToggleGroup.Root>
  );
}

function LayoutDrawing({ name }: { name: LayoutName }) {
  const { columns, cells } = geometryOf(name);
  const size = 18;
  const gap = columns > 5 ? 0.8 : 1.4;
  const step = (size + gap) / columns;
  return (
    <svg width={size} height={size} viewBox={`0 0 ${size} ${size}`} aria-hidden="true" className="rtl:-scale-x-100">
      {cells.map((cell) => (
        <rect
          key={`${cell.row}-${cell.column}`}
          x={cell.column * step}
          y={cell.row * step}
          width={cell.columnSpan * step - gap}
          height={cell.rowSpan * step - gap}
          rx={columns > 4 ? 0.3 : 0.8}
          fill="currentColor"
        />
      ))}
    </svg>
  );
}
