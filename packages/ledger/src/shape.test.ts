import { accessControl, records } from '@careledger/contracts';
import { expect, test } from '@jest/globals';
import type { ContractShape } from './shape.js';

test('the published contracts are what the client takes', () => {
  const contracts: ContractShape[] = [accessControl, records];
  for (const { transactions } of contracts) {
    expect(Object.values(transactions).length).toBeGreaterThan(0);
    for (const { kind } of Object.values(transactions)) expect(['submit', 'evaluate']).toContain(kind);
  }
});
