import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { StatementBody } from '@careledger/contracts';
import { parseStatement } from '@careledger/statements/portable';

/** What a gateway lists of a grant. */
export interface ListedGrant {
  grantId: string;
  patientId: string;
  authorityId: string;
  policySeq: number;
  permissions: string[];
  purposes: string[];
  from: string;
  until?: string;
  period?: object;
  subscriptionId?: string;
  path?: string[];
  status: string;
}

/**
 * A gateway in whose hands everything is that a gateway has: it takes statements and answers as the real one does, and what
 * it answers can be changed at will. What the real one does with statements is tested with the real one.
 */
export class StandInGateway implements AsyncDisposable {
  grants: ListedGrant[] = [];
  denials: ListedGrant[] = [];
  nextPolicySeq = 1;
  keys: Record<string, string> = {};
  subscriptions: object[] = [];
  policy: object | null = null;
  /** The key that is to follow its own. */
  offer: object = {};
  /** What it hands back as the scope key. */
  scopeKey: object = {};
  /** Statements that came, with the path. */
  readonly came: { path: string; statement: string }[] = [];
  /** Changes an answer on its way out. */
  lie: (path: string, answer: object) => object = (_path, answer) => answer;
  /** With which it refuses everything. */
  refusal: object | undefined;
  /** With which it refuses what comes to a path, if it does; it has it then. */
  refused: (path: string) => object | undefined = () => undefined;
  /** Answers nothing while true. */
  isAway = false;

  readonly #server: Server;
  readonly #patientId: string;

  private constructor(patientId: string) {
    this.#patientId = patientId;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(
        (answer) => {
          if (answer === undefined) return response.destroy();
          response.setHeader('content-type', 'application/json');
          if (this.refusal !== undefined || this.refused(request.url ?? '') !== undefined)
            response.statusCode = 409;
          return response.end(JSON.stringify(answer));
        },
        () => response.destroy(),
      );
    });
  }

  static async start(patientId: string): Promise<StandInGateway> {
    const gateway = new StandInGateway(patientId);
    await new Promise<void>((resolve) => gateway.#server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<object | undefined> {
    const path = request.url ?? '';
    const body = await text(request);
    if (this.isAway) return undefined;
    if (this.refusal !== undefined) return this.refusal;
    const honest = request.method === 'GET' ? this.#read(path) : this.#take(path, JSON.parse(body) as never);
    return this.refused(path) ?? this.lie(path, honest);
  }

  #read(path: string): object {
    if (path.split('?')[0]?.endsWith('/grants') === true)
      return { grants: this.grants, nextPolicySeq: this.nextPolicySeq, next: null };
    if (path.split('?')[0]?.endsWith('/denials') === true)
      return { denials: this.denials, nextPolicySeq: this.nextPolicySeq, next: null };
    if (path.endsWith('/keys/scope-key')) return this.scopeKey;
    if (path.endsWith('/standing-policy')) return { policy: this.policy };
    if (path.endsWith('/subscriptions')) return { subscriptions: this.subscriptions, next: null };
    const authorityId = path.split('/').at(-1) ?? '';
    return { authorityId, encryptionKey: this.keys[authorityId] };
  }

  #take(
    path: string,
    { statement, ...policy }: { statement?: string; name?: string; version?: number; statements?: string[] },
  ): object {
    if (path.endsWith('/keys/offer')) return this.offer;
    if (statement !== undefined) return this.#takeOne(path, statement);
    const { name, version, statements = [] } = policy;
    this.policy = { name, version, status: 'in-force' };
    return statements.map((each) => this.#takeOne(path, each)).at(-1) ?? {};
  }

  #takeOne(path: string, statement: string): object {
    this.came.push({ path, statement });
    const { payload } = parseStatement(statement);
    const { sid, body } = payload;
    if ('policySeq' in body) this.nextPolicySeq = Math.max(this.nextPolicySeq, Number(body['policySeq']) + 1);
    if ('authorityId' in body) this.#grant(sid, body as unknown as StatementBody<'grant'>);
    else if ('grantId' in body)
      revoke([...this.grants, ...this.denials], (rule) => rule.grantId === body['grantId']);
    else if ('policySeq' in body && !path.includes('/delegates'))
      revoke(this.grants, (grant) => grant.policySeq <= Number(body['policySeq']));
    return { statementId: sid, status: 'done', channels: [] };
  }

  #grant(grantId: string, body: StatementBody<'grant'>): void {
    const { authorityId, policySeq, permissions, purposes, from, until, period, subscriptionId } = body;
    const list = body.effect === 'deny' ? this.denials : this.grants;
    list.push({
      ...{ grantId, patientId: this.#patientId, authorityId, policySeq, permissions, purposes, from },
      ...(until !== undefined && { until }),
      ...(period !== undefined && { period }),
      ...(subscriptionId !== undefined && { subscriptionId }),
      status: 'active',
    });
  }
}

function revoke(rules: readonly ListedGrant[], isMeant: (rule: ListedGrant) => boolean): void {
  for (const rule of rules) if (isMeant(rule)) rule.status = 'revoked';
}
