import { newSigner } from '@careledger/chaincode-runtime/testing';
import type { StatementName } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import type { Role } from '../attempt.js';
import { underTheNameOf, type LedgerFixture } from './ledger-fixture.js';
import { argsOf, signed, type Draft } from './drafts.js';
import type { LedgerKind, LedgerTry } from './ledger-attempt.js';
import { WRITING, type IssuerClass } from './valid-calls.js';

const AN_HOUR_S = 3_600;

/** A statement of every kind with one thing wrong, sent by whoever may carry it, to every function that takes one. */
interface Forging {
  readonly id: string;
  readonly role: Role;
  readonly what: string;
  readonly answer: string;
  /** Whose statements are forged so. */
  readonly of: readonly IssuerClass[];
  /** Of these classes on one ledger alone, because it takes away what others need there. */
  readonly inMemory?: readonly IssuerClass[];
  /** Whether others cannot forge the same draft afterwards. */
  readonly usesUp?: boolean;
  /** Makes the forged token. */
  readonly forge: (fixture: LedgerFixture, draft: Draft) => Promise<string> | string;
}

const ALL: readonly IssuerClass[] = ['patient', 'organisation', 'attestor', 'newcomer'];
const REGISTERED: readonly IssuerClass[] = ['patient', 'organisation', 'attestor'];

const FORGINGS: readonly Forging[] = [
  {
    id: 'unregistered-key',
    role: 'relay',
    what: 'signs the statement with a key of its own that nobody has registered',
    answer: 'STATEMENT_KEY_UNKNOWN',
    of: ALL,
    forge: (_cast, draft) => signed(draft, { signer: newSigner() }),
  },
  {
    id: 'named-key',
    role: 'relay',
    what: 'signs it with a key of its own and names the right one',
    answer: 'STATEMENT_SIGNATURE_INVALID',
    of: ALL,
    forge: (_cast, draft) => signed(draft, { signer: underTheNameOf(draft.signer) }),
  },
  {
    id: 'moved-signature',
    role: 'relay',
    what: 'puts the signature of another statement of the same signer under it',
    answer: 'STATEMENT_SIGNATURE_INVALID',
    of: ALL,
    forge: (_cast, draft) => {
      const [honest, other] = [signed(draft), signed(draft)].map((token) => token.split('.'));
      return [honest?.[0], honest?.[1], other?.[2]].join('.');
    },
  },
  {
    id: 'other-network',
    role: 'relay',
    what: 'brings a statement that was made for another network',
    answer: 'STATEMENT_AUDIENCE_MISMATCH',
    of: ALL,
    forge: (_cast, draft) => signed(draft, { aud: 'elsewhere' }),
  },
  {
    id: 'other-kind',
    role: 'relay',
    what: 'brings a statement of another kind with the same content',
    answer: 'STATEMENT_TYPE_MISMATCH',
    of: ALL,
    forge: (_cast, draft) => {
      const { issuer, signer, body } = draft;
      return issuer.sign(otherKindThan(draft.kind), body as never, signer);
    },
  },
  {
    id: 'more-members',
    role: 'relay',
    what: 'brings a statement that says more than its kind may',
    answer: 'STATEMENT_MALFORMED',
    of: ALL,
    forge: (_cast, draft) => signed(draft, { body: { ...draft.body, more: true } }),
  },
  {
    id: 'from-future',
    role: 'relay',
    what: 'brings a statement that is dated an hour ahead',
    answer: 'STATEMENT_FROM_FUTURE',
    of: ALL,
    forge: (fixture, draft) => signed(draft, { iat: fixture.nowS + AN_HOUR_S }),
  },
  {
    id: 'foreign-key',
    role: 'patient',
    what: 'signs, with its own registered keys, in the name of the one who has to decide',
    answer: 'STATEMENT_KEY_UNKNOWN',
    of: REGISTERED,
    forge: async (fixture, draft) => signed(draft, { signer: (await fixture.bystander()).consent }),
  },
  {
    id: 'foreign-authority',
    role: 'authority',
    what: 'signs, with its own registered key, in the name of the one who has to decide',
    answer: 'STATEMENT_KEY_UNKNOWN',
    of: REGISTERED,
    forge: (fixture, draft) => signed(draft, { signer: fixture.lab.signer }),
  },
  {
    id: 'foreign-provider',
    role: 'provider',
    what: 'signs, with its own registered key, in the name of the one who has to decide',
    answer: 'STATEMENT_KEY_UNKNOWN',
    of: REGISTERED,
    forge: (fixture, draft) => signed(draft, { signer: fixture.cloudB.signer }),
  },
  {
    id: 'other-use',
    role: 'thief',
    what: 'signs with a key of the same holder, or of one whom it concerns, that is not for this kind',
    answer: 'STATEMENT_KEY_UNKNOWN',
    of: ALL,
    forge: (_cast, draft) => signed(draft, { signer: draft.otherKey }),
  },
  {
    id: 'retired-key',
    role: 'thief',
    what: 'signs with a key that was rotated away since',
    answer: 'STATEMENT_KEY_UNKNOWN',
    of: ['patient', 'organisation'],
    inMemory: ['organisation'],
    usesUp: true,
    forge: async (_cast, draft) => {
      const statement = signed(draft);
      await draft.retire?.();
      return statement;
    },
  },
];

