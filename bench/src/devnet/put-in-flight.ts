import { randomBytes } from 'node:crypto';

/** Of a value, where a round says nothing else. */
const VALUE_BYTES = 300;
let key = 0;

export interface PutRound {
  readonly transactions: number;
  readonly inFlight: number;
  /** Of each value, about; 300 where it is not given. */
  readonly valueBytes?: number;
}

/** Puts so many new keys, so many at a time. Returns how many a second. */
export async function putInFlight(
  { transactions, inFlight, valueBytes = VALUE_BYTES }: PutRound,
  put: (key: string, value: string) => Promise<unknown>,
): Promise<number> {
  let rest = transactions;
  const putInTurn = async (): Promise<void> => {
    while (rest-- > 0)
      await put(`key-${process.pid}-${key++}`, randomBytes(Math.ceil(valueBytes / 2)).toString('hex'));
  };
  const beginMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, putInTurn));
  return (transactions * 1000) / (performance.now() - beginMs);
}
