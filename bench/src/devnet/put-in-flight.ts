import { randomBytes } from 'node:crypto';

const VALUE_BYTES = 150;
let key = 0;

export interface PutRound {
  readonly transactions: number;
  readonly inFlight: number;
}

/** Puts so many new keys, 300 characters each, so many at a time. Returns how many a second. */
export async function putInFlight(
  { transactions, inFlight }: PutRound,
  put: (key: string, value: string) => Promise<unknown>,
): Promise<number> {
  let rest = transactions;
  const putInTurn = async (): Promise<void> => {
    while (rest-- > 0) await put(`key-${process.pid}-${key++}`, randomBytes(VALUE_BYTES).toString('hex'));
  };
  const beginMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, putInTurn));
  return (transactions * 1000) / (performance.now() - beginMs);
}
