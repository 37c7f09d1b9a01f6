import { CHANNELS, type ChannelName } from '@careledger/domain';
import { FUNCTIONS, functionNamed } from '../../fixtures/chaincode/functions.js';
import { EVERYBODY, type IdentityName } from '../../fixtures/chaincode/identities.js';
import { THROUGH, answersOf, type Role } from '../attempt.js';
import type { LedgerFixture } from './ledger-fixture.js';
import { honestArgsOf } from './drafts.js';
import type { LedgerKind, LedgerTry } from './ledger-attempt.js';
import { READING } from './valid-reads.js';
import { WRITING, type ValidCall } from './valid-calls.js';
import { ADMITTED, CALLERS, PEER, isStranger, roleOf } from './who.js';

type Named = ValidCall & { readonly name: string };

/** Calls the function as it should be called, as each of these, who may not. */
function asEach(
  { name, channel, prepare }: Pick<Named, 'name' | 'channel' | 'prepare'>,
  identities: readonly IdentityName[],
  more: Pick<LedgerTry, 'answer' | 'where'>,
): LedgerTry[] {
  if (identities.length === 0) return [];
  const run = async (fixture: LedgerFixture): Promise<string> => {
    const answers: string[] = [];
    let prepared = await fixture.once(name, () => prepare(fixture));
    for (const identity of identities) {
      const answer = await fixture.send(identity, name, honestArgsOf(name, prepared), channel);
      answers.push(answer);
      // Spent: the next one needs what would count.
      if (answer === THROUGH) prepared = await prepare(fixture);
    }
    return answersOf(answers);
  };
  return [{ name, times: identities.length, run, ...more }];
}

function outsidersOf({ name, channel }: Pick<Named, 'name' | 'channel'>): IdentityName[] {
  const { callers } = functionNamed(name).definition;
  return EVERYBODY.filter(
    (identity) =>
      identity !== PEER &&
      !isStranger(identity, channel) &&
      !callers.some((rule) => ADMITTED[rule].includes(identity)),
  );
}

const notForThem = (role: Role): LedgerKind => ({
  id: `not-for-${role}`,
  role,
  what: 'calls functions that are not for it, with what the right one would send',
  tries: WRITING.flatMap((each) =>
    asEach(
      each,
      outsidersOf(each).filter((identity) => roleOf(identity) === role),
      { answer: 'CALLER_REFUSED' },
    ),
  ),
});

const notTheirs = (role: Role): LedgerKind => ({
  id: `not-of-${role}`,
  role,
  what: 'carries what is another one’s to carry',
  tries: WRITING.flatMap((each) => {
    const refused = Object.entries(each.refuses ?? {}).filter(
      ([identity]) =>
        roleOf(identity as IdentityName) === role && !isStranger(identity as IdentityName, each.channel),
    );
    const answers = new Set(refused.map(([, answer]) => answer));
    return [...answers].flatMap((answer) =>
      asEach(
        each,
        refused.filter(([, code]) => code === answer).map(([identity]) => identity as IdentityName),
        { answer },
      ),
    );
  }),
});

const everything = [...WRITING, ...READING];

/** Before chaincode is asked, by the network's own policies. */
const noMember: LedgerKind = {
  id: 'no-member',
  role: 'provider',
  what: 'calls functions on a channel of which it is no member',
  tries: everything
    .filter(({ channel }) => channel === 'authorities')
    .flatMap((each) =>
      asEach(
        each,
        EVERYBODY.filter((identity) => isStranger(identity, each.channel)),
        { answer: 'PERMISSION_DENIED', where: 'network' },
      ),
    ),
};

const asPeer: LedgerKind = {
  id: 'as-peer',
  role: 'operator',
  what: 'calls functions with the certificate of its peer',
  tries: everything.flatMap((each) => [
    ...asEach(each, [PEER], { answer: 'ENDORSEMENT_FAILED', where: 'network' }),
    ...asEach(each, [PEER], { answer: 'CALLER_REFUSED', where: 'memory' }),
  ]),
};

/** A member of the other channel, where the honest caller is none. */
const memberOf = (identity: IdentityName, channel: ChannelName): IdentityName =>
  isStranger(identity, channel) ? 'lab client' : identity;

const wrongChannel: LedgerKind = {
  id: 'wrong-channel',
  role: 'relay',
  what: 'uses functions on the channel where they do not work',
  tries: everything.flatMap((each) => {
    const { channels } = functionNamed(each.name).definition;
    return CHANNELS.filter((channel) => !channels.includes(channel)).map((channel) => ({
      name: each.name,
      answer: 'WRONG_CHANNEL',
      run: async (fixture: LedgerFixture) => {
        const args = honestArgsOf(each.name, await fixture.once(each.name, () => each.prepare(fixture)));
        return fixture.send(memberOf(each.identity, channel), each.name, args, channel);
      },
    }));
  }),
};

const moreArguments: LedgerKind = {
  id: 'more-arguments',
  role: 'relay',
  what: 'adds to the argument what the function’s schema does not know',
  tries: everything.map(({ name, channel, identity, prepare }) => ({
    name,
    answer: 'ARGUMENT_INVALID',
    run: async (fixture: LedgerFixture) => {
      const args = { ...honestArgsOf(name, await fixture.once(name, () => prepare(fixture))), more: true };
      return fixture.send(identity, name, args, channel);
    },
  })),
};

/** Every function by everybody who may not call it. */
export const callers: readonly LedgerKind[] = [
  ...CALLERS.map(notForThem),
  ...CALLERS.map(notTheirs).filter(({ tries }) => tries.length > 0),
  noMember,
  asPeer,
  wrongChannel,
  moreArguments,
];

/** Functions that are tried; all there are, or the suite fails. */
export const TRIED_FUNCTIONS = everything.map(({ name }) => name);
export const ALL_FUNCTIONS = FUNCTIONS.map(({ name }) => name);
