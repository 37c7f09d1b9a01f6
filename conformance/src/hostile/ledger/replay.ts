import { functionNamed } from '../../fixtures/chaincode/functions.js';
import type { ChaincodeNetwork } from '../../fixtures/chaincode/chaincode-network.js';
import { EVERYBODY, type IdentityName } from '../../fixtures/chaincode/identities.js';
import { validationCode } from '../../fixtures/observation/outcome.js';
import { NO_EFFECT, THROUGH, answersOf, type AttemptKind, type Role } from '../attempt.js';
import { concurrently } from '../concurrently.js';
import { effects, statementsIn, type CarriedCall } from './carried.js';
import { codeOfError } from './ledger-fixture.js';
import { argsOf } from './drafts.js';
import type { LedgerTarget } from './ledger-target.js';
import { networkTarget } from './network-target.js';
import { WRITING } from './valid-calls.js';
import { CALLERS, PEER, isStranger, roleOf } from './who.js';

/** A network that has worked, and what lies in its blocks. */
export interface WorkedNetwork {
  readonly network: ChaincodeNetwork;
  readonly calls: readonly CarriedCall[];
}
type ReplayKind = AttemptKind<WorkedNetwork>;

/** What the suite has had carried before it replays: the registrations, and every function used once as it should be. */
export const CARRIED = { calls: 103, statements: 3_364 } as const;

/** A call that was refused, by its code, or the transaction that it has become. */
type Sent = { readonly code: string } | { readonly transactionId: string };

async function send(target: LedgerTarget, call: CarriedCall, identity: IdentityName): Promise<Sent> {
  const { channel, name, args } = call;
  try {
    return { transactionId: (await target.submit({ identity, channel, name, args })).transactionId };
  } catch (error) {
    return { code: codeOfError(error) };
  }
}

/** What was sent came to: of what was ordered, whether it has written anything. */
async function outcomesOf(network: ChaincodeNetwork, sent: readonly Sent[]): Promise<string[]> {
  const done = await effects(network);
  return sent.map((each) => {
    if ('code' in each) return each.code;
    return (done.get(each.transactionId)?.keys ?? []).length > 0 ? THROUGH : NO_EFFECT;
  });
}

const membersOf = (role: Role): IdentityName[] =>
  EVERYBODY.filter((identity) => identity !== PEER && roleOf(identity) === role);

/** Each call again, as each member of a role. */
const calls = (role: Role, answer: string): ReplayKind => ({
  id: `replayed-calls-${role}`,
  role,
  what: 'sends again what lies in blocks, as it lies there',
  tries: [
    {
      name: 'every call',
      times: CARRIED.calls * membersOf(role).length,
      answer,
      run: async ({ network, calls }) => {
        const target = networkTarget(network);
        const all = calls.flatMap((call) => membersOf(role).map((identity) => ({ call, identity })));
        const sent = await concurrently(all, ({ call, identity }) => send(target, call, identity));
        return answersOf(await outcomesOf(network, sent));
      },
    },
  ],
});

/** Functions that take a statement on a channel, and who may carry it there. */
const takingOn = (channel: CarriedCall['channel']) =>
  WRITING.filter(
    ({ name, by, identity }) =>
      by !== undefined &&
      functionNamed(name).definition.channels.includes(channel) &&
      !isStranger(identity, channel),
  );

/** Each statement that lies in blocks with each function that takes one there. */
export const statementsCarried = (calls: readonly CarriedCall[]) =>
  calls.flatMap(({ channel, args }) =>
    [...new Set(statementsIn(args))].flatMap((statement) =>
      takingOn(channel).map(({ name, identity }) => ({ channel, name, identity, statement })),
    ),
  );

const statements: ReplayKind = {
  id: 'replayed-statements',
  role: 'relay',
  what: 'takes every statement out of blocks, and those within them, and brings it to every function',
  tries: [
    {
      name: 'every statement',
      times: CARRIED.statements,
      answer: `CALLER_REFUSED, STATEMENT_TYPE_MISMATCH, ${NO_EFFECT}`,
      run: async ({ network, calls }) => {
        const target = networkTarget(network);
        const sent = await concurrently(
          statementsCarried(calls),
          async ({ channel, name, identity, statement }): Promise<Sent> => {
            const call = { identity, channel, name, args: argsOf(name, statement) };
            try {
              const asked = (await target.evaluate(call)) as { items?: { code: string }[] };
              const code = asked.items?.[0]?.code ?? THROUGH;
              if (code !== THROUGH) return { code };
            } catch (error) {
              return { code: codeOfError(error) };
            }
            return { transactionId: (await target.submit(call)).transactionId };
          },
        );
        return answersOf(await outcomesOf(network, sent));
      },
    },
  ],
};

const envelopes: ReplayKind = {
  id: 'replayed-envelopes',
  role: 'operator',
  what: 'has every envelope ordered again, with its endorsements, as it lies in a block',
  tries: [
    {
      name: 'every envelope',
      times: CARRIED.calls,
      answer: NO_EFFECT,
      run: async ({ network, calls }) => {
        const codes = await concurrently(calls, async ({ channel, transactionId, envelope }) =>
          validationCode(await network.orderAgain('lab admin', channel, transactionId, envelope)),
        );
        const done = await effects(network);
        const twice = calls.some(({ transactionId }) => done.get(transactionId)?.times !== 1);
        // The status is the first one's: that it took effect, once.
        return twice ? THROUGH : answersOf(codes.map((code) => (code === 'VALID' ? NO_EFFECT : code)));
      },
    },
  ],
};

/** With what those are refused who may not send it at all; of all others it is taken, and does nothing. */
const REFUSED: Readonly<Partial<Record<Role, string>>> = {
  relay: 'CALLER_REFUSED',
  authority: 'CALLER_REFUSED',
  provider: 'CALLER_REFUSED, PERMISSION_DENIED',
  operator: 'CALLER_REFUSED, PERMISSION_DENIED',
};

/** Everything that lies in blocks, replayed by somebody else. */
export const REPLAYS: readonly ReplayKind[] = [
  envelopes,
  ...CALLERS.map((role) => calls(role, `${REFUSED[role]}, ${NO_EFFECT}`)),
  statements,
];
