#!/usr/bin/env node
import { main } from '../dist/cli.js';

try {
  await main(process.argv);
} catch (error) {
  process.stderr.write(`careledger-gateway: ${error.code ? `${error.code}: ` : ''}${error.message}\n`);
  process.exitCode = 1;
}
