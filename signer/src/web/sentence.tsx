import { useEffect, useRef } from 'preact/hooks';
import { printable, type Prepared } from '../core/index.js';

/** What the patient is asked to sign, and what the answer leads to. */
export interface Question {
  readonly prepared: Prepared;
  readonly answer: (isYes: boolean) => void;
}

/** A decision that the patient did not want after all. */
export class NotSigned extends Error {
  override readonly name = 'NotSigned';
  override readonly message = 'Nothing was signed, and nothing was sent';
}

/** Shows the sentence that is made of the very body that is signed. Closing it is a no. */
export function Sentence({ prepared, answer }: Question) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-label="You sign"
      onCancel={(event) => {
        event.preventDefault();
        answer(false);
      }}
    >
      <h2>You sign</h2>
      <p class="sentence">{printable(prepared.sentence)}</p>
      <button onClick={() => answer(true)}>Sign</button>
      <button class="quiet" onClick={() => answer(false)}>
        Do not sign
      </button>
    </dialog>
  );
}
