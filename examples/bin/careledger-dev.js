#!/usr/bin/env node
import { inspect } from 'node:util';
import { runProgram } from '@careledger/engine';

await runProgram(
  'dev',
  async () => {
    const { main } = await import('../dist/dev/main.js');
    await main(process.argv.slice(2));
  },
  inspect,
);
