#!/usr/bin/env node
import { runProgram } from '@careledger/engine';

await runProgram('careledger-api', async () => {
  const { main } = await import('../dist/src/cli.js');
  await main(process.argv);
});
