import type { ContractDefinition } from '@careledger/contracts';
import { table } from '@careledger/network-admin';

/** Names of a contract's functions, with kind, channels and arguments, one a line; those whose name has `part` in it. */
export function functionTable(contract: ContractDefinition, part = ''): string[] {
  const functions = Object.entries(contract.transactions).filter(([name]) =>
    name.toLowerCase().includes(part.toLowerCase()),
  );
  return table(
    functions.map(([name, { args, channels, kind }]) => [
      name,
      kind,
      channels.join(' '),
      `{ ${argumentNames(args).join(', ')} }`,
    ]),
  );
}

/** Names of an argument's members; those that may be left out with a question mark. */
function argumentNames(schema: object): string[] {
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly required?: readonly string[];
  };
  return Object.keys(properties).map((name) => (required.includes(name) ? name : `${name}?`));
}
