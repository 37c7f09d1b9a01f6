import type { ScopeMeaning } from '@careledger/protocol';
import type { Meanings } from './meanings.js';
import type { Policy } from './policy.js';

/**
 * What tags stand for, as a patient has told this authority in any grant, also one that has ended: a tag keeps its
 * meaning.
 */
export class KnownScopes {
  constructor(
    readonly policy: Policy,
    readonly meanings: Meanings,
  ) {}

  async of(patientId: string): Promise<ScopeMeaning[]> {
    const opened = await Promise.all(this.policy.known(patientId).map((grant) => this.meanings.of(grant)));
    return opened.flatMap((meaning) => meaning?.scope ?? []);
  }
}
