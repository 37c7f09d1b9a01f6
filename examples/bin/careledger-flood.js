#!/usr/bin/env node
import { runProgram } from '@careledger/engine';

await runProgram('flood', async () => {
  const { main } = await import('../dist/flood/main.js');
  await main(process.argv.slice(2));
});
