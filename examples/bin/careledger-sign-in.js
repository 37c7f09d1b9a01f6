#!/usr/bin/env node
import { runProgram } from '@careledger/engine';

await runProgram('careledger-sign-in', async () => {
  const { main } = await import('../dist/sign-in/main.js');
  await main(process.argv.slice(2));
});
