import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env['MARSAD_API'] ?? 'http://127.0.0.1:8088';

// A build is always the real thing: started from a test, NODE_ENV says `test`, and React's development half would be
// built in, which is ten times slower.
if (process.argv.includes('build')) process.env.NODE_ENV = 'production';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: {
      // Dialogs lock the page's scroll with an injected <style>, which the content security policy refuses.
      // The page itself never scrolls, so nothing is lost.
      'react-style-singleton': fileURLToPath(new URL('./src/ui/no-injected-style.ts', import.meta.url)),
    },
  },
  build: {
    outDir: 'dist',
    target: 'es2024',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      ...Object.fromEntries(['/api', '/health', '/ready'].map((path) => [path, { target: api, changeOrigin: false }])),
      '/ws': { target: api, ws: true },
    },
  },
});
