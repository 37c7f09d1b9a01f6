import { PURPOSES } from '@careledger/domain';
import type { Desk } from '../core/index.js';
import { useAction } from './action.js';
import { Choices, DetailChoice } from './choices.js';
import { Field, Form } from './form.js';
import { grantIn } from './typed-terms.js';
import { PERMISSIONS, permissionWord, purposeWord } from './words.js';

/** Allows an authority something that it has not asked for. */
export function GrantForm({ desk, changed }: { readonly desk: Desk; readonly changed: () => void }) {
  const grant = async (fields: FormData): Promise<void> => {
    const { client } = desk;
    const terms = grantIn(fields);
    const authority = await client.authority(terms.authorityId);
    await desk.decide(await desk.signer.grant(terms, await client.view(desk.patientId), authority));
    changed();
  };
  return (
    <section>
      <h2>Allow somebody</h2>
      <Form name="Grant" action={useAction()} submit={grant}>
        <Field label="Authority" name="authority" />
        <Choices
          legend="May"
          name="permissions"
          words={PERMISSIONS}
          chosen={['read']}
          saying={permissionWord}
        />
        <Choices legend="For" name="purposes" words={PURPOSES} chosen={['TREAT']} saying={purposeWord} />
        <Field
          label="Records, e.g. laboratory, label:N, code:2339-0, author:aut_lab; all without"
          name="scope"
          optional
        />
        <DetailChoice />
        <Field label="Until; until you revoke it without" name="until" type="datetime-local" optional />
      </Form>
    </section>
  );
}
