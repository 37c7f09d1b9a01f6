/** Unless told: a gateway lets few passphrases wait for their turn. */
const AT_ONCE = 8;

/** Has something done for each of many, some at once. Resolves with what came of each, in their order; rejects with the first failure. */
export async function someAtOnce<T, U>(
  all: readonly T[],
  act: (each: T) => Promise<U>,
  atOnce = AT_ONCE,
): Promise<U[]> {
  const done: U[] = [];
  const rest = all.entries();
  const inTurn = async (): Promise<void> => {
    for (const [index, each] of rest) done[index] = await act(each);
  };
  await Promise.all(Array.from({ length: atOnce }, inTurn));
  return done;
}
