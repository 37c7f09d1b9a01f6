#!/usr/bin/env node
// Bundles a chaincode's launcher with everything it needs into one file that runs with node alone:
//   bundle.js ENTRY OUTFILE
import { build } from 'esbuild';

const [entry, outfile] = process.argv.slice(2);
if (entry === undefined || outfile === undefined) {
  console.error('usage: bundle.js ENTRY OUTFILE');
  process.exit(64);
}

await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  legalComments: 'linked',
  logLevel: 'warning',
  // fabric-shim and its dependencies are CommonJS: in an ES module they lack these.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      'const require = __createRequire(import.meta.url);',
      'const __filename = import.meta.filename;',
      'const __dirname = import.meta.dirname;',
    ].join('\n'),
  },
});
