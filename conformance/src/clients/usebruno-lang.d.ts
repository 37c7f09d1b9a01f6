/** What is used here of a package without types: the language of Bruno's files, both ways. */
declare module '@usebruno/lang' {
  export function jsonToBruV2(request: object): string;
  export function bruToJsonV2(text: string): {
    readonly http: {
      readonly method: string;
      readonly url: string;
      readonly body: string;
      readonly auth: string;
    };
    readonly body?: { readonly json?: string; readonly text?: string };
  };
  export function jsonToCollectionBru(folder: object): string;
  export function envJsonToBruV2(environment: object): string;
}
