import { Authority, type Notice } from '@careledger/client';
import type { Careledger } from '@careledger/supervisor';

/** A notice and the authority that it reached. */
export interface InspectedNotice extends Notice {
  /** As the network calls it: `hospital`. */
  readonly authority: string;
}

/**
 * Follows the notices of every authority from the first on, until the signal.
 * @throws ProblemError where an authority does not want to tell
 */
export async function inspectNotices(
  { authorities }: Pick<Careledger, 'authorities'>,
  signal: AbortSignal,
  onNotice: (notice: InspectedNotice) => void,
): Promise<void> {
  await Promise.all(
    Object.entries(authorities).map(async ([authority, { tokens, url }]) => {
      const client = new Authority({ url, token: tokens.practitioner });
      for await (const notice of client.followNotices({ query: { after: 0 }, signal }))
        onNotice({ authority, ...notice });
    }),
  );
}
