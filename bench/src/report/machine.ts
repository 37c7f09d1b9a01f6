import { statfsSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';

const GB = 1024 ** 3;

/** What the figures were taken on, as lines. @param folder on the disk that the stores were on */
export function machineFacts(folder: string): string[] {
  const processors = cpus();
  return [
    `${processors.length} × ${processors[0]?.model ?? 'unknown processor'} (${arch()})`,
    `${Math.round(totalmem() / GB)} GB of memory`,
    `${type()} ${release()}, file system ${fileSystemOf(folder)}`,
    `Node ${process.version}, OpenSSL ${process.versions.openssl}, SQLite ${process.versions.sqlite}`,
  ];
}

/** Magic numbers of statfs(2). */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x01021994: 'tmpfs (in memory: a sync costs nothing here)',
  0x794c7630: 'overlayfs',
};

function fileSystemOf(folder: string): string {
  const { type: magic } = statfsSync(folder);
  return FILE_SYSTEMS[magic] ?? `0x${magic.toString(16)}`;
}

/** Processes that wanted to run, on average over the last minute: above the number of processors the machine was shared. */
export function loadAverage(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
