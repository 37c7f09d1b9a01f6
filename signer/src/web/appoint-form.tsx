import { DelegateKind, DelegatedAct } from '@careledger/contracts';
import { Permission, PURPOSES, PurposeOfUse } from '@careledger/domain';
import { DelegateName } from '@careledger/protocol/sealed';
import { Value } from 'typebox/value';
import { DelegateCard, SignerError, type Desk } from '../core/index.js';
import { useAction } from './action.js';
import { Choices, DetailChoice } from './choices.js';
import { download } from './download.js';
import { Field, Form, textOf } from './form.js';
import { scopeIn, tickedIn, untilIn } from './typed-terms.js';
import { PERMISSIONS, permissionWord, purposeWord } from './words.js';

const ACT_WORDS: Readonly<Record<DelegatedAct, string>> = {
  approve: 'answer requests',
  grant: 'grant unasked',
  deny: 'deny',
  revoke: 'end what it granted or denied',
};
const ACTS = Object.keys(ACT_WORDS) as DelegatedAct[];

/** Lets somebody decide for the patient, within what is said here. */
export function AppointForm({ desk, changed }: { readonly desk: Desk; readonly changed: () => void }) {
  const appoint = async (fields: FormData): Promise<void> => {
    const { signer, client, patientId } = desk;
    const terms = termsIn(fields);
    const view = await client.view(patientId);
    const { prepared, scope } = await signer.delegation(await cardIn(fields), terms, view);
    const statement = await desk.sign(prepared);
    const { until } = terms;
    const given = JSON.stringify(signer.appointment(statement, { scope, until }));
    download(`careledger-for-delegate-${patientId}.json`, `${given}\n`);
    await desk.send(statement);
    changed();
  };
  return (
    <details>
      <summary>Let somebody decide for you</summary>
      <Form name="Appoint" action={useAction()} submit={appoint}>
        <p>
          A carer or guardian makes a key for you alone with <code>careledger-consent act-for</code> and gives
          you its card. You give back the file that you get here.
        </p>
        <Field label="Its card" name="card" type="file" />
        <Field label="Its name, in your words" name="name" />
        <Choices legend="As" name="kind" words={['carer', 'guardian'] as const} chosen={['carer']} isOne />
        <Choices
          legend="Decides"
          name="acts"
          words={ACTS}
          chosen={['approve', 'revoke']}
          saying={(act) => ACT_WORDS[act]}
        />
        <Choices
          legend="Its grants may let others"
          name="permissions"
          words={PERMISSIONS}
          chosen={['read']}
          saying={permissionWord}
        />
        <Choices
          legend="For"
          name="purposes"
          words={PURPOSES}
          chosen={['TREAT', 'ETREAT']}
          saying={purposeWord}
        />
        <Field label="About these records, e.g. laboratory, label:N; all without" name="scope" optional />
        <DetailChoice />
        <Field label="Until; of a guardian within 12 months" name="until" type="datetime-local" />
      </Form>
    </details>
  );
}

/** @throws SignerError `DECISION_MALFORMED` */
function termsIn(fields: FormData) {
  const [name, kind, until] = [textOf(fields, 'name'), textOf(fields, 'kind'), untilIn(fields)];
  if (!Value.Check(DelegateName.properties.name, name) || !Value.Check(DelegateKind, kind) || !until)
    throw new SignerError('DECISION_MALFORMED', 'Say who it is, as what, and until when');
  return {
    ...{ name, kind, until, further: 0 },
    acts: tickedIn(fields, 'acts', DelegatedAct),
    permissions: tickedIn(fields, 'permissions', Permission),
    purposes: tickedIn(fields, 'purposes', PurposeOfUse),
    scope: scopeIn(fields) ?? [],
    ...(fields.has('detail') && { detail: true as const }),
  };
}

/** @throws SignerError `DELEGATE_REFUSED` */
async function cardIn(fields: FormData): Promise<DelegateCard> {
  const file = fields.get('card');
  let card: unknown;
  try {
    card = JSON.parse(file instanceof File ? await file.text() : '');
  } catch (cause) {
    throw new SignerError('DELEGATE_REFUSED', 'The card is no JSON', { cause });
  }
  if (Value.Check(DelegateCard, card)) return card;
  throw new SignerError('DELEGATE_REFUSED', 'The card is not what `act-for` prints');
}
