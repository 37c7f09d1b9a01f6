// node .ci/summary.js NAME SECONDS RESULTS.json…: what jest reported, in a few lines; the last is `N passed, N failed`.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Test files worth a line: what takes longer is where a suite's time goes. */
const SLOW_S = 20;

const [name, seconds, ...files] = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const file of files) {
  if (!existsSync(file)) {
    // Ended by the time limit, or by a fault of jest itself.
    sum.failed += 1;
    continue;
  }
  const result = JSON.parse(readFileSync(file, 'utf8'));
  sum.passed += result.numPassedTests;
  // A file that cannot be loaded has no tests that could fail.
  sum.failed += result.numFailedTests + (result.numFailedTests === 0 ? result.numFailedTestSuites : 0);
  sum.skipped += result.numPendingTests;
  if (name === 'total') continue;
  for (const { name: path, startTime, endTime } of result.testResults) {
    const fileSeconds = Math.round((endTime - startTime) / 1000);
    if (fileSeconds >= SLOW_S) console.log(`  ${fileSeconds} s  ${relative('.', path)}`);
  }
}
if (sum.skipped > 0)
  console.log(`SKIPPED: ${sum.skipped} tests that need Fabric's programs or containers, which are not here`);
const counts = `${sum.passed} passed, ${sum.failed} failed`;
console.log(name === 'total' ? counts : `${name}: ${counts}, ${seconds} s`);
