#!/usr/bin/env node
import { inspect } from 'node:util';
import { runProgram } from '@careledger/engine';

await runProgram(
  'demo',
  async () => {
    const { main } = await import('../dist/demo/main.js');
    process.exitCode = await main(process.argv.slice(2));
  },
  inspect,
);
