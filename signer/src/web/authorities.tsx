import { PublicKey } from '@careledger/domain';
import { Value } from 'typebox/value';
import { fetchAuthorityKeys, safeAddress, type Desk } from '../core/index.js';
import { useAction } from './action.js';
import { Field, Form, textOf } from './form.js';

/** Whose keys the patient has from themselves. */
export function Authorities({ desk }: { readonly desk: Desk }) {
  const { authorities, networkId } = desk.signer.content;
  const trust = async (fields: FormData): Promise<void> => {
    const [authorityId, from] = [textOf(fields, 'authority'), textOf(fields, 'from')];
    const key = Value.Check(PublicKey, from)
      ? from
      : (await fetchAuthorityKeys(safeAddress(from), { authorityId, networkId })).encryptionKey;
    desk.signer.trust(authorityId, key);
    await desk.keep();
  };
  return (
    <section>
      <h2>Whom you know</h2>
      <ul aria-label="Known authorities">
        {Object.entries(authorities).map(([authorityId, key]) => (
          <li key={authorityId}>
            {authorityId} <code>{key}</code>
          </li>
        ))}
      </ul>
      <Form name="Remember" action={useAction()} submit={trust}>
        <p>Take the address or the key from the authority itself, never from the gateway.</p>
        <Field label="Authority" name="authority" />
        <Field label="Its address, or its key" name="from" />
      </Form>
    </section>
  );
}
