import type { Progress } from '@careledger/network-admin';
import { seal, type Manifest } from './manifest.js';
import type { CopyPass, TreeCopy } from './tree-copy.js';

/** Passes are made while everything runs until one is this short, but no more than so many. */
const SHORT_PASS_MS = 500;
const MAX_RUNNING_PASSES = 5;

/** The moment that a backup is a copy of, and what it cost. */
export interface BackupMoment {
  readonly at: Date;
  /** How long everything was halted. */
  readonly haltedMs: number;
}

export interface TakeBackupOptions {
  /** Into which the copies are made; a complete backup when this is done. */
  readonly folder: string;
  readonly copies: readonly TreeCopy[];
  /** Halts everything, copies the rest, and lets everything go on. */
  readonly whileHalted: (copyRest: () => Promise<void>) => Promise<BackupMoment>;
  readonly progress: Progress;
}

/**
 * Copies folders of a running network as they all are at one moment. It has to be one: a gateway's store that is older
 * than its anchors on the ledger would continue its patients' chains from behind them, which is a fork; a ledger that is
 * older than a store would lack what the store takes for committed. So everything is copied while it runs; then all is
 * halted, what has changed since is copied again, and it goes on. What was in flight at that moment is what a kill -9
 * leaves: services repeat it, with the same bytes.
 */
export async function takeBackup(
  options: TakeBackupOptions,
): Promise<BackupMoment & Pick<Manifest, 'files'>> {
  const { folder, copies, whileHalted, progress } = options;
  const pass = async (): Promise<void> => {
    const done: CopyPass[] = [];
    for (const copy of copies) done.push(await copy.pass());
    const sum = (of: keyof CopyPass): number => done.reduce((total, each) => total + each[of], 0);
    progress('backup', `${sum('files')} files, ${sum('bytes')} bytes copied`);
  };
  await passUntilShort(pass);
  const moment = await whileHalted(pass);
  return { ...moment, files: (await seal(folder, moment.at)).files };
}

/** Repeats a pass until there is little left for the last one, for which all owners are halted. */
async function passUntilShort(pass: () => Promise<void>): Promise<void> {
  for (let i = 0; i < MAX_RUNNING_PASSES; i += 1) {
    const began = performance.now();
    await pass();
    if (performance.now() - began < SHORT_PASS_MS) return;
  }
}
