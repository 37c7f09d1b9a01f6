import { LedgerError } from '@careledger/ledger';
import type { Channel } from '../src/ledger-port.js';

/** Whose peer a call names; undefined: the channel's own route. */
type Peer = string | undefined;

type CallKind = 'evaluate' | 'preview' | 'submit';

/** Answers of a ledger that is played: by transaction name. One that is not given is away. */
export type Answers = Readonly<Record<string, (args: never, peer: Peer, call: CallKind) => unknown>>;

/** A channel whose transactions are answered by the test; without an answer the ledger is away. */
export function fakeChannel(name: string, answers: Answers = {}): Channel {
  const answer =
    (call: CallKind) =>
    async (
      _contract: unknown,
      transaction: string,
      args: unknown,
      options?: { readonly peerMspId?: string },
    ): Promise<unknown> => {
      const play = answers[transaction];
      if (play === undefined) throw new LedgerError('UNAVAILABLE', `${name} is away`);
      return play(args as never, options?.peerMspId, call);
    };
  return {
    name,
    evaluate: answer('evaluate') as Channel['evaluate'],
    preview: answer('preview') as unknown as Channel['preview'],
    submit: answer('submit') as unknown as Channel['submit'],
    events: () => {
      throw new LedgerError('UNAVAILABLE', `${name} is away`);
    },
  };
}
