#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(async () => {
  try {
    const { main } = await import('../dist/demo/main.js');
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`demo: ${error.stack}\n`);
    process.exitCode = 1;
  }
});
