#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(async () => {
  try {
    const { main } = await import('../dist/src/cli.js');
    await main(process.argv);
  } catch (error) {
    process.stderr.write(`careledger-identity: ${error.code ? `${error.code}: ` : ''}${error.message}\n`);
    process.exitCode = 1;
  }
});
