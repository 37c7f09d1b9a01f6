/** Some of several words, or one of them: a group that a screen reader names. */
export function Choices<W extends string>({
  legend,
  name,
  words,
  chosen = [],
  saying = (word) => word,
  isOne = false,
  disabled = false,
  changed,
}: {
  readonly legend: string;
  readonly name: string;
  readonly words: readonly W[];
  readonly chosen?: readonly W[];
  /** What stands beside the box. */
  readonly saying?: (word: W) => string;
  readonly isOne?: boolean;
  readonly disabled?: boolean;
  readonly changed?: (word: W) => void;
}) {
  return (
    <fieldset disabled={disabled}>
      <legend>{legend}</legend>
      {words.map((word) => (
        <label key={word} class="choice">
          <input
            type={isOne ? 'radio' : 'checkbox'}
            name={name}
            value={word}
            defaultChecked={chosen.includes(word)}
            required={isOne}
            onChange={() => changed?.(word)}
          />
          {saying(word)}
        </label>
      ))}
    </fieldset>
  );
}

/** Whether the single measured values are among the records. */
export function DetailChoice({ isChosen = false }: { readonly isChosen?: boolean }) {
  return (
    <Choices
      legend="In detail"
      name="detail"
      words={['detail']}
      chosen={isChosen ? ['detail'] : []}
      saying={() => 'with the single measured values'}
    />
  );
}
