import { STATEMENTS } from '@careledger/contracts';
import type { BlockTransaction, LedgerBlock } from '@careledger/ledger';
import type { Findings } from '../finding/finding.js';
import { PatientBook, type Taken } from '../model/patient-book.js';
import { isEntitled, verdictOf, type Rule, type Version } from '../model/rules.js';
import { carriedBy, patientOf, type Answer, type Carried, type Statement } from './carried.js';
import { Conflicts } from './conflicts.js';
import { Seen, accessKey, type Met } from './seen.js';

/** How a transaction fails that was overtaken. */
const OVERTAKEN: ReadonlySet<string> = new Set(['MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT']);

export interface ReplayOptions {
  readonly channel: string;
  readonly findings: Findings;
  /** Authorities whose keys are wrapped to. */
  readonly authorityIds: readonly string[];
}

/** Reads a channel's blocks in their order and holds each transaction to the model at its place. */
export class ChannelReplay {
  readonly seen = new Seen();
  readonly conflicts = new Conflicts();
  /** Blocks that were read. */
  height = 0n;
  readonly #options: ReplayOptions;
  readonly #books = new Map<string, PatientBook>();
  /** By patient and record. */
  readonly #versions = new Map<string, Map<string, Version>>();

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  book(patientId: string): PatientBook {
    const known = this.#books.get(patientId) ?? new PatientBook();
    this.#books.set(patientId, known);
    return known;
  }

  /** @param seenMs when it was met, by the holder's time */
  read(block: LedgerBlock, seenMs: number): void {
    for (const [index, transaction] of block.transactions.entries()) {
      if (transaction.kind !== 'endorser' || transaction.chaincode === '_lifecycle') continue;
      const at = { block: Number(block.number), tx: index };
      const carried = carriedBy(transaction.envelope);
      if (transaction.valid) {
        this.conflicts.wrote(transaction.envelope, at, carried);
        for (const each of carried) this.#take(each, transaction, { block: block.number, seenMs });
      } else if (OVERTAKEN.has(transaction.validationCode)) this.#explain(transaction, carried);
    }
    this.height = block.number + 1n;
  }

  #explain({ envelope, transactionId }: BlockTransaction, carried: readonly Carried[]): void {
    const strangers = this.conflicts.strangersIn(envelope, carried);
    if (strangers !== undefined && strangers.length === 0) return;
    const about = strangers === undefined ? 'nothing that is known explains it' : strangers.join(', ');
    this.#options.findings.add('CONFLICT_ACROSS_PATIENTS', `${transactionId}: ${about}`);
  }

  #take({ statement, answer }: Carried, transaction: BlockTransaction, met: Met): void {
    // What came again did nothing: its first transaction did.
    if (answer === undefined || answer.txId !== transaction.transactionId) return;
    if (statement.typ === STATEMENTS.accessRequest.typ) {
      if (answer.access !== undefined) this.#judgeAccess(statement, answer, transaction, met);
      return;
    }
    if (statement.typ === STATEMENTS.storeRecord.typ && answer.code === 'OK') this.#store(statement, met);
    const expected = this.#expect(statement, answer);
    if (answer.code !== 'OK') return;
    this.seen.taken.set(statement.sid, answer.txId);
    if (expected === undefined) return;
    if (expected === 'void') this.#misjudged(statement, answer);
    this.#noteChange(patientOf(statement), met);
  }

  /** What the model makes of a statement; undefined for one that changes no policy. */
  #expect(statement: Statement, { code }: Answer): Taken | undefined {
    const { iss, body, typ } = statement;
    // What is refused for any other reason changes nothing.
    if (code !== 'OK' && code !== 'GRANT_REVOKED') return undefined;
    const book = this.book(iss);
    switch (typ) {
      case STATEMENTS.grant.typ: {
        const taken = book.record(ruleOf(statement));
        if (code === 'GRANT_REVOKED' && taken === 'counts') this.#misjudged(statement, { code, txId: '' });
        return taken;
      }
      case STATEMENTS.revoke.typ:
        return book.revoke(String(body['grantId']));
      case STATEMENTS.revokeAll.typ:
        return book.revokeAll(Number(body['policySeq']));
      case STATEMENTS.rotatePatientKey.typ:
        return book.rotate();
      default:
        return undefined;
    }
  }

  #misjudged({ typ, sid }: Statement, { code }: Answer): void {
    this.#options.findings.add(
      'STATEMENT_MISJUDGED',
      `${this.#options.channel}: ${typ} ${sid} was answered ${code}`,
    );
  }

  #store(statement: Statement, met: Met): void {
    const { iss, body } = statement;
    const patientId = patientOf(statement);
    const versions = this.#versions.get(patientId) ?? new Map<string, Version>();
    this.#versions.set(patientId, versions);
    versions.set(String(body['recordId']), {
      patientId,
      author: iss,
      tagGroups: body['tagGroups'] as Version['tagGroups'],
      period: body['period'] as Version['period'],
    });
    this.#noteChange(patientId, met);
  }

  /** Permit and denial alike: by the rules as they stand here, at the time that the transaction bears. */
  #judgeAccess(
    { iss, sid, body }: Statement,
    { access, txId }: Answer,
    tx: BlockTransaction,
    met: Met,
  ): void {
    const patientId = String(body['patientId']);
    const book = this.book(patientId);
    const permit = access?.['decision'] === 'permit';
    const policyVersion = Number(access?.['policyVersion']);
    this.seen.accesses.set(accessKey(iss, sid), { permit, txId, patientId, policyVersion, ...met });
    const verdict = verdictOf(
      book.rules,
      {
        requester: iss,
        granteeTags: body['granteeTags'] as string[],
        purpose: String(body['purpose']),
        version: this.#versions.get(patientId)?.get(String(body['recordId'])),
      },
      tx.timestamp?.getTime() ?? 0,
    );
    const where = `${txId}, ${iss} for ${String(body['recordId'])} of ${patientId}`;
    const reason = String(access?.['reason']);
    const { findings } = this.#options;
    const isByThat =
      !verdict.permit || verdict.by === 'right' || verdict.by.includes(String(access?.['grantId']));
    if (permit && !(verdict.permit && isByThat))
      findings.add('PERMIT_AFTER_REVOCATION', `${where}: ${reason}`);
    if (!permit && verdict.permit) findings.add('DENIAL_AGAINST_RULES', `${where}: ${reason}`);
    if (policyVersion !== book.version)
      findings.add('POLICY_VERSION_WRONG', `${where}: ${policyVersion} instead of ${book.version}`);
  }

  #noteChange(patientId: string, met: Met): void {
    const book = this.book(patientId);
    const entitled = new Map<string, ReadonlySet<string>>();
    for (const [recordId, version] of this.#versions.get(patientId) ?? [])
      entitled.set(
        recordId,
        new Set(this.#options.authorityIds.filter((id) => isEntitled(book.rules, id, version))),
      );
    this.seen.noteChange(patientId, { version: book.version, ...met, entitled });
  }
}

function ruleOf({ sid, body }: Statement): Rule {
  return {
    ...(body as unknown as Rule),
    id: sid,
    denies: body['effect'] === 'deny',
    seq: Number(body['policySeq']),
  };
}
