#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(async () => {
  const { main } = await import('../dist/fhir/versus-hapi/cli.js');
  process.exitCode = await main(process.argv.slice(2));
});
