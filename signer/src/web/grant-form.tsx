import type { GrantTerms } from '@careledger/consent';
import { Permission, PurposeOfUse, PURPOSES, timestampOf, type ScopeTerm } from '@careledger/domain';
import { Value } from 'typebox/value';
import { SignerError, scopeTermOf, type Desk } from '../core/index.js';
import { useAction } from './action.js';
import { Field, Form, textOf } from './form.js';

const PERMISSIONS = ['read', 'write', 'modify'] as const satisfies readonly Permission[];

/** Allows an authority something that it has not asked for. */
export function GrantForm({ desk, changed }: { readonly desk: Desk; readonly changed: () => void }) {
  const grant = async (fields: FormData): Promise<void> => {
    const { client } = desk;
    const terms = termsIn(fields);
    const authority = await client.authority(terms.authorityId);
    await desk.decide(await desk.signer.grant(terms, await client.view(desk.patientId), authority));
    changed();
  };
  return (
    <section>
      <h2>Allow somebody</h2>
      <Form name="Grant" action={useAction()} submit={grant}>
        <Field label="Authority" name="authority" />
        <Choices legend="May" name="permissions" words={PERMISSIONS} chosen="read" />
        <Choices legend="For" name="purposes" words={PURPOSES} chosen="TREAT" />
        <Field
          label="Records, e.g. laboratory, label:N, code:2339-0, author:aut_lab; all without"
          name="scope"
          optional
        />
        <Field label="Until; until you revoke it without" name="until" type="datetime-local" optional />
      </Form>
    </section>
  );
}

function Choices({
  legend,
  name,
  words,
  chosen,
}: {
  readonly legend: string;
  readonly name: string;
  readonly words: readonly string[];
  readonly chosen: string;
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {words.map((word) => (
        <label key={word} class="choice">
          <input type="checkbox" name={name} value={word} defaultChecked={word === chosen} />
          {word}
        </label>
      ))}
    </fieldset>
  );
}

function termsIn(fields: FormData): GrantTerms {
  const [scope, until] = [textOf(fields, 'scope'), textOf(fields, 'until')];
  return {
    authorityId: textOf(fields, 'authority'),
    permissions: fields.getAll('permissions').filter((word) => Value.Check(Permission, word)),
    purposes: fields.getAll('purposes').filter((word) => Value.Check(PurposeOfUse, word)),
    ...(scope !== '' && { scope: scope.split(',').map(scopeTerm) }),
    ...(until !== '' && { until: timestampOf(new Date(until).getTime()) }),
  };
}

/** @throws SignerError `DECISION_MALFORMED` */
function scopeTerm(text: string): ScopeTerm {
  const term = scopeTermOf(text);
  if (term !== undefined) return term;
  throw new SignerError(
    'DECISION_MALFORMED',
    `${text} is no category, category/ResourceType, label:, code:, author:, visit: or record:`,
  );
}
