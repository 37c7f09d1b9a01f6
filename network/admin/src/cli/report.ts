import { certificateExpiry } from '../identities/expiry.js';
import type { NetworkLayout } from '../layout.js';
import type { Finding } from '../setup/diagnose.js';
import { table, type Output } from './output.js';

/** What is wrong and the command that repairs it; exit status 1 when something is. */
export function reportFindings(output: Output, findings: readonly Finding[]): void {
  output.result(
    findings,
    findings.length === 0
      ? ['nothing is wrong']
      : findings.flatMap(({ problem, fix }) => [problem, `  fix: ${fix}`]),
  );
  if (findings.length > 0) process.exitCode = 1;
}

/** When a network's certificates expire; exit status 1 when one does within so many days. */
export async function reportExpiry(output: Output, layout: NetworkLayout, soonDays: number): Promise<void> {
  const report = await certificateExpiry(layout);
  output.result(report, table(report.map(({ file, daysLeft }) => [`${daysLeft} days`, file])));
  if (report.some(({ daysLeft }) => daysLeft < soonDays)) process.exitCode = 1;
}
