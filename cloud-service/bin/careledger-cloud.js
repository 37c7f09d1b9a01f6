#!/usr/bin/env node
import { runProgram } from '@careledger/engine';

await runProgram('careledger-cloud', async () => {
  const { main } = await import('../dist/cli.js');
  await main(process.argv);
});
