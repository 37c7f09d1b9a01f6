#!/usr/bin/env node
import { inspect } from 'node:util';
import { runProgram } from '@careledger/engine';

await runProgram(
  'sandbox',
  async () => {
    const { main } = await import('../dist/sandbox/main.js');
    await main(process.argv.slice(2));
  },
  inspect,
);
