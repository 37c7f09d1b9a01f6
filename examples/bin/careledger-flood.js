#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(async () => {
  try {
    const { main } = await import('../dist/flood/main.js');
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`flood: ${error.message}\n`);
    process.exitCode = 1;
  }
});
