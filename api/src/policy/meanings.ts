import { LruMap, fromUtf8, type X25519KeyPair } from '@careledger/crypto';
import type { GrantState } from '@careledger/contracts';
import { EnvelopeError, decryptFrom } from '@careledger/envelope';
import { GrantMeaning, SEALED_CONTEXT } from '@careledger/protocol';
import type { Logger } from '@careledger/service-kit';
import { Value } from 'typebox/value';

/** Opened meanings kept in memory: opening one takes half a millisecond. */
const CACHE_SIZE = 4_096;
const NOTHING: GrantMeaning = { v: 1, scope: [], grantee: [] };

export interface MeaningsOptions {
  /** All generations of this authority's encryption key. */
  readonly keys: readonly X25519KeyPair[];
  readonly logger: Pick<Logger, 'warn'>;
}

/** What the tags of grants stand for, as the patient's gateway has told this authority in the grant itself. */
export class Meanings {
  readonly #options: MeaningsOptions;
  readonly #cache = new LruMap<string, GrantMeaning | null>(CACHE_SIZE);

  constructor(options: MeaningsOptions) {
    this.#options = options;
  }

  /** Null where the grant says nothing that this authority can read. */
  async of({ grantId, sealed }: Pick<GrantState, 'grantId' | 'sealed'>): Promise<GrantMeaning | null> {
    if (sealed === undefined) return NOTHING;
    const known = this.#cache.get(sealed);
    if (known !== undefined) return known;
    const meaning = await this.#open(grantId, sealed);
    this.#cache.set(sealed, meaning);
    return meaning;
  }

  async #open(grantId: string, sealed: string): Promise<GrantMeaning | null> {
    const { keys, logger } = this.#options;
    try {
      const opened = await decryptFrom(sealed, keys, { context: SEALED_CONTEXT.grant });
      const value: unknown = JSON.parse(fromUtf8(opened));
      if (Value.Check(GrantMeaning, value)) return value;
      logger.warn({ grantId }, 'the grant’s sealed part is not of the agreed form; its tags stay unknown');
    } catch (err) {
      if (!(err instanceof EnvelopeError || err instanceof SyntaxError)) throw err;
      logger.warn({ err, grantId }, 'the grant’s sealed part cannot be read; its tags stay unknown');
    }
    return null;
  }
}
