import type { Outcome } from './trial.js';
import { FAULTS } from './finding/finding.js';

/** What a trial saw, for people: a line for each kind of operation, then what there is to object to. */
export function reportOf({ findings, history, replays, operations, tookMs }: Outcome): string {
  const seconds = tookMs / 1_000;
  const kinds = Map.groupBy(history.operations, ({ kind }) => kind);
  const lines = [...kinds].map(([kind, each]) => {
    const unanswered = each.filter(({ outcome }) => outcome === undefined).length;
    return `  ${kind}: ${each.length}, of which ${unanswered} were never answered`;
  });
  const refusals = [...history.refusals].map(([code, count]) => `${code} ${count}`).join(', ');
  const conflicts = replays.cloud.conflicts.count + replays.authorities.conflicts.count;
  return [
    `${operations} operations in ${Math.round(seconds)} s (${Math.round(operations / seconds)}/s), ${replays.cloud.height} blocks on cloud, ${replays.authorities.height} on authorities`,
    ...lines,
    `  releases: ${history.releases.length}, wrap sets: ${history.wrappings.length}, transactions overtaken: ${conflicts}`,
    `  refused: ${refusals}`,
    findings.list.length === 0 ? 'Nothing to object to.' : 'OBJECTIONS:',
    ...findings.list.map(({ fault, detail }) => `  ${fault} (${FAULTS[fault]}): ${detail}`),
  ].join('\n');
}
