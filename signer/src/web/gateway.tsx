import { safeAddress, type Desk } from '../core/index.js';
import { useAction } from './action.js';
import { Field, Form, textOf } from './form.js';

/** Registering at a gateway, or naming the one that the patient is registered at. */
export function Gateway({ desk, changed }: { readonly desk: Desk; readonly changed: () => void }) {
  const { signer } = desk;
  const enrol = async (fields: FormData): Promise<void> => {
    await desk.enrol({ url: textOf(fields, 'url'), token: textOf(fields, 'token') });
    changed();
  };
  const reach = async (fields: FormData): Promise<void> => {
    signer.reach({ url: safeAddress(textOf(fields, 'url')), token: textOf(fields, 'token') });
    await desk.keep();
    changed();
  };
  const registering = (
    <Form name="Register" action={useAction()} submit={enrol}>
      <p>Whoever runs the gateway gives you its address and a token for registering.</p>
      <Field label="Address" name="url" type="url" />
      <Field label="Token for registering" name="token" type="password" />
    </Form>
  );
  return (
    <section>
      <h2>Your gateway</h2>
      {desk.hasGateway ? <p>{signer.content.gateway?.url}</p> : registering}
      <details>
        <summary>I am registered already</summary>
        <Form name="Use this gateway" action={useAction()} submit={reach}>
          <Field label="Address" name="url" type="url" />
          <Field label="My token" name="token" type="password" />
        </Form>
      </details>
    </section>
  );
}
