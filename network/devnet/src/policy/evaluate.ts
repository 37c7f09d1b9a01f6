import type { Principal } from '../msp/principal.js';
import type { Policy } from './policy.js';

/** Who signed: anything that can say whether it satisfies a principal. */
export interface Signer {
  /** Two signers with one id are one signer. */
  readonly id: string;
  satisfies(principal: Principal): boolean;
}

function evaluate(policy: Policy, signers: readonly Signer[], used: boolean[]): boolean {
  switch (policy.kind) {
    case 'signedBy': {
      const index = signers.findIndex((each, i) => !used[i] && each.satisfies(policy.principal));
      if (index < 0) return false;
      used[index] = true;
      return true;
    }
    case 'outOf': {
      // As Fabric's cauthdsl: rules are tried in order, all of them, and a rule that fails gives back
      // the identities it had taken. The order can therefore matter, and has to be the same here.
      let satisfied = 0;
      for (const rule of policy.rules) {
        const attempt = [...used];
        if (!evaluate(rule, signers, attempt)) continue;
        satisfied += 1;
        used.splice(0, used.length, ...attempt);
      }
      return satisfied >= policy.n;
    }
    case 'implicit': {
      const satisfied = policy.rules.filter((rule) =>
        evaluate(
          rule,
          signers,
          signers.map(() => false),
        ),
      );
      return satisfied.length >= policy.threshold;
    }
  }
}

/** Whether the signers satisfy the policy; a signer listed twice counts once and satisfies one principal. */
export function satisfies(policy: Policy, signers: readonly Signer[]): boolean {
  const distinct = [...new Map(signers.map((each) => [each.id, each])).values()];
  return evaluate(
    policy,
    distinct,
    distinct.map(() => false),
  );
}
