/** What is used of a package that brings no types (https://lhncbc.github.io/ucum-lhc/). */
declare module '@lhncbc/ucum-lhc' {
  interface UnitAnswer {
    readonly status: 'valid' | 'invalid' | 'error';
    /** The unit that it took the text for. */
    readonly ucumCode: string | null;
  }
  const ucum: {
    readonly UcumLhcUtils: { getInstance(): { validateUnitString(code: string): UnitAnswer } };
  };
  export default ucum;
}
