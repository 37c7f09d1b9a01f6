import {
  ContractError,
  type CallerRule,
  type ContractDefinition,
  type EventName,
  type EventPayload,
  type TransactionDefinition,
} from '@careledger/contracts';
import { utf8 } from '@careledger/crypto';
import { timestampOf, type ChannelName } from '@careledger/domain';
import { CALLER_RULES, type Organisation } from '../caller/rules.js';
import { WriteBuffer } from '../state/write-buffer.js';
import { readArgument } from './arguments.js';
import type { Chaincode } from './handlers.js';
import type { Evaluation, Outcome, TransactionPort } from '../transaction/transaction.js';

/** A function asked for, for statements of one network. */
export interface Invocation {
  readonly networkId: string;
  readonly name: string;
  /** The arguments as the proposal carries them. */
  readonly given: readonly string[];
}

type AnyHandler = (tx: Evaluation, args: unknown) => Promise<unknown>;
type AnyNamedMsp = (tx: Evaluation, args: unknown) => Promise<string>;

/**
 * The one way in: known function, right channel, caller by rule, argument by schema, then the handler. A function
 * without a definition, and so without a rule, cannot be reached. Returns the result as JSON text.
 * @throws ContractError
 */
export async function dispatch<D extends ContractDefinition>(
  chaincode: Chaincode<D>,
  { networkId, name, given }: Invocation,
  port: TransactionPort,
): Promise<string> {
  const definition = definitionOf(chaincode, name);
  const channel = definition.channels.find((candidate) => candidate === port.channel);
  if (channel === undefined)
    throw new ContractError('WRONG_CHANNEL', undefined, { channels: definition.channels });
  // Held back until the handler has succeeded: a failed transaction has sent nothing to the peer.
  const writes = new WriteBuffer(port.state);
  const tx = evaluationOf(chaincode, { ...port, state: writes }, channel, networkId);
  const rule = await admit(definition, tx);
  const args: unknown = readArgument(definition.args, given);
  if (rule === 'own-admin') await admitOwnAdmin(chaincode, name, tx, args);
  const handler = chaincode.handlers[name as keyof typeof chaincode.handlers] as AnyHandler;
  const answer = await handler(tx, args);
  if (definition.kind === 'evaluate') return JSON.stringify(answer);
  const { result, event } = answer as Outcome<unknown>;
  writes.flushTo(port.state);
  announce(definition, event, port);
  return JSON.stringify(result);
}

function definitionOf({ definition }: Chaincode, name: string): TransactionDefinition {
  const found = Object.hasOwn(definition.transactions, name) ? definition.transactions[name] : undefined;
  if (found === undefined)
    throw new ContractError('FUNCTION_UNKNOWN', undefined, {
      functions: Object.keys(definition.transactions),
    });
  return found;
}

function evaluationOf(
  { callers }: Chaincode,
  port: TransactionPort,
  channel: ChannelName,
  networkId: string,
): Evaluation {
  const { txId, atMs, caller, state, call } = port;
  let organisation: Promise<Organisation> | undefined;
  return {
    channel,
    networkId,
    txId,
    atMs,
    at: timestampOf(atMs),
    caller,
    state,
    call,
    organisation: () => (organisation ??= callers.organisationOf({ state, caller, call })),
  };
}

/** The first rule that the caller satisfies. @throws ContractError `CALLER_REFUSED` */
async function admit({ callers }: TransactionDefinition, tx: Evaluation): Promise<CallerRule> {
  for (const rule of callers) if (await CALLER_RULES[rule](tx)) return rule;
  throw new ContractError('CALLER_REFUSED', undefined, { callers, mspId: tx.caller.mspId });
}

/** An admin speaks for its own organisation. @throws ContractError `CALLER_REFUSED` */
async function admitOwnAdmin(
  { callers }: Chaincode,
  name: string,
  tx: Evaluation,
  args: unknown,
): Promise<void> {
  const namedMspOf = callers.namedMsp[name] as AnyNamedMsp | undefined;
  if (namedMspOf === undefined) throw new Error(`${name} does not say which MSP its arguments name.`);
  const named = await namedMspOf(tx, args);
  if (named !== tx.caller.mspId)
    throw new ContractError('CALLER_REFUSED', `Only an admin of ${named} may call this.`, {
      mspId: tx.caller.mspId,
    });
}

function announce(
  { event: name }: TransactionDefinition,
  payload: EventPayload<EventName> | undefined,
  port: TransactionPort,
): void {
  if (payload === undefined) return;
  if (name === undefined) throw new Error('The definition names no event, but the handler has one.');
  port.emit(name, utf8(JSON.stringify(payload)));
}
