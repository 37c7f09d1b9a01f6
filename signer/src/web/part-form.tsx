import { printable, scopeWord, type AskedSubscription } from '../core/index.js';
import { useAction } from './action.js';
import { Choices, DetailChoice } from './choices.js';
import { Field, Form } from './form.js';
import { permissionWord, purposeWord } from './words.js';

/** Answers a request with less than it asks for: what is taken out of it, or ends sooner. */
export function PartForm({
  request,
  approve,
}: {
  readonly request: AskedSubscription;
  readonly approve: (fields: FormData) => Promise<void>;
}) {
  const { permissions, purposes, asked, detail, until } = request;
  const words = asked?.scope.map(scopeWord) ?? [];
  return (
    <details>
      <summary>Approve in part</summary>
      <Form name="Approve this part" action={useAction()} submit={approve}>
        <Choices
          legend="May"
          name="permissions"
          words={permissions}
          chosen={permissions}
          saying={permissionWord}
        />
        <Choices legend="For" name="purposes" words={purposes} chosen={purposes} saying={purposeWord} />
        {words.length > 0 && (
          <Choices legend="Records" name="records" words={words} chosen={words} saying={printable} />
        )}
        {detail === true && <DetailChoice isChosen />}
        <Field
          label={
            words.length > 0
              ? 'Or only these of them, e.g. laboratory/Observation'
              : 'Only these records, e.g. laboratory, label:N; all without'
          }
          name="scope"
          optional
        />
        <Field
          label={`Until; ${until ?? 'until you revoke it'} without`}
          name="until"
          type="datetime-local"
          optional
        />
      </Form>
    </details>
  );
}
