import './styles/main.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startI18n } from './i18n/start.ts';
import { session } from './session/session.ts';
import { followSettings } from './settings/follow-settings.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

await startI18n();
followSettings();
void session.start();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
