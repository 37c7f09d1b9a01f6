import type { ConsentSigner, Prepared } from './consent-signer.js';
import { deliver, type Delivered } from './delivery.js';
import type { GatewayClient } from './gateway-client.js';
import { decisionsOf } from './journal.js';
import type { OwnState } from './own-state.js';
import type { VaultContent } from './vault.js';

/** What a gateway takes as it is; a registration goes with the scope key, a check-in code to the authority. */
const SENT: ReadonlySet<string> = new Set([
  'grant',
  'revoke',
  'revokeAll',
  'rejectSubscription',
  'settings',
  'acknowledgeAlarm',
  'muteAlarms',
]);

/** Where the patient signs: what is signed is kept before it goes anywhere, and noted once the gateway has it. */
export class Desk {
  readonly signer: ConsentSigner;
  readonly #keep: (content: VaultContent) => Promise<void>;

  /** @param keep resolves when the content is durable */
  constructor(signer: ConsentSigner, keep: (content: VaultContent) => Promise<void>) {
    this.signer = signer;
    this.#keep = keep;
  }

  get patientId(): string {
    return this.signer.key.patientId;
  }

  /** @throws SignerError: what the gateway says is not what it took */
  async ownState(client: GatewayClient): Promise<OwnState> {
    return this.signer.ownState(await client.view(this.patientId));
  }

  /** For a decision whose sentence the patient has said yes to. */
  async sign(prepared: Prepared): Promise<string> {
    const statement = await this.signer.sign(prepared);
    await this.keep();
    return statement;
  }

  /** @throws SignerError: the statement is kept, and can be sent again */
  async send(client: GatewayClient, statement: string): Promise<Delivered> {
    const delivered = await deliver(client, this.patientId, statement);
    this.signer.taken(statement);
    await this.keep();
    return delivered;
  }

  /** What was signed for the gateway and what it has not said that it has, in the order of signing. */
  unsent(): string[] {
    const { journal } = this.signer.content;
    const decisions = decisionsOf(journal);
    return journal
      .filter((_, index) => {
        const decision = decisions[index];
        return decision !== undefined && !decision.isTaken && SENT.has(decision.name);
      })
      .map(({ statement }) => statement);
  }

  keep(): Promise<void> {
    return this.#keep(this.signer.content);
  }
}
