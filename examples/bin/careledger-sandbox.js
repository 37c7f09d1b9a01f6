#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(async () => {
  try {
    const { main } = await import('../dist/sandbox/main.js');
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`sandbox: ${error.stack}\n`);
    process.exitCode = 1;
  }
});
