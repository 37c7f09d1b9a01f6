import { STATEMENTS, type StatementBody } from '@careledger/contracts';
import type { NewStatement } from '@careledger/statements/portable';
import { DECISION_CHANNELS, type DecisionName } from './channels.js';

/** A patient's decision, ready to be signed with the consent key. */
export function decisionStatement<N extends DecisionName>(
  name: N,
  {
    patientId,
    networkId,
    body,
    ...made
  }: {
    readonly patientId: string;
    readonly networkId: string;
    readonly body: StatementBody<N>;
  } & Pick<NewStatement, 'sid' | 'iat'>,
): NewStatement {
  return {
    typ: STATEMENTS[name].typ,
    iss: patientId,
    aud: networkId,
    channels: DECISION_CHANNELS[name],
    body: body as object,
    ...made,
  };
}
