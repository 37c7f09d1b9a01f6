import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import { parseJws, type Signer } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { EMERGENCY_NOTICE_MAX_CHARS } from '@careledger/protocol';
import { makeStatement } from '@careledger/statements';

const MS_PER_S = 1_000;

/** A patient's statement, by whichever of the patient's keys. */
export function patientStatement<N extends StatementName>(
  name: N,
  statement: {
    readonly patientId: string;
    readonly networkId: string;
    readonly channels: readonly ChannelName[];
    readonly body: StatementBody<N>;
    /** When it is said; the system's clock unless told. */
    readonly nowMs?: number;
  },
  signer: Signer,
): string {
  const { patientId, networkId, channels, body, nowMs } = statement;
  return makeStatement(
    {
      ...{ typ: STATEMENTS[name].typ, iss: patientId, aud: networkId, channels, body: body as object },
      ...(nowMs !== undefined && { iat: Math.floor(nowMs / MS_PER_S) }),
      // A manifest stands in it.
      ...(name === 'emergencyNotice' && { maxChars: EMERGENCY_NOTICE_MAX_CHARS }),
    },
    signer,
  );
}

/** Whether this key signed a statement of ours: another one's is taken no more once a channel has its successor. */
export function isSignedBy(statement: string, { kid }: Pick<Signer, 'kid'>): boolean {
  return parseJws(statement, { maxBytes: EMERGENCY_NOTICE_MAX_CHARS }).header.kid === kid;
}
