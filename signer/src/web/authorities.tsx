import { SignerError, fetchAuthorityKeys, safeAddress } from '../core/index.js';
import { useAction } from './action.js';
import type { Counter } from './counter.js';
import { Field, Form, textOf } from './form.js';

/** 32 bytes in base64url. */
const KEY = /^[A-Za-z0-9_-]{43}$/;

/** Whose keys the patient has from themselves. */
export function Authorities({
  counter,
  changed,
}: {
  readonly counter: Counter;
  readonly changed: () => void;
}) {
  const { desk } = counter;
  const { authorities, networkId } = desk.signer.content;
  const trust = async (fields: FormData): Promise<void> => {
    const [authorityId, from] = [textOf(fields, 'authority'), textOf(fields, 'from')];
    const key = KEY.test(from)
      ? from
      : (await fetchAuthorityKeys(safeAddress(from), { authorityId, networkId })).encryptionKey;
    if (!KEY.test(key)) throw new SignerError('ANSWER_MALFORMED', 'This is no key');
    desk.signer.trust(authorityId, key);
    await desk.keep();
    changed();
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
