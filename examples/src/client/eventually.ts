/** Between two looks. */
const POLL_INTERVAL_MS = 100;
/** Time that ledgers get to show on one organisation's peer what another's has committed. */
const EVENTUALLY_TIMEOUT_MS = 30_000;

/** Asks until there is an answer. @throws Error that says what never came */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadlineMs = Date.now() + EVENTUALLY_TIMEOUT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadlineMs)
      throw new Error(`${what} did not happen within ${EVENTUALLY_TIMEOUT_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}
