import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const OUTPUT = '../gql_tickets/web/static';
const WORTH_PACKING = /\.(js|css|svg|json)$/;
const LICENSES = 'licenses.md';
// What some packages bundle in their turn, or want to be said beside their license.
const NOTICES = [
  'monaco-editor/ThirdPartyNotices.txt',
  'swagger-ui-dist/NOTICE',
  'swagger-ui-dist/swagger-ui-es-bundle.js.LICENSE.txt',
];

/** Lays a `.gz` beside each text file, so that the server has nothing to compress. */
function packed(): Plugin {
  return {
    name: 'packed',
    apply: 'build',
    closeBundle() {
      for (const name of readdirSync(OUTPUT).filter((each) => WORTH_PACKING.test(each))) {
        const path = join(OUTPUT, name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

/** Adds the notices to the licenses that Vite collects. */
function noticed(): Plugin {
  return {
    name: 'noticed',
    apply: 'build',
    closeBundle() {
      for (const name of NOTICES) {
        const text = readFileSync(join('node_modules', name), 'utf-8').trim();
        appendFileSync(join(OUTPUT, LICENSES), `\n\n## ${name}\n\n${text}\n`);
      }
    },
  };
}

export default defineConfig({
  base: './', // chunks find each other wherever the folder is served
  publicDir: false,
  plugins: [packed(), noticed()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: OUTPUT,
    assetsDir: '',
    emptyOutDir: true,
    manifest: 'manifest.json',
    license: { fileName: LICENSES }, // of all that is bundled; it travels in the wheel
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // a data: URL would need a hole in the content security policy
    chunkSizeWarningLimit: 4000,
    target: 'es2022',
    rolldownOptions: {
      onLog(level, log, handle) {
        // React libraries mark modules for servers that render; there is none here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
      input: {
        home: 'src/home/main.ts',
        graphiql: 'src/graphiql/main.tsx',
        rest: 'src/rest/main.ts',
        board: 'src/board/main.tsx',
      },
    },
  },
  worker: { format: 'es' },
  test: { include: ['tests/**/*.test.ts'] },
});
