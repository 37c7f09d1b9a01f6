#!/usr/bin/env node
import { main } from '../dist/simulator/main.js';

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`careledger-device: ${error.message}\n`);
  process.exitCode = 1;
}
