import { SaxesParser } from 'saxes';

const XHTML = 'http://www.w3.org/1999/xhtml';
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/**
 * What a narrative may be made of: HTML 4.0 chapters 7 to 11 (but section 4 of chapter 9) and 15, links and images
 * (https://hl7.org/fhir/R4/narrative.html). Nothing that runs, loads a frame, or asks for input.
 */
const ELEMENTS =
  words(`a abbr acronym address b bdo big blockquote br caption center cite code col colgroup dd del dfn dir div
  dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li map area ol p pre q samp small span strike strong sub sup table tbody td
  tfoot th thead tr tt u ul var`);
const ATTRIBUTES =
  words(`abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char
  charoff charset cite class color cols colspan compact coords dir face frame headers height href hreflang hspace id lang
  longdesc name nohref noshade nowrap rel rev rowspan rows rules scope shape size span src start style summary tabindex title
  type usemap valign value vspace width xml:lang xmlns`);
const ADDRESSES: ReadonlySet<string> = new Set(['cite', 'href', 'longdesc', 'src', 'usemap']);
/** Where a link may lead: within the narrative, to another resource, or where a person would go on purpose. */
const ADDRESS = /^(?:#|https?:|mailto:|tel:|urn:|data:image\/(?:png|jpeg|gif);|[^:]*$)/i;
/** CSS that loads or runs something. */
const ACTIVE_STYLE = /url\s*\(|expression\s*\(|@import|javascript:|behavior\s*:/i;

/** What is wrong with the `div` of a narrative; undefined where nothing is (R4 txt-1, txt-2). */
export function narrativeFault(div: string): string | undefined {
  let fault: string | undefined;
  let depth = 0;
  let hasContent = false;
  const found = (what: string): void => {
    fault ??= what;
  };
  const parser = new SaxesParser({ fragment: false, xmlns: false });
  parser.on('error', ({ message }) => found(`not well formed: ${message}`));
  parser.on('doctype', () => found('a document type has no place in a narrative'));
  parser.on('processinginstruction', () => found('an instruction has no place in a narrative'));
  parser.on('opentag', ({ name, attributes }) => {
    if (depth === 0 && (name !== 'div' || attributes['xmlns'] !== XHTML))
      found(`begins with another element than <div xmlns="${XHTML}">`);
    if (!ELEMENTS.has(name)) found(`<${name}> has no place in a narrative (txt-1)`);
    for (const [attribute, value] of Object.entries(attributes)) checkAttribute(name, attribute, value);
    if (name === 'img') hasContent = true;
    depth++;
  });
  parser.on('closetag', () => void depth--);
  parser.on('text', (text) => {
    if (depth > 0 && text.trim() !== '') hasContent = true;
  });
  const checkAttribute = (element: string, attribute: string, value: string): void => {
    const isActive =
      (ADDRESSES.has(attribute) && !ADDRESS.test(value.trim())) ||
      (attribute === 'style' && ACTIVE_STYLE.test(value));
    if (!ATTRIBUTES.has(attribute) || isActive)
      found(`${attribute} of <${element}> has no place in a narrative (txt-1)`);
  };
  try {
    parser.write(div).close();
  } catch (error) {
    return `not well formed: ${String(error)}`;
  }
  return fault ?? (hasContent ? undefined : 'says nothing (txt-2)');
}
