import {
  STANDING_POLICIES,
  STANDING_POLICY_NAMES,
  type StandingPolicy,
  type StandingPolicyName,
} from '@careledger/consent';
import { AuthorityId } from '@careledger/domain';
import { useState } from 'preact/hooks';
import { printable, type Desk, type ListedPolicy } from '../core/index.js';
import { useAction } from './action.js';
import { Choices } from './choices.js';
import { Form } from './form.js';
import { tickedIn } from './typed-terms.js';

/** Rules that are picked in one step, in the place of those that were picked before. */
export function Policy({
  desk,
  listed,
  changed,
}: {
  readonly desk: Desk;
  /** What the gateway says of it. */
  readonly listed: ListedPolicy | null;
  readonly changed: () => void;
}) {
  const { standing, authorities } = desk.signer.content;
  const [picked, setPicked] = useState<StandingPolicyName>();
  const named = picked !== undefined && isForSomebody(picked);
  const set = async (fields: FormData): Promise<void> => {
    if (picked === undefined) return;
    const authorityIds = named ? tickedIn(fields, 'authorities', AuthorityId) : [];
    const view = await desk.client.view(desk.patientId);
    await desk.send(await desk.signPolicy(picked, authorityIds, view));
    changed();
  };
  return (
    <section>
      <h2>Standing policy</h2>
      <p role="status">
        {standing === undefined
          ? 'You have set none here.'
          : `You have set ${standing.name}, version ${standing.version}.`}{' '}
        {listed === null
          ? 'Your gateway has none.'
          : `Your gateway has ${printable(listed.name)}, version ${listed.version}: ${printable(listed.status)}.`}
      </p>
      <Form name="Set this policy" action={useAction()} submit={set}>
        <Choices
          legend="Policy"
          name="policy"
          words={STANDING_POLICY_NAMES}
          saying={(name) => `${name}: ${STANDING_POLICIES[name].says}`}
          isOne
          changed={setPicked}
        />
        <Choices
          legend="For whom, of those whom you know"
          name="authorities"
          words={Object.keys(authorities)}
          disabled={!named}
        />
        <p>What you grant or deny singly stays as it is.</p>
      </Form>
    </section>
  );
}

function isForSomebody(name: StandingPolicyName): boolean {
  const { grants }: StandingPolicy = STANDING_POLICIES[name];
  return grants.length > 0;
}
