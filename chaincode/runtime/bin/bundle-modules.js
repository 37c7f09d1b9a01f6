#!/usr/bin/env node
// Bundles contract modules for a process that has fabric-shim already (the devnet's `module:` sources):
//   bundle-modules.js OUTDIR NAME=ENTRY…
// What they share is loaded once; they stay two modules, because each is a chaincode package of its own.
import { build } from 'esbuild';

const [outdir, ...modules] = process.argv.slice(2);
if (outdir === undefined || modules.length === 0) {
  console.error('usage: bundle-modules.js OUTDIR NAME=ENTRY…');
  process.exit(64);
}

await build({
  entryPoints: Object.fromEntries(modules.map((each) => each.split('='))),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  legalComments: 'linked',
  logLevel: 'warning',
  external: ['fabric-shim', 'fabric-contract-api', 'google-protobuf'],
});
