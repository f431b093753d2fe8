import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import { CamerasPage } from './cameras/cameras-page.tsx';
import { parseCamerasSearch } from './cameras/cameras-search.ts';
import { Frame } from './frame/frame.tsx';
import { NotFound } from './frame/not-found.tsx';
import { Gate } from './session/gate.tsx';
import { SignInPage } from './session/sign-in-page.tsx';
import { StreamsPage } from './streams/streams-page.tsx';
import { SystemPage } from './system/system-page.tsx';
import type { WallSearch } from './wall/wall-memory.ts';
import { WallPage } from './wall/wall-page.tsx';

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignInPage,
  validateSearch: (search: Record<string, unknown>): { back?: string } => {
    const back = text(search['back']);
    // Only to a page of this application.
    return back?.startsWith('/') && !back.startsWith('//') && !back.startsWith('/\\') ? { back } : {};
  },
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: () => (
    <Gate>
      <Frame />
    </Gate>
  ),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/wall', replace: true });
  },
});

const wall = createRoute({
  getParentRoute: () => inside,
  path: '/wall',
  component: WallPage,
  validateSearch: (search: Record<string, unknown>): WallSearch => {
    const layout = text(search['layout']);
    const cameras = text(search['cameras']);
    return { ...(layout ? { layout } : {}), ...(cameras ? { cameras } : {}) };
  },
});

const cameras = createRoute({
  getParentRoute: () => inside,
  path: '/cameras',
  component: CamerasPage,
  validateSearch: parseCamerasSearch,
});

const streams = createRoute({ getParentRoute: () => inside, path: '/streams', component: StreamsPage });
const system = createRoute({ getParentRoute: () => inside, path: '/system', component: SystemPage });

export const router = createRouter({
  routeTree: root.addChildren([signIn, inside.addChildren([home, wall, cameras, streams, system])]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
