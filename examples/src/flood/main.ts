import { Command } from 'commander';
import { addRecordingOptions } from '../recording/options.js';
import { readRecording } from '../recording/read-recording.js';
import type { RecordingOptions } from '../recording/recording.js';
import { countFlood } from './count.js';

/** Prints how many alarms and notices the rules make of recordings: one line of JSON each. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = addRecordingOptions(
    new Command('careledger-flood')
      .description('Counts the alarms and notices that recordings bring about, by patient and day')
      .argument('<files...>', 'recordings (CSV)'),
  );
  program.parse(argv, { from: 'user' });
  for (const file of program.args) {
    const flood = countFlood(await readRecording(file, program.opts<RecordingOptions>()));
    process.stdout.write(`${JSON.stringify({ file, ...flood })}\n`);
  }
}