const otherKindThan = (kind: StatementName): StatementName => (kind === 'visit' ? 'grant' : 'visit');

/** A kind of statement that counts on one channel, brought to the other. */
const otherChannel: LedgerKind = {
  id: 'other-channel',
  role: 'relay',
  what: 'brings a statement that was made for the other channel',
  tries: WRITING.filter(({ by }) => by !== undefined).map(({ name, channel, identity, prepare }) => ({
    name,
    answer: 'STATEMENT_CHANNEL_MISMATCH',
    run: async (fixture) => {
      const { draft } = await fixture.once(name, () => prepare(fixture));
      if (draft === undefined) throw new Error(`${name} takes no statement.`);
      const channels = CHANNELS.filter((each) => each !== channel);
      return fixture.send(identity, name, argsOf(name, signed(draft, { channels })), channel);
    },
  })),
};

/** Two statements under one id: the first counts, and stays what it was. */
const idReused: LedgerKind = {
  id: 'id-reused',
  role: 'thief',
  what: 'signs something else under the id of a statement that has counted',
  tries: WRITING.filter(({ by }) => by !== undefined).map(({ name, by, channel, identity, prepare }) => ({
    name,
    answer: 'STATEMENT_ID_REUSED',
    // An organisation registers once.
    ...(by === 'newcomer' ? { where: 'memory' as const } : {}),
    run: async (fixture) => {
      const { draft } = await prepare(fixture);
      if (draft === undefined) throw new Error(`${name} takes no statement.`);
      const sid = randomId128();
      await fixture.must(identity, name, argsOf(name, signed(draft, { sid })), channel);
      const again = signed(draft, { sid, iat: draft.issuer.iat - 1 });
      return fixture.send(identity, name, argsOf(name, again), channel);
    },
  })),
};

/** What is said of an attestor's key instead. */
const OF_ATTESTORS: Readonly<Record<string, string>> = { STATEMENT_KEY_UNKNOWN: 'ATTESTOR_UNKNOWN' };

/** Every kind of forgery, tried at every function that takes a statement which can be forged so. */
export const forgeries: readonly LedgerKind[] = [
  ...FORGINGS.map(({ id, role, what, answer, of, inMemory = [], usesUp = false, forge }) => ({
    id,
    role,
    what,
    tries: WRITING.flatMap(({ name, by, channel, identity, prepare }): LedgerTry[] => {
      if (by === undefined || !of.includes(by)) return [];
      const run = async (fixture: LedgerFixture) => {
        const { draft } = await (usesUp ? prepare(fixture) : fixture.once(name, () => prepare(fixture)));
        if (draft === undefined) throw new Error(`${name} takes no statement.`);
        return fixture.send(identity, name, argsOf(name, await forge(fixture, draft)), channel);
      };
      const expected = by === 'attestor' ? (OF_ATTESTORS[answer] ?? answer) : answer;
      return [{ name, answer: expected, run, ...(inMemory.includes(by) ? { where: 'memory' } : {}) }];
    }),
  })),
  otherChannel,
  idReused,
];
