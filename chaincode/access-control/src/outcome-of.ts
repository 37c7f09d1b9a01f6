import type { Outcome, Verified } from '@careledger/chaincode-runtime';
import type { ItemResult, StatementName } from '@careledger/contracts';

/** Of a statement that was accepted: the event of what it changed, or none where an earlier transaction carried it. */
export function outcomeOf<N extends StatementName>(
  { item, verified }: { readonly item: ItemResult; readonly verified?: Verified<N> },
  eventOf: (verified: Verified<N>) => Outcome<ItemResult>['event'],
): Outcome<ItemResult> {
  return verified === undefined ? { result: item } : { result: item, event: eventOf(verified) };
}
