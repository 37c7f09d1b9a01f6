#!/usr/bin/env node
import { runProgram } from '@careledger/engine';

await runProgram('careledger-device', async () => {
  const { main } = await import('../dist/simulator/main.js');
  await main(process.argv.slice(2));
});
