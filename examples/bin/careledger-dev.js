#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(async () => {
  try {
    const { main } = await import('../dist/dev/main.js');
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`dev: ${error.stack}\n`);
    process.exitCode = 1;
  }
});
