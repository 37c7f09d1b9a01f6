#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(async () => {
  try {
    const { main } = await import('../dist/simulator/main.js');
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`careledger-device: ${error.message}\n`);
    process.exitCode = 1;
  }
});
