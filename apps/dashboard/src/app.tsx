import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Direction, Tooltip } from 'radix-ui';
import { queryClient } from './cameras/cameras-query.ts';
import { router } from './router.tsx';
import { useSettings } from './settings/settings-store.ts';
import { LiveRegion } from './ui/live-region.tsx';
import { Toaster } from './ui/toaster.tsx';

export function App() {
  const language = useSettings((s) => s.language);
  return (
    <Direction.Provider dir={language === 'ar' ? 'rtl' : 'ltr'}>
      <Tooltip.Provider delayDuration={400} skipDelayDuration={150}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <Toaster />
          <LiveRegion />
        </QueryClientProvider>
      </Tooltip.Provider>
    </Direction.Provider>
  );
}
