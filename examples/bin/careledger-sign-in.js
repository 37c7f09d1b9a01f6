#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(async () => {
  try {
    const { main } = await import('../dist/sign-in/main.js');
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`careledger-sign-in: ${error.message}\n`);
    process.exitCode = 1;
  }
});
