import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { makeStatement } from '@careledger/statements';

/** A patient's statement, by whichever of the patient's keys. */
export function patientStatement<N extends StatementName>(
  name: N,
  statement: {
    readonly patientId: string;
    readonly networkId: string;
    readonly channels: readonly ChannelName[];
    readonly body: StatementBody<N>;
    readonly maxChars?: number;
  },
  signer: Signer,
): string {
  const { patientId, networkId, channels, body, maxChars } = statement;
  return makeStatement(
    {
      typ: STATEMENTS[name].typ,
      iss: patientId,
      aud: networkId,
      channels,
      body: body as object,
      ...(maxChars !== undefined && { maxChars }),
    },
    signer,
  );
}
