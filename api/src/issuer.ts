import type { Signer } from '@careledger/crypto';
import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { makeStatement } from '@careledger/statements';

/** Makes this authority's signed statements. Keep each before it is sent: a retry is the same bytes. */
export class Issuer {
  constructor(
    readonly authorityId: string,
    readonly networkId: string,
    readonly signer: Signer,
  ) {}

  make<N extends StatementName>(
    name: N,
    channels: readonly ChannelName[],
    body: StatementBody<N> & object,
    sid?: string,
  ): string {
    const { typ } = STATEMENTS[name];
    const { authorityId: iss, networkId: aud } = this;
    return makeStatement({ typ, iss, aud, channels, body, ...(sid !== undefined && { sid }) }, this.signer);
  }
}
