import { records } from '@careledger/contracts';
import { toBase64url, utf8 } from '@careledger/crypto';
import { functionNamed } from '../../fixtures/chaincode/functions.js';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { answerTo, codeOfError, type LedgerFixture } from './ledger-fixture.js';
import { kind, type LedgerKind } from './ledger-attempt.js';
import { READING } from './valid-reads.js';
import { honestArgsOf } from './drafts.js';

/** Functions that answer in pages. */
const PAGED = READING.filter(({ name }) =>
  functionNamed(name).definition.codes.includes('PAGE_TOKEN_INVALID'),
);

/** The rows behind a bookmark of one's own making: none that lie elsewhere. */
const behind =
  (bookmark: string) =>
  async (fixture: LedgerFixture, { name, channel, prepare }: (typeof PAGED)[number]): Promise<string> => {
    const args = { ...honestArgsOf(name, await prepare(fixture)), bookmark };
    try {
      const { rows } = (await fixture.ask(name, args, channel)) as { rows: object[] };
      return rows.length > 0 ? THROUGH : NO_EFFECT;
    } catch (error) {
      return codeOfError(error);
    }
  };

const everyPaged = (bookmark: string) =>
  Object.fromEntries(
    PAGED.map((each) => [each.name, (fixture: LedgerFixture) => behind(bookmark)(fixture, each)]),
  );
const partsOf = (...parts: string[]) => toBase64url(utf8(JSON.stringify(parts)));

/** What members ask, and how they would like to see or do more by asking. */
export const questions: readonly LedgerKind[] = [
  kind({
    id: 'made-up-bookmark',
    role: 'authority',
    what: 'reads on from a bookmark that no query gave it',
    answer: 'PAGE_TOKEN_INVALID',
    tries: {
      ...everyPaged('nonsense'),
      ...Object.fromEntries(
        PAGED.map((each) => [
          `${each.name}, a key that leads elsewhere`,
          (fixture: LedgerFixture) => behind(partsOf('\0', '\0'))(fixture, each),
        ]),
      ),
    },
  }),
  kind({
    id: 'unknown-function',
    role: 'operator',
    what: 'calls what is no function of a contract, such as a member of the class that carries them',
    answer: 'FUNCTION_UNKNOWN',
    tries: Object.fromEntries(
      ['aroundTransaction', 'beforeTransaction', 'constructor', 'toString', '__proto__', 'Nope'].map(
        (name) => [
          name,
          (fixture: LedgerFixture) =>
            answerTo(
              fixture.target.submit({
                identity: 'lab admin',
                channel: 'cloud',
                name: { contract: records, name },
                args: {},
              }),
            ),
        ],
      ),
    ),
  }),
];
