/** Between two looks. */
const POLL_INTERVAL_MS = 5;
/** Longer than the longest back-off of a delivery, twice: what fails a few times by chance still comes true. */
const WAIT_MAX_MS = 45_000;

/** Resolves once something holds. @param toldOf what there is to say where it does not come true */
export async function until(holds: () => boolean, toldOf: () => string): Promise<void> {
  const deadlineMs = Date.now() + WAIT_MAX_MS;
  while (!holds()) {
    if (Date.now() > deadlineMs) throw new Error(`It does not come true: ${toldOf()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}
