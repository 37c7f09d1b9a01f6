import { table, type Output } from '@careledger/network-admin';
import type { PeerHeight, UnreachableLedger } from '../operations/heights.js';

/** What a command says: as JSON, and in lines for people. */
export interface Answer {
  readonly value: unknown;
  readonly lines: readonly string[];
  /** Whether the command ends with status 1. */
  readonly isBad?: boolean;
}

export function say(output: Output, { value, lines, isBad = false }: Answer): void {
  output.result(value, [...lines]);
  if (isBad) process.exitCode = 1;
}

/** For people: peer, channel, height and the beginning of the head's hash, or what is wrong. */
export const ledgerLines = (ledgers: readonly (PeerHeight | UnreachableLedger)[]): string[] =>
  table(ledgers.map(ledgerCells));

export const ledgerCells = (ledger: PeerHeight | UnreachableLedger): string[] => [
  ledger.peer,
  ledger.channel,
  ...('error' in ledger ? [ledger.error] : [`height ${ledger.height}`, ledger.head.slice(0, 16)]),
];
