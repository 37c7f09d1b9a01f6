#!/usr/bin/env node
import { main } from '../dist/demo/main.js';

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`demo: ${error.stack}\n`);
  process.exitCode = 1;
}
