import { STANDING_POLICIES, type StandingPolicyName } from '@careledger/consent';
import { toBase64url } from '@careledger/crypto/portable';
import { safeAddress } from './address.js';
import type { ConsentSigner, Prepared } from './consent-signer.js';
import { deliver, deliverPolicy, type Delivered } from './delivery.js';
import { SignerError } from './errors.js';
import { GatewayClient, type GatewayAddress } from './gateway-client.js';
import type { GatewayView, OwnState } from './own-state.js';
import { policyOf, preparePolicy, standingOf } from './standing.js';
import type { VaultContent } from './vault.js';

export interface DeskOptions {
  readonly signer: ConsentSigner;
  /** Resolves when the content is durable. */
  readonly keep: (content: VaultContent) => Promise<void>;
  /** Shows what is to be signed and asks. Resolves with a yes. @throws where the patient says no */
  readonly confirm: (asked: Asked) => Promise<void>;
}

/** What is to be signed in one go. */
export interface Asked {
  readonly prepared: readonly Prepared[];
  /** What all of it stands for, where it is more than one decision. */
  readonly heading?: string;
}

/** What becomes of statements that a rotation would leave behind. */
export interface SentBefore {
  /** Told what the gateway refuses. */
  readonly refused: (error: SignerError) => void;
  /** In the place of `Desk.send`. */
  readonly send?: (statement: string) => Promise<unknown>;
}

/** Where the patient signs: what is signed is kept before it goes anywhere, and noted once the gateway has it. */
export class Desk {
  readonly signer: ConsentSigner;
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.signer = options.signer;
  }

  get patientId(): string {
    return this.signer.key.patientId;
  }

  get hasGateway(): boolean {
    return this.signer.content.gateway?.token !== undefined;
  }

  /** @throws SignerError `GATEWAY_UNKNOWN` */
  get client(): GatewayClient {
    const { gateway } = this.signer.content;
    if (gateway?.token !== undefined) return new GatewayClient({ url: gateway.url, token: gateway.token });
    throw new SignerError(
      'GATEWAY_UNKNOWN',
      'No gateway is known yet: register at one, or name the one at which you are registered',
    );
  }

  /** What the gateway says, held against what was signed here. @throws SignerError: it is not what it took */
  async look(): Promise<GatewayView & Pick<OwnState, 'unknown'>> {
    const view = await this.client.view(this.patientId);
    const { unknown } = this.signer.ownState(view);
    return { ...view, unknown };
  }

  /** Once the patient has said yes to the sentence. */
  async sign(prepared: Prepared): Promise<string> {
    await this.#options.confirm({ prepared: [prepared] });
    const statement = await this.signer.sign(prepared);
    await this.keep();
    return statement;
  }

  /**
   * A standing policy, in the place of the one before: its rules are shown, asked for and signed in one go, and kept before the
   * first one leaves.
   * @returns the last of its statements: with it all of them are sent
   * @throws SignerError `DECISION_MALFORMED`, and as of `ConsentSigner.grant`
   */
  async signPolicy(
    name: StandingPolicyName,
    authorityIds: readonly string[],
    view: GatewayView,
  ): Promise<string> {
    const named = [...new Set(authorityIds)];
    const authorities = await Promise.all(named.map((id) => this.client.authority(id)));
    const prepared = await preparePolicy(this.signer, name, authorities, view);
    const { version, says } = STANDING_POLICIES[name];
    await this.#options.confirm({
      heading: `Standing policy ${name}, version ${version}: ${says}`,
      prepared,
    });
    const statements: string[] = [];
    for (const each of prepared) statements.push(await this.signer.sign(each));
    this.signer.stand(standingOf(name, statements));
    await this.keep();
    return statements.at(-1) ?? '';
  }

  /**
   * Signs that a new key takes the place of the one in force, unless that is signed already. The new key is kept, and the statement
   * has not left, so that the key can be backed up before it is used.
   * @param before what to do with what is signed and not sent; undefined where the gateway is not asked
   * @returns the statement: `send` puts the new key into force
   */
  async signRotation(before: SentBefore | undefined): Promise<string> {
    const begun = await this.signer.openRotation();
    if (begun !== undefined) return begun;
    if (before !== undefined) await this.#sendBefore(before);
    return this.sign(await this.signer.rotation());
  }

  /**
   * What the former key signed counts no more afterwards, unless the ledgers have it by then. One that the gateway refuses holds no
   * rotation up: the key may be in a thief's hands.
   */
  async #sendBefore({ refused, send = (statement) => this.send(statement) }: SentBefore): Promise<void> {
    await this.sendUnsent(async (statement) => {
      try {
        await send(statement);
      } catch (error) {
        if (!(error instanceof SignerError) || error.code !== 'GATEWAY_REFUSED') throw error;
        refused(error);
      }
    });
  }

  /**
   * What was signed and what the gateway has not said that it has, oldest first.
   * @param send in the place of `Desk.send`; what it sends along with a statement is not given to it again
   */
  async sendUnsent(send: (statement: string) => Promise<unknown> = (each) => this.send(each)): Promise<void> {
    for (const statement of this.signer.unsent())
      if (this.signer.unsent().includes(statement)) await send(statement);
  }

  /**
   * What is of a standing policy goes with all of that. A key that takes the place of another signs from then on.
   * @throws SignerError: the statement is kept, and can be sent again
   */
  async send(statement: string): Promise<Delivered> {
    const policy = policyOf(this.signer.content, statement);
    const delivered =
      policy === undefined
        ? await deliver(this.client, this.patientId, statement)
        : await deliverPolicy(this.client, this.patientId, policy);
    for (const each of policy?.statements ?? [statement]) await this.signer.taken(each);
    const isRotated = statement === (await this.signer.openRotation()) && delivered?.status === 'done';
    if (isRotated) await this.signer.rotated();
    await this.keep();
    return delivered;
  }

  /** @throws SignerError: the statement is kept, and can be sent again */
  async decide(prepared: Prepared): Promise<void> {
    await this.send(await this.sign(prepared));
  }

  /** Registers at a gateway: it offers its keys, and the patient appoints them. @param at with a token of role ops */
  async enrol(at: GatewayAddress): Promise<void> {
    const { signer } = this;
    const client = new GatewayClient({ ...at, url: safeAddress(at.url) });
    const offer = await client.offer(toBase64url(signer.key.publicKey));
    const statement = await this.sign(signer.registration(offer));
    const { token } = await client.enrol({ statement, scopeKey: await signer.sealedScopeKey(offer) });
    signer.reach({ url: at.url, token });
    await signer.taken(statement);
    await this.keep();
  }

  keep(): Promise<void> {
    return this.#options.keep(this.signer.content);
  }
}
